package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/complaints/supervision"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// seesFigures: supervisors see the agency's figures, within their region. Investigators see a debtor too, since they work on it. The security auditor reads the audit log and nothing else.
func (s Staff) seesFigures() bool {
	return s.Role == lifecycle.Supervisor || s.Role == lifecycle.Investigator
}

const debtorColumns = `d.employer_id, d.uscc, d.name, d.region, d.ownership, d.headcount, d.owed_before, d.owed_after, d.late_fee, d.fee_unruled, d.level,
	d.state, d.stopped_on, d.accepted_on, d.declared_on, d.merged_on, d.successor, d.first_period, d.last_period, coalesce(d.owner_id, 0), coalesce(o.name, ''), d.since, d.cleared_on, d.version,
	coalesce((SELECT sum(w.amount) FROM complaints.write_off w WHERE w.employer_id = d.employer_id AND EXISTS (SELECT FROM complaints.write_off_approval a WHERE a.write_off_id = w.id AND a.ordinal = 3)), 0)::bigint,
	coalesce((SELECT p.standing FROM complaints.repayment_plan p WHERE p.employer_id = d.employer_id AND p.ended_on IS NULL), ''),
	coalesce((SELECT p.due_now FROM complaints.repayment_plan p WHERE p.employer_id = d.employer_id AND p.ended_on IS NULL), 0)`

func scanDebtor(row pgx.CollectableRow) (supervision.Debtor, error) {
	var d supervision.Debtor
	var stopped, accepted, declared, merged, since, cleared *time.Time
	err := row.Scan(&d.EmployerID, &d.USCC, &d.Name, &d.Region, &d.Ownership, &d.Headcount, &d.OwedBefore, &d.OwedAfter, &d.LateFee, &d.FeeUnruled, &d.Level,
		&d.State, &stopped, &accepted, &declared, &merged, &d.Successor, &d.FirstPeriod, &d.LastPeriod, &d.Owner, &d.OwnerName, &since, &cleared, &d.Version, &d.WrittenOff, &d.PlanState, &d.PlanDue)
	d.StoppedOn, d.AcceptedOn, d.DeclaredOn, d.MergedOn, d.Since, d.ClearedOn = dateOf(stopped), dateOf(accepted), dateOf(declared), dateOf(merged), dateOf(since), dateOf(cleared)
	return d, err
}

const debtorScope = `$2 AND starts_with(d.region, $1)`

// Debtors lists the register, the most owed first; total counts the whole selection and sums what it owes.
func (s *Store) Debtors(ctx context.Context, who Staff, f supervision.DebtorFilter) (list []supervision.Debtor, count int, total money.Fen, err error) {
	const selection = ` FROM complaints.debtor d LEFT JOIN complaints.staff o ON o.id = d.owner_id
		WHERE ` + debtorScope + ` AND starts_with(d.region, $3) AND ($4 = '' OR strpos(lower(d.name), lower($4)) > 0 OR d.uscc = upper($4))
			AND d.level >= $5 AND ($6 = '' OR d.state = $6) AND (d.cleared_on IS NOT NULL) = $7
			AND ($8 = '' OR EXISTS (SELECT FROM complaints.repayment_plan p WHERE p.employer_id = d.employer_id AND p.ended_on IS NULL AND p.standing = $8))`
	args := []any{who.Region, who.seesFigures(), f.Region, f.Search, f.Level, f.State, f.Cleared, f.Plan}
	if err := s.pool.QueryRow(ctx, `SELECT count(*), coalesce(sum(d.owed_before + d.owed_after), 0)::bigint`+selection, args...).Scan(&count, &total); err != nil {
		return nil, 0, 0, postgres.Classify(fmt.Errorf("count register: %w", err))
	}
	rows, err := s.pool.Query(ctx, `SELECT `+debtorColumns+selection+`
		AND ($9 = 0 OR (d.owed_before + d.owed_after, -d.employer_id) < (SELECT p.owed_before + p.owed_after, -p.employer_id FROM complaints.debtor p WHERE p.employer_id = $9))
		ORDER BY d.owed_before + d.owed_after DESC, d.employer_id LIMIT $10`, append(args, f.After, f.Limit)...)
	if err != nil {
		return nil, 0, 0, postgres.Classify(fmt.Errorf("list register: %w", err))
	}
	list, err = pgx.CollectRows(rows, scanDebtor)
	if err != nil {
		return nil, 0, 0, postgres.Classify(fmt.Errorf("list register: %w", err))
	}
	return list, count, total, nil
}

// Debtor opens one employer of the register with its lines. Error: fault.NotFound (fault.register.none), also for one outside the scope.
func (s *Store) Debtor(ctx context.Context, who Staff, uscc string, now time.Time) (supervision.Debtor, error) {
	d, err := oneDebtor(ctx, s.pool, who, uscc, "")
	if err != nil {
		return supervision.Debtor{}, err
	}
	rows, err := s.pool.Query(ctx, `SELECT period, insurance, persons, owed, coalesce(late_fee, 0), late_fee IS NOT NULL FROM complaints.debtor_line WHERE employer_id = $1 ORDER BY period, insurance`, d.EmployerID)
	if err != nil {
		return supervision.Debtor{}, postgres.Classify(fmt.Errorf("read lines of the register: %w", err))
	}
	if d.Lines, err = pgx.CollectRows(rows, pgx.RowToStructByPos[supervision.DebtorLine]); err != nil {
		return supervision.Debtor{}, postgres.Classify(fmt.Errorf("read lines of the register: %w", err))
	}
	return d, postgres.Classify(audit.Append(ctx, s.pool, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: "view debtor", Subject: "employer:" + uscc}))
}

func (s Staff) actor() string { return fmt.Sprintf("staff:%d", s.ID) }

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func oneDebtor(ctx context.Context, db querier, who Staff, uscc, lock string) (supervision.Debtor, error) {
	rows, err := db.Query(ctx, `SELECT `+debtorColumns+` FROM complaints.debtor d LEFT JOIN complaints.staff o ON o.id = d.owner_id WHERE d.uscc = $3 AND `+debtorScope+lock,
		who.Region, who.seesFigures(), uscc)
	if err != nil {
		return supervision.Debtor{}, postgres.Classify(fmt.Errorf("open debtor: %w", err))
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanDebtor)
	if errors.Is(err, pgx.ErrNoRows) {
		return supervision.Debtor{}, fault.New(fault.NotFound, "fault.register.none")
	}
	return d, postgres.Classify(err)
}

// DebtorEvents is the history of an employer, newest first.
func (s *Store) DebtorEvents(ctx context.Context, employerID int32) ([]supervision.DebtorEvent, error) {
	rows, err := s.pool.Query(ctx, `SELECT e.at, coalesce(o.name, ''), e.what, e.before, e.after FROM complaints.debtor_event e LEFT JOIN complaints.staff o ON o.id = e.staff_id
		WHERE e.employer_id = $1 ORDER BY e.id DESC`, employerID)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read history: %w", err))
	}
	events, err := pgx.CollectRows(rows, pgx.RowToStructByPos[supervision.DebtorEvent])
	return events, postgres.Classify(err)
}

// DebtorTotals sum the register within the scope by watch level and by insurance.
func (s *Store) DebtorTotals(ctx context.Context, who Staff) (byLevel, byInsurance []supervision.DebtorTotal, err error) {
	for _, part := range []struct {
		into *[]supervision.DebtorTotal
		sql  string
	}{
		{&byLevel, `SELECT d.level, count(*), sum(d.owed_before + d.owed_after)::bigint, sum(d.late_fee)::bigint FROM complaints.debtor d WHERE ` + debtorScope + ` AND d.cleared_on IS NULL GROUP BY 1 ORDER BY 1`},
		{&byInsurance, `SELECT l.insurance, count(DISTINCT l.employer_id), sum(l.owed)::bigint, coalesce(sum(l.late_fee), 0)::bigint
			FROM complaints.debtor d JOIN complaints.debtor_line l USING (employer_id) WHERE ` + debtorScope + ` GROUP BY 1 ORDER BY 1`},
	} {
		rows, err := s.pool.Query(ctx, part.sql, who.Region, who.seesFigures())
		if err != nil {
			return nil, nil, postgres.Classify(fmt.Errorf("sum register: %w", err))
		}
		if *part.into, err = pgx.CollectRows(rows, pgx.RowToStructByPos[supervision.DebtorTotal]); err != nil {
			return nil, nil, postgres.Classify(fmt.Errorf("sum register: %w", err))
		}
	}
	return byLevel, byInsurance, nil
}

// WrittenOff are the sums written off with all three approvals, by employer: they raise no watch level. Error: fault.Unavailable.
func (s *Store) WrittenOff(ctx context.Context) (map[int32]money.Fen, error) {
	rows, err := s.pool.Query(ctx, `SELECT w.employer_id, sum(w.amount)::bigint FROM complaints.write_off w JOIN complaints.write_off_approval a ON a.write_off_id = w.id AND a.ordinal = 3 GROUP BY 1`)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read write-offs: %w", err))
	}
	sums := map[int32]money.Fen{}
	var id int32
	var sum money.Fen
	_, err = pgx.ForEachRow(rows, []any{&id, &sum}, func() error {
		sums[id] = sum
		return nil
	})
	return sums, postgres.Classify(err)
}

// Owing are the employers that owe, with their lines, as the last refresh left them; fees and levels are to be counted again. Error: fault.Unavailable.
func (s *Store) Owing(ctx context.Context) ([]supervision.DebtorFigures, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT d.employer_id, d.uscc, d.name, d.region, d.ownership, s.periods, s.insurances, s.persons, s.owed
		FROM complaints.debtor d JOIN complaints.debtor_sheet s USING (employer_id) ORDER BY 1`)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read the register: %w", err))
	}
	debtors, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (supervision.DebtorFigures, error) {
		var d supervision.DebtorFigures
		var periods, persons []int32
		var insurances []int16
		var owed []int64
		err := row.Scan(&d.EmployerID, &d.USCC, &d.Name, &d.Region, &d.Ownership, &periods, &insurances, &persons, &owed)
		d.Lines = make([]supervision.DebtorLine, len(periods))
		for i := range periods {
			d.Lines[i] = supervision.DebtorLine{Period: calendar.Period(periods[i]), Insurance: contribution.Insurance(insurances[i]), Persons: int(persons[i]), Owed: money.Fen(owed[i])}
		}
		return d, err
	})
	return debtors, postgres.Classify(err)
}

// DebtorLines are the lines of all employers of a selection, for an export; ordered by employer, period and insurance. Error: fault.Unavailable.
func (s *Store) DebtorLines(ctx context.Context, who Staff, employers []int32) (map[int32][]supervision.DebtorLine, error) {
	rows, err := s.pool.Query(ctx, `SELECT l.employer_id, l.period, l.insurance, l.persons, l.owed, coalesce(l.late_fee, 0), l.late_fee IS NOT NULL
		FROM complaints.debtor d JOIN complaints.debtor_line l USING (employer_id) WHERE `+debtorScope+` AND l.employer_id = ANY ($3) ORDER BY 1, 2, 3`, who.Region, who.seesFigures(), employers)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read lines of the register: %w", err))
	}
	lines := map[int32][]supervision.DebtorLine{}
	var id int32
	var line supervision.DebtorLine
	_, err = pgx.ForEachRow(rows, []any{&id, &line.Period, &line.Insurance, &line.Persons, &line.Owed, &line.LateFee, &line.FeeKnown}, func() error {
		lines[id] = append(lines[id], line)
		return nil
	})
	return lines, postgres.Classify(err)
}
