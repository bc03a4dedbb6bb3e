package supervision

import (
	"time"

	"shebao/shared/calendar"
	"shebao/shared/money"
)

// AuditorFile is what is kept of somebody who audits, and whether they may be assigned today.
type AuditorFile struct {
	Staff         int32
	Account, Name string
	Region        string
	Training                     // as it counts today
	Unfit         string         // why they may not be assigned; empty when they may
	OpenAudits    int            // that they are assigned to
	Trainings     []TrainingDone // newest first
	Exams         []Exam
	Certificates  []Certificate
}

// ExpirySoon is how many days before its end a certificate is warned of [M].
const ExpirySoon = 60

// Ending reports whether the certificate that holds today ends soon.
func (f AuditorFile) Ending(today calendar.Date) bool {
	return f.Unfit == "" && !f.Expires.IsZero() && f.Expires.Sub(today) <= ExpirySoon
}

// TrainingDone is one course.
type TrainingDone struct {
	EndedOn calendar.Date
	Days    int
	Subject string
	By      string
}

// Exam is one examination.
type Exam struct {
	HeldOn calendar.Date
	Score  int
	Passed bool
	By     string
}

// Certificate is one that was issued.
type Certificate struct {
	ID                           int32
	Number                       string
	Issued, Expires, WithdrawnOn calendar.Date
	By                           string
}

// YearPlan is a region's audit plan of a year.
type YearPlan struct {
	ID      int32
	Year    int
	Region  string
	Targets [len(AuditKinds)]int
	Subject string
	Version int
	By      string
	At      time.Time
}

// Candidate is an employer that may be chosen, with the signs and what they weigh.
type Candidate struct {
	EmployerID         int32
	USCC, Name, Region string
	Signs
	Points  int
	Reasons []Reason
}

// Chosen is an employer in the plan, with its case.
type Chosen struct {
	Kind        AuditKind
	USCC, Name  string
	Region      string
	Headcount   int
	Owed        money.Fen
	Points      int
	Reasons     []string
	AuditOn     calendar.Date
	Case, State string
	Checked     int // persons audited on site
	Auditors    int
	ChosenBy    string
}

// Visit is what was found on site.
type Visit struct {
	ID                          int64
	On                          calendar.Date
	Declared, Found, Checked    int
	Unregistered, Underreported int
	Refused                     bool
	Note                        string
	Auditors                    []string
	By                          string
	VoidReason                  string
}

// CaseAudit is the audit's side of a case.
type CaseAudit struct {
	Kind     AuditKind // empty when no plan holds it
	Reasons  []string
	AuditOn  calendar.Date
	Declared int // insured with the employer by the ledger
	Auditors []AuditorFile
	Visits   []Visit
}

// RegionCoverage is how far a region has come with both targets of a year.
type RegionCoverage struct {
	Region                string
	Headcount, Pensioners Coverage
}

// Assistance is a request between regions.
type Assistance struct {
	ID          int64
	Out         bool
	Matter      string // pensioner, employer, contribution, other
	Region      string // ours
	Other       string // the other region's agency
	Document    string // number of the letter
	Words       string
	Person      int64 // our pensioner whom it is about; 0 none
	Masked      string
	Case        string
	BeganOn     calendar.Date
	Days        int
	Due         calendar.Date
	Provisional bool
	OwnerName   string
	AnsweredOn  calendar.Date
	Outcome     string // met, not_met, not_found, answered; empty while open
	Answer      string
	RemindedOn  calendar.Date
	Version     int
}

// Draw is a sample of pensioners drawn for visits.
type Draw struct {
	ID     int32
	Year   int
	Region string
	Seed   string
	Of     int // of how many
	By     string
	At     time.Time
	Visits []SampleVisit
}

// SampleVisit is one pensioner of a sample.
type SampleVisit struct {
	Person    int64
	Name      string // masked
	Number    string // masked
	VisitedOn calendar.Date
	Met       bool
	Overpaid  money.Fen
	PaidBack  money.Fen
	Note      string
	By        string
}
