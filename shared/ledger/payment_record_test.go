package ledger_test

import (
	"context"
	"errors"
	"testing"
	"time"

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

// inDebt is a ledger in which one person is owed March and April 2025, and the other is paid.
func inDebt(t testing.TB) (l *ledger.Ledger, pool *pgxpool.Pool, person int64, employer int32) {
	t.Helper()
	l, pool = newLedger(t)
	importTwoPeople(t, l)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+owedLine(knownPerson, "202503")+owedLine(knownPerson, "202504")+
		contributionLine(otherPerson, "202604", "2026-04-20")))
	e, err := l.EmployerByUSCC(t.Context(), identityUSCC(t, knownCode))
	if err != nil {
		t.Fatal(err)
	}
	return l, pool, personID(t, l, knownPerson), e.ID
}

func record(ctx context.Context, l *ledger.Ledger, pool *pgxpool.Pool, p ledger.Payment) (booked bool, err error) {
	err = postgres.Tx(ctx, pool, func(tx pgx.Tx) (err error) {
		booked, err = l.RecordPayment(ctx, tx, p, now)
		return err
	})
	return booked, err
}

func line(person int64, period calendar.Period, employerPart, personPart money.Fen) ledger.PaymentLine {
	return ledger.PaymentLine{PersonID: person, Period: period, Insurance: contribution.EmployeePension, EmployerPart: employerPart, PersonPart: personPart}
}

func TestAPaymentReachesTheRecord(t *testing.T) {
	l, pool, person, employer := inDebt(t)
	ctx, day := t.Context(), calendar.NewDate(2026, 11, 20)
	issueAll(t, l, now)
	rowOf := func(period calendar.Period) contribution.Row {
		t.Helper()
		y, err := l.PersonYear(ctx, person, 2025)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range y.Rows {
			if row.Period == period {
				return row
			}
		}
		t.Fatalf("no row of %s", period)
		return contribution.Row{}
	}
	first := ledger.Payment{ID: "2026-001", EmployerID: employer, PaidOn: day, Lines: []ledger.PaymentLine{
		line(person, 202503, 50000, 40000), line(person, 202503, 30000, 0), line(person, 202504, 10000, 0)}}
	if booked, err := record(ctx, l, pool, first); err != nil || !booked {
		t.Fatal(booked, err)
	}
	if row := rowOf(202503); !row.PaidInFull() || row.PaidOn != day || contribution.StatusOf(row, contribution.Due{}, day) != contribution.BackPaid {
		t.Errorf("March: %+v", row)
	}
	if row := rowOf(202504); row.EmployerPaid != 10000 || row.PersonPaid != 0 || contribution.StatusOf(row, contribution.Due{}, day) != contribution.Part {
		t.Errorf("April: %+v", row)
	}
	if y, err := l.PersonYear(ctx, person, 2026); err != nil || y.Account.Credits[10] != 40000 {
		t.Errorf("policy A credits the month of payment: %v, %v", y.Account.Credits, err)
	}
	if booked, err := record(ctx, l, pool, first); err != nil || booked {
		t.Errorf("the same payment again: %v, %v", booked, err)
	}
	second := ledger.Payment{ID: "2026-002", EmployerID: employer, PaidOn: day.AddDays(-1), Lines: []ledger.PaymentLine{line(person, 202504, 70000, 40000)}}
	if _, err := record(ctx, l, pool, second); err != nil {
		t.Fatal(err)
	}
	if row := rowOf(202504); !row.PaidInFull() || row.PaidOn != day {
		t.Errorf("a month is made good on the day of its last payment: %+v", row)
	}
	if lines, err := l.EmployerArrears(ctx, employer); err != nil || len(lines) != 0 {
		t.Errorf("arrears that are left: %v, %v", lines, err)
	}
	var kept int
	if err := pool.QueryRow(ctx, `SELECT count(*) FROM ledger.contribution_history WHERE person_id = $1`, person).Scan(&kept); err != nil || kept != 3 {
		t.Errorf("%d values in the history, %v", kept, err)
	}
	if _, differ, err := l.Verify(ctx); err != nil || len(differ) > 0 {
		t.Errorf("verify: %v, %v", differ, err)
	}
	if report := issueAll(t, l, now.Add(time.Hour)); report.Superseded != 1 {
		t.Errorf("the statement is superseded: %+v", report)
	}
}

func TestPaymentsThatAreRefusedChangeNothing(t *testing.T) {
	l, pool, person, employer := inDebt(t)
	ctx, day := t.Context(), calendar.NewDate(2026, 11, 20)
	if _, err := record(ctx, l, pool, ledger.Payment{ID: "1", EmployerID: employer, PaidOn: day, Lines: []ledger.PaymentLine{line(person, 202503, 1, 0)}}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name    string
		payment ledger.Payment
		kind    fault.Kind
		key     string
	}{
		{"no lines", ledger.Payment{ID: "2", EmployerID: employer, PaidOn: day}, fault.Invalid, "payment.empty"},
		{"nothing but zeros", ledger.Payment{ID: "2", EmployerID: employer, PaidOn: day, Lines: []ledger.PaymentLine{line(person, 202503, 0, 0)}}, fault.Invalid, "payment.empty"},
		{"below zero", ledger.Payment{ID: "2", EmployerID: employer, PaidOn: day, Lines: []ledger.PaymentLine{line(person, 202503, -1, 2)}}, fault.Invalid, "payment.empty"},
		{"no number", ledger.Payment{EmployerID: employer, PaidOn: day, Lines: []ledger.PaymentLine{line(person, 202503, 1, 0)}}, fault.Invalid, "payment.empty"},
		{"no day", ledger.Payment{ID: "2", EmployerID: employer, Lines: []ledger.PaymentLine{line(person, 202503, 1, 0)}}, fault.Invalid, "payment.date"},
		{"tomorrow", ledger.Payment{ID: "2", EmployerID: employer, PaidOn: calendar.DateOf(now).AddDays(1), Lines: []ledger.PaymentLine{line(person, 202503, 1, 0)}}, fault.Invalid, "payment.date"},
		{"more than the employer owes", ledger.Payment{ID: "2", EmployerID: employer, PaidOn: day, Lines: []ledger.PaymentLine{line(person, 202504, 1, 0), line(person, 202503, 80000, 0)}}, fault.Invalid, "payment.more_than_owed"},
		{"more than the person owes", ledger.Payment{ID: "2", EmployerID: employer, PaidOn: day, Lines: []ledger.PaymentLine{line(person, 202503, 0, 40001)}}, fault.Invalid, "payment.more_than_owed"},
		{"a month without a contribution", ledger.Payment{ID: "2", EmployerID: employer, PaidOn: day, Lines: []ledger.PaymentLine{line(person, 202505, 1, 0)}}, fault.Invalid, "payment.no_month"},
		{"another employer's month", ledger.Payment{ID: "2", EmployerID: employer + 1, PaidOn: day, Lines: []ledger.PaymentLine{line(person, 202503, 1, 0)}}, fault.Invalid, "payment.no_month"},
		{"a number that stands for another payment", ledger.Payment{ID: "1", EmployerID: employer, PaidOn: day, Lines: []ledger.PaymentLine{line(person, 202503, 2, 0)}}, fault.Conflict, "payment.differs"},
	} {
		if _, err := record(ctx, l, pool, tc.payment); fault.Of(err).Kind != tc.kind || fault.Of(err).Key != tc.key {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	lines, err := l.PersonsOwed(ctx, employer, 202501, 202512)
	if err != nil || len(lines) != 2 || lines[0].Owed() != 119999 || lines[1].Owed() != 120000 {
		t.Errorf("owed: %+v, %v", lines, err)
	}
}

// A transaction that does not commit has booked nothing, and the payment can be booked later.
func TestAPaymentStandsAndFallsWithTheCallersTransaction(t *testing.T) {
	l, pool, person, employer := inDebt(t)
	ctx, refused := t.Context(), errors.New("the desk changed its mind")
	p := ledger.Payment{ID: "1", EmployerID: employer, PaidOn: calendar.NewDate(2026, 11, 20), Lines: []ledger.PaymentLine{line(person, 202503, 80000, 40000)}}
	err := postgres.Tx(ctx, pool, func(tx pgx.Tx) error {
		if _, err := l.RecordPayment(ctx, tx, p, now); err != nil {
			return err
		}
		return refused
	})
	if !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if lines, err := l.PersonsOwed(ctx, employer, 202503, 202503); err != nil || len(lines) != 1 || lines[0].Owed() != 120000 {
		t.Errorf("%+v, %v", lines, err)
	}
	if booked, err := record(ctx, l, pool, p); err != nil || !booked {
		t.Errorf("%v, %v", booked, err)
	}
}

// Payments in any split and order make good exactly what they pay, and the packed rows follow.
func TestPaymentsAreBookedToTheFen(t *testing.T) {
	l, pool, person, employer := inDebt(t)
	ctx, number := t.Context(), 0
	left := map[calendar.Period]*[2]money.Fen{202503: {80000, 40000}, 202504: {80000, 40000}}
	rapid.Check(t, func(t *rapid.T) {
		period := rapid.SampledFrom([]calendar.Period{202503, 202504}).Draw(t, "period")
		own := left[period]
		l1 := line(person, period, money.Fen(rapid.Int64Range(0, 30000).Draw(t, "employer")), money.Fen(rapid.Int64Range(0, 15000).Draw(t, "person")))
		number++
		booked, err := record(ctx, l, pool, ledger.Payment{ID: string(rune(number + 0x4e00)), EmployerID: employer, PaidOn: calendar.NewDate(2026, 1+time.Month(number%10), 7), Lines: []ledger.PaymentLine{l1}})
		fits := l1.EmployerPart <= own[0] && l1.PersonPart <= own[1] && l1.EmployerPart+l1.PersonPart > 0
		if booked != fits || fits != (err == nil) {
			t.Fatalf("%+v with %v left: %v, %v", l1, own, booked, err)
		}
		if fits {
			own[0], own[1] = own[0]-l1.EmployerPart, own[1]-l1.PersonPart
		}
		var owed money.Fen
		lines, err := l.PersonsOwed(ctx, employer, 202501, 202512)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			owed += line.Owed()
		}
		if want := left[202503][0] + left[202503][1] + left[202504][0] + left[202504][1]; owed != want {
			t.Fatalf("owed %s, want %s", owed, want)
		}
	})
	if _, differ, err := l.Verify(ctx); err != nil || len(differ) > 0 {
		t.Errorf("verify: %v, %v", differ, err)
	}
}

// Lines are joined with their employer beside them: of an employer that the planner's statistics do not know yet it expects one row, and a comparison with a constant then reads all of the employer's
// rows for each line, which a payment for a hundred people did not survive.
func TestLinesAreJoinedWithTheirEmployer(t *testing.T) {
	_, pool := newLedger(t)
	rows, err := pool.Query(t.Context(), `SELECT proname, regexp_count(prosrc, 'ledger\.contribution c'), regexp_count(prosrc, 'c\.employer_id = line\.employer_id') FROM pg_proc
		WHERE pronamespace = 'ledger'::regnamespace AND prosrc LIKE '%unnest(persons%' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	var name string
	var joins, beside int
	seen := 0
	if _, err := pgx.ForEachRow(rows, []any{&name, &joins, &beside}, func() error {
		if seen++; joins == 0 || joins != beside {
			t.Errorf("%s joins lines %d times, %d times with their employer", name, joins, beside)
		}
		return nil
	}); err != nil || seen != 3 {
		t.Fatalf("%d functions, %v", seen, err)
	}
}
