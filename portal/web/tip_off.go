package web

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/intake"
	"shebao/shared/server"
)

const cookieReceipt = "receipt"

// AcceptWithin is how many working days the desk has to decide whether it accepts (劳社部令第25号 art. 18).
const AcceptWithin = 5

// seal and unseal carry a value through the browser that it cannot read or make.
func (s *Site) seal(place string, v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(s.Field.Seal("portal."+place, b)), nil
}

func (s *Site) unseal(place, text string, into any) bool {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return false
	}
	b, err := s.Field.Open("portal."+place, sealed)
	return err == nil && json.Unmarshal(b, into) == nil
}

func (s *Site) showTipOff(c *fiber.Ctx) error {
	v := pages.TipOff{From: c.Query("from"), To: c.Query("to"), Employer: c.Query("name")}
	if code, err := identity.ParseUSCC(c.Query("employer")); err == nil {
		if e, err := s.Ledger.EmployerByUSCC(c.UserContext(), code); err == nil {
			v.Employer, v.USCC = e.Name, string(e.USCC)
		}
	}
	var err error
	if v.Key, err = s.seal("filing", intake.NewKey()); err != nil {
		return err
	}
	kind := intake.Kind("")
	if v.USCC != "" {
		kind = intake.Unpaid
	}
	return s.tipOffPage(c, v, kind, nil)
}

func (s *Site) tipOffPage(c *fiber.Ctx, v pages.TipOff, kind intake.Kind, wrong []layout.FieldError) error {
	key := "portal.tipoff"
	if v.Check {
		key = "portal.tipoff.check"
	}
	v.Page = s.page(c, locale.Text(lang(c), key))
	v.Page.Path, v.Page.Failed, v.Errors = "/tip-off", len(wrong) > 0, wrong
	for _, k := range intake.Kinds {
		v.Kinds = append(v.Kinds, pages.Choice{Value: string(k), Text: v.Page.T("tipoff.kind." + string(k)), Chosen: k == kind})
	}
	if who := visitor(c); who != nil {
		v.SignedIn = who.name
		if v.SignedIn == "" {
			v.SignedIn = v.Page.T("portal.person")
		}
	}
	if len(wrong) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return render(c, pages.TipOffPage(v))
}

// takeTipOff checks the form, lets the answers be checked, and files; the key in the form makes a second click harmless.
func (s *Site) takeTipOff(c *fiber.Ctx) error {
	var key intake.Key
	if !s.unseal("filing", form(c, "key"), &key) {
		return fault.New(fault.Invalid, "fault.request")
	}
	v := pages.TipOff{Key: form(c, "key"), Employer: strings.TrimSpace(form(c, "employer")), USCC: form(c, "uscc"), From: strings.TrimSpace(form(c, "from")), To: strings.TrimSpace(form(c, "to")),
		Words: strings.TrimSpace(form(c, "words")), Named: form(c, "named") == "yes" && visitor(c) != nil, Safe: form(c, "safe") == "yes"}
	t, wrong, err := s.readTipOff(c, &v)
	if err != nil {
		return err
	}
	step := form(c, "do")
	if len(wrong) > 0 || step == "edit" || len(v.Found) > 0 {
		return s.tipOffPage(c, v, t.Kind, wrong)
	}
	if err := s.Counter.SaveDraft(c.UserContext(), intake.Web, key, t, server.Now(c)); err != nil {
		return err
	}
	if step != "file" {
		v.Check, v.Answers = true, answersOf(lang(c), t, v)
		return s.tipOffPage(c, v, t.Kind, nil)
	}
	return s.fileTipOff(c, key, t, v)
}

func (s *Site) fileTipOff(c *fiber.Ctx, key intake.Key, t intake.TipOff, v pages.TipOff) error {
	var reporter *intake.Reporter
	if v.Named {
		who, err := s.Ledger.Person(c.UserContext(), visitor(c).id)
		if err != nil {
			return err
		}
		reporter = &intake.Reporter{PersonID: who.ID, Name: who.Name, IDNumber: who.IDNumber, Mobile: who.Mobile, SafeToContact: v.Safe}
	}
	now := server.Now(c)
	promised, _ := s.Workdays.Add(calendar.DateOf(now), AcceptWithin)
	code, err := s.Counter.File(c.UserContext(), key, t, reporter, promised, now)
	if err != nil {
		return err
	}
	sealed, err := s.seal("receipt", map[string]string{"code": code.Grouped(), "promised": promised.String()})
	if err != nil {
		return err
	}
	s.cookie(c, cookieReceipt, sealed)
	return c.Redirect("/tip-off/receipt", fiber.StatusSeeOther)
}

// readTipOff reads the form; an employer that is not yet found in the register gives choices.
func (s *Site) readTipOff(c *fiber.Ctx, v *pages.TipOff) (intake.TipOff, []layout.FieldError, error) {
	l := lang(c)
	t := intake.TipOff{Channel: intake.Web, Kind: intake.Kind(form(c, "kind")), EmployerName: v.Employer, Words: v.Words, Named: v.Named, OwnRights: v.Named, Language: l}
	var wrong []layout.FieldError
	for _, m := range []struct {
		id, text string
		into     *calendar.Period
	}{{"from", v.From, &t.From}, {"to", v.To, &t.To}} {
		if m.text == "" {
			continue
		}
		p, err := calendar.ParsePeriod(m.text)
		if err != nil {
			wrong = append(wrong, layout.FieldError{ID: m.id, Text: locale.Text(l, "fault.tipoff.month")})
		}
		*m.into = p
	}
	if err := s.findEmployer(c, v, &t); err != nil {
		return t, nil, err
	}
	if f := fault.Of(t.Check()); f != nil {
		for _, field := range f.Fields {
			wrong = append(wrong, layout.FieldError{ID: field.Name, Text: locale.Text(l, field.Key, field.Args...)})
		}
	}
	return t, wrong, nil
}

// findEmployer takes the chosen employer, or looks the written name up and offers choices.
func (s *Site) findEmployer(c *fiber.Ctx, v *pages.TipOff, t *intake.TipOff) error {
	chosen := form(c, "found")
	if chosen == "" {
		chosen = v.USCC
	}
	if chosen == "none" {
		v.USCC = "none"
		return nil
	}
	if code, err := identity.ParseUSCC(chosen); err == nil {
		e, err := s.Ledger.EmployerByUSCC(c.UserContext(), code)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil && (e.Name == v.Employer || form(c, "found") != "") {
			v.USCC, v.Employer = string(e.USCC), e.Name
			t.EmployerUSCC, t.EmployerName, t.Region = string(e.USCC), e.Name, e.Region
			return nil
		}
	}
	v.USCC = ""
	if v.Employer == "" {
		return nil
	}
	found, err := s.Ledger.SearchEmployers(c.UserContext(), v.Employer, 5)
	if err != nil {
		return err
	}
	if len(found) == 1 && found[0].Name == v.Employer {
		v.USCC, t.EmployerUSCC, t.Region = string(found[0].USCC), string(found[0].USCC), found[0].Region
		return nil
	}
	for i, e := range found {
		v.Found = append(v.Found, pages.Choice{Value: string(e.USCC), Text: e.Name, Chosen: i == 0})
	}
	if len(found) > 0 {
		v.Found = append(v.Found, pages.Choice{Value: "none", Text: locale.Text(lang(c), "portal.tipoff.none")})
	}
	return nil
}

func answersOf(l string, t intake.TipOff, v pages.TipOff) []pages.Pair {
	text := func(key string) string { return locale.Text(l, key) }
	or := func(value, otherwise string) string {
		if value == "" {
			return text(otherwise)
		}
		return value
	}
	who := text("portal.tipoff.anonymous")
	if v.Named {
		who = locale.Text(l, "portal.tipoff.named", "")
	}
	return []pages.Pair{{Term: text("portal.tipoff.kind"), Value: text("tipoff.kind." + string(t.Kind))}, {Term: text("portal.tipoff.employer"), Value: t.EmployerName},
		{Term: text("portal.tipoff.from"), Value: or(t.From.String(), "portal.tipoff.empty")}, {Term: text("portal.tipoff.to"), Value: or(t.To.String(), "portal.tipoff.ongoing")},
		{Term: text("portal.tipoff.words"), Value: or(t.Words, "portal.tipoff.empty")}, {Term: text("portal.tipoff.who"), Value: who}}
}

// showReceipt shows the code as long as the browser stays open.
func (s *Site) showReceipt(c *fiber.Ctx) error {
	var kept map[string]string
	if !s.unseal("receipt", c.Cookies(cookieReceipt), &kept) {
		return c.Redirect("/progress", fiber.StatusSeeOther)
	}
	p := s.page(c, locale.Text(lang(c), "portal.receipt"))
	p.Path = "/tip-off"
	return render(c, pages.ReceiptPage(pages.Receipt{Page: p, Code: kept["code"],
		Next: []string{p.T("portal.receipt.step1", kept["promised"]), p.T("portal.receipt.step2"), p.T("portal.receipt.step3")}}))
}
