// Package statement is what a worker is shown: the annual statement (对账单), the month grid and the counts of the plain sentence, made from the
// ledger's rows. It is pure.
package statement

import (
	"slices"
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
	Rows      []contribution.Row   // of the year, every insurance, ordered by period, insurance and employer
	Earlier   [][]contribution.Row // of the years before, ascending, each in the same order, for the months in all
	Before    *Before              // in place of Earlier: an issued statement keeps the counts, not the rows
	Account   *account.Year        // none without a pension insurance
	Employers map[int32]Employer
	Due       contribution.Dues // of the regions paid to, by which a month was paid on time or late
	DataDate  calendar.Date     // the day that the ledger's data reaches
}

// Before is what a statement needs of the years before.
type Before struct {
	Since  calendar.Period                   // the first row's
	Months [len(contribution.Insurances)]int // paid in full, in the order of contribution.Insurances
}

// Statement is one person's year. Amounts in fen.
type Statement struct {
	Year         int
	Due          contribution.Dues
	DataDate     calendar.Date
	InsuredSince calendar.Period // of the first row that the ledger has
	Employers    []Engagement
	Insurances   []InsuranceLine // those with a row in the year or a paid month before it, in the order of contribution.Insurances
	Months       [12]Month
	Account      *account.Year
	Owed         money.Fen // both parts, all insurances, of the months in arrears
	Owing        []Debt    // who owes it
}

// Engagement is an employer and its first and last month of the year.
type Engagement struct {
	Employer
	From, To calendar.Period
}

// Debt is an employer's arrears of the year towards the person.
type Debt struct {
	Employer
	Months []calendar.Period // ascending
	Owed   money.Fen
}

// InsuranceLine counts one insurance.
type InsuranceLine struct {
	Insurance      contribution.Insurance
	MonthsThisYear int  // paid in full, back-paid ones included
	MonthsTotal    int  // since the ledger's first row
	MonthsOwed     int  // of this year
	Insured        bool // in this year: there is a row
}

// Insured are the lines of the insurances with a row in the year.
func (s *Statement) Insured() []InsuranceLine {
	return slices.DeleteFunc(slices.Clone(s.Insurances), func(l InsuranceLine) bool { return !l.Insured })
}

// Month is one calendar month over all insurances.
type Month struct {
	Period       calendar.Period
	Status       contribution.Status // the worst of the insurances'
	Ahead        bool                // it is not judged yet: that it has no row does not tell that nobody was insured
	Cells        Cells
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

// Cells are one month's statuses in the order of contribution.Insurances.
type Cells [len(contribution.Insurances)]contribution.Status

// Of is the status in one insurance.
func (c Cells) Of(insurance contribution.Insurance) contribution.Status {
	if i := indexOf(insurance); i >= 0 {
		return c[i]
	}
	return contribution.None
}

func indexOf(insurance contribution.Insurance) int {
	for i, known := range contribution.Insurances {
		if known == insurance {
			return i
		}
	}
	return -1
}

// Build makes the statement of a year (劳社厅发〔2001〕4号 三(二): this year's contributions and the accumulated amount of the account). It is never
// withheld because an employer is in arrears.
func Build(in Input) Statement {
	s := Statement{Year: in.Year, Due: in.Due, DataDate: in.DataDate, Account: in.Account}
	for i := range s.Months {
		period := calendar.NewPeriod(in.Year, time.Month(i+1))
		s.Months[i].Period = period
		s.Months[i].Ahead = !contribution.Judged(period, in.DataDate)
		if in.Account != nil {
			s.Months[i].Credited = in.Account.Credits[i]
		}
	}
	var employer Employer
	for i := range in.Rows {
		r := &in.Rows[i]
		m := &s.Months[r.Period.Month()-1]
		if m.Rows == nil {
			m.Rows = in.Rows[i:i:len(in.Rows)]
		}
		m.Rows = m.Rows[:len(m.Rows)+1] // a month's rows are neighbours
		if i == 0 || r.EmployerID != in.Rows[i-1].EmployerID {
			employer = in.Employers[r.EmployerID]
		}
		s.add(m, r, employer)
	}
	s.count(in)
	return s
}

func (s *Statement) add(m *Month, r *contribution.Row, employer Employer) {
	m.EmployerDue += r.EmployerDue
	m.EmployerPaid += r.EmployerPaid
	m.PersonDue += r.PersonDue
	m.PersonPaid += r.PersonPaid
	m.Base = max(m.Base, r.Base)
	if r.PaidOn.After(m.PaidOn) {
		m.PaidOn = r.PaidOn
	}
	status := contribution.StatusOf(*r, s.Due.Of(r.EmployerID), s.DataDate)
	m.Status = Worse(m.Status, status)
	if i := indexOf(r.Insurance); i >= 0 {
		m.Cells[i] = Worse(m.Cells[i], status)
	}
	if status == contribution.None {
		return // it was corrected to nothing
	}
	s.engage(r.Period, employer)
	if status.Owing() {
		s.Owed += r.Owed()
		s.owe(r, employer)
	}
}

// engage widens the employer's span; a year has few employers, so that a list beats a map.
func (s *Statement) engage(period calendar.Period, employer Employer) {
	for i := range s.Employers {
		if s.Employers[i].Employer == employer {
			s.Employers[i].To = period
			return
		}
	}
	s.Employers = append(s.Employers, Engagement{Employer: employer, From: period, To: period})
}

func (s *Statement) owe(r *contribution.Row, employer Employer) {
	for i := range s.Owing {
		debt := &s.Owing[i]
		if debt.Employer != employer {
			continue
		}
		debt.Owed += r.Owed()
		if debt.Months[len(debt.Months)-1] != r.Period {
			debt.Months = append(debt.Months, r.Period)
		}
		return
	}
	s.Owing = append(s.Owing, Debt{employer, append(make([]calendar.Period, 0, 12), r.Period), r.Owed()})
}

// severity orders the statuses by how much the person needs to know of them.
var severity = [...]int{contribution.None: 0, contribution.Paid: 1, contribution.BackPaid: 2, contribution.Pending: 3, contribution.Part: 4, contribution.Arrears: 5}

// Worse is the status by which two rows of one month are called together.
func Worse(a, b contribution.Status) contribution.Status {
	if severity[b] > severity[a] {
		return b
	}
	return a
}

// count counts the months of every insurance: a month counts once, whatever the number of its employers.
func (s *Statement) count(in Input) {
	var lines [len(contribution.Insurances)]InsuranceLine
	if in.Before != nil {
		s.InsuredSince = in.Before.Since
		for i, months := range in.Before.Months {
			lines[i].MonthsTotal = months
		}
	}
	for _, rows := range in.Earlier {
		if len(rows) > 0 && s.InsuredSince == 0 {
			s.InsuredSince = rows[0].Period
		}
		countEarlier(&lines, rows, in)
	}
	if len(in.Rows) > 0 && s.InsuredSince == 0 {
		s.InsuredSince = in.Rows[0].Period
	}
	for i := range s.Months {
		for k, status := range s.Months[i].Cells {
			if status != contribution.None { // there is a row
				lines[k].add(status, true)
				lines[k].Insured = true
			}
		}
	}
	s.Insurances = make([]InsuranceLine, 0, len(lines))
	for i, line := range lines {
		if line.Insured || line.MonthsTotal > 0 { // who has paid nothing this year keeps what was paid before
			line.Insurance = contribution.Insurances[i]
			s.Insurances = append(s.Insurances, line)
		}
	}
}

// countEarlier counts an earlier year. Rows of one insurance and month, one per employer, are neighbours.
func countEarlier(lines *[len(contribution.Insurances)]InsuranceLine, rows []contribution.Row, in Input) {
	for i := 0; i < len(rows); {
		first := &rows[i]
		status := contribution.None
		for ; i < len(rows) && rows[i].Period == first.Period && rows[i].Insurance == first.Insurance; i++ {
			status = Worse(status, contribution.StatusOf(rows[i], in.Due.Of(rows[i].EmployerID), in.DataDate))
		}
		if k := indexOf(first.Insurance); k >= 0 {
			lines[k].add(status, false)
		}
	}
}

func (l *InsuranceLine) add(status contribution.Status, thisYear bool) {
	paid := status == contribution.Paid || status == contribution.BackPaid
	if paid {
		l.MonthsTotal++
	}
	if paid && thisYear {
		l.MonthsThisYear++
	}
	if status.Owing() && thisYear {
		l.MonthsOwed++
	}
}

// Summary counts the months of a year by status, for the plain sentence.
type Summary struct {
	Insured  int // months with a row that are neither pending nor ahead
	Paid     int
	BackPaid int
	Pending  int
	Owing    []calendar.Period
}

// Summarize counts the months.
func (s *Statement) Summarize() Summary {
	var sum Summary
	for i := range s.Months {
		m := &s.Months[i]
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
