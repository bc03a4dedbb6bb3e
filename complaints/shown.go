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

// The sums that the desk makes only when it shows them, for whoever compares them: made through what the pages call, as the agency's head sees them.

func headsView(pool *pgxpool.Pool) (*store.Store, store.Staff) {
	cases := store.New(pool, nil, lifecycle.Rules{Workdays: calendar.China()}, nil, seal.FieldKey{}) // figures only: no key opens anything
	return cases, store.Staff{Role: lifecycle.Supervisor}
}

// WrittenOff is what was written off with all three approvals, by city, of the register's lists of who owes and who has paid. Error: fault.Unavailable.
func WrittenOff(ctx context.Context, pool *pgxpool.Pool) (map[string]money.Fen, error) {
	byCity := map[string]money.Fen{}
	cases, head := headsView(pool)
	for _, cleared := range []bool{false, true} {
		list, _, _, err := cases.Debtors(ctx, head, supervision.DebtorFilter{Cleared: cleared, Limit: exportMost})
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			if d.WrittenOff != 0 {
				byCity[d.Region[:4]] += d.WrittenOff
			}
		}
	}
	return byCity, nil
}

// Training are training days: of everybody on the list of auditors, and of the quarterly report since January.
type Training struct{ Days, OfTheYear int }

// TrainingDays are those that list and report show for a day. Error: fault.Unavailable.
func TrainingDays(ctx context.Context, pool *pgxpool.Pool, on calendar.Date) (Training, error) {
	var shown Training
	cases, head := headsView(pool)
	auditors, err := cases.Auditors(ctx, head, on)
	if err != nil {
		return shown, err
	}
	for _, a := range auditors {
		shown.Days += a.Days
	}
	figures, err := cases.AuditFigures(ctx, eligibility.New(pool), "", supervision.Span{From: on.Period(), To: on.Period()})
	shown.OfTheYear = figures.TrainingDays
	return shown, err
}
