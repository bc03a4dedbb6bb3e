package postgres

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/postgres/postgrestest"
)

// as runs a statement as a process's role, and undoes it.
func as(t *testing.T, pool *pgxpool.Pool, role, sql string) error {
	t.Helper()
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }() // it is only a try
	if _, err := tx.Exec(t.Context(), `SET LOCAL ROLE `+pgx.Identifier{role}.Sanitize()); err != nil {
		t.Fatal(err)
	}
	_, err = tx.Exec(t.Context(), sql)
	return err
}

// The portal's role reads what is published and nothing that is being prepared: tried, not believed.
func TestThePortalSeesOnlyWhatIsPublished(t *testing.T) {
	pool := postgrestest.New(t, Migrations()...)
	if err := Grant(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	for i, content := range []string{`{"employers":["甲","乙"]}`, `{"employers":["乙"]}`} {
		if _, err := pool.Exec(t.Context(), `INSERT INTO publication.snapshot VALUES ('arrears', '33', '2026Q3', $1, now(), sha256($2), $2)`, i+1, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := pool.Exec(t.Context(), `INSERT INTO publication.listing (edition_id, region, span, uscc, code_hash, entry, objections_to) VALUES (1, '33', '2026Q3', '91', 'hash', '{}', '2026-12-01')`)
	if err != nil {
		t.Fatal(err)
	}
	const portalRole, hotline, desk = "shebao_portal", "shebao_ivr", "shebao_complaints"
	for _, c := range []struct {
		role, sql string
		may       bool
	}{
		{portalRole, `SELECT content FROM publication.latest`, true},
		{portalRole, `SELECT * FROM publication.listed('91', 'hash')`, true},
		{portalRole, `SELECT * FROM publication.objections_to('91', 'hash')`, true},
		{portalRole, `SELECT publication.object('91', 'hash', 'form', 'sealed', '2026-12-01', now())`, true},
		{portalRole, `SELECT publication.attach('form', 'sum', 'application/pdf', 'name', 'content')`, true},
		{portalRole, `SELECT content FROM publication.snapshot`, false},
		{portalRole, `SELECT entry FROM publication.listing`, false},
		{portalRole, `UPDATE publication.listing SET objections_to = '2027-01-01'`, false},
		{portalRole, `SELECT words FROM publication.objection`, false},
		{portalRole, `INSERT INTO publication.objection (listing_id, form_hash, words, filed_at) VALUES (1, 'x', 'y', now())`, false},
		{portalRole, `SELECT content FROM publication.objection_file`, false},
		{portalRole, `INSERT INTO publication.snapshot VALUES ('audit', '33', '2026Q3', 1, now(), sha256('a'), 'a')`, false},
		{portalRole, `SELECT body FROM complaints.edition`, false},
		{portalRole, `SELECT owed_after FROM complaints.debtor`, false},
		{portalRole, `SELECT due FROM complaints.collection_flow`, false},
		{hotline, `SELECT content FROM publication.latest`, false},
		{hotline, `SELECT * FROM publication.listed('91', 'hash')`, false},
		{desk, `SELECT content FROM publication.snapshot`, true},
		{desk, `INSERT INTO publication.snapshot VALUES ('audit', '33', '2026Q3', 1, now(), sha256('a'), 'a')`, true},
		{desk, `UPDATE publication.snapshot SET content = 'x'`, false},
		{desk, `DELETE FROM publication.snapshot`, false},
		{desk, `INSERT INTO publication.objection (listing_id, form_hash, words, filed_at) VALUES (1, 'x', 'y', now())`, false},
	} {
		if err := as(t, pool, c.role, c.sql); (err == nil) != c.may || err != nil && !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %s: %v", c.role, c.sql, err)
		}
	}
	var seen string
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }() // only read
	if _, err := tx.Exec(t.Context(), `SET LOCAL ROLE shebao_portal`); err != nil {
		t.Fatal(err)
	}
	if err := tx.QueryRow(t.Context(), `SELECT string_agg(convert_from(content, 'UTF8'), '') FROM publication.latest`).Scan(&seen); err != nil || strings.Contains(seen, "甲") || !strings.Contains(seen, "乙") {
		t.Errorf("the portal reads %s of who was taken off (%v)", seen, err)
	}
}
