package complaints

import (
	"context"
	"time"

	"shebao/complaints/store"
)

// few is the headcount of an employer so small that acting may tell who reported; 0 for others, and for an audit that nobody asked for and no report is merged into. An employer that
// has ended, or stopped insuring anybody, counts by its last month: its last people are as easily told apart.
func (d desk) few(ctx context.Context, c store.Case) (int, error) {
	if c.Submission == 0 && c.Followers == 0 {
		return 0, nil
	}
	employer, found, err := d.employer(ctx, c.EmployerUSCC)
	if err != nil || !found {
		return 0, err
	}
	reach, err := d.ledger.DataDate(ctx)
	if err != nil {
		return 0, err
	}
	for _, back := range [...]int{2, 24, 1200} { // nearly always the first has it
		months, err := d.ledger.EmployerMonths(ctx, employer.ID, reach.Period().Add(-back), reach.Period())
		if n := len(months); err != nil || n > 0 && months[n-1].Headcount > d.small {
			return 0, err
		} else if n > 0 {
			return months[n-1].Headcount, nil
		}
	}
	return 0, nil
}

// ConfirmCaution keeps why the desk acts although the employer is small. Errors: see store.
func (d desk) ConfirmCaution(ctx context.Context, session, number, reason string, now time.Time) error {
	who, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return err
	}
	few, err := d.few(ctx, c)
	if err != nil {
		return err
	}
	return d.store.ConfirmCaution(ctx, who, number, few, reason, now)
}
