// Package backup keeps the whole database in one file and brings it back. The file is as secret as the database; what is sealed in it opens only with the installation's secrets,
// which are kept elsewhere.
package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrExists says that a backup is never written over another file.
var ErrExists = errors.New("the file exists already: give another name")

// ErrNotEmpty says that a backup comes only into an empty database: nothing is lost by a wrong address.
var ErrNotEmpty = errors.New("the database is not empty: restore into a new one")

// WriteFile keeps the database as it stands at one moment, while everybody goes on working. The file appears once it is whole, readable by its owner alone.
// Errors: ErrExists, ErrNoClient, what pg_dump says.
func WriteFile(ctx context.Context, address, path string) (err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return ErrExists
	}
	partial := path + ".partial"
	file, err := os.OpenFile(partial, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(partial) // half a backup is worse than none
		}
	}()
	if err := errors.Join(Write(ctx, address, file), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(partial, path)
}

// Write is WriteFile to a stream, such as one that encrypts.
func Write(ctx context.Context, address string, out io.Writer) error {
	// Rights belong to the installation and are granted anew; rows on their way into the ledger are read from their file again.
	cmd, err := client(ctx, "pg_dump", address, "--format=custom", "--no-owner", "--no-privileges", "--exclude-table-data=ledger.staged_*")
	if err != nil {
		return err
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = out, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("pg_dump: %w: %s", err, strings.TrimSpace(said.String()))
	}
	return nil
}

// Read brings a backup into an empty database, all of it or nothing. Errors: ErrNotEmpty, ErrNoClient, what pg_restore says.
func Read(ctx context.Context, address string, pool *pgxpool.Pool, in io.Reader) error {
	var tables int
	if err := pool.QueryRow(ctx, `
		SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'`).Scan(&tables); err != nil {
		return fmt.Errorf("look into the database: %w", err)
	}
	if tables > 0 {
		return ErrNotEmpty
	}
	cmd, err := client(ctx, "pg_restore", address, "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--dbname=")
	if err != nil {
		return err
	}
	var said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("pg_restore: %w: %s", err, strings.TrimSpace(said.String()))
	}
	return nil
}
