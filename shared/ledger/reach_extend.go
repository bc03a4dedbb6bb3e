package ledger

import (
	"context"
	"errors"
	"fmt"

	"shebao/shared/calendar"
)

// reachOf is the day that an import's data reaches: the later of the last payment and the end of the last period, but not after today.
func reachOf(lastPeriod calendar.Period, lastPaid, today calendar.Date) calendar.Date {
	reach := lastPeriod.LastDay()
	if lastPaid.After(reach) {
		reach = lastPaid
	}
	if reach.After(today) {
		reach = today
	}
	return reach
}

// extendReach settles, before anything is merged, how far accounts run: through the last day of a whole year, or to the first of one that is under way, since
// nothing between changes them. It never goes back. The day that people are shown moves when everything is merged.
func (r *importRun) extendReach(ctx context.Context, lastPeriod calendar.Period, lastPaid calendar.Date) error {
	r.reach = reachOf(lastPeriod, lastPaid, r.today)
	through := calendar.Date{Year: r.reach.Year, Month: 1, Day: 1}
	if r.reach.Month == 12 && r.reach.Day == 31 {
		through = r.reach
	}
	if _, err := r.conn.Exec(ctx, `UPDATE ledger.reach SET accounts_through = $1 WHERE accounts_through IS NULL OR accounts_through < $1`, civilDate(through)); err != nil {
		return fmt.Errorf("extend the data's reach: %w", err)
	}
	return nil
}

// showReach moves the day that people are shown.
func (r *importRun) showReach(ctx context.Context) error {
	if _, err := r.conn.Exec(ctx, `UPDATE ledger.reach SET data_date = $1 WHERE data_date IS NULL OR data_date < $1`, civilDate(r.reach)); err != nil {
		return fmt.Errorf("show the data's reach: %w", err)
	}
	return nil
}

// fillAccounts runs everybody's account on once the data has reached another year, those without news too: their balance has earned interest.
func (r *importRun) fillAccounts(ctx context.Context, rules *rules) error {
	filled, err := r.filled(ctx, r.conn)
	if err != nil {
		return err
	}
	if !filled {
		if err := r.runEach(ctx, rules, everyPerson); err != nil {
			return err
		}
	}
	return r.markFilled(ctx)
}

// runEach runs the accounts of the persons that a query lists after one, at most so many at a time.
func (r *importRun) runEach(ctx context.Context, rules *rules, query string) error {
	for after := int64(0); ; {
		persons, err := personsAfter(ctx, r.conn, query, after)
		if err != nil || len(persons) == 0 {
			return err
		}
		tx, err := r.conn.Begin(ctx)
		if err != nil {
			return fmt.Errorf("fill accounts: %w", err)
		}
		if err = r.ledger.runAccounts(ctx, tx, rules, persons); err == nil {
			err = tx.Commit(ctx)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("fill accounts: %w", err), tx.Rollback(context.WithoutCancel(ctx)))
		}
		r.filledAccounts += int64(len(persons))
		after = persons[len(persons)-1]
	}
}

func (r *importRun) markFilled(ctx context.Context) error {
	if _, err := r.conn.Exec(ctx, `UPDATE ledger.reach SET accounts_filled = accounts_through`); err != nil {
		return fmt.Errorf("fill accounts: %w", err)
	}
	return nil
}
