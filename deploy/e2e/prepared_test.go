package e2e

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// prepared is a data directory in which the demo has made its data, stopped again: journeys go on from copies of it, since making it takes as long as many a journey.
// TestTheWholeLoop starts on an empty one.
var prepared = sync.OnceValues(func() (string, error) {
	binary, err := build()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(filepath.Dir(binary), "prepared")
	cmd := exec.Command(binary, "demo", "--json")
	cmd.Env = housedIn(dir)
	said := &tail{}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	_, err = bufio.NewReader(out).ReadString('\n') // it listens
	_ = cmd.Process.Signal(os.Interrupt)           // it may have ended already
	if ended := cmd.Wait(); err != nil || ended != nil {
		return "", fmt.Errorf("preparing the demo's data: %v, %v: %s", err, ended, said)
	}
	return dir, nil
})

// newDemoHouse is a house with the demo's data in it.
func newDemoHouse(t testing.TB) house {
	t.Helper()
	h := newHouse(t)
	from, err := prepared()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", "-a", from, filepath.Join(h.dir, "data")).CombinedOutput(); err != nil {
		t.Fatalf("copying the demo's data: %v: %s", err, out)
	}
	return h
}
