package audit_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/audit"
	"shebao/shared/postgres"
	"shebao/shared/postgres/postgrestest"
)

func TestEveryTamperingIsFound(t *testing.T) {
	tamperings := map[string]struct {
		sql  string
		want audit.Break
	}{
		"altered":   {`UPDATE audit.log SET reason = 'none' WHERE stream = 'complaints' AND seq = 2`, audit.Break{Stream: "complaints", Seq: 2, What: "altered"}},
		"removed":   {`DELETE FROM audit.log WHERE stream = 'complaints' AND seq = 2`, audit.Break{Stream: "complaints", Seq: 3, What: "missing"}},
		"truncated": {`DELETE FROM audit.log WHERE stream = 'complaints' AND seq = 3`, audit.Break{Stream: "complaints", Seq: 3, What: "head"}},
		"reordered": {`UPDATE audit.log SET seq = CASE seq WHEN 1 THEN 12 ELSE 11 END WHERE stream = 'complaints' AND seq IN (1, 2);
			UPDATE audit.log SET seq = seq - 10 WHERE stream = 'complaints' AND seq > 10`, audit.Break{Stream: "complaints", Seq: 1, What: "altered"}},
	}
	for name, tampering := range tamperings {
		t.Run(name, func(t *testing.T) {
			pool, ctx := postgrestest.New(t, audit.Migrations()), t.Context()
			for _, action := range []string{"open", "decide", "close"} {
				err := postgres.Tx(ctx, pool, func(tx pgx.Tx) error {
					return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: time.Now(), Actor: "staff:1", Role: "investigator", Action: action, Subject: "case:1", Reason: "work"})
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if checked, breaks, err := audit.Verify(ctx, pool); err != nil || checked != 3 || len(breaks) > 0 {
				t.Fatalf("untouched log: %d rows, %v, %v", checked, breaks, err)
			}
			if _, err := pool.Exec(ctx, tampering.sql); err == nil {
				t.Fatal("the database lets it be changed")
			}
			if _, err := pool.Exec(ctx, "ALTER TABLE audit.log DISABLE TRIGGER USER; "+tampering.sql); err != nil { // as its owner can
				t.Fatal(err)
			}
			_, breaks, err := audit.Verify(ctx, pool)
			if err != nil || len(breaks) == 0 || breaks[0] != tampering.want {
				t.Errorf("breaks = %v, %v, want first %v", breaks, err, tampering.want)
			}
		})
	}
}
