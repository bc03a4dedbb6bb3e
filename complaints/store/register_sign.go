package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// replaceSigns takes over what the ledger holds of every employer and how many draw a pension.
func replaceSigns(ctx context.Context, tx pgx.Tx, from LedgerFigures) error {
	err := replaceRows(ctx, tx, "employer_sign", []string{"employer_id"}, []string{"uscc", "name", "region", "headcount", "headcount_before", "average_base"}, len(from.Signs), func(i int) ([]any, error) {
		e := from.Signs[i]
		return []any{e.EmployerID, e.USCC, e.Name, e.Region, int32(e.Headcount), int32(e.HeadcountBefore), e.AverageBase}, nil
	})
	if err != nil {
		return err
	}
	regions := slices.Collect(maps.Keys(from.Pensioners))
	return replaceRows(ctx, tx, "pensioner_count", []string{"region"}, []string{"retired"}, len(regions), func(i int) ([]any, error) {
		return []any{regions[i], int32(from.Pensioners[regions[i]])}, nil
	})
}

// RunningPlan is a repayment plan that has not ended, and whose.
type RunningPlan struct {
	EmployerID int32
	supervision.Plan
}

// RunningPlans are all of them, for whoever follows them. Error: fault.Unavailable.
func (s *Store) RunningPlans(ctx context.Context) ([]RunningPlan, error) {
	rows, err := s.pool.Query(ctx, `SELECT employer_id FROM complaints.repayment_plan WHERE ended_on IS NULL ORDER BY employer_id`)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list plans: %w", err))
	}
	employers, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list plans: %w", err))
	}
	var list []RunningPlan
	for _, id := range employers {
		plans, err := s.Plans(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, plan := range plans {
			if plan.EndedOn.IsZero() {
				list = append(list, RunningPlan{id, plan})
			}
		}
	}
	return list, nil
}

// PlanStanding is how a running plan stands today.
type PlanStanding struct {
	EmployerID, Plan int32
	State            supervision.PlanState
	DueNow           money.Fen
	On               calendar.Date
}

// standPlans keeps how the running plans stand and writes down what changed, once: an instalment that was missed, a plan that broke, whose whole rest is due from then on,
// one that was kept to its end, which ends it.
func standPlans(ctx context.Context, tx pgx.Tx, of Supervised, plans []PlanStanding) error {
	for _, p := range plans {
		var before string
		err := tx.QueryRow(ctx, `UPDATE complaints.repayment_plan new SET standing = $2, due_now = $3, ended_on = CASE WHEN $2 = 'kept' THEN $4::date END, end_reason = CASE WHEN $2 = 'kept' THEN 'kept' ELSE '' END
			FROM complaints.repayment_plan old WHERE new.id = $1 AND old.id = new.id AND new.ended_on IS NULL RETURNING old.standing`, p.Plan, string(p.State), p.DueNow, of.OnDay.Time()).Scan(&before)
		if err == pgx.ErrNoRows { // ended meanwhile
			continue
		}
		if err != nil {
			return fmt.Errorf("follow plans: %w", err)
		}
		if before == string(p.State) {
			continue
		}
		_, err = tx.Exec(ctx, `INSERT INTO complaints.debtor_event (employer_id, at, what, before, after) VALUES ($1, $2, $3, $4, $5)`, p.EmployerID, of.At, "plan_"+string(p.State), before, p.DueNow.String())
		if err != nil {
			return fmt.Errorf("follow plans: %w", err)
		}
	}
	return nil
}

// PlanDue is an employer whose repayment plan was not kept, and what is due of it now.
type PlanDue struct {
	USCC, Name string
	State      supervision.PlanState
	Due        money.Fen
}

// PlansDue are the plans that were not kept of the employers that somebody is in charge of, and for a supervisor of those that nobody is who still works here: broken ones first, the most due first. more is how many there are
// beyond limit. Error: fault.Unavailable.
func (s *Store) PlansDue(ctx context.Context, who Staff, limit int) (list []PlanDue, more int, err error) {
	rows, err := s.pool.Query(ctx, `
		SELECT d.uscc, d.name, p.standing, p.due_now, count(*) OVER () FROM complaints.repayment_plan p JOIN complaints.debtor d USING (employer_id)
		WHERE p.ended_on IS NULL AND p.standing IN ('late', 'broken') AND `+debtorScope+` AND (d.owner_id = $3 OR $4 AND NOT EXISTS (SELECT FROM complaints.staff f WHERE f.id = d.owner_id AND f.disabled_at IS NULL))
		ORDER BY p.standing, p.due_now DESC, d.employer_id LIMIT $5`, who.Region, who.seesFigures(), who.ID, who.supervises(), limit)
	if err != nil {
		return nil, 0, postgres.Classify(fmt.Errorf("list plans that are due: %w", err))
	}
	var one PlanDue
	var all int
	_, err = pgx.ForEachRow(rows, []any{&one.USCC, &one.Name, &one.State, &one.Due, &all}, func() error { list = append(list, one); return nil })
	return list, max(0, all-limit), postgres.Classify(err)
}
