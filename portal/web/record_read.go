package web

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/portal/statement"
	"shebao/shared/account"
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
		for _, row := range y.Rows {
			if !slices.Contains(ids, row.EmployerID) { // few in a life
				ids = append(ids, row.EmployerID)
			}
		}
	}
	named, err := s.Ledger.Employers(c.UserContext(), ids)
	if err != nil {
		return record{}, err
	}
	r := record{Record: found, employers: make(map[int32]statement.Employer, len(named))}
	for id, e := range named {
		r.employers[id] = statement.Employer{Name: e.Name, USCC: string(e.USCC)}
	}
	return r, nil
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

// issuedOf is statementOf with the valid issue of that year beside it; it is zero when none is issued.
func (s *Site) issuedOf(c *fiber.Ctx) (record, statement.Statement, ledger.Statement, error) {
	year, err := yearOf(c)
	if err != nil {
		return record{}, statement.Statement{}, ledger.Statement{}, err
	}
	found, issued, err := s.Issued.RecordAndStatement(c.UserContext(), visitor(c).id, year)
	if err != nil {
		return record{}, statement.Statement{}, issued, err
	}
	r, err := s.named(c, found)
	if err != nil {
		return r, statement.Statement{}, issued, err
	}
	r, st, err := ofYear(r, year)
	return r, st, issued, err
}

func ofYear(r record, year int) (record, statement.Statement, error) {
	st, ok := r.statement(year)
	if !ok {
		return r, st, fault.New(fault.NotFound, "ledger.no_year", year)
	}
	return r, st, nil
}
