// Package e2e runs the program as its users do: the built binary, real browsers, the soft phone, real PostgreSQL and Redis. It imports no
// room of the house.
package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "shebao-e2e-")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // open to the database's user
		return "", err
	}
	binary := filepath.Join(dir, "shebao")
	out, err := exec.Command("go", "build", "-o", binary, "../shebao").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, out)
	}
	return binary, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if binary, err := build(); err == nil {
		_ = os.RemoveAll(filepath.Dir(binary)) // the system's to clean otherwise
	}
	os.Exit(code)
}

// house is a data directory and the environment in which commands run on it.
type house struct {
	t      testing.TB
	binary string
	env    []string
	dir    string
	log    io.Writer // of everything that is logged; none keeps the errors for a failure's message
}

func newHouse(t testing.TB) house {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "sb") // short and open to the database's user
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // what a still dying child holds, the system cleans
	return house{t: t, binary: binary, env: housedIn(filepath.Join(dir, "data")), dir: dir}
}

// housedIn is the environment of commands whose data is in a folder and whose addresses are free ones.
func housedIn(data string) []string {
	return append(os.Environ(), "SHEBAO_DATA="+data, "PORTAL_LISTEN=127.0.0.1:0", "IVR_LISTEN=127.0.0.1:0", "DESK_LISTEN=127.0.0.1:0", "SOFTPHONE_LISTEN=127.0.0.1:0")
}

// run runs one command to its end and returns what it printed; wantCode is its exit code.
func (h house) run(wantCode int, stdin string, args ...string) string {
	h.t.Helper()
	cmd := exec.Command(h.binary, args...)
	cmd.Env = h.env
	cmd.Stdin = strings.NewReader(stdin)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != wantCode {
		h.t.Fatalf("shebao %s: %v, want exit code %d\n%s", strings.Join(args, " "), err, wantCode, out.String())
	}
	return out.String()
}

// addresses are what `demo --json` and `serve --json` print once everything listens.
type addresses struct {
	Portal, IVR, Complaints, Softphone string
	SignIns                            struct {
		Worker, Relative         struct{ IDNumber, PIN, Name string }
		Newcomer                 struct{ IDNumber, Name, Card string } // has no PIN yet
		Investigator, Supervisor struct{ Account, Password string }
	}
	Receipt string
}

// start starts a serving command and waits until it says that it listens. The test's end interrupts it and checks that nothing is left running.
func (h house) start(args ...string) addresses {
	h.t.Helper()
	cmd := exec.Command(h.binary, append(args, "--json")...)
	cmd.Env = append(h.env, "SHEBAO_LOG=error")
	log := &tail{}
	cmd.Stderr = log
	if h.log != nil {
		cmd.Env = append(h.env, "SHEBAO_LOG=debug")
		cmd.Stderr = io.MultiWriter(log, h.log)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	ended := make(chan error, 1)
	first := make(chan string, 1)
	go func() {
		reader := bufio.NewReader(out)
		line, _ := reader.ReadString('\n') // no line: the process ended, and says why below
		first <- line
		_, _ = io.Copy(io.Discard, reader) // nothing more is expected
		ended <- cmd.Wait()
	}()
	h.t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // it may have ended already
		select {
		case err := <-ended:
			if err != nil && !strings.Contains(err.Error(), "already") {
				h.t.Errorf("shebao %s ended with %v: %s", args[0], err, log)
			}
		case <-time.After(60 * time.Second):
			_ = cmd.Process.Kill() // it did not stop by itself
			h.t.Errorf("shebao %s did not stop: %s", args[0], log)
		}
		if left := childrenOf(h.dir); left != "" {
			h.t.Errorf("left running: %s", left)
		}
	})
	select {
	case line := <-first:
		var a addresses
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			h.t.Fatalf("shebao %s did not start: %v: %q %s", args[0], err, line, log)
		}
		return a
	case <-time.After(5 * time.Minute):
		h.t.Fatalf("shebao %s did not start in time: %s", args[0], log)
	}
	return addresses{}
}

// childrenOf lists processes that still work below a folder, read from /proc where there is one.
func childrenOf(dir string) string {
	for range 50 {
		var left []string
		files, _ := filepath.Glob("/proc/[0-9]*/cmdline") // none elsewhere
		for _, file := range files {
			line, err := os.ReadFile(file)
			if err == nil && bytes.Contains(line, []byte(dir)) {
				left = append(left, strings.ReplaceAll(string(line), "\x00", " "))
			}
		}
		if len(left) == 0 {
			return ""
		}
		time.Sleep(100 * time.Millisecond)
		if len(left) > 0 && files == nil {
			return ""
		}
	}
	return "a process of " + dir
}

// tail keeps the end of a log for a failure's message.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf = append(l.buf, p...)
	if len(l.buf) > 8<<10 {
		l.buf = l.buf[len(l.buf)-8<<10:]
	}
	return len(p), nil
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.buf)
}

func get(t testing.TB, url string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // read below
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(content)
}
