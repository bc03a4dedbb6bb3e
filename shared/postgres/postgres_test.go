package postgres_test

import (
	"errors"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/postgres/postgrestest"
)

var module = postgres.Migrations{Module: "sample", Files: fstest.MapFS{
	"0001_thing.sql": {Data: []byte("-- +goose Up\nCREATE SCHEMA sample;\nCREATE TABLE sample.thing (id int PRIMARY KEY);\n")},
}}

func TestTxKeepsAllOrNothing(t *testing.T) {
	pool, ctx := postgrestest.New(t, module), t.Context()
	refused := errors.New("refused")
	err := postgres.Tx(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO sample.thing (id) VALUES (1)"); err != nil {
			return err
		}
		return refused
	})
	if !errors.Is(err, refused) {
		t.Fatalf("Tx = %v", err)
	}
	insert := func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO sample.thing (id) VALUES (1)")
		return err
	}
	if err := postgres.Tx(ctx, pool, insert); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Tx(ctx, pool, insert); !postgres.IsUnique(err, "thing_pkey") {
		t.Errorf("a second insert: %v", err)
	}
}

func TestOutageIsUnavailable(t *testing.T) {
	pool, ctx := postgrestest.New(t, module), t.Context()
	pool.Close()
	_, err := postgres.Open(ctx, "postgres:///?host=/nowhere&user=x&dbname=x", "", "test")
	if err == nil || fault.Of(postgres.Classify(err)).Kind != fault.Unavailable {
		t.Errorf("a missing server: %v", err)
	}
}

func TestMigrateTwiceChangesNothing(t *testing.T) {
	pool := postgrestest.New(t, module)
	if err := postgres.Migrate(t.Context(), pool, module); err != nil {
		t.Error(err)
	}
}
