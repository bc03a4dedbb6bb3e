package web

import (
	"context"
	"time"

	"shebao/complaints/arrears"
	"shebao/complaints/notice"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/evidence"
	"shebao/shared/money"
)

// Money is what the pages of arithmetic, documents and payments call. session names who asks; every answer is within what they may see.
type Money interface {
	Calculate(ctx context.Context, session, number string, ask CalcAsk, now time.Time) (Calc, error)
	KeepCalculation(ctx context.Context, session, number string, ask CalcAsk, now time.Time) (id int64, err error)
	Calculation(ctx context.Context, session, number string, id int64, now time.Time) (Calc, error)
	AddDeferral(ctx context.Context, session, number string, d Deferral, now time.Time) error
	EndDeferral(ctx context.Context, session, number string, id int32, now time.Time) error

	Documents(ctx context.Context, session, number string, now time.Time) (Documents, error)
	DraftNotice(ctx context.Context, session, number string, kind notice.Kind, calculation, replaces int64, now time.Time) (id int64, err error)
	SaveNotice(ctx context.Context, session, number string, n NoticeInput, now time.Time) error
	Paper(ctx context.Context, session, number string, id int64, now time.Time) (notice.Paper, error)
	IssueNotice(ctx context.Context, session, number string, id int64, version int, waived string, now time.Time) error
	DropDraft(ctx context.Context, session, number string, id int64, now time.Time) error
	WithdrawNotice(ctx context.Context, session, number string, id int64, reason string, now time.Time) error
	RecordService(ctx context.Context, session, number string, id int64, v Service, now time.Time) error
	VoidService(ctx context.Context, session, number string, id int64, reason string, now time.Time) error
	AddScan(ctx context.Context, session, number string, id int64, f evidence.File, now time.Time) error
	Scan(ctx context.Context, session, number string, id int64, now time.Time) (mediaType string, content []byte, err error)
	EndAudit(ctx context.Context, session, number string, on calendar.Date, now time.Time) error
	NoticeFile(ctx context.Context, session, number string, id int64, now time.Time) ([]byte, error)

	MoneySetting(ctx context.Context, session string, now time.Time) (MoneySetting, error)
	SaveMoneySetting(ctx context.Context, session string, m MoneySetting, now time.Time) error
}

// CalcAsk is what a calculation is asked for.
type CalcAsk struct {
	PaidOn             calendar.Date // the day of payment that the fee is counted to; none is today
	From, To           calendar.Period
	Declared, Accepted calendar.Date
	Findings           []arrears.Finding
	Search             string // a name's beginning or an ID number; never in an address
	Page               int
}

// Calc is a calculation, made now or kept.
type Calc struct {
	Case      Case
	Found     bool // the employer is in the register
	Employer  string
	ID        int64 // 0: not kept
	Rule      string
	Input     arrears.Input
	Findings  []arrears.Finding
	Result    arrears.Result
	People    []CalcPerson // one page
	Pages     int
	Page      int
	Rows      int // of all pages
	Deferrals []Deferral
	Kept      []KeptCalc
	DataDate  calendar.Date
	KeptAt    time.Time
	KeptBy    string
}

// CalcPerson is what is owed for one person, month and insurance. Names and numbers are masked.
type CalcPerson struct {
	ID           int64
	Name, Number string
	Period       calendar.Period
	Insurance    contribution.Insurance
	Base         money.Fen
	TrueBase     money.Fen
	EmployerOwed money.Fen
	OwnOwed      money.Fen
	NoRate       bool
}

// KeptCalc is a kept calculation in a list.
type KeptCalc struct {
	ID        int64
	At        time.Time
	By        string
	PaidOn    calendar.Date
	Owed, Fee money.Fen
	Total     money.Fen // with lost interest and what earlier payments left open
	Rule      string
}

// Deferral is an approved deferral (缓缴).
type Deferral struct {
	ID       int32
	From, To calendar.Date
	Document string
}

// Documents are the papers of a case and what decides about the next one.
type Documents struct {
	Case      Case
	Notices   []Notice
	Situation notice.Situation
	Kept      []KeptCalc
	Agency    notice.Agency
}

// Notice is a document of a case.
type Notice struct {
	ID          int64
	Kind        notice.Kind
	State       string
	Version     int
	Fields      notice.Values
	Calculation int64
	Replaces    int64
	Waived      string
	Number      string
	IssuedOn    calendar.Date
	IssuedBy    string
	Paper       notice.Paper
	EndReason   string
	Erased      bool
	Service     *Service
}

// Limit is what the rules of order need of the document.
func (n Notice) limit(w *calendar.Workdays, s notice.Situation) (calendar.Date, bool) {
	for _, i := range s.Issued {
		if i.ID == n.ID {
			return notice.Limit(i, w)
		}
	}
	return calendar.Date{}, false
}

// NoticeInput is a draft as it was filled in.
type NoticeInput struct {
	ID          int64
	Version     int
	Fields      notice.Values
	Calculation int64
}

// Service is how and when a document was served.
type Service struct {
	Way                     notice.Way
	DoneOn, ServedOn        calendar.Date
	Receiver, Witness, Note string
	notice.Announced
	RecordedBy string
	Scanned    bool
}

// MoneySetting is how a region counts, books and writes.
type MoneySetting struct {
	Region  string
	Name    string
	Version int // that was seen, of exactly this region; 0 when it follows another one
	Arrears arrears.Setting
	Agency  notice.Agency
}
