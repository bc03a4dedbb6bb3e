package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// Totals are what the register of arrears, the collection rates and the choice of audits are made of, all of one moment.
type Totals struct {
	State     State
	Employers []Employer             // all of them, ascending
	Flows     []Flow                 // by region, insurance, period and month of arrival
	Owed      []EmployerOwed         // through the last period that is judged, by employer, period and insurance; what is pending is not owed
	Sizes     map[int32]EmployerSize // in that period; an employer without a row is absent
	Before    map[int32]EmployerSize // twelve months earlier
}

// Flow is what fell due in a region and insurance for one period and, of it, what arrived in one month: the figure that every collection rate is a sum of. Where nothing fell due there is none.
type Flow struct {
	Region    string // six digits, of the employer
	Insurance contribution.Insurance
	Period    calendar.Period
	Received  calendar.Period // none for rows of which nothing has arrived
	Due, Paid money.Fen
}

// EmployerOwed is one line of the register of employers in arrears.
type EmployerOwed struct {
	EmployerID int32
	Period     calendar.Period
	Insurance  contribution.Insurance
	Persons    int
	Owed       money.Fen // both parts
}

// EmployerSize is how many persons an employer had rows for in a month, and on what base.
type EmployerSize struct {
	Headcount   int
	AverageBase money.Fen // of the highest base of each person
}

// Totals sums every contribution in one reading of the packed years, a tenth of what summing the rows themselves costs the database. through is the last period that is judged. A row that was paid
// without a day counts as paid in its own period. Error: fault.Unavailable.
func (l *Ledger) Totals(ctx context.Context, through calendar.Period) (Totals, error) {
	tx, err := l.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return Totals{}, postgres.Classify(fmt.Errorf("sum contributions: %w", err))
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // only read
	state, err := stateOf(ctx, tx)
	if err != nil {
		return Totals{}, err
	}
	employers, err := allEmployers(ctx, tx)
	if err != nil {
		return Totals{}, postgres.Classify(err)
	}
	sum := newTotaller(employers, through)
	if err := eachPackedYear(ctx, tx, sum.add); err != nil {
		return Totals{}, err
	}
	all := sum.totals()
	all.State = state
	return all, nil
}

// eachPackedYear reads everybody's packed years, in no order. Errors: what add refuses, with year and person; fault.Unavailable.
func eachPackedYear(ctx context.Context, tx querier, add func(year int, packed []byte) error) error {
	rows, err := tx.Query(ctx, `SELECT person_id, year, packed FROM ledger.person_year`, inBinary)
	if err != nil {
		return postgres.Classify(fmt.Errorf("read packed years: %w", err))
	}
	defer rows.Close()
	for rows.Next() {
		row, err := rawOf(rows)
		if err != nil {
			return err
		}
		id, year, packed := row.int(), int(row.int()), row.bytes()
		if err := errors.Join(row.err(), add(year, packed)); err != nil {
			return fmt.Errorf("year %d of person %d: %w", year, id, err)
		}
	}
	return postgres.Classify(rows.Err())
}

// eachPackedRow reads everybody's contributions from the packed years. Errors: as eachPackedYear's.
func eachPackedRow(ctx context.Context, tx querier, add func(row *contribution.Row)) error {
	return eachPackedYear(ctx, tx, func(year int, packed []byte) error { return rowsOf(year, packed, add) })
}

// rowsOf reads a packed year's rows; each is good until the next. Error: errPacked.
func rowsOf(year int, packed []byte, add func(row *contribution.Row)) error {
	u := unpacker{rest: packed}
	if _, err := u.dues(); err != nil {
		return err
	}
	var row, before contribution.Row
	for range u.count() {
		row = contribution.Row{}
		u.row(&row, before, year)
		if u.damaged {
			return errPacked
		}
		add(&row)
		before = row
	}
	if u.damaged {
		return errPacked
	}
	return nil
}

// State tells two states of the ledger apart: it changes with every import run that changed something, and with the day that the data reaches.
type State struct {
	Run      int   // how many import runs have finished: the number of the last would miss one that another overtook
	Last     int32 // the last of those, for who wants to see the ledger as it stands now again
	DataDate calendar.Date
}

// State reads it. Error: fault.Unavailable.
func (l *Ledger) State(ctx context.Context) (State, error) { return stateOf(ctx, l.pool) }

func stateOf(ctx context.Context, db querier) (State, error) {
	var s State
	var date civilDate
	err := db.QueryRow(ctx, `SELECT count(*), coalesce(max(id), 0), (SELECT data_date FROM ledger.reach) FROM ledger.import_run WHERE finished_at IS NOT NULL`).Scan(&s.Run, &s.Last, &date)
	s.DataDate = calendar.Date(date)
	return s, postgres.Classify(err)
}

func allEmployers(ctx context.Context, tx querier) ([]Employer, error) {
	rows, err := tx.Query(ctx, `SELECT `+employerColumns+` FROM ledger.employer ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read employers: %w", err)
	}
	employers, err := pgx.CollectRows(rows, scanEmployer)
	if err != nil {
		return nil, fmt.Errorf("read employers: %w", err)
	}
	return employers, nil
}

// Received is money that came in on a day.
type Received struct {
	On     calendar.Date
	Amount money.Fen
}

// ReceivedSince is what an employer's rows of periods up to one have taken in after a day, by the day on which it arrived, ascending. A row that was paid in part
// before counts with the whole of what it holds now, since it keeps its last day only. Error: fault.Unavailable.
func (l *Ledger) ReceivedSince(ctx context.Context, employerID int32, through calendar.Period, after calendar.Date) ([]Received, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT c.paid_on, sum(c.employer_paid + c.person_paid)::bigint
		FROM ledger.employment e JOIN ledger.contribution c ON c.person_id = e.person_id AND c.employer_id = e.employer_id
		WHERE e.employer_id = $1 AND c.period <= $2 AND c.paid_on > $3
		GROUP BY c.paid_on ORDER BY c.paid_on`, employerID, through, civilDate(after))
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read receipts: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Received, error) {
		var r Received
		var on civilDate
		err := row.Scan(&on, &r.Amount)
		r.On = calendar.Date(on)
		return r, err
	})
	return list, postgres.Classify(err)
}
