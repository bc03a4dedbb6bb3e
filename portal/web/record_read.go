package web

import (
	"context"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/portal/statement"
	"shebao/shared/account"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/ledger"
)

// record is what the ledger holds of who is signed in.
type record struct {
	ledger.Record
	employers map[int32]statement.Employer
}

// record reads it. Names of employers hardly ever change: the door keeps them, so that a statement costs one query.
func (s *Site) record(c *fiber.Ctx) (record, error) {
	found, err := s.Ledger.Record(c.UserContext(), visitor(c).id)
	if err != nil {
		return record{}, err
	}
	return s.named(c, found)
}

func (s *Site) named(c *fiber.Ctx, found ledger.Record) (record, error) {
	var ids []int32
	for _, y := range found.Years {
		ids = appendEmployers(ids, y.Rows)
	}
	named, err := s.employers(c.UserContext(), ids)
	return record{found, named}, err
}

func appendEmployers(ids []int32, rows []contribution.Row) []int32 {
	for i := range rows {
		if id := rows[i].EmployerID; (i == 0 || id != rows[i-1].EmployerID) && !slices.Contains(ids, id) { // few in a life
			ids = append(ids, id)
		}
	}
	return ids
}

func (s *Site) employers(ctx context.Context, ids []int32) (map[int32]statement.Employer, error) {
	found, err := s.Ledger.Employers(ctx, ids)
	if err != nil {
		return nil, err
	}
	named := make(map[int32]statement.Employer, len(found))
	for id, e := range found {
		named[id] = statement.Employer{Name: e.Name, USCC: string(e.USCC)}
	}
	return named, nil
}

// statement of a year; ok is false when the ledger has nothing of it.
func (r record) statement(year int) (s statement.Statement, ok bool) {
	in := statement.Input{Year: year, Employers: r.employers, DataDate: r.DataDate}
	for i, y := range r.Years {
		switch {
		case y.Year < year:
			in.Earlier = append(in.Earlier, y.Rows)
		case y.Year == year:
			ok = true
			in.Rows, in.Due = y.Rows, y.Due
			if y.HasAccount {
				in.Account = &r.Years[i].Account
			}
		}
	}
	return statement.Build(in), ok
}

// latest is the newest year with contributions, or the newest at all; 0 when the ledger has no year.
func (r record) latest() int {
	for i := len(r.Years) - 1; i >= 0; i-- {
		if len(r.Years[i].Rows) > 0 {
			return r.Years[i].Year
		}
	}
	if len(r.Years) > 0 {
		return r.Years[len(r.Years)-1].Year
	}
	return 0
}

// account is the newest year's; none without a pension insurance.
func (r record) account() *account.Year {
	for i := len(r.Years) - 1; i >= 0; i-- {
		if r.Years[i].HasAccount {
			return &r.Years[i].Account
		}
	}
	return nil
}

// yearOf is the address's year. Error: fault.NotFound.
func yearOf(c *fiber.Ctx) (int, error) {
	year, err := strconv.Atoi(c.Params("year"))
	if err != nil || len(c.Params("year")) != 4 {
		return 0, fault.New(fault.NotFound, "fault.page")
	}
	return year, nil
}

// statementOf reads the record of who asks and the statement of the address's year. Error: fault.NotFound.
func (s *Site) statementOf(c *fiber.Ctx) (record, statement.Statement, error) {
	year, err := yearOf(c)
	if err != nil {
		return record{}, statement.Statement{}, err
	}
	r, err := s.record(c)
	if err != nil {
		return r, statement.Statement{}, err
	}
	return ofYear(r, year)
}

// yearRecord is what the statement of the address's year is made of.
type yearRecord struct {
	ledger.YearRecord
	employers map[int32]statement.Employer
}

// yearOfPerson reads it and makes the statement. Error: fault.NotFound.
func (s *Site) yearOfPerson(c *fiber.Ctx) (r yearRecord, st statement.Statement, err error) {
	year, err := yearOf(c)
	if err != nil {
		return r, st, err
	}
	return s.yearOf(c.UserContext(), visitor(c).id, year)
}

func (s *Site) yearOf(ctx context.Context, person int64, year int) (r yearRecord, st statement.Statement, err error) {
	if r.YearRecord, err = s.Issued.YearRecord(ctx, person, year); err != nil {
		return r, st, err
	}
	if !r.Has() {
		return r, st, fault.New(fault.NotFound, "ledger.no_year", year)
	}
	if r.employers, err = s.employers(ctx, appendEmployers(nil, r.Year.Rows)); err != nil {
		return r, st, err
	}
	in := statement.Input{Year: year, Rows: r.Year.Rows, Before: &statement.Before{Since: r.Before.Since, Months: r.Before.Months}, Employers: r.employers, Due: r.Year.Due, DataDate: r.DataDate}
	if r.Year.HasAccount {
		in.Account = &r.Year.Account
	}
	return r, statement.Build(in), nil
}

func ofYear(r record, year int) (record, statement.Statement, error) {
	st, ok := r.statement(year)
	if !ok {
		return r, st, fault.New(fault.NotFound, "ledger.no_year", year)
	}
	return r, st, nil
}
