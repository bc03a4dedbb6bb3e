package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/postgres"
)

// BenchmarkPaymentOfANewEmployer: a payment for a hundred people of an employer that the planner's statistics do not know yet, against the same payment once they do.
func BenchmarkPaymentOfANewEmployer(b *testing.B) {
	l, pool, _ := benchLedger(b)
	ctx := b.Context()
	if _, err := l.Import(ctx, Contributions, benchFiles(b, l, 1500, benchMonths), Options{Now: benchNow}); err != nil {
		b.Fatal(err)
	}
	exec1(b, pool, `ALTER TABLE ledger.contribution SET (autovacuum_enabled = false)`)
	exec1(b, pool, `ANALYZE ledger.contribution`)
	file := filepath.Join(b.TempDir(), "new.csv")
	if err := os.WriteFile(file, []byte("uscc,name,region\n91350211M000100Y46,新单位有限公司,330402\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	if _, err := l.Import(ctx, Employers, file, Options{Now: benchNow}); err != nil {
		b.Fatal(err)
	}
	exec1(b, pool, `UPDATE ledger.contribution SET employer_id = (SELECT max(id) FROM ledger.employer), employer_paid = 0, person_paid = 0, paid_on = NULL
		WHERE person_id IN (SELECT id FROM ledger.person ORDER BY id LIMIT 100)`)
	p := Payment{ID: "bench", PaidOn: calendar.NewDate(2026, 11, 20)}
	rows, err := pool.Query(ctx, `SELECT person_id, period, insurance, employer_due, person_due FROM ledger.contribution WHERE employer_id = (SELECT max(id) FROM ledger.employer)`)
	if err != nil {
		b.Fatal(err)
	}
	if p.Lines, err = pgx.CollectRows(rows, pgx.RowToStructByPos[PaymentLine]); err != nil || len(p.Lines) != 100*benchMonths*5 {
		b.Fatalf("%d lines, %v", len(p.Lines), err)
	}
	if err := pool.QueryRow(ctx, `SELECT max(id) FROM ledger.employer`).Scan(&p.EmployerID); err != nil {
		b.Fatal(err)
	}
	undone := errors.New("undone")
	book := func() time.Duration {
		return timed(b, func() {}, func() {
			err := postgres.Tx(ctx, pool, func(tx pgx.Tx) error {
				if booked, err := l.RecordPayment(ctx, tx, p, benchNow); err != nil || !booked {
					return errors.Join(err, errors.New("not booked"))
				}
				return undone
			})
			if !errors.Is(err, undone) {
				b.Fatal(err)
			}
		})
	}
	fresh := book()
	exec1(b, pool, `ANALYZE ledger.contribution`)
	wanted(b, "a payment of a new employer against that of a known one", book().Seconds()/fresh.Seconds(), 0.3)
}
