package ledger_test

import (
	"context"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
)

// A month that is demanded, paid in two parts and made good keeps every day and every amount; what bounced or was lifted is gone.
func TestRecoveryOfAMonth(t *testing.T) {
	l, pool, person, employer := inDebt(t)
	ctx := t.Context()
	do := func(f func(context.Context, pgx.Tx) error) error {
		return postgres.Tx(ctx, pool, func(tx pgx.Tx) error { return f(ctx, tx) })
	}
	demand := ledger.Demand{ID: "7", Number: "示社稽催〔2026〕1号", EmployerID: employer, ServedOn: calendar.NewDate(2026, 11, 3), PayBy: calendar.NewDate(2026, 11, 10),
		Months: []ledger.DemandedMonth{{PersonID: person, Period: 202503}, {PersonID: person, Period: 202504}, {PersonID: person, Period: 202503}}}
	for range 2 { // once, whatever is retried
		if err := do(func(ctx context.Context, tx pgx.Tx) error { return l.RecordDemand(ctx, tx, demand, now) }); err != nil {
			t.Fatal(err)
		}
	}
	pay := func(id string, day int, lines ...ledger.PaymentLine) {
		t.Helper()
		if _, err := record(ctx, l, pool, ledger.Payment{ID: id, EmployerID: employer, PaidOn: calendar.NewDate(2026, 11, day), Lines: lines}); err != nil {
			t.Fatal(err)
		}
	}
	pay("1", 5, line(person, 202503, 10000, 0))
	pay("2", 8, line(person, 202503, 70000, 40000), line(person, 202504, 500, 0))
	demanded := func(p calendar.Period) ledger.RecoveryEvent {
		return ledger.RecoveryEvent{Period: p, On: demand.ServedOn, By: demand.PayBy, Number: demand.Number}
	}
	want := []ledger.RecoveryEvent{demanded(202503), {Period: 202503, On: calendar.NewDate(2026, 11, 5), Amount: 10000}, {Period: 202503, On: calendar.NewDate(2026, 11, 8), Amount: 110000},
		demanded(202504), {Period: 202504, On: calendar.NewDate(2026, 11, 8), Amount: 500}}
	if got, err := l.Recovery(ctx, person); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n got %v\nwant %v", err, got, want)
	}
	if got, err := l.Recovery(ctx, personID(t, l, otherPerson)); err != nil || len(got) != 0 {
		t.Errorf("another person's: %v, %v", got, err)
	}
	second := ledger.Payment{ID: "2", EmployerID: employer, PaidOn: calendar.NewDate(2026, 11, 8), Lines: []ledger.PaymentLine{line(person, 202503, 70000, 40000), line(person, 202504, 500, 0)}}
	err := do(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := l.ReversePayment(ctx, tx, second, now); err != nil {
			return err
		}
		return l.LiftDemand(ctx, tx, "7", now)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := l.Recovery(ctx, person); err != nil || !slices.Equal(got, want[1:2]) {
		t.Errorf("after bouncing and lifting: %v, %v", got, err)
	}
	if err := do(func(ctx context.Context, tx pgx.Tx) error { return l.RecordDemand(ctx, tx, demand, now) }); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Recovery(ctx, person); err != nil || len(got) != 3 {
		t.Errorf("served again: %v, %v", got, err)
	}
	demand.Months = nil
	if err := do(func(ctx context.Context, tx pgx.Tx) error { return l.RecordDemand(ctx, tx, demand, now) }); fault.Of(err).Key != "demand.empty" {
		t.Errorf("a demand of no month: %v", err)
	}
}
