package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// CollectionFlow is one sum of the ledger's contributions.
type CollectionFlow struct {
	Region           string
	Insurance        contribution.Insurance
	Period, Received calendar.Period
	Due, Paid        money.Fen
}

// Supervised is the state of the ledger that register and collection figures stand for.
type Supervised struct {
	Run      int
	Last     int32 // of the ledger's runs
	DataDate calendar.Date
	OnDay    calendar.Date
	At       time.Time
	Asked    int // how often a change of the desk has asked for a refresh
	Answered int // how many of those a refresh has seen
}

// Supervised reads it; no date before the first refresh. Error: fault.Unavailable.
func (s *Store) Supervised(ctx context.Context) (Supervised, error) {
	var of Supervised
	var data, day, at *time.Time
	err := s.pool.QueryRow(ctx, `SELECT run, last_run, data_date, on_day, at, asked, answered FROM complaints.supervised`).Scan(&of.Run, &of.Last, &data, &day, &at, &of.Asked, &of.Answered)
	of.DataDate, of.OnDay = dateOf(data), dateOf(day)
	if at != nil {
		of.At = *at
	}
	return of, postgres.Classify(err)
}

// LedgerFigures are what a refresh takes from the ledger.
type LedgerFigures struct {
	Debtors    []supervision.DebtorFigures
	Changes    []CollectionFlow // to be added to the collection figures that stand
	Imported   bool             // what follows is given anew, else what is kept of it stands
	Flows      []CollectionFlow
	Signs      []supervision.Candidate // every employer, for choosing audits and for coverage
	Pensioners map[string]int          // by region

	Plans []PlanStanding // of the plans that run
}

// RefreshSupervised brings register, collection and audits to the given figures, in one transaction, and writes down what changed for whom. done is false when another refresh has come in between
// since before was read: the figures may be older than its. An employer that no longer owes stays in the register with the day on which that was seen.
func (s *Store) RefreshSupervised(ctx context.Context, before, of Supervised, from LedgerFigures) (done bool, err error) {
	var last *time.Time
	if !before.At.IsZero() {
		last = &before.At
	}
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT at IS NOT DISTINCT FROM $1 FROM complaints.supervised FOR UPDATE`, last).Scan(&done); err != nil {
			return fmt.Errorf("lock supervised figures: %w", err)
		}
		if !done {
			return nil
		}
		if from.Imported {
			if err := replaceFlows(ctx, tx, from.Flows); err != nil {
				return err
			}
			if err := replaceSigns(ctx, tx, from); err != nil {
				return err
			}
		}
		if err := changeFlows(ctx, tx, from.Changes); err != nil {
			return err
		}
		if err := refreshDebtors(ctx, tx, of, from.Debtors); err != nil {
			return err
		}
		if err := standPlans(ctx, tx, of, from.Plans); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE complaints.supervised SET run = $1, data_date = $2, on_day = $3, at = $4, answered = $5, last_run = $6`, of.Run, dateArg(of.DataDate), of.OnDay.Time(), of.At, of.Asked, of.Last)
		if err != nil {
			return fmt.Errorf("note refresh: %w", err)
		}
		return keepTotals(ctx, tx, of, from.Debtors)
	})
	return done && err == nil, err
}

func replaceFlows(ctx context.Context, tx pgx.Tx, flows []CollectionFlow) error {
	return replaceRows(ctx, tx, "collection_flow", []string{"region", "insurance", "period", "received"}, []string{"due", "paid"}, len(flows), func(i int) ([]any, error) {
		f := flows[i]
		return []any{f.Region, int16(f.Insurance), int32(f.Period), int32(f.Received), int64(f.Due), int64(f.Paid)}, nil
	})
}

// changeFlows adds to the flows that stand, once each place; what comes to nothing goes.
func changeFlows(ctx context.Context, tx pgx.Tx, changes []CollectionFlow) error {
	if len(changes) == 0 {
		return nil
	}
	for _, f := range changes { // a payment has few
		_, err := tx.Exec(ctx, `
			INSERT INTO complaints.collection_flow AS f (region, insurance, period, received, due, paid) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (region, insurance, period, received) DO UPDATE SET due = f.due + excluded.due, paid = f.paid + excluded.paid`,
			f.Region, int16(f.Insurance), f.Period, f.Received, int64(f.Due), int64(f.Paid))
		if err != nil {
			return fmt.Errorf("change collection figures: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM complaints.collection_flow WHERE due = 0`); err != nil {
		return fmt.Errorf("change collection figures: %w", err)
	}
	return nil
}

// refreshDebtors stages the ledger's figures, notes the differences as events, and then takes the figures over: a few statements whatever the number of employers.
func refreshDebtors(ctx context.Context, tx pgx.Tx, of Supervised, debtors []supervision.DebtorFigures) error {
	if err := stageDebtors(ctx, tx, debtors); err != nil {
		return err
	}
	day := of.OnDay.Time()
	for _, step := range []struct {
		what, sql string
		args      []any
	}{
		{"note changes of the register", noteDebtors, []any{of.At}},
		{"clear who has paid", clearDebtors, []any{day}},
		{"list debtors", listDebtors, []any{of.At, day}},
	} {
		if _, err := tx.Exec(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return replaceLines(ctx, tx, debtors)
}

func replaceLines(ctx context.Context, tx pgx.Tx, debtors []supervision.DebtorFigures) error {
	return replaceRows(ctx, tx, "debtor_sheet", []string{"employer_id"}, []string{"periods", "insurances", "persons", "owed", "late_fees"}, len(debtors), func(i int) ([]any, error) {
		lines := debtors[i].Lines
		periods, insurances, persons := make([]int32, len(lines)), make([]int16, len(lines)), make([]int32, len(lines))
		owed, fees := make([]int64, len(lines)), make([]*int64, len(lines))
		for i, line := range lines {
			periods[i], insurances[i], persons[i], owed[i] = int32(line.Period), int16(line.Insurance), int32(line.Persons), int64(line.Owed)
			if line.FeeKnown {
				fees[i] = (*int64)(&lines[i].LateFee)
			}
		}
		return []any{debtors[i].EmployerID, periods, insurances, persons, owed, fees}, nil
	})
}

const noteDebtors = `
	INSERT INTO complaints.debtor_event (employer_id, at, what, before, after)
	SELECT employer_id, $1, what, before, after FROM (
		SELECT d.employer_id, 'owed' AS what, (d.owed_before + d.owed_after)::text AS before, (n.owed_before + n.owed_after)::text AS after
		FROM complaints.debtor d JOIN debtor_now n USING (employer_id) WHERE d.owed_before + d.owed_after <> n.owed_before + n.owed_after
		UNION ALL
		SELECT d.employer_id, 'level', d.level::text, n.level::text FROM complaints.debtor d JOIN debtor_now n USING (employer_id) WHERE d.level <> n.level
		UNION ALL
		SELECT d.employer_id, 'cleared', (d.owed_before + d.owed_after)::text, '0' FROM complaints.debtor d
		WHERE d.cleared_on IS NULL AND NOT EXISTS (SELECT FROM debtor_now n WHERE n.employer_id = d.employer_id)) AS change`

const clearDebtors = `
	UPDATE complaints.debtor d SET owed_before = 0, owed_after = 0, late_fee = 0, fee_unruled = 0, level = 0, cleared_on = $1, version = version + 1
	WHERE cleared_on IS NULL AND NOT EXISTS (SELECT FROM debtor_now n WHERE n.employer_id = d.employer_id)`

const listDebtors = `
	WITH listed AS (
		INSERT INTO complaints.debtor AS d (employer_id, uscc, name, region, ownership, headcount, owed_before, owed_after, late_fee, fee_unruled, first_period, last_period, level, since)
		SELECT n.employer_id, n.uscc, n.name, n.region, n.ownership, coalesce(s.headcount, 0), owed_before, owed_after, late_fee, fee_unruled, first_period, last_period, level, $2
		FROM debtor_now n LEFT JOIN complaints.employer_sign s USING (employer_id)
		ON CONFLICT (employer_id) DO UPDATE SET uscc = excluded.uscc, name = excluded.name, region = excluded.region, ownership = excluded.ownership, headcount = excluded.headcount,
			owed_before = excluded.owed_before, owed_after = excluded.owed_after, late_fee = excluded.late_fee, fee_unruled = excluded.fee_unruled,
			first_period = excluded.first_period, last_period = excluded.last_period, level = excluded.level, cleared_on = NULL
		RETURNING d.employer_id, d.owed_before + d.owed_after AS owed, d.xmax = 0 AS is_new)
	INSERT INTO complaints.debtor_event (employer_id, at, what, before, after) SELECT employer_id, $1, 'listed', '', owed::text FROM listed WHERE is_new`

func stageDebtors(ctx context.Context, tx pgx.Tx, debtors []supervision.DebtorFigures) error {
	_, err := tx.Exec(ctx, `
		CREATE TEMP TABLE debtor_now (employer_id integer PRIMARY KEY, uscc text, name text, region text, ownership text, owed_before bigint, owed_after bigint,
			late_fee bigint, fee_unruled bigint, first_period integer, last_period integer, level smallint) ON COMMIT DROP`)
	if err != nil {
		return fmt.Errorf("stage debtors: %w", err)
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"debtor_now"}, []string{"employer_id", "uscc", "name", "region", "ownership", "owed_before", "owed_after", "late_fee", "fee_unruled",
		"first_period", "last_period", "level"}, pgx.CopyFromSlice(len(debtors), func(i int) ([]any, error) {
		d := debtors[i]
		return []any{d.EmployerID, d.USCC, d.Name, d.Region, d.Ownership, int64(d.OwedBefore), int64(d.OwedAfter), int64(d.LateFee), int64(d.FeeUnruled),
			int32(d.Lines[0].Period), int32(d.Lines[len(d.Lines)-1].Period), int16(d.Level)}, nil
	}))
	if err != nil {
		return fmt.Errorf("stage debtors: %w", err)
	}
	return nil
}
