package ledger

import (
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

func (l *Ledger) oneRecord(ctx context.Context, personID int64) (Record, error) {
	rows, err := l.pool.Query(ctx, recordQuery, personID)
	if err != nil {
		return Record{}, classifyRecord(err)
	}
	record, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Record, error) {
		var read readRecord
		if err := l.scanRecord(row, &read); err != nil {
			return Record{}, err
		}
		return read.record()
	})
	return record, classifyRecord(err)
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
	reach  civilDate
	years  []int
	packed [][]byte
}

// scanRecord reads recordColumns, and more behind them.
func (l *Ledger) scanRecord(row pgx.CollectableRow, into *readRecord, more ...any) (err error) {
	into.person, err = l.scanPerson(moreColumns{row, append([]any{&into.reach, &into.years, &into.packed}, more...)})
	return err
}

// record unpacks every year. Error: errPacked.
func (in *readRecord) record() (Record, error) {
	r := Record{Person: in.person, DataDate: calendar.Date(in.reach), Years: make([]PersonYear, len(in.years))}
	for i, year := range in.years {
		var err error
		if r.Years[i], err = unpackYear(in.person.ID, year, in.packed[i]); err != nil {
			return Record{}, err
		}
	}
	return r, nil
}

// moreColumns is a row whose last columns are scanned beside those that its reader asks for.
type moreColumns struct {
	pgx.CollectableRow
	last []any
}

// Scan reads into dest and then into the last columns' places.
func (m moreColumns) Scan(dest ...any) error {
	return m.CollectableRow.Scan(append(dest[:len(dest):len(dest)], m.last...)...)
}
