package backup

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"shebao/shared/postgres/embedded"
)

// ErrNoClient says in one line what to install.
var ErrNoClient = errors.New("PostgreSQL's pg_dump and pg_restore not found: install the client programs of the server's version or newer (Debian: apt-get install postgresql-client), or set PG_BINDIR to their folder")

// client prepares one of PostgreSQL's own programs for a database. What the address holds goes by the environment: arguments can be read by everybody on the machine.
func client(ctx context.Context, name, address string, args ...string) (*exec.Cmd, error) {
	path, err := find(ctx, name)
	if err != nil {
		return nil, err
	}
	env, err := environment(address)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), env...)
	return cmd, nil
}

// find prefers the programs that come with the server: older ones than the server refuse it.
func find(ctx context.Context, name string) (string, error) {
	if dir, err := embedded.Programs(ctx, os.Stderr); err == nil {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", ErrNoClient
	}
	return path, nil
}

// environment is what libpq calls the parts of an address.
func environment(address string) ([]string, error) {
	config, err := pgx.ParseConfig(withoutPool(address))
	if err != nil {
		return nil, errors.New("database address: cannot be parsed") // the parser's error would print the password
	}
	env := []string{"PGHOST=" + config.Host, "PGPORT=" + strconv.Itoa(int(config.Port)), "PGUSER=" + config.User, "PGPASSWORD=" + config.Password, "PGDATABASE=" + config.Database}
	if parsed, err := url.Parse(address); err == nil {
		for key, values := range parsed.Query() {
			if strings.HasPrefix(key, "ssl") {
				env = append(env, fmt.Sprintf("PG%s=%s", strings.ToUpper(key), values[0]))
			}
		}
	}
	return env, nil
}

// withoutPool leaves out what only a pool of connections understands.
func withoutPool(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return address
	}
	query := parsed.Query()
	for key := range query {
		if strings.HasPrefix(key, "pool_") {
			query.Del(key)
		}
	}
	parsed.RawQuery = query.Encode()
	return parsed.String()
}
