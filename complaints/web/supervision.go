package web

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	"shebao/complaints/supervision"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// Who may see the agency's figures, and who may change what stands beside them.
var (
	overseers   = []lifecycle.Role{lifecycle.Supervisor}
	supervisors = []lifecycle.Role{lifecycle.Supervisor}
)

// Register is what the pages of the register of employers in arrears call. Every answer is within what the session may see.
type Register interface {
	Supervised(ctx context.Context) (dataDate calendar.Date, at time.Time, err error)
	Levels() []supervision.Level
	Debtors(ctx context.Context, session string, f supervision.DebtorFilter, now time.Time) (list []supervision.Debtor, count int, total money.Fen, err error)
	PlansDue(ctx context.Context, session string, limit int, now time.Time) (list []PlanDue, more int, err error)
	DebtorTotals(ctx context.Context, session string, now time.Time) (byLevel, byInsurance []supervision.DebtorTotal, err error)
	Debtor(ctx context.Context, session, uscc string, now time.Time) (DebtorFile, error)
	SetDebtorState(ctx context.Context, session, uscc string, version int, state supervision.DebtorState, now time.Time) error
	SetDebtorOwner(ctx context.Context, session, uscc string, version int, account string, now time.Time) error
	SignPlan(ctx context.Context, session, uscc string, version int, signedOn calendar.Date, instalments []supervision.Instalment, now time.Time) error
	EndPlan(ctx context.Context, session, uscc string, version int, reason string, now time.Time) error
	RequestWriteOff(ctx context.Context, session, uscc string, version int, amount money.Fen, reason string, now time.Time) error
	ApproveWriteOff(ctx context.Context, session, uscc string, version int, id int32, given supervision.WriteOffApproval, now time.Time) error
	CollectionFlows(ctx context.Context, session, region string, digits int, insurance contribution.Insurance, from calendar.Period, now time.Time) ([]supervision.RegionFlow, error)
	DebtorLines(ctx context.Context, session string, list []supervision.Debtor, now time.Time) (map[int32][]supervision.DebtorLine, error)
	ExportRegister(ctx context.Context, session string, f supervision.DebtorFilter, now time.Time) ([]supervision.Debtor, error)
}

// DebtorFile is all that the desk holds of an employer in arrears.
type DebtorFile struct {
	supervision.Debtor
	Events    []supervision.DebtorEvent
	Plans     []PlanStanding
	WriteOffs []supervision.WriteOff
	Notices   []Notice  // issued to the employer, oldest first; of cases that the asker may see
	Payments  []Payment // newest first
	Fees      []LateFee // the late fee's own ledger
}

// PlanDue is an employer whose repayment plan was not kept, and what is due of it now.
type PlanDue struct {
	USCC, Name string
	State      supervision.PlanState
	Due        money.Fen
}

// PlanStanding is a plan with what has become of it.
type PlanStanding struct {
	supervision.Plan
	supervision.Standing
}

// subjects are the pages of supervision, in order.
var subjects = []struct{ path, text string }{
	{"/supervision/register", "supervision.tab.register"},
	{"/supervision/collection", "supervision.tab.collection"},
	{"/supervision/publications", "publication.tab"},
}

func tabs(p layout.Page, current string) []layout.Tab {
	var list []layout.Tab
	for _, t := range subjects {
		list = append(list, layout.Tab{Text: p.T(t.text), Href: t.path, Current: t.path == current})
	}
	for _, t := range auditSubjects {
		list = append(list, layout.Tab{Text: p.T(t.text), Href: t.path, Current: t.path == current})
	}
	return list
}

// supervisionPage is the shell of a page of supervision.
func (s *Site) supervisionPage(c *fiber.Ctx, title string) layout.Page {
	p := s.page(c, title)
	p.Path = "/supervision/register"
	return p
}

func yuan(f money.Fen) layout.Cell { return layout.Cell{Text: f.Grouped()} }

func number(n int) layout.Cell { return layout.Cell{Text: strconv.Itoa(n)} }

func insuranceName(p layout.Page, i contribution.Insurance) string {
	return p.T("insurance." + strconv.Itoa(int(i)))
}

func session(c *fiber.Ctx) string { return c.Cookies(cookieSession) }

// regionName of leading digits; the digits themselves where the register of regions does not know them.
func regionName(code string) string {
	full := (code + "000000")[:6]
	if name := ledger.RegionName(full); name != "" {
		return name
	}
	return code
}

// percent is a share with its sign, or dashes.
func percent(r supervision.Ratio) string {
	if !r.Known {
		return "--"
	}
	return r.Percent() + "%"
}

// rateCell shows a rate and says by word and glyph when it is under the line.
func rateCell(p layout.Page, f supervision.Figures, by supervision.Counting) layout.Cell {
	rate := f.Rate(by)
	switch {
	case !rate.Known:
		return layout.Cell{Text: "--"}
	case f.Below(by, supervision.SubsidyLine):
		return layout.Cell{Text: percent(rate) + " " + p.T("supervision.below"), Tag: "owe", Glyph: "!"}
	}
	return layout.Cell{Text: percent(rate), Tag: "paid", Glyph: "✓"}
}
