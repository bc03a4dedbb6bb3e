package postgrestest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

var tps = regexp.MustCompile(`tps = ([0-9.]+)`)

// Pgbench is what a benchmark of reading is measured against: pgbench's transactions a second with a script on some connections, the query prepared, through the same
// socket. It fails the test where pgbench, which comes with the server programs, is not found.
func Pgbench(t testing.TB, url, script string, clients, transactions int) float64 {
	t.Helper()
	program, err := exec.LookPath("pgbench")
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench") // the pattern is good
		if len(found) == 0 {
			t.Fatal("pgbench is not installed: it comes with PostgreSQL's server programs")
		}
		program = found[len(found)-1]
	}
	file := filepath.Join(t.TempDir(), "script.sql")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, "-n", "-M", "prepared", "-f", file, "-c", strconv.Itoa(clients), "-j", "2",
		"-t", strconv.Itoa(max(1, transactions/clients)), url).CombinedOutput()
	if err != nil {
		t.Fatalf("pgbench: %v: %.400s", err, out)
	}
	said := tps.FindSubmatch(out)
	if said == nil {
		t.Fatalf("pgbench said no tps: %s", out)
	}
	rate, err := strconv.ParseFloat(string(said[1]), 64)
	if err != nil {
		t.Fatal(fmt.Errorf("pgbench: %w", err))
	}
	return rate
}
