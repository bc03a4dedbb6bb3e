package ledger

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
)

// A record with the valid statement of a year beside it, in one query: one that returns all costs less than two that go together. validColumns are null when none is issued; a valid
// statement has no successor.
const (
	validColumns = `, s.number, s.issued_at, s.data_date, s.issue, s.region, s.code, s.content, d.sent_at, d.opened_at`
	validTables  = `
		LEFT JOIN LATERAL (
			SELECT person_id, year, number, issued_at, data_date, issue, region, code, content
			FROM ledger.statement WHERE statement.person_id = person.id AND statement.year = asked.year ORDER BY issue DESC LIMIT 1) AS s ON true
		LEFT JOIN ledger.statement_delivery d ON d.person_id = s.person_id AND d.year = s.year AND d.issue = s.issue`
	recordAndStatementQuery = `SELECT ` + recordColumns + validColumns + ` FROM (SELECT $2::smallint AS year) AS asked, ` + recordTables + validTables + ` WHERE person.id = $1`
	// manyQuery is the same for several persons, each with the year that is asked for.
	manyQuery = `SELECT ` + recordColumns + validColumns + `, asked.year FROM unnest($1::bigint[], $2::smallint[]) AS asked (person_id, year), ` + recordTables + validTables + ` WHERE person.id = asked.person_id`
)

// RecordAndStatement reads a person's record and the valid statement of a year in one query, for who shows both; as Record, with others under load. The statement is zero (issue 0) when none is issued.
// Errors: fault.NotFound when there is no such person, fault.Unavailable.
func (l *Ledger) RecordAndStatement(ctx context.Context, personID int64, year int) (Record, Statement, error) {
	return l.recordOf(ctx, ask{person: personID, year: year})
}

func (l *Ledger) oneOfBoth(ctx context.Context, a ask) (Record, Statement, error) {
	rows, err := l.pool.Query(ctx, recordAndStatementQuery, a.person, a.year)
	if err != nil {
		return Record{}, Statement{}, classifyRecord(err)
	}
	both, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (answered, error) { return l.scanBoth(row, &a.year) })
	return both.record, both.statement, classifyRecord(err)
}

// scanBoth reads recordColumns and validColumns, and more behind them, of which one may be the year.
func (l *Ledger) scanBoth(row pgx.CollectableRow, year *int, more ...any) (both answered, err error) {
	var number *int64
	var issue *int
	var region *string
	var code, content []byte
	var data civilDate
	var issued, sent, opened *time.Time
	both.record, err = l.scanRecord(row, append([]any{&number, &issued, &data, &issue, &region, &code, &content, &sent, &opened}, more...)...)
	if err != nil || number == nil {
		return both, err
	}
	s := Statement{
		PersonID: both.record.Person.ID, Year: *year, Issue: *issue, Number: *number, IssuedAt: issued.UTC(), DataDate: calendar.Date(data), Region: *region, SentAt: orZero(sent), OpenedAt: orZero(opened),
	}
	copy(s.Code[:], code)
	s.StatementContent, err = unpackContent(s.PersonID, s.Year, content)
	both.statement = s
	return both, err
}
