package publication

import (
	"encoding/json"
	"fmt"

	"shebao/shared/calendar"
	"shebao/shared/money"
)

// Format names the form of the documents; a change that readers would notice takes the next number.
const Format = "shebao.publication/1"

// Edition is the document that the public reads: as JSON exactly these fields, amounts as texts in yuan, shares as texts in percent, dates of Asia/Shanghai.
type Edition struct {
	Format      string        `json:"format"`
	Subject     Subject       `json:"subject"`
	Region      string        `json:"region"`
	RegionName  string        `json:"region_name"`
	Span        string        `json:"span"`
	DataDate    calendar.Date `json:"data_date"` // the day that the figures reach
	PublishedOn calendar.Date `json:"published_on"`
	Revision    int           `json:"revision"`
	Previous    string        `json:"previous,omitempty"` // SHA-256 of the revision before
	Agency      string        `json:"agency"`
	Body
	Withdrawn   *Withdrawal  `json:"withdrawn,omitempty"` // then there is no body: what was published was wrong
	Corrections []Correction `json:"corrections,omitempty"`
}

// Withdrawal says since when an edition does not stand, and why. The revision that was withdrawn keeps its hash, which stands in Previous.
type Withdrawal struct {
	On     calendar.Date `json:"on"`
	Reason string        `json:"reason"`
}

// Body is what is drafted, approved and shown; one of the three is there.
type Body struct {
	Collection *CollectionFigures `json:"collection,omitempty"`
	Arrears    *ArrearsList       `json:"arrears,omitempty"`
	Audit      *AuditFigures      `json:"audit,omitempty"`
}

// CollectionFigures are a span's collection in a region.
type CollectionFigures struct {
	Line       int      `json:"line_percent"` // the line under which a rate is marked
	Total      Figure   `json:"total"`
	Regions    []Figure `json:"regions"`
	Insurances []Figure `json:"insurances"`
	Course     []Figure `json:"course"` // the total over earlier spans, oldest first
}

// Figure is one line of collection figures. A suppressed one has no amounts: fewer than five employers stand behind it, or behind the one that could be found by subtraction.
type Figure struct {
	Code       string `json:"code"` // region, insurance or span
	Name       string `json:"name,omitempty"`
	Suppressed bool   `json:"suppressed,omitempty"`
	*Amounts
}

// Amounts of a figure.
type Amounts struct {
	Due       money.Fen `json:"due"`        // 应征缴额
	Collected money.Fen `json:"collected"`  // 实际征缴额: of it, what arrived by the span's end
	Rate      string    `json:"rate"`       // collected ÷ due; empty when nothing was due
	Below     bool      `json:"below_line"` // of rate, by the exact amounts
	*Arrearage
}

// Arrearage is what a figure tells of earlier arrears. It is left out where fewer than five employers owed at the span's beginning or end or paid within it, or where it could be found by subtraction.
type Arrearage struct {
	Recovered    money.Fen `json:"recovered"`     // 清欠回收: what arrived within the span for earlier periods
	Opening      money.Fen `json:"opening"`       // 期初欠费
	RateWith     string    `json:"rate_with"`     // (collected + recovered) ÷ due
	RecoveryRate string    `json:"recovery_rate"` // recovered ÷ opening
	BelowWith    bool      `json:"below_line_with"`
}

// ArrearsList names employers in arrears.
type ArrearsList struct {
	Minimum   money.Fen       `json:"minimum"` // who owes at least this is named
	Through   calendar.Period `json:"through"` // the last month that counts; later ones may still be on their way
	Count     int             `json:"count"`
	Owed      money.Fen       `json:"owed"` // principal that all who are named still owe; late fees stand in a ledger of their own
	Employers []Debtor        `json:"employers"`
}

// Debtor is one named employer.
type Debtor struct {
	USCC       string          `json:"uscc"`
	Name       string          `json:"name"`
	Region     string          `json:"region"`
	RegionName string          `json:"region_name"`
	From       calendar.Period `json:"from"`
	To         calendar.Period `json:"to"`
	Owed       money.Fen       `json:"owed"`
	Headcount  int             `json:"headcount,omitempty"` // 0: fewer than five, not told
	State      string          `json:"state"`               // running, stopped, bankrupt, merged
	Paid       *Paid           `json:"paid,omitempty"`
}

// Paid is what has been paid of a debt since it was published.
type Paid struct {
	Amount money.Fen     `json:"amount"`
	Left   money.Fen     `json:"left"`
	On     calendar.Date `json:"on"` // the day on which this was seen
}

// AuditFigures are the audits of a span.
type AuditFigures struct {
	OnSite           int    `json:"on_site"` // persons audited on site since the year began
	Insured          int    `json:"insured"`
	OnSiteRate       string `json:"on_site_rate"`
	OnSiteTarget     int    `json:"on_site_target_percent"`
	OnSiteReached    bool   `json:"on_site_reached"`
	Verified         int    `json:"pensioners_verified"` // since the year began
	Pensioners       int    `json:"pensioners"`
	VerifiedRate     string `json:"pensioners_rate"`
	PensionersTarget int    `json:"pensioners_target_percent"`
	VerifiedReached  bool   `json:"pensioners_reached"`
	Audits           int    `json:"audits_ended"` // in the span
	Violations       int    `json:"violations"`
	Suppressed       bool   `json:"suppressed,omitempty"` // amounts: fewer than five employers were audited
	*AuditAmounts
}

// AuditAmounts are what audits of a span found and brought back.
type AuditAmounts struct {
	Employers int       `json:"employers_audited"`
	Found     money.Fen `json:"found"`
	Recovered money.Fen `json:"recovered"`
}

// CorrectionKind says why an edition was published anew.
type CorrectionKind string

// The kinds of correction.
const (
	Replaced CorrectionKind = "replaced"  // by a later edition, through two people again
	PaidUp   CorrectionKind = "paid"      // employers paid in full
	PaidPart CorrectionKind = "part"      // employers paid in part
	Upheld   CorrectionKind = "upheld"    // an objection was upheld
	Revoked  CorrectionKind = "withdrawn" // it was wrong, and taken back
)

// Correction is one line of an edition's correction log. Who was taken off the list is counted, not named: naming would undo the removal.
type Correction struct {
	Revision int            `json:"revision"`
	On       calendar.Date  `json:"on"`
	Kind     CorrectionKind `json:"kind"`
	Count    int            `json:"count,omitempty"`
	Reason   string         `json:"reason,omitempty"`
}

// Key of the edition.
func (e Edition) Key() Key { return Key{e.Subject, e.Region, e.Span} }

// ParseEdition reads a published document. Error: one that is none of ours.
func ParseEdition(content []byte) (Edition, error) {
	var e Edition
	if err := json.Unmarshal(content, &e); err != nil {
		return e, fmt.Errorf("read published edition: %w", err)
	}
	if e.Format != Format {
		return e, fmt.Errorf("read published edition: format %q", e.Format)
	}
	return e, nil
}

// ParseBody reads the body of a draft.
func ParseBody(content []byte) (Body, error) {
	var b Body
	if err := json.Unmarshal(content, &b); err != nil {
		return b, fmt.Errorf("read draft: %w", err)
	}
	return b, nil
}

// Left is what is still owed of what was published.
func (d Debtor) Left() money.Fen {
	if d.Paid != nil {
		return d.Paid.Left
	}
	return d.Owed
}

// Sum brings a list's count and total in line with its employers.
func (l *ArrearsList) Sum() {
	l.Count, l.Owed = len(l.Employers), 0
	for _, d := range l.Employers {
		l.Owed += d.Left()
	}
}

// Settled takes over what has been paid since: left is what each employer still owes for the months of the list. Who owes nothing is removed, or, where annotate is set, stays with
// the word that it has paid. It tells whose line changed how; without a change the list comes back as it was.
func (l ArrearsList) Settled(left map[string]money.Fen, annotate bool, on calendar.Date) (list *ArrearsList, paid, part []string) {
	lines := make([]Debtor, 0, len(l.Employers))
	for _, d := range l.Employers {
		now := min(left[d.USCC], d.Owed) // what fell due anew for old months is for the next edition
		changed := now != d.Left()
		switch {
		case now == 0 && (changed || !annotate):
			paid = append(paid, d.USCC)
			if !annotate {
				continue
			}
			d.Paid = &Paid{d.Owed, 0, on}
		case changed && now == d.Owed:
			part, d.Paid = append(part, d.USCC), nil // a payment was taken back
		case changed:
			part, d.Paid = append(part, d.USCC), &Paid{d.Owed - now, now, on}
		}
		lines = append(lines, d)
	}
	l.Employers = lines
	l.Sum()
	return &l, paid, part
}

// Without leaves employers out and counts anew; the list itself stays as it is.
func (l ArrearsList) Without(uscc map[string]bool) *ArrearsList {
	kept := make([]Debtor, 0, len(l.Employers))
	for _, d := range l.Employers {
		if !uscc[d.USCC] {
			kept = append(kept, d)
		}
	}
	l.Employers = kept
	l.Sum()
	return &l
}
