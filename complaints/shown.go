package complaints

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/eligibility"
	"shebao/shared/money"
	"shebao/shared/seal"
)

// Shown are sums that the desk makes only when it shows them, for whoever compares them.
type Shown struct {
	WrittenOff   map[string]money.Fen // by city, with all three approvals, of the register's lists of who owes and who has paid
	TrainingDays int                  // of everybody on the list of auditors
	OfTheYear    int                  // training days of the quarterly report, since January
}

// ShownTotals makes them through what the pages call, as the agency's head sees them on a day. Error: fault.Unavailable.
func ShownTotals(ctx context.Context, pool *pgxpool.Pool, on calendar.Date) (Shown, error) {
	shown := Shown{WrittenOff: map[string]money.Fen{}}
	cases := store.New(pool, nil, lifecycle.Rules{Workdays: calendar.China()}, nil, seal.FieldKey{}) // figures only: no key opens anything
	head := store.Staff{Role: lifecycle.Supervisor}
	for _, cleared := range []bool{false, true} {
		list, _, _, err := cases.Debtors(ctx, head, supervision.DebtorFilter{Cleared: cleared, Limit: exportMost})
		if err != nil {
			return shown, err
		}
		for _, d := range list {
			if d.WrittenOff != 0 {
				shown.WrittenOff[d.Region[:4]] += d.WrittenOff
			}
		}
	}
	auditors, err := cases.Auditors(ctx, head, on)
	if err != nil {
		return shown, err
	}
	for _, a := range auditors {
		shown.TrainingDays += a.Days
	}
	figures, err := cases.AuditFigures(ctx, eligibility.New(pool), "", supervision.Span{From: on.Period(), To: on.Period()})
	shown.OfTheYear = figures.TrainingDays
	return shown, err
}
