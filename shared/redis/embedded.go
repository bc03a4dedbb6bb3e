package redis

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// Embedded is a Redis of our own for the demo and the tests: a redis-server child where the program is installed, one in this process otherwise.
type Embedded struct {
	url  string
	stop func()
}

// StartEmbedded starts it; nothing is kept on disk.
func StartEmbedded() (*Embedded, error) {
	if program, err := exec.LookPath("redis-server"); err == nil {
		if e, err := startServer(program); err == nil {
			return e, nil
		}
	}
	return startInProcess()
}

// URL is the address for Open.
func (e *Embedded) URL() string { return e.url }

// Stop ends it.
func (e *Embedded) Stop() { e.stop() }

func startServer(program string) (*Embedded, error) {
	dir, err := os.MkdirTemp("", "shebao-redis-")
	if err != nil {
		return nil, err
	}
	socket := filepath.Join(dir, "s")
	cmd := exec.Command(program, "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--save", "", "--appendonly", "no", "--dir", dir)
	started := make(chan error)
	exited := make(chan struct{})
	go func() {
		err := startChild(cmd)
		started <- err
		if err == nil {
			_ = cmd.Wait() // how a child of ours ended matters to nobody
			close(exited)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	e := &Embedded{url: "unix://" + socket, stop: func() {
		_ = cmd.Process.Kill() // nothing to save
		<-exited
		_ = os.RemoveAll(dir) // a temporary folder
	}}
	client, err := Open(e.url)
	if err != nil {
		e.stop()
		return nil, err
	}
	defer func() { _ = client.Close() }() // only asked whether it answers
	for range 500 {
		if _, err = os.Stat(socket); err == nil { // the client would say on standard error that it cannot dial
			if err = client.Ping(context.Background()).Err(); err == nil {
				return e, nil
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	e.stop()
	return nil, fmt.Errorf("redis-server does not answer: %w", err)
}

func startInProcess() (*Embedded, error) {
	server, err := miniredis.Run()
	if err != nil {
		return nil, fmt.Errorf("start Redis in this process: %w", err)
	}
	stopped := make(chan struct{})
	go func() {
		// Its keys do not age by themselves.
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		last := time.Now()
		for {
			select {
			case <-stopped:
				return
			case at := <-tick.C:
				server.FastForward(at.Sub(last))
				last = at
			}
		}
	}()
	return &Embedded{url: "redis://" + server.Addr(), stop: func() {
		close(stopped)
		server.Close()
	}}, nil
}
