package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/server"
)

// PlanFile is a year's audit plan with what became of it.
type PlanFile struct {
	supervision.YearPlan
	Progress [len(supervision.AuditKinds)]supervision.AuditProgress
	Chosen   []supervision.Chosen
}

// ChooseInput is who is put into the plan.
type ChooseInput struct {
	Year      int
	Kind      supervision.AuditKind
	Employers []int32
	AuditOn   calendar.Date
}

// PensionerFile is how far a year's confirmations have come, with the samples.
type PensionerFile struct {
	Coverage []supervision.RegionCoverage
	ByWay    map[string]int
	NotMet   int
	Draws    []supervision.Draw
}

// AuditDesk is what the pages of audits call. Every answer is within what the session may see.
type AuditDesk interface {
	Plan(ctx context.Context, session string, year int, now time.Time) (PlanFile, error)
	SetPlan(ctx context.Context, session string, p supervision.YearPlan, now time.Time) error
	Candidates(ctx context.Context, session string, year int, byHeadcount bool, search string, now time.Time) ([]supervision.Candidate, error)
	Choose(ctx context.Context, session string, in ChooseInput, now time.Time) ([]string, error)

	CaseAudit(ctx context.Context, session, number string, now time.Time) (Case, supervision.CaseAudit, []supervision.AuditorFile, error)
	AssignAuditors(ctx context.Context, session, number string, accounts []string, now time.Time) error
	RecordVisit(ctx context.Context, session, number string, v supervision.Visit, now time.Time) error
	VoidVisit(ctx context.Context, session, number string, id int64, reason string, now time.Time) error

	Auditors(ctx context.Context, session string, now time.Time) ([]supervision.AuditorFile, error)
	Auditor(ctx context.Context, session, account string, now time.Time) (supervision.AuditorFile, error)
	AddTraining(ctx context.Context, session, account string, t supervision.TrainingDone, now time.Time) error
	AddExam(ctx context.Context, session, account string, x supervision.Exam, now time.Time) error
	AddCertificate(ctx context.Context, session, account string, k supervision.Certificate, now time.Time) error
	WithdrawCertificate(ctx context.Context, session, account string, id int32, now time.Time) error

	AssistanceRequests(ctx context.Context, session string, answered bool, now time.Time) ([]supervision.Assistance, error)
	AssistanceRequest(ctx context.Context, session string, id int64, now time.Time) (supervision.Assistance, error)
	BeginAssistance(ctx context.Context, session string, a supervision.Assistance, idNumber string, now time.Time) (int64, error)
	AnswerAssistance(ctx context.Context, session string, id int64, version int, on calendar.Date, outcome, answer string, now time.Time) error
	RemindAssistance(ctx context.Context, session string, id int64, version int, now time.Time) error
	AssistanceDays() int

	Pensioners(ctx context.Context, session string, year int, now time.Time) (PensionerFile, error)
	Unconfirmed(ctx context.Context, session string, year int, after int64, limit int, now time.Time) ([]Unconfirmed, error)
	DrawSample(ctx context.Context, session string, year, n int, now time.Time) error
	RecordSampleVisit(ctx context.Context, session string, draw int32, v supervision.SampleVisit, now time.Time) error
	ConfirmAtCounter(ctx context.Context, session, idNumber string, met bool, now time.Time) error

	AuditFigures(ctx context.Context, session, region string, span supervision.Span, now time.Time) (supervision.AuditFigures, error)

	StatementDuty(ctx context.Context, session string, year int, now time.Time) ([]ledger.Duty, error)
	WithoutStatement(ctx context.Context, session string, year int, region string, after int64, limit int, now time.Time) ([]Unconfirmed, error)
}

// Unconfirmed is somebody on a list of who is missing, named as far as a list may.
type Unconfirmed struct {
	ID                     int64
	Name, Number, Employer string // masked
	Region                 string
}

// Who may see what auditors do beside the agency's figures.
var figureReaders = []lifecycle.Role{lifecycle.Supervisor, lifecycle.Investigator}

// auditSubjects are the pages of audits, in order, with who sees each.
var auditSubjects = []struct {
	path, text string
	who        []lifecycle.Role
}{
	{"/supervision/plan", "audit.tab.plan", overseers},
	{"/supervision/coverage", "audit.tab.coverage", overseers},
	{"/supervision/pensioners", "audit.tab.pensioners", figureReaders},
	{"/supervision/assistance", "audit.tab.assistance", figureReaders},
	{"/supervision/auditors", "audit.tab.auditors", overseers},
	{"/supervision/report", "audit.tab.report", overseers},
	{"/supervision/statements", "audit.tab.statements", overseers},
}

// auditPage renders a page of sections under the tabs of supervision.
func (s *Site) auditPage(c *fiber.Ctx, p layout.Page, current string, wrong []layout.FieldError, parts ...pages.Section) error {
	p.Failed = len(wrong) > 0
	v := pages.Sections{Page: p, Errors: wrong, Parts: parts, Tabs: s.tabsOf(c, p, current)}
	return render(c, pages.SectionPage(v))
}

// tabsOf are the tabs that the member sees.
func (s *Site) tabsOf(c *fiber.Ctx, p layout.Page, current string) []layout.Tab {
	if role := member(c).Role; role == lifecycle.Investigator {
		var list []layout.Tab
		for _, t := range auditSubjects {
			for _, may := range t.who {
				if may == role {
					list = append(list, layout.Tab{Text: p.T(t.text), Href: t.path, Current: t.path == current})
				}
			}
		}
		return list
	}
	return tabs(p, current)
}

// auditShell is the shell of a page of audits.
func (s *Site) auditShell(c *fiber.Ctx, title string) layout.Page {
	p := s.supervisionPage(c, locale.Text(lang(c), title))
	if member(c).Role == lifecycle.Investigator {
		p.Path = "/supervision/assistance"
	}
	return p
}

// field is a text field with its label and hint; what was typed before stands in it.
func field(c *fiber.Ctx, p layout.Page, id, value string, wrong []layout.FieldError) layout.FormField {
	if typed := form(c, id); typed != "" {
		value = typed
	}
	f := layout.FormField{Input: layout.Input{ID: id, Label: p.T("audit.form." + id), Value: value, Errors: wrong}}
	if hint := "audit.form." + id + ".hint"; locale.Has(p.Lang, hint) {
		f.Hint = p.T(hint)
	}
	return f
}

// choice is a list to choose from; each value's words are below the key.
func choice(c *fiber.Ctx, p layout.Page, id, key, value string, wrong []layout.FieldError, values ...string) layout.FormField {
	f := field(c, p, id, value, wrong)
	for _, v := range values {
		f.Choices = append(f.Choices, layout.Pair{Term: p.T(key + v), Value: v})
	}
	return f
}

func lines(f layout.FormField, rows int) layout.FormField {
	f.Rows = rows
	return f
}

// after answers a change: back to a page, or the page again with what was wrong.
func (s *Site) after(c *fiber.Ctx, err error, to string, again func(wrong []layout.FieldError) error) error {
	f := fault.Of(err)
	if f == nil {
		return c.Redirect(to, fiber.StatusSeeOther)
	}
	if !shownInPlace(f) {
		return err
	}
	c.Status(server.Status(f.Kind))
	return again(fieldErrors(lang(c), f))
}

// whole reads whole numbers by name; what is none is told.
func whole(c *fiber.Ctx, names ...string) (map[string]int, []fault.Field) {
	got := map[string]int{}
	var wrong []fault.Field
	for _, name := range names {
		n, err := strconv.Atoi(strings.TrimSpace(form(c, name)))
		if err != nil {
			wrong = append(wrong, fault.Field{Name: name, Key: "fault.audit.count"})
		}
		got[name] = n
	}
	return got, wrong
}

// amounts reads sums in yuan by name; nothing is none.
func amounts(c *fiber.Ctx, names ...string) (map[string]money.Fen, []fault.Field) {
	got := map[string]money.Fen{}
	var wrong []fault.Field
	for _, name := range names {
		text := strings.ReplaceAll(strings.TrimSpace(form(c, name)), ",", "")
		if text == "" {
			continue
		}
		fen, err := money.Parse(text)
		if err != nil {
			wrong = append(wrong, fault.Field{Name: name, Key: "fault.register.amount"})
		}
		got[name] = fen
	}
	return got, wrong
}

// fieldsOf are the fields of a refusal.
func fieldsOf(err error) []fault.Field {
	if f := fault.Of(err); f != nil {
		return f.Fields
	}
	return nil
}

// yearAsked is the year of the address, else this one.
func yearAsked(c *fiber.Ctx) int {
	year := calendar.DateOf(server.Now(c)).Year
	if n, err := strconv.Atoi(c.Query("year")); err == nil && n >= 2003 && n <= year+1 {
		return n
	}
	return year
}

// years offers the years since the first one with data, the latest on top.
func years(now int) []layout.Pair {
	var list []layout.Pair
	for y := now + 1; y > now-6; y-- {
		list = append(list, layout.Pair{Term: strconv.Itoa(y), Value: strconv.Itoa(y)})
	}
	return list
}

// coverageCell says how much is done and, by glyph and word, whether the target is met.
func coverageCell(p layout.Page, v supervision.Coverage) layout.Cell {
	switch {
	case v.Of == 0:
		return layout.Cell{Text: "--"}
	case v.Reached():
		return layout.Cell{Text: percent(v.Ratio()), Tag: "paid", Glyph: "✓"}
	}
	return layout.Cell{Text: percent(v.Ratio()) + " " + p.T("audit.missing", v.Missing()), Tag: "owe", Glyph: "!"}
}

func isSupervisor(c *fiber.Ctx) bool { return member(c).Role == lifecycle.Supervisor }

func count64(n int64) layout.Cell { return layout.Cell{Text: strconv.FormatInt(n, 10)} }
