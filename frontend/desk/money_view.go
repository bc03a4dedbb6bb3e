package desk

import "shebao/frontend/layout"

// Calc is the tab of the arithmetic: made now, or as it was kept.
type Calc struct {
	CaseHead
	Found          bool
	ID             string
	Inputs         []layout.Input
	Findings       layout.Input
	Facts          []Pair
	Rule           string
	Interest       []string // what the lost interest is, who pays it and by which rule; none where there is none
	ByInsurance    []SumRow
	ByPeriod       []SumRow
	Total          SumRow
	Lines          []CalcLine
	People         []PersonRow
	PeopleNote     string
	PageNo, Pages  int
	Search         string
	Deferrals      []Deferral
	DeferralInputs []layout.Input
	Kept           []Link
	KeptFacts      []Pair
	Copies         []Pair // kinds of documents that may copy it: name and title
	Assess         bool   // a truer base can be brought into the ledger
}

// SumRow is one line of the totals.
type SumRow struct{ Name, Due, Paid, Owed, Fee, Total string }

// CalcLine is a month and insurance with the fee explained.
type CalcLine struct {
	Period, Insurance, Persons, Owed, Fee, Why, Stopped string
	Steps                                               []FeeStep
}

// FeeStep is one line of the explanation: principal × days × rate.
type FeeStep struct{ Text, Span, Basis string }

// PersonRow is what is owed for one person, month and insurance.
type PersonRow struct{ ID, Name, Number, Period, Insurance, Base, TrueBase, Employer, Own, Owed string }

// Deferral is one approved deferral.
type Deferral struct{ ID, Text string }

// Notices is the tab of the documents.
type Notices struct {
	CaseHead
	Rows     []NoticeRow
	Clocks   []NoticeClock
	Kinds    []NoticeKind
	Court    NoticeKind
	AuditEnd layout.Input
}

// NoticeRow is one document.
type NoticeRow struct{ Href, Title, Number, State, Class, IssuedOn, Served, Limit string }

// NoticeClock is a deadline that the documents set.
type NoticeClock struct{ Text, Due, Left, Class string }

// NoticeKind is a document that may be begun, with what still stands in the way of issuing it.
type NoticeKind struct {
	Kind, Title string
	Reasons     []string
}

// Notice is one document: a draft's form, its check, or as it was issued.
type Notice struct {
	CaseHead
	ID, NoticeVersion, Kind, Title, NoticeNumber string
	State, StateClass                            string
	Inputs                                       []layout.Input
	HasFigures                                   bool
	Figures                                      []Option
	Check                                        bool
	Paper                                        Paper
	Waivable, Blocked                            []string
	Waived                                       layout.Input
	Issued, Live, Served, CanServe, Erased       bool
	Facts                                        []Pair
	Ways                                         []Option
	WayError                                     string
	Why                                          layout.FormField
	Announced                                    []layout.Input // what an announcement asks for besides
	Scanned                                      bool
	ScanError, Accept                            string
	Reason, VoidReason                           layout.Input
}

// Option of a choice.
type Option struct {
	Value, Text string
	Chosen      bool
}

// Paper is a document as a page shows it.
type Paper struct {
	Title, Number, Issuer, To, Date string
	Parts                           []PaperPart
}

// PaperPart is a heading with what stands below it.
type PaperPart struct {
	Heading    string
	Paragraphs []string
	Pairs      []Pair
	Table      *PaperTable
}

// PaperTable is a table of figures; Numeric columns are set right.
type PaperTable struct {
	Caption string
	Columns []string
	Numeric []bool
	Rows    [][]string
	Total   []string
}

// Payments is the tab of the money that came in.
type Payments struct {
	CaseHead
	Inputs   []layout.Input
	Ways     []Option
	WayError string
	Facts    []Pair
	Preview  *Allocation
	Typed    []Pair // name and value of what is confirmed
	Rows     []PaymentRow
	Fees     []FeeRow
	Interest []InterestRow
	Found    bool
}

// Allocation is what a payment would be booked to.
type Allocation struct {
	Mark  string
	Mode  string
	Facts []Pair
	Rows  []BookedRow
}

// BookedRow is one month and insurance of an allocation. Interest is empty where none fell due and none was paid.
type BookedRow struct{ Period, Insurance, Class, Owed, Principal, Charged, FeePaid, Why, Interest, InterestPaid string }

// PaymentRow is one payment.
type PaymentRow struct {
	ID, PaidOn, Amount, Way, Voucher, Principal, FeePaid, LeftOver, By, CaseNumber string
	InterestPaid                                                                   string // empty where there is none
	Booked                                                                         []BookedRow
	Reversed                                                                       string
	Reason                                                                         layout.Input
}

// FeeRow is a line of the late-fee ledger.
type FeeRow struct{ Period, Insurance, Charged, Paid, Open string }

// InterestRow is a line of the book of lost interest.
type InterestRow struct{ Period, Insurance, Persons, Charged, Paid, Open string }

// Employer is everything that the desk knows of one employer.
type Employer struct {
	Page     layout.Page
	Name     string
	Facts    []Pair
	Cases    []Row
	Arrears  []SumRow
	Total    SumRow
	Notices  []NoticeRow
	Payments []PaymentRow
	Fees     []FeeRow
	Interest []InterestRow
	Events   []Event
}

// MoneySetting is the form of how a region counts, books and writes.
type MoneySetting struct {
	Page    layout.Page
	Errors  []layout.FieldError
	Region  string
	Name    string
	Version string
	Saved   bool
	Choices []SettingChoice
	Capped  bool
	Rules   []layout.Input
	Agency  []layout.Input
}

// SettingChoice is one rule that a region chooses.
type SettingChoice struct {
	Name, Label string
	Options     []Option
	Error       string
}
