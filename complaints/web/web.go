// Package web is the complaint desk's face. One route table with who may beside each route; an action parses, calls, renders.
package web

import (
	"context"
	"slices"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/money"
	"shebao/shared/server"
)

// Member of staff who is signed in.
type Member struct {
	ID         int32
	Account    string
	Name       string
	Role       lifecycle.Role
	Region     string
	MustChange bool // the password was chosen by somebody else: nothing else may be done first
}

// Case is what a case's page shows; the door fills it from the store.
type Case struct {
	lifecycle.Case
	Number, Channel, Kind      string
	EmployerUSCC, EmployerName string
	From, To                   calendar.Period
	Words, OwnerName           string
	Lead                       string // number of the case that this one is merged into
	ProposedReply              string // what the reporter will read once the decision is approved
	Version                    int
	ReceivedAt                 time.Time
	ByHelper                   bool         // filed in the reporter's name by a helper, who may hold the receipt
	Alleged                    []Allegation // in the reports that are merged into this one; only where the case is opened
	WroteAgain                 bool         // the reporter, after the end, and nobody has done anything about it since
}

// Allegation is what another report says about the same matter.
type Allegation struct {
	Number, Kind string
	From, To     calendar.Period
	Words        string
}

// Event is one line of a case's timeline.
type Event struct {
	At             time.Time
	By, What, Text string
}

// Evidence is what the ledger says of an employer: evidence, not a verdict.
type Evidence struct {
	Found     bool
	Employer  string
	Headcount int // in the last month with rows
	Total     money.Fen
	LateFee   money.Fen
	DataDate  calendar.Date // that the ledger reached
	ByBranch  map[contribution.Insurance]money.Fen
	Months    []EvidenceMonth
	Own       []contribution.Gap // of the named reporter, as the record was at filing
	OwnHidden bool               // there were some, but too few others lack the same: they would tell who reported
	Alike     []Alike            // how many share what is missing, in the reported months
	Wages     []WageMonth        // what the wage sheets say beside the ledger
	Earlier   []EarlierCase
}

// Alike is how many of the employer's people lack the same in a month.
type Alike struct {
	Period    calendar.Period
	Insurance contribution.Insurance
	Owing, Of int
}

// WageMonth is a month of the employer's wage sheet beside the ledger's.
type WageMonth struct {
	Period          calendar.Period
	People, Insured int
	Total, BaseSum  money.Fen
	Source, By      string
}

// EarlierCase is another case about the employer.
type EarlierCase struct {
	Number, Kind string
	State        lifecycle.State
	Finding      lifecycle.Finding
	ReceivedAt   time.Time
}

// EvidenceMonth is one month.
type EvidenceMonth struct {
	Period            calendar.Period
	Headcount, Owing  int
	Missing           int // people without a row, who have rows before and after
	AtLowest          int // people declared at the lowest base
	Owed, AverageBase money.Fen
	Lowest            money.Fen // base
}

// Desk is what the pages call. session names who asks; every answer is within what they may see.
type Desk interface {
	PeopleDesk
	QueueDesk
	RelatedDesk
	DecisionDesk
	FilesDesk
	StandingDesk
	MessagesDesk
	RewardDesk
	EmployerLinkDesk
	Case(ctx context.Context, session, number string, now time.Time) (Case, []Event, []intake.Attachment, error)
	EvidenceDesk
	Act(ctx context.Context, session, number string, version int, in lifecycle.Input, now time.Time) error
	Write(ctx context.Context, session, number, text string, toReporter bool, now time.Time) error
}

// Site is everything that the pages stand on.
type Site struct {
	Desk         Desk
	Register     Register
	Publications Publications
	Audits       AuditDesk
	Recusal      Recusal
	Money        Money
	Payments     Payments
	Identities   Identities
	Reports      Reports
	Audit        Audit
	Retention    Retention
	Workdays     func() *calendar.Workdays // of the moment: a year's notice may come while we serve
	Secure       bool
	Demo         bool
	DemoHints    func() []string
	Changes      Changes
	Stop         <-chan struct{} // closed at the end: streams must not keep the server waiting
}

const (
	cookieSession = "desk"
	cookieKeys    = "keys"
)

func member(c *fiber.Ctx) Member {
	who, _ := c.Locals("member").(Member)
	return who
}

func (s *Site) page(c *fiber.Ctx, title string) layout.Page {
	p := layout.Page{Site: "site.desk", Lang: lang(c), Title: title, Path: c.Path(), Elder: c.Cookies("ui") == "elder", Wide: true, Demo: s.Demo, SignOut: "/sign-out",
		Account: member(c).Name, AccountLink: "/me", Scripts: []string{"desk.js"}}
	if theme := c.Cookies("theme"); theme == "dark" || theme == "light" {
		p.Theme = theme
	}
	if p.Account != "" {
		for _, n := range navigation {
			if slices.Contains(n.who, member(c).Role) {
				p.Nav = append(p.Nav, layout.Link{Href: n.href, Text: p.T(n.text), Always: true})
			}
		}
	}
	return p
}

func lang(c *fiber.Ctx) string { return locale.Known(c.Cookies("lang")) }

func render(c *fiber.Ctx, component templ.Component) error {
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	return component.Render(c.UserContext(), c.Response().BodyWriter())
}

func form(c *fiber.Ctx, name string) string {
	if sent, err := c.MultipartForm(); err == nil { // with a file
		if values := sent.Value[name]; len(values) > 0 {
			return values[0]
		}
		return ""
	}
	return string(c.Request().PostArgs().Peek(name))
}

// Problem answers a fault with a page.
func (s *Site) Problem(c *fiber.Ctx, _ int, f *fault.Error) error {
	p := s.page(c, locale.Text(lang(c), "portal.problem"))
	p.Failed = true
	return render(c, layout.Problem(p, locale.Fault(p.Lang, f), server.RequestID(c)))
}

func (s *Site) setPreferences(c *fiber.Ctx) error {
	for name, values := range map[string][]string{"ui": {"elder", "standard"}, "theme": {"dark", "light"}, "lang": {locale.Chinese, locale.English}} {
		for _, known := range values {
			if form(c, name) == known {
				c.Cookie(&fiber.Cookie{Name: name, Value: known, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: "Lax", HTTPOnly: true, Secure: s.Secure})
			}
		}
	}
	return c.Redirect("/", fiber.StatusSeeOther)
}
