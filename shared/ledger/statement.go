package ledger

import (
	"time"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/identity"
	"shebao/shared/money"
	"shebao/shared/verification"
)

// Statement is an issued annual statement (个人权益记录单, 对账单; 社会保险费征缴暂行条例 art. 16, 社会保险法 art. 74): a snapshot that never changes. When the record is
// corrected the next issue supersedes it; both stay readable. It is never withheld because an employer is in arrears.
type Statement struct {
	PersonID int64
	Year     int
	Issue    int // 1, 2, …: of this person and year
	Number   int64
	Code     verification.Code
	IssuedAt time.Time     // UTC
	DataDate calendar.Date // the day that the data reached when it was issued; months are judged by it
	Region   string        // of the pooling area: the person's last employer's

	StatementContent

	SupersededAt time.Time // when the next issue was made; zero while this is the valid one
	SentAt       time.Time // zero when not
	OpenedAt     time.Time // the first time; zero when not
}

// Emptied reports whether this issue says that the year holds nothing any more: a rule that changed has moved all of it to other years, or a correction has taken it out. It supersedes
// the issue that had figures, and is signed as any other.
func (s Statement) Emptied() bool {
	return s.Issue > 0 && len(s.PersonYear.Rows) == 0 && !s.PersonYear.HasAccount
}

// SupersededBy is the issue that replaced this one; 0 while it is the valid one.
func (s Statement) SupersededBy() int {
	if s.SupersededAt.IsZero() {
		return 0
	}
	return s.Issue + 1
}

// StatementContent is what was frozen.
type StatementContent struct {
	Name         string
	MaskedID     string
	Sex          identity.Sex
	BirthDate    calendar.Date
	Status       PersonStatus
	Agency       string          // that issued it
	InsuredSince calendar.Period // of the first row that the ledger had
	// MonthsBefore counts the months paid in full in the years before, in the order of contribution.Insurances; those of the year follow from its rows.
	MonthsBefore [len(contribution.Insurances)]int
	PersonYear   PersonYear
	Employers    []StatementEmployer // of the year's rows
	Rules        []string            // IDs of the rule versions that made it: account.VersionByID tells their documents
}

// StatementEmployer is an employer as it was called when the statement was issued.
type StatementEmployer struct {
	ID   int32
	USCC identity.USCC
	Name string
}

// MonthsPaid counts the year's months that are paid in full, in the order of contribution.Insurances, back-paid ones included.
func (c StatementContent) MonthsPaid() [len(contribution.Insurances)]int {
	return monthsPaid(c.PersonYear.Rows)
}

// Owed is what was in arrears in the year on the data's day, both parts, all insurances.
func (s Statement) Owed() money.Fen {
	var owed money.Fen
	for _, row := range s.PersonYear.Rows {
		if contribution.Owing(row, s.DataDate) {
			owed += row.Owed()
		}
	}
	return owed
}

// monthsPaid counts months in which every row of an insurance that is not void is paid in full; rows are ordered by period, insurance and employer.
func monthsPaid(rows []contribution.Row) (months [len(contribution.Insurances)]int) {
	for i := 0; i < len(rows); {
		first, paid, insured := &rows[i], true, false
		for ; i < len(rows) && rows[i].Period == first.Period && rows[i].Insurance == first.Insurance; i++ {
			paid, insured = paid && rows[i].PaidInFull(), insured || !rows[i].Void()
		}
		if at := packInsurance(first.Insurance); paid && insured && int(at) < len(months) {
			months[at]++
		}
	}
	return months
}
