package reconcile_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/deploy/reconcile"
	"shebao/portal/web"
	"shebao/shared/calendar"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
)

// onDay compares a day and counts what was computed; unknown are what cannot be known, by place.
func onDay(t *testing.T, s reconcile.Sources, on calendar.Date) (differ []string, compared int, unknown map[string]int) {
	t.Helper()
	lines, err := reconcile.Run(t.Context(), s, on)
	if err != nil {
		t.Fatal(err)
	}
	unknown = map[string]int{}
	for _, l := range lines {
		switch {
		case l.Differs():
			differ = append(differ, l.String())
		case l.Agrees():
			compared++
		default:
			unknown[l.Where]++
			if !strings.Contains(l.String(), "cannot be known: ") {
				t.Errorf("%s does not say so", l)
			}
		}
	}
	return differ, compared, unknown
}

// paid books a payment of everything that the register's first employer owes, on a later day.
func paid(t *testing.T, s reconcile.Sources) {
	t.Helper()
	at := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	err := postgres.Tx(t.Context(), s.DB, func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), `
			SELECT employer_id, person_id, period, insurance, employer_due - employer_paid, person_due - person_paid
			FROM ledger.contribution WHERE employer_id = (SELECT min(employer_id) FROM complaints.debtor WHERE cleared_on IS NULL) AND (employer_paid <> employer_due OR person_paid <> person_due)`)
		if err != nil {
			return err
		}
		p := ledger.Payment{ID: "P1", PaidOn: calendar.DateOf(at)}
		var l ledger.PaymentLine
		if _, err := pgx.ForEachRow(rows, []any{&p.EmployerID, &l.PersonID, &l.Period, &l.Insurance, &l.EmployerPart, &l.PersonPart}, func() error { p.Lines = append(p.Lines, l); return nil }); err != nil {
			return err
		}
		_, err = s.Ledger.RecordPayment(t.Context(), tx, p, at)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A day that is over is compared as it stood: what was paid since changes nothing of it, a fen in what was kept is found, and what was not kept is named.
func TestADayThatIsOver(t *testing.T) {
	s, pool, refreshed := agency(t)
	if _, err := s.Ledger.IssueStatements(t.Context(), ledger.IssueOptions{Year: 2025, Now: now}); err != nil {
		t.Fatal(err)
	}
	paid(t, s)
	later := calendar.NewDate(2026, 12, 4)
	refreshed(later.Midnight())
	s.Today = later
	day := calendar.DateOf(now)
	wanted := map[string]int{"hotline": 1, "desk": 2, "portal": 1} // whose record the payment changed; the collection figures, which it replaced, and training that was entered since
	differ, compared, unknown := onDay(t, s, day)
	if len(differ) > 0 || compared < 60 || !maps.Equal(unknown, wanted) {
		t.Errorf("%d totals of %s compared, these differ: %q; unknown %v", compared, day, differ, unknown)
	}
	for _, sql := range []string{`UPDATE complaints.audit_training SET recorded_at = '2026-03-02'`, `UPDATE complaints.debtor_event SET at = '2026-11-24 03:00Z' WHERE what = 'written_off'`} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if differ, more, unknown := onDay(t, s, day); len(differ) > 0 || more <= compared || unknown["desk"] != 1 {
		t.Errorf("with what the desk had entered by then: %d compared, %q, unknown %v", more, differ, unknown)
	}
	if differ, _, unknown = onDay(t, s, later); len(differ) > 0 || len(unknown) > 0 {
		t.Errorf("today: %q, %v", differ, unknown)
	}
	const total = `(refresh_id, city, insurance) = (SELECT refresh_id, city, insurance FROM complaints.refresh_total WHERE refresh_id = (SELECT max(id) FROM complaints.refresh WHERE at < '2026-11-24 16:00Z') AND insurance `
	for _, c := range []struct{ change, back, where string }{
		{`UPDATE complaints.refresh_total SET owed = owed + 1 WHERE ` + total + `= 110 LIMIT 1)`, `UPDATE complaints.refresh_total SET owed = owed - 1 WHERE ` + total + `= 110 LIMIT 1)`, "register  arrears in 0701 of insurance 110"},
		{`UPDATE complaints.refresh_total SET late_fee = late_fee + 1 WHERE ` + total + `= 0 LIMIT 1)`, `UPDATE complaints.refresh_total SET late_fee = late_fee - 1 WHERE ` + total + `= 0 LIMIT 1)`, "register  late fees in 0701"},
		{`INSERT INTO complaints.money_setting (region, version, setting, set_at) VALUES ('0701', 1, '{"arrears": {"first_day": "second_month", "end_day": "through_payment_day", "stop": "declared"}}', '2026-11-23')`,
			`DELETE FROM complaints.money_setting WHERE region = '0701'`, "register  late fees in 0701"},
		{`UPDATE ledger.person SET opening_balance = opening_balance + 1 WHERE opening_on IS NOT NULL`, `UPDATE ledger.person SET opening_balance = opening_balance - 1 WHERE opening_on IS NOT NULL`, "hotline   balances as they are spoken"},
		{`UPDATE complaints.debtor_event SET after = '123.46' WHERE what = 'written_off'`, `UPDATE complaints.debtor_event SET after = '123.45' WHERE what = 'written_off'`, "register  written off in"},
		{`UPDATE ledger.contribution_history SET employer_due = employer_due + 1 WHERE (person_id, period, insurance) = (SELECT person_id, period, insurance FROM ledger.contribution_history WHERE period <= 202609 ORDER BY 1, 2, 3 LIMIT 1)`,
			`UPDATE ledger.contribution_history SET employer_due = employer_due - 1 WHERE (person_id, period, insurance) = (SELECT person_id, period, insurance FROM ledger.contribution_history WHERE period <= 202609 ORDER BY 1, 2, 3 LIMIT 1)`, "register"},
		{`UPDATE complaints.debtor_event SET after = (after::bigint + 1)::text WHERE id = (SELECT min(id) FROM complaints.debtor_event WHERE what = 'listed')`,
			`UPDATE complaints.debtor_event SET after = (after::bigint - 1)::text WHERE id = (SELECT min(id) FROM complaints.debtor_event WHERE what = 'listed')`, "register"},
		{`UPDATE ledger.contribution SET person_due = person_due + 1 WHERE (person_id, period, insurance) = (SELECT person_id, period, insurance FROM ledger.contribution WHERE period / 100 = 2025 ORDER BY 1, 2, 3 LIMIT 1)`,
			`UPDATE ledger.contribution SET person_due = person_due - 1 WHERE (person_id, period, insurance) = (SELECT person_id, period, insurance FROM ledger.contribution WHERE period / 100 = 2025 ORDER BY 1, 2, 3 LIMIT 1)`, "portal"},
	} {
		if changed, err := pool.Exec(t.Context(), c.change); err != nil || changed.RowsAffected() == 0 {
			t.Fatalf("%s: %v", c.change, err)
		}
		differ, _, _ = onDay(t, s, day)
		found := false
		for _, l := range differ {
			found = found || strings.HasPrefix(l, c.where)
		}
		if !found {
			t.Errorf("%s: %q", c.change, differ)
		}
		if _, err := pool.Exec(t.Context(), c.back); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := pool.Exec(t.Context(), `DELETE FROM complaints.refresh_total`); err != nil {
		t.Fatal(err)
	}
	if differ, _, unknown := onDay(t, s, day); len(differ) > 0 || unknown["register"] != 1 {
		t.Errorf("a refresh that kept no totals: %q, unknown %v", differ, unknown)
	}
	if _, err := reconcile.Run(t.Context(), s, calendar.NewDate(2020, 1, 1)); !errors.Is(err, reconcile.ErrNothing) {
		t.Errorf("before anything was kept: %v", err)
	}
}

// Page, what programs get and paper are compared by what they say, the paper by the text that its file holds.
func TestAStatementsFormsAreCompared(t *testing.T) {
	s, _, _ := agency(t)
	if _, err := s.Ledger.IssueStatements(t.Context(), ledger.IssueOptions{Year: 2025, Now: now}); err != nil {
		t.Fatal(err)
	}
	day, forms := calendar.DateOf(now), s.Forms
	if differ, compared, _ := onDay(t, s, day); len(differ) > 0 || compared < 50 {
		t.Fatalf("%d compared, these differ: %q", compared, differ)
	}
	var first []byte // somebody's paper
	change := map[string]func(*web.StatementForms){
		"pages that differ": func(f *web.StatementForms) {
			f.Page = bytes.Replace(f.Page, []byte("<tfoot>"), []byte(`<tfoot><tr><th scope="row"></th><td></td><td class="num">0.01</td><td class="num">0.01</td><td class="num hide-s"></td><td class="num hide-s">--</td></tr></tfoot><tfoot>`), 1)
		},
		"for programs": func(f *web.StatementForms) {
			f.JSON = bytes.Replace(f.JSON, []byte(`"employer_paid":"`), []byte(`"employer_paid":"1`), 1)
		},
		"those that differ from the page": func(f *web.StatementForms) {
			switch {
			case f.PDF == nil:
			case first == nil:
				first = f.PDF
			default:
				f.PDF = first
			}
		},
	}
	for what, tamper := range change {
		s.Forms = func(ctx context.Context, person int64, year int) (web.StatementForms, error) {
			f, err := forms(ctx, person, year)
			tamper(&f)
			return f, err
		}
		if !named(t, s, "portal", what) {
			t.Errorf("%s is not named", what)
		}
	}
	s.Forms = func(ctx context.Context, person int64, year int) (web.StatementForms, error) {
		f, err := forms(ctx, person, year)
		f.PDF = []byte("%PDF-2.0 startxref\n9\n%%EOF\n")
		return f, err
	}
	if _, err := reconcile.Run(t.Context(), s, day); err == nil {
		t.Error("a paper that cannot be read back agrees")
	}
}
