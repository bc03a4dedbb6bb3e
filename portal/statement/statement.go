// Package statement is what a worker is shown: the annual statement (对账单), the month grid and the plain sentence, made from the ledger's rows.
// It is pure.
package statement

import (
	"sort"
	"time"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// Employer of some rows.
type Employer struct {
	Name string
	USCC string
}

// Input is everything that a statement follows from.
type Input struct {
	Year      int
	Rows      []contribution.Row // of the year, every insurance
	Earlier   []contribution.Row // of the years before, for the months in all
	Account   *account.Year      // none without a pension insurance
	Employers map[int32]Employer
	DataDate  calendar.Date // the day that the ledger's data reaches
}

// Statement is one person's year. Amounts in fen.
type Statement struct {
	Year       int
	DataDate   calendar.Date
	Employers  []Engagement
	Insurances []InsuranceLine
	Months     []Month
	Account    *account.Year
	Owed       money.Fen // both parts, all insurances, of months that are in arrears
}

// Engagement is an employer and the months of the year in which it has rows.
type Engagement struct {
	Employer
	From, To calendar.Period
}

// InsuranceLine counts one insurance.
type InsuranceLine struct {
	Insurance      contribution.Insurance
	MonthsThisYear int // paid in full, back-paid ones included
	MonthsTotal    int // since the ledger's first row
	MonthsOwed     int
}

// Month is one calendar month over all insurances.
type Month struct {
	Period       calendar.Period
	Status       contribution.Status // the worst of the insurances'
	Cells        map[contribution.Insurance]contribution.Status
	Base         money.Fen // the highest of the insurances'
	EmployerDue  money.Fen
	EmployerPaid money.Fen
	PersonDue    money.Fen
	PersonPaid   money.Fen
	Credited     money.Fen     // into the personal account, booked in this month
	PaidOn       calendar.Date // the latest
	Rows         []contribution.Row
}

// Owed is both parts.
func (m Month) Owed() money.Fen { return m.EmployerDue + m.PersonDue - m.EmployerPaid - m.PersonPaid }

// Build makes the statement of a year (劳社厅发〔2001〕4号 三(二): this year's contributions and the accumulated amount of the account). It is never withheld because an
// employer is in arrears.
func Build(in Input) Statement {
	s := Statement{Year: in.Year, DataDate: in.DataDate, Account: in.Account}
	for m := 1; m <= 12; m++ {
		s.Months = append(s.Months, Month{Period: calendar.NewPeriod(in.Year, time.Month(m)), Cells: map[contribution.Insurance]contribution.Status{}})
	}
	spans := map[int32]*Engagement{}
	for _, r := range in.Rows {
		m := &s.Months[r.Period.Month()-1]
		m.Rows = append(m.Rows, r)
		m.EmployerDue += r.EmployerDue
		m.EmployerPaid += r.EmployerPaid
		m.PersonDue += r.PersonDue
		m.PersonPaid += r.PersonPaid
		m.Base = max(m.Base, r.Base)
		if r.PaidOn.After(m.PaidOn) {
			m.PaidOn = r.PaidOn
		}
		status := contribution.StatusOf(r, in.DataDate)
		m.Cells[r.Insurance] = worse(m.Cells[r.Insurance], status)
		m.Status = worse(m.Status, status)
		if status.Owing() {
			s.Owed += r.Owed()
		}
		if spans[r.EmployerID] == nil {
			spans[r.EmployerID] = &Engagement{Employer: in.Employers[r.EmployerID], From: r.Period, To: r.Period}
		}
		spans[r.EmployerID].From = min(spans[r.EmployerID].From, r.Period)
		spans[r.EmployerID].To = max(spans[r.EmployerID].To, r.Period)
	}
	for _, span := range spans {
		s.Employers = append(s.Employers, *span)
	}
	sort.Slice(s.Employers, func(i, j int) bool {
		a, b := s.Employers[i], s.Employers[j]
		return a.From < b.From || a.From == b.From && a.USCC < b.USCC
	})
	if in.Account != nil {
		for i, credit := range in.Account.Credits {
			s.Months[i].Credited = credit
		}
	}
	s.Insurances = countInsurances(in)
	return s
}

// worse is the status that a month is called by when its rows differ; the order of the statuses is that order.
func worse(a, b contribution.Status) contribution.Status { return max(a, b) }

func countInsurances(in Input) []InsuranceLine {
	type key struct {
		insurance contribution.Insurance
		period    calendar.Period
	}
	months := map[key]contribution.Status{}
	for _, rows := range [][]contribution.Row{in.Earlier, in.Rows} {
		for _, r := range rows {
			k := key{r.Insurance, r.Period}
			months[k] = worse(months[k], contribution.StatusOf(r, in.DataDate))
		}
	}
	var lines []InsuranceLine
	for _, insurance := range contribution.Insurances {
		line := InsuranceLine{Insurance: insurance}
		seen := false
		for k, status := range months {
			if k.insurance != insurance {
				continue
			}
			thisYear := k.period.Year() == in.Year
			seen = seen || thisYear
			paid := status == contribution.Paid || status == contribution.BackPaid
			if paid {
				line.MonthsTotal++
			}
			if paid && thisYear {
				line.MonthsThisYear++
			}
			if status.Owing() && thisYear {
				line.MonthsOwed++
			}
		}
		if seen {
			lines = append(lines, line)
		}
	}
	return lines
}

// Summary counts the months of a year by status, for the plain sentence.
type Summary struct {
	Insured  int // months with any row that are not pending
	Paid     int
	BackPaid int
	Pending  int
	Owing    []calendar.Period
}

// Summarize counts the months.
func (s Statement) Summarize() Summary {
	var sum Summary
	for _, m := range s.Months {
		switch m.Status {
		case contribution.Paid:
			sum.Paid++
		case contribution.BackPaid:
			sum.BackPaid++
		case contribution.Pending:
			sum.Pending++
			continue
		case contribution.Part, contribution.Arrears:
			sum.Owing = append(sum.Owing, m.Period)
		default:
			continue
		}
		sum.Insured++
	}
	return sum
}

// OwingEmployers are the employers of rows in arrears, each with its first and last such month.
func (s Statement) OwingEmployers(employers map[int32]Employer) []Engagement {
	spans := map[int32]*Engagement{}
	var order []int32
	for _, m := range s.Months {
		for _, r := range m.Rows {
			if !contribution.StatusOf(r, s.DataDate).Owing() {
				continue
			}
			if spans[r.EmployerID] == nil {
				spans[r.EmployerID] = &Engagement{Employer: employers[r.EmployerID], From: r.Period}
				order = append(order, r.EmployerID)
			}
			spans[r.EmployerID].To = r.Period
		}
	}
	var list []Engagement
	for _, id := range order {
		list = append(list, *spans[id])
	}
	return list
}
