package ledger_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

func reverse(ctx context.Context, l *ledger.Ledger, pool *pgxpool.Pool, p ledger.Payment) (reversed bool, err error) {
	err = postgres.Tx(ctx, pool, func(tx pgx.Tx) (err error) {
		reversed, err = l.ReversePayment(ctx, tx, p, now)
		return err
	})
	return reversed, err
}

func assess(ctx context.Context, l *ledger.Ledger, pool *pgxpool.Pool, id string, employer int32, lines ...ledger.AssessedLine) (assessed bool, err error) {
	err = postgres.Tx(ctx, pool, func(tx pgx.Tx) (err error) {
		assessed, err = l.Assess(ctx, tx, id, employer, lines, now)
		return err
	})
	return assessed, err
}

// recordOf is everything that reading a person's record gives.
func recordOf(t testing.TB, l *ledger.Ledger, person int64) []ledger.PersonYear {
	t.Helper()
	years, err := l.PersonYears(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	return years
}

func sameRecord(a, b []ledger.PersonYear) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Account.Closing != b[i].Account.Closing || a[i].Account.Credits != b[i].Account.Credits || len(a[i].Rows) != len(b[i].Rows) {
			return false
		}
		for j := range a[i].Rows {
			if a[i].Rows[j] != b[i].Rows[j] {
				return false
			}
		}
	}
	return true
}

// A payment that bounced leaves the record as it was, and both movements in the history.
func TestAReversedPaymentLeavesTheRecordAsItWas(t *testing.T) {
	l, pool, person, employer := inDebt(t)
	ctx := t.Context()
	part := ledger.Payment{ID: "part", EmployerID: employer, PaidOn: calendar.NewDate(2026, 11, 18), Lines: []ledger.PaymentLine{line(person, 202503, 30000, 10000)}}
	if _, err := record(ctx, l, pool, part); err != nil {
		t.Fatal(err)
	}
	before := recordOf(t, l, person)
	rest := ledger.Payment{ID: "rest", EmployerID: employer, PaidOn: calendar.NewDate(2026, 11, 20), Lines: []ledger.PaymentLine{line(person, 202503, 50000, 30000), line(person, 202504, 80000, 40000)}}
	if _, err := record(ctx, l, pool, rest); err != nil {
		t.Fatal(err)
	}
	if sameRecord(before, recordOf(t, l, person)) {
		t.Fatal("the payment changed nothing")
	}
	if reversed, err := reverse(ctx, l, pool, rest); err != nil || !reversed {
		t.Fatal(reversed, err)
	}
	if after := recordOf(t, l, person); !sameRecord(before, after) {
		t.Errorf("%+v, before %+v", after, before)
	}
	if reversed, err := reverse(ctx, l, pool, rest); err != nil || reversed {
		t.Errorf("once more: %v, %v", reversed, err)
	}
	if _, err := record(ctx, l, pool, rest); fault.Of(err).Key != "payment.reversed" {
		t.Errorf("booked again under its number: %v", err)
	}
	if reversed, err := reverse(ctx, l, pool, part); err != nil || !reversed {
		t.Fatal(reversed, err)
	}
	for _, y := range recordOf(t, l, person) {
		for _, row := range y.Rows {
			if y.Year == 2025 && (row.Paid() != 0 || !row.PaidOn.IsZero()) {
				t.Errorf("%+v: something is still paid", row)
			}
		}
	}
	var kept int
	if err := pool.QueryRow(ctx, `SELECT count(*) FROM ledger.contribution_history WHERE person_id = $1`, person).Scan(&kept); err != nil || kept != 6 {
		t.Errorf("%d values in the history, %v; want 6 of four runs", kept, err)
	}
	if _, differ, err := l.Verify(ctx); err != nil || len(differ) > 0 {
		t.Errorf("verify: %v, %v", differ, err)
	}
}

func TestReversalsThatAreRefusedChangeNothing(t *testing.T) {
	l, pool, person, employer := inDebt(t)
	ctx := t.Context()
	p := ledger.Payment{ID: "1", EmployerID: employer, PaidOn: calendar.NewDate(2026, 11, 20), Lines: []ledger.PaymentLine{line(person, 202503, 80000, 40000)}}
	if _, err := record(ctx, l, pool, p); err != nil {
		t.Fatal(err)
	}
	before := recordOf(t, l, person)
	other, unknown, empty := p, p, p
	other.Lines = []ledger.PaymentLine{line(person, 202503, 80000, 39999)}
	unknown.ID, empty.Lines = "2", nil
	for key, payment := range map[string]ledger.Payment{"payment.differs": other, "payment.unknown": unknown, "payment.empty": empty} {
		if _, err := reverse(ctx, l, pool, payment); fault.Of(err).Key != key {
			t.Errorf("%v, want %s", err, key)
		}
	}
	if !sameRecord(before, recordOf(t, l, person)) {
		t.Error("a refusal has changed the record")
	}
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+owedLine(knownPerson, "202503"))) // the agency's system never heard of the payment
	if _, err := reverse(ctx, l, pool, p); fault.Of(err).Key != "payment.overwritten" {
		t.Errorf("%v, want payment.overwritten", err)
	}
}

// Whatever is booked in whatever order, taking all of it out again in another leaves what there was.
func TestReversalsUndoPaymentsInAnyOrder(t *testing.T) {
	l, pool, person, employer := inDebt(t)
	ctx, number := t.Context(), 0
	before := recordOf(t, l, person)
	rapid.Check(t, func(t *rapid.T) {
		var booked []ledger.Payment
		for range rapid.IntRange(1, 5).Draw(t, "payments") {
			number++
			p := ledger.Payment{ID: string(rune(number + 0x4e00)), EmployerID: employer, PaidOn: calendar.NewDate(2026, 3, rapid.IntRange(1, 28).Draw(t, "day")), Lines: []ledger.PaymentLine{
				line(person, rapid.SampledFrom([]calendar.Period{202503, 202504}).Draw(t, "period"), money.Fen(rapid.Int64Range(0, 40000).Draw(t, "employer")), money.Fen(rapid.Int64Range(1, 20000).Draw(t, "person")))}}
			if ok, _ := record(ctx, l, pool, p); ok { // else more than was owed
				booked = append(booked, p)
			}
		}
		for len(booked) > 0 {
			i := rapid.IntRange(0, len(booked)-1).Draw(t, "which")
			if reversed, err := reverse(ctx, l, pool, booked[i]); err != nil || !reversed {
				t.Fatal(reversed, err)
			}
			booked = append(booked[:i], booked[i+1:]...)
		}
		lines, err := l.PersonsOwed(ctx, employer, 202501, 202512)
		if err != nil || len(lines) != 2 || lines[0].Owed() != 120000 || lines[1].Owed() != 120000 {
			t.Fatalf("owed: %+v, %v", lines, err)
		}
	})
	if after := recordOf(t, l, person); !sameRecord(before, after) {
		t.Errorf("%+v, before %+v", after, before)
	}
	if _, differ, err := l.Verify(ctx); err != nil || len(differ) > 0 {
		t.Errorf("verify: %v, %v", differ, err)
	}
}

func more(person int64, period calendar.Period, base, employer, own money.Fen) ledger.AssessedLine {
	return ledger.AssessedLine{PersonID: person, Period: period, Insurance: contribution.EmployeePension, Base: base, EmployerMore: employer, PersonMore: own}
}

// A truer base makes more due: what was paid in full is in arrears, its credit leaves the account until it is made good, the old values stay in the history.
func TestAnAssessmentMakesMoreDue(t *testing.T) {
	l, pool, _, employer := inDebt(t)
	ctx := t.Context()
	other := personID(t, l, otherPerson)
	credited := func() (sum money.Fen) {
		for _, y := range recordOf(t, l, other) {
			sum += y.Account.Credited()
		}
		return sum
	}
	if credited() != 40000 {
		t.Fatalf("credited before: %s", credited())
	}
	lines := []ledger.AssessedLine{more(other, 202604, 800000, 48000, 0), more(other, 202604, 700000, 0, 24000)}
	if assessed, err := assess(ctx, l, pool, "a", employer, lines...); err != nil || !assessed {
		t.Fatal(assessed, err)
	}
	owed, err := l.PersonsOwed(ctx, employer, 202604, 202604)
	if err != nil || len(owed) != 1 || owed[0].EmployerOwed != 48000 || owed[0].PersonOwed != 24000 || owed[0].Base != 800000 {
		t.Errorf("owed: %+v, %v", owed, err)
	}
	if credited() != 0 {
		t.Errorf("a month in arrears credits %s", credited())
	}
	if assessed, err := assess(ctx, l, pool, "a", employer, lines...); err != nil || assessed {
		t.Errorf("the same finding again: %v, %v", assessed, err)
	}
	var due int64
	if err := pool.QueryRow(ctx, `SELECT employer_due + person_due FROM ledger.contribution_history WHERE person_id = $1`, other).Scan(&due); err != nil || due != 120000 {
		t.Errorf("history: %d, %v", due, err)
	}
	if booked, err := record(ctx, l, pool, ledger.Payment{ID: "p", EmployerID: employer, PaidOn: calendar.NewDate(2026, 11, 20), Lines: []ledger.PaymentLine{line(other, 202604, 48000, 24000)}}); err != nil || !booked {
		t.Fatal(booked, err)
	}
	if credited() != 64000 {
		t.Errorf("made good, it credits %s", credited())
	}
	if _, differ, err := l.Verify(ctx); err != nil || len(differ) > 0 {
		t.Errorf("verify: %v, %v", differ, err)
	}
}

func TestAssessmentsThatAreRefusedChangeNothing(t *testing.T) {
	l, pool, person, employer := inDebt(t)
	ctx := t.Context()
	before := recordOf(t, l, person)
	good := more(person, 202503, 600000, 1, 0)
	for _, tc := range []struct {
		name, id, key string
		employer      int32
		lines         []ledger.AssessedLine
	}{
		{"no line", "a", "assess.empty", employer, nil},
		{"no ID", "", "assess.empty", employer, []ledger.AssessedLine{good}},
		{"nothing more", "a", "assess.empty", employer, []ledger.AssessedLine{good, more(person, 202504, 600000, 0, 0)}},
		{"less", "a", "assess.empty", employer, []ledger.AssessedLine{more(person, 202503, 600000, 2, -1)}},
		{"a base below zero", "a", "assess.empty", employer, []ledger.AssessedLine{more(person, 202503, -1, 1, 1)}},
		{"too much", "a", "assess.empty", employer, []ledger.AssessedLine{more(person, 202503, 1, money.Limit, 1), more(person, 202503, 1, 1, 1)}},
		{"a month without a contribution", "a", "assess.no_month", employer, []ledger.AssessedLine{good, more(person, 202505, 600000, 1, 0)}},
		{"another employer's month", "a", "assess.no_month", employer + 1, []ledger.AssessedLine{good}},
	} {
		if _, err := assess(ctx, l, pool, tc.id, tc.employer, tc.lines...); fault.Of(err).Kind != fault.Invalid || fault.Of(err).Key != tc.key {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.key)
		}
	}
	if !sameRecord(before, recordOf(t, l, person)) {
		t.Error("a refusal has changed the record")
	}
}
