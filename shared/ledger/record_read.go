package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// Record is all that the ledger holds of one person: what the person's own pages and calls are made of.
type Record struct {
	Person   Person
	Years    []PersonYear // ascending; none is an empty list
	DataDate calendar.Date
}

// recordColumns of whole records, and where they come from.
const (
	recordColumns = personColumns + `, reach.data_date, y.years, y.packed`
	recordTables  = `ledger.person, ledger.reach, LATERAL (
		SELECT array_agg(year::integer ORDER BY year) AS years, array_agg(packed ORDER BY year) AS packed
		FROM ledger.person_year WHERE person_id = person.id) AS y`
	recordQuery = `SELECT ` + recordColumns + ` FROM ` + recordTables + ` WHERE person.id = $1`
)

// Record reads a person's whole record in one query: this is the reading that happens millions of times after the statements of a year are sent out. Under load it shares its query
// with others (gatherer): a record is only read, never changed, since two may have asked for the same. Errors: fault.NotFound, fault.Unavailable.
func (l *Ledger) Record(ctx context.Context, personID int64) (Record, error) {
	got := l.recordOf(ctx, ask{person: personID})
	return got.record, got.err
}

func (l *Ledger) oneRecord(ctx context.Context, personID int64) (record Record, err error) {
	err = l.readRow(ctx, func(row *rawRow) error {
		var read readRecord
		if err := l.readRecord(row, &read); err != nil {
			return err
		}
		record, err = read.record()
		return err
	}, recordQuery, personID)
	return record, err
}

// readRow reads the one row that a query finds. Errors: fault.NotFound when it finds none, fault.Unavailable.
func (l *Ledger) readRow(ctx context.Context, read func(row *rawRow) error, query string, key ...any) error {
	rows, err := l.pool.Query(ctx, query, append([]any{inBinary}, key...)...)
	if err != nil {
		return classifyRecord(err)
	}
	defer rows.Close()
	if !rows.Next() {
		return classifyRecord(cmp.Or(rows.Err(), pgx.ErrNoRows))
	}
	row, err := rawOf(rows)
	if err == nil {
		err = read(&row)
	}
	if err != nil {
		return classifyRecord(err)
	}
	rows.Close()
	return classifyRecord(rows.Err())
}

func classifyRecord(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return fault.New(fault.NotFound, "ledger.no_person")
	}
	return postgres.Classify(fmt.Errorf("read record: %w", err))
}

// readRecord is a row of recordColumns.
type readRecord struct {
	person Person
	reach  calendar.Date
	years  []int
	packed rawRow // a year each; good as long as the row
}

// readRecord reads recordColumns.
func (l *Ledger) readRecord(row *rawRow, into *readRecord) (err error) {
	if into.person, err = l.personOf(row); err != nil {
		return err
	}
	into.reach = row.date()
	years := row.list()
	into.years, into.packed = make([]int, len(years.values)), row.list()
	for i := range into.years {
		into.years[i] = int(years.int())
	}
	if years.damaged || len(into.packed.values) != len(into.years) {
		return errRaw
	}
	return row.err()
}

// record unpacks every year. Error: errPacked.
func (in *readRecord) record() (Record, error) {
	r := Record{Person: in.person, DataDate: in.reach, Years: make([]PersonYear, len(in.years))}
	for i, year := range in.years {
		var err error
		if r.Years[i], err = unpackYear(in.person.ID, year, in.packed.values[i]); err != nil {
			return Record{}, err
		}
	}
	return r, nil
}
