package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// merged counts what became of a part.
type merged struct {
	duplicates, superseded, added, changed, accounts int64
}

// incoming is a staged row, or one that a staged row may replace.
type incoming struct {
	person int64
	line   int32
	row    contribution.Row
}

func (a incoming) sameKey(b incoming) bool {
	return a.person == b.person && compareKeys(a.row, b.row) == 0
}

// compareIncoming orders by person and key.
func compareIncoming(a, b incoming) int {
	switch {
	case a.person < b.person:
		return -1
	case a.person > b.person:
		return 1
	}
	return compareKeys(a.row, b.row)
}

// compareKeys orders one person's rows as the ledger does: by period, insurance, employer.
func compareKeys(a, b contribution.Row) int {
	switch {
	case a.Period != b.Period:
		return int(a.Period) - int(b.Period)
	case a.Insurance != b.Insurance:
		return int(a.Insurance) - int(b.Insurance)
	case a.EmployerID < b.EmployerID:
		return -1
	case a.EmployerID > b.EmployerID:
		return 1
	}
	return 0
}

// mergePart merges one part in one transaction. What says nothing new falls out in the database; the rest is compared with the persons' rows here, where their
// accounts have to be computed anyway, and written back with one COPY.
func (r *importRun) mergePart(ctx context.Context, conn *pgxpool.Conn, p part, rules *rules) (merged, error) {
	var m merged
	tx, err := conn.Begin(ctx)
	if err != nil {
		return m, fmt.Errorf("merge: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()         // after a commit it does nothing
	if _, err := tx.Exec(ctx, `SET LOCAL work_mem = '64MB'`); err != nil { // sorts stay in memory
		return m, fmt.Errorf("merge: %w", err)
	}
	if err := shareWriteLock(ctx, tx); err != nil {
		return m, err
	}
	news, err := r.readNews(ctx, tx, p, &m)
	if err != nil || len(news) == 0 {
		return m, err
	}
	change, err := r.changeOf(ctx, tx, rules, news)
	if err != nil || len(change.persons) == 0 {
		return m, err
	}
	if err := r.write(ctx, tx, change); err != nil {
		return m, err
	}
	if err := r.ledger.runAccounts(ctx, tx, rules, change.whole); err != nil {
		return m, err
	}
	m.added, m.changed, m.accounts = change.added, int64(len(change.replaced)), int64(len(change.persons))
	if err := tx.Commit(ctx); err != nil {
		return m, fmt.Errorf("merge: commit: %w", err)
	}
	return m, nil
}

// mergeValues are the columns that a row may change.
const mergeValues = "base, employer_due, employer_paid, person_due, person_paid, paid_on"

// readNews reads a part's staged rows that are not in the ledger as they are, by person, key and line, and counts rows that repeat a key. Where a key is repeated,
// a row that is in the ledger as it is may yet have replaced one that is not: then all of the part's rows are read.
func (r *importRun) readNews(ctx context.Context, tx pgx.Tx, p part, m *merged) ([]incoming, error) {
	within := fmt.Sprintf("person_id >= %d AND person_id < %d", p.first, p.end) // written in: the planner shall know the range
	news, err := readIncoming(ctx, tx, `
		SELECT s.person_id, s.base, s.employer_due, s.employer_paid, s.person_due, s.person_paid, s.period, s.employer_id, s.paid_on, s.insurance, s.line
		FROM ledger.staged_contribution s
		WHERE s.`+within+` AND NOT EXISTS (
			SELECT FROM ledger.contribution c
			WHERE c.`+within+` AND c.person_id = s.person_id AND c.period = s.period AND c.insurance = s.insurance AND c.employer_id = s.employer_id
				AND c.base = s.base AND c.employer_due = s.employer_due AND c.employer_paid = s.employer_paid
				AND c.person_due = s.person_due AND c.person_paid = s.person_paid AND c.paid_on IS NOT DISTINCT FROM s.paid_on)`, p.rows)
	if err != nil {
		return nil, fmt.Errorf("read staged rows: %w", err)
	}
	if p.repeats && int64(len(news)) < p.rows {
		var keys int64
		err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT FROM ledger.staged_contribution WHERE `+within+` GROUP BY person_id, period, insurance, employer_id) AS keys`).Scan(&keys)
		if err != nil {
			return nil, fmt.Errorf("count staged keys: %w", err)
		}
		if keys == p.rows {
			return news, nil
		}
		news, err = readIncoming(ctx, tx, `
			SELECT person_id, base, employer_due, employer_paid, person_due, person_paid, period, employer_id, paid_on, insurance, line
			FROM ledger.staged_contribution
			WHERE `+within, p.rows)
		if err != nil {
			return nil, fmt.Errorf("read staged rows: %w", err)
		}
	}
	for i := range news {
		if i == 0 || !news[i].sameKey(news[i-1]) {
			continue
		}
		repeats := false
		for j := i - 1; j >= 0 && news[j].sameKey(news[i]); j-- {
			repeats = repeats || news[j].row == news[i].row
		}
		if repeats {
			m.duplicates++
		} else {
			m.superseded++
		}
	}
	return news, nil
}

// readIncoming reads staged rows by person, key and line.
func readIncoming(ctx context.Context, tx pgx.Tx, query string, expected int64) ([]incoming, error) {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := make([]incoming, 0, min(expected, 2*rowsInPart))
	for rows.Next() {
		raw := rows.RawValues()
		var in incoming
		if in.person, err = rawContribution(raw, &in.row); err != nil {
			return nil, err
		}
		in.line = int32(binary.BigEndian.Uint32(raw[10]))
		list = append(list, in)
	}
	slices.SortFunc(list, func(a, b incoming) int { // here rather than there: a file in order costs nothing
		if order := compareIncoming(a, b); order != 0 {
			return order
		}
		return int(a.line) - int(b.line)
	})
	return list, rows.Err()
}

// change is what one transaction writes.
type change struct {
	persons  []int64 // of whom something changed, ascending
	added    int64
	copy     []byte // the added rows, for COPY
	replaced []incoming
	history  []replacedRow
	employed []employment
	years    packedYears
	whole    []int64 // whose years before the first that is packed may have changed too, ascending
}

type replacedRow struct {
	incoming
	run     int32 // that had brought the row
	ordinal int16
}

type employment struct {
	employer int32
	person   int64
}

// changeOf compares the news with the persons' rows and runs their accounts. Of years before the first that the news can touch, only what accounts need is read, and nothing
// is packed again: a file of one month costs what that year costs, however long people have been insured.
func (r *importRun) changeOf(ctx context.Context, tx pgx.Tx, rules *rules, news []incoming) (*change, error) {
	c := &change{}
	var persons []int64
	for i := range news {
		if i == 0 || news[i].person != news[i-1].person {
			persons = append(persons, news[i].person)
		}
	}
	from := news[0].row.Period.Year() // a payment is never booked before its period
	for i := range news {
		from = min(from, news[i].row.Period.Year())
	}
	c.years.from = from
	people, err := openPeople(ctx, tx, persons, from)
	if err != nil {
		return nil, err
	}
	defer people.close()
	c.copy = append(make([]byte, 0, len(news)*truthBytes+len(copyHeader)+2), copyHeader...) // it would grow often
	for len(news) > 0 {
		n := 1
		for n < len(news) && news[n].person == news[0].person {
			n++
		}
		if err := c.person(r, rules, people, news[:n]); err != nil {
			return nil, err
		}
		news = news[n:]
	}
	c.copy = append(c.copy, 0xFF, 0xFF)
	return c, people.err()
}

// person merges one person's news into the rows that the ledger has.
func (c *change) person(r *importRun, rules *rules, people *people, news []incoming) error {
	id := news[0].person
	existing, runs, err := people.next(id)
	if err != nil {
		return err
	}
	merged := make([]contribution.Row, 0, len(existing)+len(news))
	touched, at := false, 0
	for i := 0; i < len(news); {
		last := i
		for last+1 < len(news) && news[last+1].sameKey(news[i]) {
			last++
		}
		in := news[last]
		for at < len(existing) && compareKeys(existing[at], in.row) < 0 {
			merged = append(merged, existing[at])
			at++
		}
		known := at < len(existing) && compareKeys(existing[at], in.row) == 0
		switch {
		case known && existing[at] == in.row:
			// it says nothing new
		case known:
			c.replaced = append(c.replaced, in)
			c.history = append(c.history, replacedRow{incoming{person: id, row: existing[at]}, runs[at], 0})
			c.withinFile(news[i:last+1], existing[at:at+1], r.id)
			touched = true
		default:
			c.added++
			c.copy = appendTruth(c.copy, id, in.row, r.id)
			c.employ(in, existing)
			c.withinFile(news[i:last+1], nil, r.id)
			touched = true
		}
		if known {
			at++
		}
		merged = append(merged, in.row)
		i = last + 1
	}
	if !touched {
		return nil
	}
	c.persons = append(c.persons, id)
	merged = append(merged, existing[at:]...)
	own := people.books[id]
	if begun := own.begun(); !rules.filling && begun != 0 && begun < c.years.from && !slices.Equal(firstPension(existing), firstPension(merged)) {
		c.whole = append(c.whole, id) // by the first contribution the account was kept in the years before it
	}
	return c.years.add(rules, id, own, merged)
}

// firstPension are the pension rows of the first month that has any, by which an account was kept before it.
func firstPension(rows []contribution.Row) (first []contribution.Row) {
	for _, row := range rows {
		switch {
		case !row.Insurance.IsPension() || row.Void():
		case len(first) == 0 || first[0].Period == row.Period:
			first = append(first, row)
		default:
			return first
		}
	}
	return first
}

// employ notes an employer that the person has no row with yet.
func (c *change) employ(in incoming, existing []contribution.Row) {
	pair := employment{in.row.EmployerID, in.person}
	if n := len(c.employed); n > 0 && c.employed[n-1] == pair {
		return
	}
	for _, row := range existing {
		if row.EmployerID == pair.employer {
			return
		}
	}
	c.employed = append(c.employed, pair) // perhaps once more; the table takes each pair once
}

// withinFile keeps what the file itself had said of a key before its last word, each value once, and not what the ledger had.
func (c *change) withinFile(versions []incoming, before []contribution.Row, run int32) {
	last := versions[len(versions)-1].row
	for i, v := range versions[:len(versions)-1] {
		repeated := v.row == last || slices.Contains(before, v.row)
		for _, earlier := range versions[:i] {
			repeated = repeated || earlier.row == v.row
		}
		if !repeated {
			c.history = append(c.history, replacedRow{v, run, int16(min(i+1, 1<<15-1))})
		}
	}
}

// rawContribution reads a row in PostgreSQL's binary format; the first ten columns are person, base, the four amounts, period, employer, day of payment, insurance. This is where
// an import spends its time in Go.
func rawContribution(raw [][]byte, row *contribution.Row) (person int64, err error) {
	if len(raw) < 10 || len(raw[0])+len(raw[1])+len(raw[2])+len(raw[3])+len(raw[4])+len(raw[5]) != 48 || len(raw[6])+len(raw[7]) != 8 || len(raw[9]) != 2 {
		return 0, errors.New("ledger: contributions came in a format other than binary")
	}
	big := func(i int) money.Fen { return money.Fen(binary.BigEndian.Uint64(raw[i])) }
	small := func(i int) int32 { return int32(binary.BigEndian.Uint32(raw[i])) }
	row.Base, row.EmployerDue, row.EmployerPaid, row.PersonDue, row.PersonPaid = big(1), big(2), big(3), big(4), big(5)
	row.Period, row.EmployerID = calendar.Period(small(6)), small(7)
	row.PaidOn = calendar.Date{}
	if raw[8] != nil {
		row.PaidOn = calendar.DateOfNumber(int(small(8)) + firstDay)
	}
	row.Insurance = contribution.Insurance(binary.BigEndian.Uint16(raw[9]))
	return int64(binary.BigEndian.Uint64(raw[0])), nil
}
