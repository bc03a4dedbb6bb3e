package ledger

import (
	"context"
	"slices"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/identity"
)

// YearRecord is what the statement of one year is made of, and what was issued of it. Of the other years it tells only that they are there and the months that count.
type YearRecord struct {
	Person   Person
	DataDate calendar.Date
	Years    []int      // that the ledger has something of, ascending
	Year     PersonYear // that was asked for; without rows and account where the ledger has nothing of it
	Before   struct {   // the years before
		Since  calendar.Period                   // the first row's; zero where there is none
		Months [len(contribution.Insurances)]int // paid in full, in the order of contribution.Insurances
	}
	AccountFrom int       // where this year has no account: the first year after it that has one; 0 is none
	Issued      Statement // the valid one, without its content; issue 0 when none is issued
	Current     bool      // the issued one says what one issued now would say: it is judged as the issuing does
}

// Has reports whether the ledger has something of the year.
func (r YearRecord) Has() bool { return slices.Contains(r.Years, r.Year.Year) }

// A record with the valid statement of a year beside it, in one query: one that returns all costs less than two that go together. validColumns are null when none is issued; a valid
// statement has no successor.
const (
	validColumns = `, s.number, s.issued_at, s.data_date, s.issue, s.region, s.code, s.content, d.sent_at, d.opened_at`
	validTables  = `
		LEFT JOIN LATERAL (
			SELECT person_id, year, number, issued_at, data_date, issue, region, code, content
			FROM ledger.statement WHERE statement.person_id = person.id AND statement.year = asked.year ORDER BY issue DESC LIMIT 1) AS s ON true
		LEFT JOIN ledger.statement_delivery d ON d.person_id = s.person_id AND d.year = s.year AND d.issue = s.issue`
	yearRecordQuery = `SELECT ` + recordColumns + validColumns + ` FROM (SELECT $2::smallint AS year) AS asked, ` + recordTables + validTables + ` WHERE person.id = $1`
	// manyQuery is the same for several persons, each with the year that is asked for. The arrays stand behind a SELECT so that it is planned once: by the length of the arrays PostgreSQL
	// would plan it anew each time, which takes longer than running it.
	manyQuery = `SELECT ` + recordColumns + validColumns + `, asked.year FROM unnest((SELECT $1::bigint[]), (SELECT $2::smallint[])) AS asked (person_id, year), ` + recordTables + validTables + ` WHERE person.id = asked.person_id`
)

// YearRecord reads what a person's statement of a year is made of, in one query; as Record, with others under load. Errors: fault.NotFound when there is no such person, fault.Unavailable.
func (l *Ledger) YearRecord(ctx context.Context, personID int64, year int) (YearRecord, error) {
	got := l.recordOf(ctx, ask{person: personID, year: year})
	return got.year, got.err
}

func (l *Ledger) oneYear(ctx context.Context, a ask) (r YearRecord, err error) {
	err = l.readRow(ctx, func(row *rawRow) error {
		var read readYear
		if err := l.readYear(row, &read); err != nil {
			return err
		}
		r, err = read.record(a.year)
		return err
	}, yearRecordQuery, a.person, a.year)
	return r, err
}

// readYear is a row of recordColumns and validColumns.
type readYear struct {
	readRecord
	valid   Statement // issue 0 when none is issued
	content []byte    // of the valid one; good as long as the row
}

// readYear reads recordColumns and validColumns.
func (l *Ledger) readYear(row *rawRow, into *readYear) error {
	if err := l.readRecord(row, &into.readRecord); err != nil {
		return err
	}
	s := &into.valid
	s.Number, s.IssuedAt, s.DataDate, s.Issue, s.Region = row.int(), row.instant(), row.date(), int(row.int()), row.text()
	copy(s.Code[:], row.bytes())
	into.content = row.bytes()
	s.SentAt, s.OpenedAt = row.instant(), row.instant()
	return row.err()
}

// record makes the record of a year. Other years are walked through, not unpacked: people have forty. Error: errPacked.
func (in *readYear) record(year int) (YearRecord, error) {
	r := YearRecord{Person: in.person, DataDate: in.reach, Years: in.years, Year: PersonYear{PersonID: in.person.ID, Year: year}}
	var before yearsBefore
	var packed []byte
	for i, y := range in.years {
		var err error
		switch {
		case y < year:
			err = before.add(y, in.packed.values[i])
		case y == year:
			packed = in.packed.values[i]
			r.Year, err = unpackYear(in.person.ID, year, packed)
		}
		if err != nil {
			return YearRecord{}, err
		}
	}
	r.Before.Since, r.Before.Months = before.since, before.months
	for i, y := range in.years {
		if r.Year.HasAccount || r.AccountFrom != 0 {
			break
		}
		if y <= year {
			continue
		}
		later, err := unpackYear(in.person.ID, y, in.packed.values[i])
		if err != nil {
			return YearRecord{}, err
		}
		if later.HasAccount {
			r.AccountFrom = y
		}
	}
	if in.valid.Issue == 0 {
		return r, nil
	}
	r.Issued = in.valid
	r.Issued.PersonID, r.Issued.Year = in.person.ID, year
	if before.since == 0 && len(r.Year.Rows) > 0 {
		before.since = r.Year.Rows[0].Period
	}
	if packed == nil {
		packed = packYear(nil, PersonYear{}) // as the issue says it that takes a year's figures back
	}
	basis := appendBasis(make([]byte, 0, len(in.content)), in.person.Name, identity.MaskNumber(in.person.IDNumber), before, packed)
	r.Current = sameBasis(in.content, basis) && !judgedOtherwise(r.Year.Rows, r.Issued.DataDate, r.DataDate)
	return r, nil
}
