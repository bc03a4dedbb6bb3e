package reconcile_test

import (
	"bytes"
	"context"
	"errors"
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
	if differ, compared, unknown := onDay(t, s, day); len(differ) > 0 || compared < 20 || unknown["hotline"] == 0 || unknown["desk"] != 2 || unknown["register"] == 0 || unknown["portal"] == 0 {
		t.Errorf("%d totals of %s compared, these differ: %q; unknown %v", compared, day, differ, unknown)
	}
	if differ, _, unknown := onDay(t, s, later); len(differ) > 0 || len(unknown) > 0 {
		t.Errorf("today: %q, %v", differ, unknown)
	}
	for _, c := range []struct{ change, back, where string }{
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
		differ, _, _ := onDay(t, s, day)
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
