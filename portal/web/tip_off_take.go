package web

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/server"
)

// acceptWithin is how many working days the desk has to decide whether it takes a tip-off up (劳社部令第25号 art. 18).
const acceptWithin = 5

// How many forms an address may send. With Redis down they pass: a tip-off is always taken.
const (
	tipOffWindow     = 15 * time.Minute
	tipOffsByAddress = 100
)

// takeTipOff reads the form, lets the answers be checked, and files. The key in the form makes a second click harmless.
func (s *Site) takeTipOff(c *fiber.Ctx) error {
	if form(c, "do") == "signin" && visitor(c) == nil {
		return s.signInForTipOff(c)
	}
	f := readTipOff(func(name string) string { return form(c, name) })
	var key intake.Key
	if !s.unseal(c, useFiling, f.key, &key) {
		return s.staleTipOff(c, f)
	}
	if err := s.allowForm(c); err != nil {
		return err
	}
	t, offered, wrong, err := s.checkTipOff(c, f)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		if len(offered) > 0 {
			f.seen, f.choice = f.employer, ""
		}
		return s.tipOffPage(c, f, offered, fieldErrors(lang(c), wrong))
	}
	step := form(c, "do")
	if strings.HasPrefix(step, "edit") {
		return s.tipOffPage(c, f, nil, nil)
	}
	if step != "file" {
		if err := s.Counter.SaveDraft(c.UserContext(), intake.Web, key, t, server.Now(c)); err != nil {
			return err
		}
		return s.checkPage(c, f, t, s.filesOf(c, f.files), nil)
	}
	return s.fileTipOff(c, key, t, f.safe)
}

// allowForm refuses an address that sends too many forms; with Redis down it lets everybody pass.
func (s *Site) allowForm(c *fiber.Ctx) error {
	if err := s.Limiter.Allow(c.UserContext(), s.limitKey("tipoff", c.IP()), tipOffsByAddress, tipOffWindow); fault.Is(err, fault.Limited) {
		return err
	}
	return nil
}

// staleTipOff gives a form that was open for too long, or was not ours, a fresh key; what was written stays.
func (s *Site) staleTipOff(c *fiber.Ctx, f tipOffForm) error {
	var err error
	if f.key, err = s.seal(c, useFiling, intake.NewKey(), formLife); err != nil {
		return err
	}
	return s.tipOffPage(c, f, nil, []layout.FieldError{{ID: "kind", Text: locale.Text(lang(c), "portal.tipoff.stale")}})
}

// checkTipOff makes the tip-off of the form, and says all that is wrong with it at once.
func (s *Site) checkTipOff(c *fiber.Ctx, f tipOffForm) (t intake.TipOff, offered []ledger.Employer, wrong []fault.Field, err error) {
	say := func(name, key string, args ...any) {
		wrong = append(wrong, fault.Field{Name: name, Key: key, Args: args})
	}
	t = intake.TipOff{Channel: intake.Web, Kind: f.kind, Words: f.words, Named: f.named, OwnRights: f.own == "yes", Language: lang(c)}
	thisMonth := calendar.DateOf(server.Now(c)).Period()
	var fromWrong, toWrong, employerWrong string
	t.From, fromWrong = f.from.period(thisMonth)
	t.To, toWrong = f.to.period(thisMonth)
	if offered, employerWrong, err = s.findEmployer(c, f, &t); err != nil {
		return t, nil, nil, err
	}
	checked := t
	checked.EmployerName = "-" // findEmployer judges it
	found := map[string]fault.Field{}
	if f := fault.Of(checked.Check()); f != nil {
		for _, field := range f.Fields {
			found[field.Name] = field
		}
	}
	shared := func(name string) {
		if field, ok := found[name]; ok {
			say(name, field.Key, field.Args...)
		}
	}
	shared("kind")
	if f.kind == intake.Objection { // of a form of its own
		say("kind", "fault.tipoff.kind")
	}
	if f.own != "yes" && f.own != "no" {
		say("own", "portal.tipoff.own.empty")
	}
	switch {
	case len(offered) > 0:
		say("choice", employerWrong)
	case employerWrong != "":
		say("employer", employerWrong, mostNameRunes)
	}
	if fromWrong != "" {
		say("from", fromWrong)
	}
	if toWrong != "" {
		say("to", toWrong)
	} else {
		shared("to")
	}
	shared("words")
	if f.named && visitor(c) == nil {
		say("who", "portal.tipoff.signedout")
	}
	return t, offered, wrong, nil
}

// checkPage shows the answers and takes files before they are filed.
func (s *Site) checkPage(c *fiber.Ctx, f tipOffForm, t intake.TipOff, list []handedIn, refused []layout.FieldError) error {
	p := s.page(c, locale.Text(lang(c), "portal.tipoff.check"), "/tip-off")
	p.Back = "/tip-off"
	p.Failed = len(refused) > 0
	v := pages.Check{Page: p, Action: "/tip-off", Send: p.T("portal.tipoff.file"), Warning: p.T("portal.tipoff.small")}
	var err error
	if v.Files, f.files, err = s.filesSection(c, "/tip-off/files", list, refused); err != nil {
		return err
	}
	f.choice = t.EmployerUSCC
	if f.choice == "" {
		f.choice, f.seen = typedChoice, f.employer
	} else {
		f.seen = f.employer
	}
	for _, field := range f.fields() {
		v.Hidden = append(v.Hidden, pages.Pair{Term: field[0], Value: field[1]})
	}
	employer := t.EmployerName
	if t.EmployerUSCC == "" {
		employer = p.T("portal.tipoff.typed", t.EmployerName)
	}
	who, contact := p.T("portal.tipoff.anonymous"), ""
	if t.Named {
		r, err := s.Ledger.Record(c.UserContext(), visitor(c).id)
		if err != nil {
			return err
		}
		who, contact = p.T("portal.tipoff.named", identity.MaskName(r.Person.Name)), contactWords(p, f.safe, r.Person.Mobile)
	}
	own := p.T("portal.tipoff.own.no")
	if t.OwnRights {
		own = p.T("portal.tipoff.own.yes")
	}
	v.Answers = []pages.Answer{
		{Term: p.T("portal.tipoff.kind"), Value: p.T("tipoff.kind." + string(t.Kind)), Field: "kind"}, {Term: p.T("portal.tipoff.own"), Value: own, Field: "own"},
		{Term: p.T("portal.tipoff.employer"), Value: employer, Field: "employer"}, {Term: p.T("portal.tipoff.period"), Value: periodWords(p, t), Field: "from"},
		{Term: p.T("portal.tipoff.words"), Value: orEmpty(p, t.Words), Field: "words"}, {Term: p.T("portal.tipoff.who"), Value: who, Field: "who"},
	}
	if contact != "" {
		v.Answers = append(v.Answers, pages.Answer{Term: p.T("portal.tipoff.contact"), Value: contact, Field: "safe"})
	}
	return render(c, pages.CheckPage(v))
}

func orEmpty(p layout.Page, s string) string {
	if s == "" {
		return p.T("portal.tipoff.empty")
	}
	return s
}

func periodWords(p layout.Page, t intake.TipOff) string {
	switch {
	case t.From == 0 && t.To == 0:
		return p.T("portal.tipoff.empty")
	case t.From == 0:
		return monthWords(p.Lang, t.To)
	case t.To == 0:
		return p.T("portal.span", monthWords(p.Lang, t.From), p.T("portal.tipoff.ongoing"))
	}
	return span(p.Lang, t.From, t.To)
}

func contactWords(p layout.Page, safe bool, mobile string) string {
	switch {
	case !safe:
		return p.T("portal.tipoff.contact.no")
	case mobile == "":
		return p.T("portal.tipoff.contact.nomobile")
	}
	return p.T("portal.tipoff.contact.yes", identity.MaskMobile(mobile))
}

// fileTipOff files once, and leads to the receipt.
func (s *Site) fileTipOff(c *fiber.Ctx, key intake.Key, t intake.TipOff, safe bool) error {
	receipt, err := s.submitTipOff(c, key, t, safe)
	if err != nil {
		return err
	}
	return s.toReceipt(c, receipt)
}

// toReceipt leads to the page of the receipt, which this browser alone can open.
func (s *Site) toReceipt(c *fiber.Ctx, receipt keptReceipt) error {
	kept, err := s.seal(c, cookieReceipt, receipt, receiptLife)
	if err != nil {
		return err
	}
	s.cookie(c, cookieReceipt, kept)
	return c.Redirect("/tip-off/receipt", fiber.StatusSeeOther)
}

// submitTipOff files once; a named one in the name of who is signed in.
func (s *Site) submitTipOff(c *fiber.Ctx, key intake.Key, t intake.TipOff, safe bool) (keptReceipt, error) {
	var reporter *intake.Reporter
	if t.Named {
		r, err := s.Ledger.Record(c.UserContext(), visitor(c).id)
		if err != nil {
			return keptReceipt{}, err
		}
		if t.OwnMonths, err = s.ownMonths(c.UserContext(), r, t); err != nil {
			return keptReceipt{}, err
		}
		helper, err := s.filedBy(c)
		if err != nil {
			return keptReceipt{}, err
		}
		who := r.Person
		t.ByHelper = helper != ""
		reporter = &intake.Reporter{PersonID: who.ID, Name: who.Name, IDNumber: who.IDNumber, Mobile: who.Mobile, SafeToContact: safe, Helper: helper}
	}
	now := server.Now(c)
	promised, provisional := s.Workdays().Add(calendar.DateOf(now), acceptWithin)
	code, err := s.Counter.File(c.UserContext(), key, t, reporter, promised, now)
	return keptReceipt{Code: code, Promised: promised, Provisional: provisional}, err
}

// ownMonths are the months that the person's record lacks with the employer of the tip-off; none when it is about others, or the employer is in no register.
func (s *Site) ownMonths(ctx context.Context, r ledger.Record, t intake.TipOff) (string, error) {
	if !t.OwnRights || t.EmployerUSCC == "" {
		return "", nil
	}
	code, err := identity.ParseUSCC(t.EmployerUSCC)
	if err != nil {
		return "", err
	}
	e, err := s.Ledger.EmployerByUSCC(ctx, code)
	if err != nil {
		return "", err
	}
	return contribution.WriteGaps(r.Gaps(e.ID, t.From, t.To)), nil
}
