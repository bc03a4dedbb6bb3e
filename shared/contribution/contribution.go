// Package contribution holds what one contribution row is and the rules that read it: which insurance, whether a month is paid,
// when it was due. It is pure; the ledger stores these rows, statement, hotline and desk judge by them.
package contribution

import (
	"shebao/shared/calendar"
	"shebao/shared/money"
)

// Insurance is a branch (险种), numbered as the agencies' core systems number it.
type Insurance int16

// The branches.
const (
	EmployeePension    Insurance = 110 // 企业职工基本养老保险
	InstitutionPension Insurance = 120 // 机关事业单位养老保险
	Unemployment       Insurance = 210 // 失业保险
	EmployeeMedical    Insurance = 310 // 职工基本医疗保险
	WorkInjury         Insurance = 410 // 工伤保险
	Maternity          Insurance = 510 // 生育保险
)

// Insurances lists every branch in the order in which statements show them.
var Insurances = [...]Insurance{EmployeePension, InstitutionPension, Unemployment, EmployeeMedical, WorkInjury, Maternity}

// IsPension reports whether the branch has a personal account.
func (i Insurance) IsPension() bool { return i == EmployeePension || i == InstitutionPension }

// Row is the state of (person, period, insurance, employer) as last imported or paid. Amounts in fen.
type Row struct {
	Period       calendar.Period
	Insurance    Insurance
	EmployerID   int32
	Base         money.Fen
	EmployerDue  money.Fen
	EmployerPaid money.Fen
	PersonDue    money.Fen
	PersonPaid   money.Fen
	PaidOn       calendar.Date // day the money arrived; none when nothing is paid
}

// Due is both parts' due.
func (r Row) Due() money.Fen { return r.EmployerDue + r.PersonDue }

// Paid is both parts' paid.
func (r Row) Paid() money.Fen { return r.EmployerPaid + r.PersonPaid }

// Owed is what is still in arrears, both parts.
func (r Row) Owed() money.Fen { return r.Due() - r.Paid() }

// PaidInFull reports whether both parts are paid in full: only then does the month count and credit the account (domain: 滚动 rules of 1997; a partly paid month credits nothing).
func (r Row) PaidInFull() bool { return r.EmployerPaid == r.EmployerDue && r.PersonPaid == r.PersonDue }

// Void reports whether a row was corrected to nothing, since a file cannot take a row back: it has neither a base nor anything due, and the person was not insured by it. A month whose
// payment the state waived has a base, and counts.
func (r Row) Void() bool {
	return r.Base == 0 && r.EmployerDue == 0 && r.PersonDue == 0 && r.EmployerPaid == 0 && r.PersonPaid == 0
}

// Status of a person's month in one insurance, as people are told it.
type Status uint8

// The statuses. None is "not insured that month".
const (
	None     Status = iota
	Pending         // the due date has not passed, or the posting lag has not
	Paid            // in full and on time
	BackPaid        // in full, after the due date
	Part            // some paid, some owed
	Arrears         // nothing paid
)

// String is the key under which locale files name the status.
func (s Status) String() string {
	return [...]string{"none", "pending", "paid", "backpaid", "part", "arrears"}[s]
}

// Owing reports whether the month counts as in arrears (wholly or partly unpaid).
func (s Status) Owing() bool { return s == Part || s == Arrears }

// Due is the last day on which a period's payment is on time, as a region sets it. The zero value is the default, the last day of the month itself.
type Due struct {
	MonthsLater int // 0 the month itself, 1 the next
	Day         int // of that month; 0, and any day that it does not have, is its last
}

// Date is the due date of a period.
func (d Due) Date(p calendar.Period) calendar.Date {
	last := p.Add(d.MonthsLater).LastDay()
	if d.Day > 0 && d.Day < last.Day {
		last.Day = d.Day
	}
	return last
}

// Dues are the due dates by which a person's year is judged: nearly always one.
type Dues struct {
	Due                  // of all employers but these
	Others []EmployerDue // who pay to another region
}

// EmployerDue is the due date of the region that an employer pays to.
type EmployerDue struct {
	Employer int32
	Due      Due
}

// Of is the due date that a row of an employer is judged by.
func (d Dues) Of(employer int32) Due {
	for _, other := range d.Others {
		if other.Employer == employer {
			return other.Due
		}
	}
	return d.Due
}

// DueDate is the default due date of a period, by which what is unpaid is judged: everywhere alike, since no region's due date lies behind its PostingLag. Whether a month was paid late,
// what a late payment earns and when the late fee begins go by the region's own Due.
func DueDate(p calendar.Period) calendar.Date { return Due{}.Date(p) }

// PostingLag is how many natural days after the due date an unpaid month is still called pending rather than arrears:
// collectors' files take about a month to arrive [M: regional].
const PostingLag = 31

// Judged reports whether what a period lacks counts as arrears yet: its due date and the posting lag have passed for the data that the ledger has.
func Judged(p calendar.Period, dataDate calendar.Date) bool {
	return dataDate.After(DueDate(p).AddDays(PostingLag))
}

// LastJudged is the last period that is judged; what later ones lack is pending.
func LastJudged(dataDate calendar.Date) calendar.Period {
	p := dataDate.Period()
	for !Judged(p, dataDate) {
		p = p.Add(-1)
	}
	return p
}

// OnTime reports whether a row is paid in full, and was by the due date.
func (d Due) OnTime(r Row) bool {
	return r.PaidInFull() && (r.PaidOn.IsZero() || !r.PaidOn.After(d.Date(r.Period)))
}

// StatusOf judges one row on a day, by the due date of its region. dataDate is the day that the ledger's data reaches.
func StatusOf(r Row, due Due, dataDate calendar.Date) Status {
	switch {
	case r.Void():
		return None
	case due.OnTime(r):
		return Paid
	case r.PaidInFull():
		return BackPaid
	case !Judged(r.Period, dataDate):
		return Pending
	case r.Paid() > 0:
		return Part
	}
	return Arrears
}

// Owing reports whether a row is owed, wholly or partly, on a day: the same in every region.
func Owing(r Row, dataDate calendar.Date) bool { return StatusOf(r, Due{}, dataDate).Owing() }
