package ledger

import (
	"context"
	"testing"
	"time"

	"shebao/shared/postgres"
)

// Whoever has fewer connections than issuers work at a time waits for none that never comes free.
func TestIssuingTakesNoMoreConnectionsThanThereAre(t *testing.T) {
	_, pool := insideLedger(t)
	keys, err := killedKeys()
	if err != nil {
		t.Fatal(err)
	}
	l := New(pool, keys)
	const persons = 2*personsInRange + 1
	if _, err := l.Import(t.Context(), Contributions, benchFiles(t, l, persons, 1), Options{Now: benchNow}); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE ledger.reach SET data_date = '2026-01-31', accounts_through = '2025-12-31', accounts_filled = NULL`); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Import(t.Context(), Rates, emptyRates(t), Options{Now: benchNow}); err != nil { // runs everybody's account to the end of 2025
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // else a wait that never ends
	defer cancel()
	few, err := postgres.Open(ctx, pool.Config().ConnString()+"&pool_max_conns=1", "", "test")
	if err != nil {
		t.Fatal(err)
	}
	defer few.Close()
	if report, err := New(few, keys).IssueStatements(ctx, IssueOptions{Year: 2025, Now: benchNow}); err != nil || report.Issued != persons {
		t.Errorf("%+v, %v", report, err)
	}
}
