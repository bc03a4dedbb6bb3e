package ledger

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/identity"
)

// draft is a statement whose employers are still to be named.
type draft struct {
	person    *statementPerson
	basis     []byte
	employers []int32
	rules     []string
	issue     int
	emptied   bool // the year holds nothing any more
}

// current is the valid statement of a person.
type current struct {
	issue    int
	dataDate calendar.Date
	content  []byte
	emptied  bool
}

// forRange issues for the persons first <= id < end in one transaction.
func (i *issue) forRange(ctx context.Context, conn *pgxpool.Conn, first, end int64) (IssueReport, error) {
	var done IssueReport
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	if err != nil {
		return done, fmt.Errorf("issue statements: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // after a commit it does nothing
	persons, err := i.persons(ctx, tx, first, end)
	if err != nil || len(persons) == 0 {
		return done, err
	}
	valid, err := i.valid(ctx, tx, first, end)
	if err != nil {
		return done, err
	}
	drafts, err := i.drafts(ctx, tx, persons, valid, first, end, &done)
	if err != nil || len(drafts) == 0 {
		return done, err
	}
	if err := i.nameEmployers(ctx, tx, drafts); err != nil {
		return done, err
	}
	rows, copied := i.finish(drafts)
	if err := i.write(ctx, tx, rows, copied); err != nil {
		return done, err
	}
	if err := tx.Commit(ctx); err != nil {
		return done, fmt.Errorf("issue statements: commit: %w", err)
	}
	return done, nil
}

// persons reads the range's persons of the run's region, ascending.
func (i *issue) persons(ctx context.Context, tx querier, first, end int64) ([]statementPerson, error) {
	rows, err := tx.Query(ctx, `
		SELECT person.id, person.name, person.id_sealed, person.sex, person.birth_date, person.status, coalesce(employer.region, '')
		FROM ledger.person
		LEFT JOIN ledger.last_employer ON last_employer.person_id = person.id AND last_employer.person_id >= $1 AND last_employer.person_id < $2
		LEFT JOIN ledger.employer ON employer.id = last_employer.employer_id
		WHERE person.id >= $1 AND person.id < $2 AND starts_with(coalesce(employer.region, ''), $3)
		ORDER BY person.id`, inBinary, first, end, i.opt.Region)
	if err != nil {
		return nil, fmt.Errorf("read persons: %w", err)
	}
	defer rows.Close()
	persons := make([]statementPerson, 0, min(end-first, personsInRange))
	for rows.Next() {
		row, err := rawOf(rows)
		if err != nil {
			return nil, fmt.Errorf("read persons: %w", err)
		}
		p := statementPerson{id: row.int(), name: row.text(), sealedID: bytes.Clone(row.bytes()), sex: identity.Sex(row.text()), birth: row.date(), status: PersonStatus(row.int()), region: row.text()}
		if err := row.err(); err != nil {
			return nil, fmt.Errorf("read persons: %w", err)
		}
		persons = append(persons, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read persons: %w", err)
	}
	return persons, nil
}

// valid reads the range's last issues of the year.
func (i *issue) valid(ctx context.Context, tx querier, first, end int64) (map[int64]current, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT ON (person_id) person_id, issue, data_date, content, emptied
		FROM ledger.statement
		WHERE person_id >= $1 AND person_id < $2 AND year = $3
		ORDER BY person_id, issue DESC`, first, end, i.opt.Year)
	if err != nil {
		return nil, fmt.Errorf("read statements: %w", err)
	}
	valid := map[int64]current{}
	var person int64
	var c current
	var date civilDate
	if _, err := pgx.ForEachRow(rows, []any{&person, &c.issue, &date, &c.content, &c.emptied}, func() error {
		c.dataDate = calendar.Date(date)
		valid[person] = c
		c.content = nil // the next row's is memory of its own
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read statements: %w", err)
	}
	return valid, nil
}

// drafts goes through the persons and their years, both ascending, and drafts a statement where there is none or the record says something else.
func (i *issue) drafts(ctx context.Context, tx querier, persons []statementPerson, valid map[int64]current, first, end int64, done *IssueReport) ([]draft, error) {
	rows, err := tx.Query(ctx, `
		SELECT person_id, year, packed FROM ledger.person_year
		WHERE person_id >= $1 AND person_id < $2 AND year <= $3
		ORDER BY person_id, year`, inBinary, first, end, i.opt.Year)
	if err != nil {
		return nil, fmt.Errorf("read person-years: %w", err)
	}
	defer rows.Close()
	var drafts []draft
	var arena []byte
	var before yearsBefore
	of, everybody := int64(0), persons
	without := map[int64]yearsBefore{} // had a statement, and so far no record of the year
	leave := func() {
		if _, had := valid[of]; had {
			without[of] = before
		}
	}
	for rows.Next() {
		raw := rows.RawValues()
		id, year, packed := int64(binary.BigEndian.Uint64(raw[0])), int(binary.BigEndian.Uint16(raw[1])), raw[2]
		if id != of {
			leave()
			of, before = id, yearsBefore{}
		}
		for len(persons) > 0 && persons[0].id < id {
			persons = persons[1:]
		}
		if len(persons) == 0 || persons[0].id != id {
			continue // of another region
		}
		if year < i.opt.Year {
			if err := before.add(year, packed); err != nil {
				return nil, fmt.Errorf("year %d of person %d: %w", year, id, err)
			}
			continue
		}
		done.Persons++
		if cap(arena)-len(arena) < 4096 {
			arena = make([]byte, 0, 1<<18)
		}
		d, basis, err := i.draft(&persons[0], before, packed, valid[id], arena[len(arena):])
		delete(valid, id)
		if err != nil {
			return nil, fmt.Errorf("statement of person %d: %w", id, err)
		}
		if d == nil {
			done.Unchanged++
			continue
		}
		if len(basis) <= cap(arena)-len(arena) { // else it has moved to memory of its own
			arena = arena[:len(arena)+len(basis)]
		}
		done.Issued++
		if d.issue > 1 {
			done.Superseded++
		}
		drafts = append(drafts, *d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read person-years: %w", err)
	}
	leave()
	return i.emptied(drafts, everybody, valid, without, done)
}

// emptied drafts the issue that says that the year holds nothing any more, for those of the persons who are left with a valid statement and no record of the year.
func (i *issue) emptied(drafts []draft, persons []statementPerson, left map[int64]current, before map[int64]yearsBefore, done *IssueReport) ([]draft, error) {
	if len(left) == 0 {
		return drafts, nil
	}
	nothing := packYear(nil, PersonYear{})
	for n := range persons {
		p := &persons[n]
		valid, had := left[p.id]
		if !had || valid.emptied {
			continue
		}
		number, err := i.ledger.keys.Field.Open(placeIDNumber, p.sealedID)
		if err != nil {
			return nil, fmt.Errorf("statement of person %d: ID number: %w", p.id, err)
		}
		done.Emptied++
		drafts = append(drafts, draft{person: p, issue: valid.issue + 1, emptied: true, basis: appendBasis(nil, p.name, identity.MaskNumber(string(number)), before[p.id], nothing)})
	}
	return drafts, nil
}

// draft begins a person's statement in some memory; none: the valid one still says what the record says.
func (i *issue) draft(p *statementPerson, before yearsBefore, packed []byte, valid current, memory []byte) (*draft, []byte, error) {
	number, err := i.ledger.keys.Field.Open(placeIDNumber, p.sealedID)
	if err != nil {
		return nil, nil, fmt.Errorf("ID number: %w", err)
	}
	d := &draft{person: p, issue: valid.issue + 1}
	own := yearsBefore{since: before.since}
	rest, err := own.walk(i.opt.Year, packed, &d.employers)
	if err != nil {
		return nil, nil, err
	}
	before.since = own.since
	basis := appendBasis(memory[:0:cap(memory)], p.name, identity.MaskNumber(string(number)), before, packed)
	if valid.issue > 0 && sameBasis(valid.content, basis) {
		if lastJudged(i.opt.Year).Before(valid.dataDate) {
			return nil, nil, nil
		}
		y, err := unpackYear(p.id, i.opt.Year, packed)
		if err != nil || !judgedOtherwise(y.Rows, valid.dataDate, i.reach) {
			return nil, nil, err
		}
	}
	d.basis = basis[:len(basis):len(basis)]
	shares, region, hasAccount, err := rest.shares()
	d.rules = i.rules.versions(region, shares, hasAccount)
	return d, basis, err
}

// lastJudged is the last day on which some month of a year may still be pending.
func lastJudged(year int) calendar.Date {
	return contribution.DueDate(calendar.NewPeriod(year, time.December)).AddDays(contribution.PostingLag)
}

// judgedOtherwise reports whether a month that was pending on the day of an earlier statement is owed by now: time alone has changed what the statement says.
func judgedOtherwise(rows []contribution.Row, then, now calendar.Date) bool {
	if then == now {
		return false
	}
	for i := range rows {
		if row := &rows[i]; !row.PaidInFull() && contribution.Judged(row.Period, then) != contribution.Judged(row.Period, now) {
			return true
		}
	}
	return false
}
