package postgres

import (
	"testing"

	"shebao/shared/audit"
	"shebao/shared/postgres/postgrestest"
)

// A process adds to the audit log and takes what waits into its chain, by one function; nothing that waits or is chained can it read, change or remove, nor write anything past the others that wait.
func TestTheAuditLogIsOnlyAddedTo(t *testing.T) {
	pool := postgrestest.New(t, Migrations()...)
	if err := Grant(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	const appends = audit.Insert + `VALUES ('x', now(), 'staff:1', 'investigator', 'view case', 'case:1', '', '', 'done')`
	if _, err := pool.Exec(t.Context(), appends+`; SELECT audit.chain(10, true); `+appends); err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"shebao_portal", "shebao_ivr", "shebao_complaints"} {
		for _, sql := range []string{appends, `SELECT audit.chain(10, false)`} {
			if err := as(t, pool, role, sql); err != nil {
				t.Errorf("%s: %s: %v", role, sql, err)
			}
		}
		for _, sql := range []string{
			`INSERT INTO audit.waiting (id, stream, at, actor, role, action, subject, case_no, reason, outcome) OVERRIDING SYSTEM VALUE VALUES (1, 'x', now(), 'staff:2', '', '', '', '', '', 'done')`,
			`SELECT count(*) FROM audit.waiting`, `UPDATE audit.waiting SET actor = 'staff:2'`, `DELETE FROM audit.waiting`, `TRUNCATE audit.waiting`, `SELECT setval('audit.waiting_id_seq', 1)`,
			`INSERT INTO audit.log SELECT * FROM audit.log`, `UPDATE audit.log SET actor = 'staff:2'`, `DELETE FROM audit.log`, `UPDATE audit.head SET seq = 0`,
		} {
			if err := as(t, pool, role, sql); err == nil {
				t.Errorf("%s may: %s", role, sql)
			}
		}
	}
}
