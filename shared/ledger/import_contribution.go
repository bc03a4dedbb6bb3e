package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// personRef is a person that rows of the file name, found in the ledger once per chunk of rows: 0 until then, and after it when there is none.
type personRef struct {
	number  string
	unknown Reason // what is wrong when there is none
	id      int64
}

// stagedRow is a checked row on its way into the staging table.
type stagedRow struct {
	person *personRef
	line   int32
	row    contribution.Row
}

// contributionReader checks rows. A file says the same persons, employers, periods and days over and over, so each is checked when it is first met and
// remembered by its bytes; whatever a short cut does not recognise goes the long way, which alone decides what is wrong.
type contributionReader struct {
	columns    columns
	today      calendar.Date
	employers  map[string]int32
	persons    memo[*personRef]
	codes      memo[int32]
	insurances memo[contribution.Insurance]
	periods    memo[calendar.Period]
	days       memo[calendar.Date]
	fresh      []*personRef // met since the last chunk
	at         struct{ id, uscc, insurance, period, base, employerDue, employerPaid, personDue, personPaid, paidOn int }
}

// memo remembers what cells mean, by their bytes. It is emptied when full: memory does not grow with the file.
type memo[T any] map[string]T

const memoSize = 200_000

func (m memo[T]) put(cell []byte, value T) {
	if len(m) >= memoSize {
		clear(m)
	}
	m[string(cell)] = value
}

func newContributionReader(c columns, today calendar.Date, employers map[string]int32) *contributionReader {
	r := &contributionReader{columns: c, today: today, employers: employers,
		persons: memo[*personRef]{}, codes: memo[int32]{}, insurances: memo[contribution.Insurance]{}, periods: memo[calendar.Period]{}, days: memo[calendar.Date]{}}
	r.at.id, r.at.uscc, r.at.insurance, r.at.period, r.at.base = c.index["id_number"], c.index["uscc"], c.index["insurance"], c.index["period"], c.index["base"]
	r.at.employerDue, r.at.employerPaid = c.index["employer_due"], c.index["employer_paid"]
	r.at.personDue, r.at.personPaid, r.at.paidOn = c.index["person_due"], c.index["person_paid"], c.index["paid_on"]
	return r
}

// read checks a row; the problem is nil when it is good, save that its person is not looked up yet.
func (r *contributionReader) read(cells [][]byte, into *stagedRow) *problem {
	if r.short(cells, into) {
		return nil
	}
	return r.long(cells, into)
}

// short reads a row all of whose cells are known or plain; false says nothing.
func (r *contributionReader) short(cells [][]byte, into *stagedRow) bool {
	row := &into.row
	var ok [10]bool
	into.person, ok[0] = r.persons[string(cells[r.at.id])]
	row.EmployerID, ok[1] = r.codes[string(cells[r.at.uscc])]
	row.Insurance, ok[2] = r.insurances[string(cells[r.at.insurance])]
	row.Period, ok[3] = r.periods[string(cells[r.at.period])]
	row.Base, ok[4] = plainAmount(cells[r.at.base])
	row.EmployerDue, ok[5] = plainAmount(cells[r.at.employerDue])
	row.EmployerPaid, ok[6] = plainAmount(cells[r.at.employerPaid])
	row.PersonDue, ok[7] = plainAmount(cells[r.at.personDue])
	row.PersonPaid, ok[8] = plainAmount(cells[r.at.personPaid])
	row.PaidOn, ok[9] = r.days[string(cells[r.at.paidOn])]
	return ok == [10]bool{true, true, true, true, true, true, true, true, true, true} &&
		row.EmployerPaid <= row.EmployerDue && row.PersonPaid <= row.PersonDue && (row.Paid() == 0) == row.PaidOn.IsZero()
}

// plainAmount reads yuan as most files write them: digits, at most ten (below maxAmount), and a point with two more.
func plainAmount(cell []byte) (money.Fen, bool) {
	n := len(cell)
	if n < 4 || n > 13 || cell[n-3] != '.' {
		return 0, false
	}
	var amount money.Fen
	for i, c := range cell {
		if i == n-3 {
			continue
		}
		if c < '0' || c > '9' {
			return 0, false
		}
		amount = amount*10 + money.Fen(c-'0')
	}
	return amount, true
}

// long checks cell by cell, in the order of the columns, and says what is wrong first.
func (r *contributionReader) long(cells [][]byte, into *stagedRow) *problem {
	in := row{cells: cells, columns: r.columns}
	number, unknown := in.personNumber("id_number")
	code := in.uscc("uscc")
	row := &into.row
	row.EmployerID = r.employers[string(code)]
	if row.EmployerID == 0 {
		in.wrong(ReasonUnknownEmployer, "uscc", string(code))
	}
	row.Insurance = in.insurance("insurance")
	row.Period = in.period("period", r.today)
	row.Base = in.amount("base")
	row.EmployerDue, row.EmployerPaid = in.amount("employer_due"), in.amount("employer_paid")
	row.PersonDue, row.PersonPaid = in.amount("person_due"), in.amount("person_paid")
	if row.EmployerPaid > row.EmployerDue {
		in.wrong(ReasonPaidExceedsDue, "employer_paid", row.EmployerPaid.String())
	}
	if row.PersonPaid > row.PersonDue {
		in.wrong(ReasonPaidExceedsDue, "person_paid", row.PersonPaid.String())
	}
	row.PaidOn = in.date("paid_on", r.today)
	if row.Paid() > 0 && row.PaidOn.IsZero() {
		in.wrong(ReasonDate, "paid_on", "")
	}
	if in.problem != nil {
		return in.problem
	}
	into.person = r.refer(cells[r.at.id], number, unknown)
	r.codes.put(cells[r.at.uscc], row.EmployerID)
	r.insurances.put(cells[r.at.insurance], row.Insurance)
	r.periods.put(cells[r.at.period], row.Period)
	r.days.put(cells[r.at.paidOn], row.PaidOn)
	if row.Paid() == 0 {
		row.PaidOn = calendar.Date{} // nothing has arrived on it
	}
	return nil
}

// refer is the one reference to a person, however the cell writes the number.
func (r *contributionReader) refer(cell []byte, number string, unknown Reason) *personRef {
	person, ok := r.persons[number]
	if !ok {
		person = &personRef{number: number, unknown: unknown}
		r.persons.put([]byte(number), person)
		r.fresh = append(r.fresh, person)
	}
	if string(cell) != number {
		r.persons.put(cell, person)
	}
	return person
}

// loadEmployers lists every employer by credit code.
func (r *importRun) loadEmployers(ctx context.Context) (map[string]int32, error) {
	rows, err := r.conn.Query(ctx, `SELECT uscc, id FROM ledger.employer`)
	if err != nil {
		return nil, fmt.Errorf("list employers: %w", err)
	}
	employers := map[string]int32{}
	var code string
	var id int32
	_, err = pgx.ForEachRow(rows, []any{&code, &id}, func() error {
		employers[code] = id
		return nil
	})
	return employers, err
}

// findPersons looks the freshly met persons up in one query.
func (r *importRun) findPersons(ctx context.Context, fresh []*personRef) error {
	if len(fresh) == 0 {
		return nil
	}
	hashes := make([][]byte, 0, len(fresh))
	byHash := make(map[string]*personRef, len(fresh))
	for _, person := range fresh {
		for _, hash := range r.ledger.keys.Hash.Sums(domainIDNumber, person.number) {
			hashes = append(hashes, hash)
			byHash[string(hash)] = person
		}
	}
	rows, err := r.conn.Query(ctx, `SELECT id_hash, id FROM ledger.person WHERE id_hash = ANY ($1)`, hashes)
	if err != nil {
		return fmt.Errorf("find persons: %w", err)
	}
	var hash []byte
	var id int64
	if _, err := pgx.ForEachRow(rows, []any{&hash, &id}, func() error {
		byHash[string(hash)].id = id
		return nil
	}); err != nil {
		return fmt.Errorf("find persons: %w", err)
	}
	return nil
}
