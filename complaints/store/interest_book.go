package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/arrears"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// InterestBook is an employer's lost interest by person and month, in regions that book late months as if they had been paid on time: what fell due when a month was made good, and what of it
// was paid. It is empty elsewhere.
type InterestBook []InterestEntry

// InterestEntry is one person's month of an insurance.
type InterestEntry struct {
	PersonID      int64
	Period        calendar.Period
	Insurance     contribution.Insurance
	Charged, Paid money.Fen
}

// InterestBook reads it. Error: fault.Unavailable.
func (s *Store) InterestBook(ctx context.Context, uscc string) (InterestBook, error) {
	book, err := interestBook(ctx, s.pool, uscc)
	return book, postgres.Classify(err)
}

func interestBook(ctx context.Context, db querier, uscc string) (InterestBook, error) {
	rows, err := db.Query(ctx, `SELECT person_id, period, insurance, sum(charged)::bigint, sum(paid)::bigint FROM complaints.interest_entry WHERE employer_uscc = $1
		GROUP BY person_id, period, insurance HAVING sum(charged) <> 0 OR sum(paid) <> 0 ORDER BY period, insurance, person_id`, uscc)
	if err != nil {
		return nil, fmt.Errorf("read lost interest: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[InterestEntry])
	if err != nil {
		return nil, fmt.Errorf("read lost interest: %w", err)
	}
	return list, nil
}

// Open is what of some months was charged and is not paid.
func (b InterestBook) Open(from, to calendar.Period) (sum money.Fen) {
	for _, e := range b {
		if e.Period >= from && e.Period <= to {
			sum += e.Charged - e.Paid
		}
	}
	return sum
}

// LateMonths are lines that lose interest, as the ledger counts it: what was charged for them before is not lost again, such as when a payment among those that made a month whole has bounced,
// or an audit has found a higher base since.
func (b InterestBook) LateMonths(lines []arrears.PersonLine) []ledger.LateMonth {
	charged := make(map[InterestEntry]money.Fen, len(b)) // by person and month
	for _, e := range b {
		charged[InterestEntry{PersonID: e.PersonID, Period: e.Period, Insurance: e.Insurance}] = e.Charged
	}
	months := make([]ledger.LateMonth, len(lines))
	for i, l := range lines {
		months[i] = ledger.LateMonth{PersonID: l.PersonID, Period: l.Period, Insurance: l.Insurance, Base: l.TrueBase, EmployerOwed: l.EmployerOwed(), PersonOwed: l.PersonOwed(),
			Charged: charged[InterestEntry{PersonID: l.PersonID, Period: l.Period, Insurance: l.Insurance}]}
	}
	return months
}

// addInterest completes a receipt with what the accounts have lost of the months within its reach, and what earlier payments left open.
func addInterest(ctx context.Context, tx pgx.Tx, uscc string, employer int32, r *arrears.Receipt, books Books) error {
	book, err := interestBook(ctx, tx, uscc)
	if err != nil {
		return err
	}
	for _, e := range book {
		if e.Charged > e.Paid {
			r.Interest = append(r.Interest, arrears.InterestOf(e.PersonID, e.Period, e.Insurance, e.Charged-e.Paid))
		}
	}
	months := book.LateMonths(arrears.BearInterest(arrears.Input{PaidOn: r.PaidOn, Facts: r.Facts, Setting: r.Setting}, arrears.Reach(*r)))
	if len(months) == 0 {
		return nil
	}
	lost, err := books.LostInterestByMonth(ctx, tx, employer, r.PaidOn, months)
	if err != nil {
		return err
	}
	for i, m := range months {
		r.Lost = append(r.Lost, arrears.InterestOf(m.PersonID, m.Period, m.Insurance, lost[i]))
	}
	return nil
}

// keepInterest enters what a payment charged and paid.
func keepInterest(ctx context.Context, tx pgx.Tx, uscc string, payment int64, list []arrears.BookedInterest, now time.Time) error {
	columns := []string{"employer_uscc", "payment_id", "person_id", "period", "insurance", "charged", "paid", "at"}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"complaints", "interest_entry"}, columns, pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
		x := list[i]
		return []any{uscc, payment, x.PersonID, int32(x.Period), int16(x.Insurance), int64(x.Charged), int64(x.Paid), now}, nil
	}))
	if err != nil {
		return fmt.Errorf("charge lost interest: %w", err)
	}
	return nil
}

// undoInterest undoes what a payment charged and paid. later says that a later payment has paid interest that this one charged.
func undoInterest(ctx context.Context, tx pgx.Tx, uscc string, payment int64, now time.Time) (later bool, err error) {
	_, err = tx.Exec(ctx, `INSERT INTO complaints.interest_entry (employer_uscc, payment_id, person_id, period, insurance, charged, paid, at)
		SELECT employer_uscc, payment_id, person_id, period, insurance, -charged, -paid, $2 FROM complaints.interest_entry WHERE payment_id = $1`, payment, now)
	if err != nil {
		return false, fmt.Errorf("undo lost interest: %w", err)
	}
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM complaints.interest_entry WHERE employer_uscc = $1 GROUP BY person_id, period, insurance HAVING sum(charged) < sum(paid))`, uscc).Scan(&later)
	if err != nil {
		return false, fmt.Errorf("check lost interest: %w", err)
	}
	return later, nil
}
