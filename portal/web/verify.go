package web

import (
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/ledger"
	"shebao/shared/server"
	"shebao/shared/verification"
)

// How often an address may verify. A code has 80 random bits: the limit keeps a flood from the database, it does not keep codes secret. So it does not fail closed: with
// Redis down a process answers as many as trickle lets through.
const (
	verifyWindow    = 10 * time.Minute
	verifyByAddress = 60
	verifyPerSecond = 5
)

// trickle lets some through in every second. Safe for concurrent use.
type trickle struct {
	mu     sync.Mutex
	second int64
	passed int
}

func (t *trickle) allow(now time.Time, perSecond int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Unix() != t.second {
		t.second, t.passed = now.Unix(), 0
	}
	t.passed++
	return t.passed <= perSecond
}

// showVerify asks for a code; one that is given leads to its own address.
func (s *Site) showVerify(c *fiber.Ctx) error {
	typed := strings.TrimSpace(c.Query("code"))
	if !c.Context().QueryArgs().Has("code") {
		return s.verifyPage(c, pages.Verify{}, "")
	}
	code, err := verification.Parse(typed)
	if err != nil {
		return s.verifyPage(c, pages.Verify{Code: typed}, wrongCode(typed))
	}
	return c.Redirect("/verify/"+code.String(), fiber.StatusSeeOther)
}

func wrongCode(typed string) string {
	if typed == "" {
		return "verify.empty"
	}
	return "verify.length"
}

// verifyCode says whether the paper with a code is genuine and still valid. It shows what stands on the paper and no more: who issued it and when, the masked name and number,
// and the figures of the check line, without which a genuine code on an altered paper would pass.
func (s *Site) verifyCode(c *fiber.Ctx) error {
	typed := c.Params("code")
	code, err := verification.Parse(typed)
	if err != nil {
		return s.verifyPage(c, pages.Verify{Code: typed}, wrongCode(typed))
	}
	if err := s.allowVerify(c); err != nil {
		return err
	}
	issued, err := s.Issued.StatementByCode(c.UserContext(), code)
	v := pages.Verify{Code: code.Grouped()}
	switch f := fault.Of(err); {
	case err == nil:
		v.Result = verified(s.page(c, "", ""), issued)
	case f.Kind == fault.NotFound:
		c.Status(fiber.StatusNotFound)
		v.Result = &pages.Verified{State: pages.Cell{Class: "owe", Glyph: "?", Word: locale.Text(lang(c), "verify.unknown")}, Text: locale.Text(lang(c), "verify.unknown.text"), Unknown: true}
	case f.Kind == fault.Conflict: // the stored row is not what was signed: an alarm for the operator
		s.Log.Error("a statement does not fit its signature", "error", err.Error(), "request", server.RequestID(c))
		c.Status(fiber.StatusConflict)
		v.Result = &pages.Verified{State: pages.Cell{Class: "owe", Glyph: "!", Word: locale.Text(lang(c), "verify.damaged")}, Text: locale.Text(lang(c), "verify.damaged.text")}
	default:
		return err
	}
	return s.verifyPage(c, v, "")
}

func (s *Site) allowVerify(c *fiber.Ctx) error {
	err := s.Limiter.Allow(c.UserContext(), s.limitKey("verify", c.IP()), verifyByAddress, verifyWindow)
	if !fault.Is(err, fault.Unavailable) {
		return err
	}
	if s.trickle.allow(server.Now(c), verifyPerSecond) {
		return nil
	}
	return fault.LimitedFor("fault.limited", time.Second)
}

func verified(p layout.Page, issued ledger.Statement) *pages.Verified {
	l, st := p.Lang, statementOfIssue(issued)
	v := &pages.Verified{State: pages.Cell{Class: "paid", Glyph: "✓", Word: p.T("verify.genuine")}, Text: p.T("verify.genuine.text"), Check: checkLine(l, &st)}
	if issued.Emptied() {
		v.Text, v.Check = p.T("issued.emptied.genuine", issued.Year), ""
	}
	if !issued.SupersededAt.IsZero() {
		day := dateWords(l, calendar.DateOf(issued.SupersededAt))
		v.State, v.Text = pages.Cell{Class: "wait", Glyph: "↻", Word: p.T("verify.superseded", day)}, p.T("verify.superseded.text")
	}
	v.Pairs = []pages.Pair{
		{Term: p.T("verify.kind"), Value: issuedView(p, issued).Title}, {Term: p.T("verify.agency"), Value: issued.Agency}, {Term: p.T("paper.number"), Value: statementNumber(issued)},
		{Term: p.T("paper.issued"), Value: dateWords(l, calendar.DateOf(issued.IssuedAt))}, {Term: p.T("paper.reach"), Value: dateWords(l, issued.DataDate)},
		{Term: p.T("portal.person.name"), Value: identity.MaskName(issued.Name)}, {Term: p.T("portal.person.number"), Value: issued.MaskedID},
	}
	return v
}

// verifyPage with a code in its address is for nobody to find by a search engine.
func (s *Site) verifyPage(c *fiber.Ctx, v pages.Verify, wrong string) error {
	if v.Code != "" || v.Result != nil {
		c.Set("X-Robots-Tag", "noindex, nofollow")
	}
	v.Page = s.page(c, locale.Text(lang(c), "verify.title"), "/verify")
	if v.Result != nil {
		v.Page.Title = v.Result.State.Word
	}
	if wrong != "" {
		c.Status(fiber.StatusUnprocessableEntity)
		v.Page.Failed, v.Errors = true, []layout.FieldError{{ID: "code", Text: locale.Text(lang(c), wrong)}}
	}
	return render(c, pages.VerifyPage(v))
}
