package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/server"
)

// IdentityRequest is a request to see who reported a case, and what became of it.
type IdentityRequest struct {
	ID                     int64
	Number, Employer       string
	Asker                  string
	Reason, State          string
	AskedAt, WaitUntil     time.Time
	Second, Answer         string
	SecondAt, ShownUntil   time.Time
	Views                  int
	Own, Answerable, Holds bool
}

// Keyholder says how whoever asks stands to the key that opens identities.
type Keyholder struct {
	MadeAt time.Time // zero: no key of their own
	Holds  bool      // a part of the identity key
	Others int       // other people with a part
	Left   []string  // who has left with a part
}

// Identities is what the pages of reporters' identities call.
type Identities interface {
	Requests(ctx context.Context, session, number string, now time.Time) ([]IdentityRequest, error)
	Work(ctx context.Context, session string, now time.Time) ([]IdentityRequest, error)
	Keyholder(ctx context.Context, session string, now time.Time) (Keyholder, error)
	MakeKeyholder(ctx context.Context, session, passphrase string, now time.Time) error
	ChangePassphrase(ctx context.Context, session, old, passphrase string, now time.Time) error
	Ask(ctx context.Context, session, number, reason, passphrase string, now time.Time) error
	Agree(ctx context.Context, session, number string, id int64, passphrase string, now time.Time) error
	Refuse(ctx context.Context, session, number string, id int64, answer string, now time.Time) error
	TakeBack(ctx context.Context, session, number string, id int64, now time.Time) error
	View(ctx context.Context, session, number string, id int64, passphrase string, now time.Time) (intake.Reporter, time.Time, error)
}

// identityForm is what was typed and refused: reasons are kept, passphrases never.
type identityForm struct {
	id                     string // of the request; empty: asking
	reason, answer, opened string // opened: which form of the request
	wrong                  []layout.FieldError
	shown                  []layout.Pair // the identity, in the answer to the view
	until                  time.Time
}

func (s *Site) showIdentity(c *fiber.Ctx) error { return s.identityPage(c, identityForm{}) }

// identityPage is the tab where an identity is asked for, agreed to, and for a while looked at.
func (s *Site) identityPage(c *fiber.Ctx, f identityForm) error {
	now := server.Now(c)
	k, _, _, err := s.Desk.Case(c.UserContext(), session(c), c.Params("number"), now)
	if err != nil {
		return err
	}
	list, err := s.Identities.Requests(c.UserContext(), session(c), k.Number, now)
	if err != nil {
		return err
	}
	holder, err := s.Identities.Keyholder(c.UserContext(), session(c), now)
	if err != nil {
		return err
	}
	v := pages.CaseParts{CaseHead: s.head(c, k, "/identity", f.wrong)}
	p := v.Page
	top := pages.Section{ID: "identity", Title: p.T("identity.title"), Note: p.T("identity.note")}
	switch {
	case len(f.shown) > 0:
		v.Parts = append(v.Parts, pages.Section{ID: "who", Title: p.T("identity.who"), Warning: p.T("identity.secret", instant(f.until)), Terms: f.shown})
	case !k.Named:
		top.Texts = []string{p.T("identity.fault.anonymous")}
	case !holds(c):
		top.Texts = []string{p.T("identity.norole")}
	case !holder.Holds || holder.Others == 0:
		top.Texts, top.Links = []string{p.T("identity.nopart")}, []pages.Link{{Text: p.T("identity.nav"), Href: "/keyholder"}}
	case !anyOwn(list):
		top.Forms = []layout.Form{askForm(p, k.Number, f)}
	}
	v.Parts = append(v.Parts, top)
	for _, q := range list {
		v.Parts = append(v.Parts, requestSection(p, q, f))
	}
	return render(c, pages.CaseSections(v))
}

// holds reports whether the role of who is signed in may hold a part of the key.
func holds(c *fiber.Ctx) bool {
	for _, r := range investigators {
		if member(c).Role == r {
			return true
		}
	}
	return false
}

func anyOwn(list []IdentityRequest) bool {
	for _, q := range list {
		if q.Own && (q.State == "waiting" || q.State == "agreed") {
			return true
		}
	}
	return false
}

func instant(t time.Time) string { return t.In(calendar.Zone).Format("2006-01-02 15:04") }

func passphraseField(p layout.Page, id string, wrong []layout.FieldError) layout.FormField {
	return layout.FormField{Name: "passphrase", Input: layout.Input{ID: id, Label: p.T("identity.passphrase"), Type: "password", Autocomplete: "off", Errors: wrong}}
}

func askForm(p layout.Page, number string, f identityForm) layout.Form {
	return layout.Form{Title: p.T("identity.ask"), Action: "/cases/" + number + "/identity", Note: p.T("identity.ask.note"), Button: p.T("identity.ask.do"), Open: f.id == "" && len(f.wrong) > 0,
		Fields: []layout.FormField{{Input: layout.Input{ID: "reason", Label: p.T("identity.reason"), Hint: p.T("identity.reason.hint"), Rows: 3, Value: f.reason, Errors: f.wrong}}, passphraseField(p, "passphrase", f.wrong)}}
}

var requestTags = map[string]layout.Cell{"waiting": {Tag: "wait", Glyph: "…"}, "agreed": {Tag: "infot", Glyph: "●"}, "refused": {Tag: "none", Glyph: "–"}, "taken_back": {Tag: "none", Glyph: "–"},
	"expired": {Tag: "none", Glyph: "–"}, "over": {Tag: "paid", Glyph: "✓"}}

// requestSection is one request with what may be done with it.
func requestSection(p layout.Page, q IdentityRequest, f identityForm) pages.Section {
	id := strconv.FormatInt(q.ID, 10)
	v := pages.Section{ID: "request-" + id, Title: p.T("identity.request", instant(q.AskedAt), q.Asker)}
	v.Terms = []layout.Pair{{Term: p.T("identity.state"), Value: p.T("identity.state." + q.State)}, {Term: p.T("identity.reason"), Value: q.Reason}}
	if q.Second != "" {
		v.Terms = append(v.Terms, layout.Pair{Term: p.T("identity.second"), Value: q.Second + " " + instant(q.SecondAt)})
	}
	if q.Answer != "" {
		v.Terms = append(v.Terms, layout.Pair{Term: p.T("identity.answer"), Value: q.Answer})
	}
	if q.State == "waiting" {
		v.Terms = append(v.Terms, layout.Pair{Term: p.T("identity.waituntil"), Value: instant(q.WaitUntil)})
	}
	if q.State == "agreed" || q.State == "over" {
		v.Terms = append(v.Terms, layout.Pair{Term: p.T("identity.shownuntil"), Value: instant(q.ShownUntil)}, layout.Pair{Term: p.T("identity.views"), Value: p.N("identity.times", q.Views)})
	}
	action := "/cases/" + q.Number + "/identity/" + id
	of := func(form string) (wrong []layout.FieldError, open bool) {
		if f.id == id && f.opened == form {
			return f.wrong, true
		}
		return nil, false
	}
	switch {
	case q.Own && q.State == "agreed":
		wrong, open := of("view")
		v.Forms = append(v.Forms, layout.Form{Title: p.T("identity.view"), Action: action + "/view", Note: p.T("identity.view.note"), Button: p.T("identity.view.do"), Open: open || len(f.shown) == 0,
			Fields: []layout.FormField{passphraseField(p, "passphrase-"+id, wrong)}})
		v.Buttons = []layout.Form{{Action: action + "/take-back", Button: p.T("identity.end")}}
	case q.Own && q.State == "waiting":
		v.Buttons = []layout.Form{{Action: action + "/take-back", Button: p.T("identity.takeback")}}
	case q.Answerable && q.Holds:
		wrong, open := of("agree")
		v.Forms = append(v.Forms, layout.Form{Title: p.T("identity.agree"), Action: action + "/agree", Note: p.T("identity.agree.note"), Button: p.T("identity.agree.do"), Open: open,
			Fields: []layout.FormField{passphraseField(p, "passphrase-"+id, wrong)}})
		wrong, open = of("refuse")
		v.Forms = append(v.Forms, layout.Form{Title: p.T("identity.refuse"), Action: action + "/refuse", Button: p.T("identity.refuse.do"), Open: open,
			Fields: []layout.FormField{{Name: "answer", Input: layout.Input{ID: "answer-" + id, Label: p.T("identity.answer"), Rows: 2, Value: f.answer, Errors: wrong}}}})
	case q.Answerable:
		v.Note = p.T("identity.nopart")
	}
	return v
}

func (s *Site) askIdentity(c *fiber.Ctx) error {
	f := identityForm{reason: strings.TrimSpace(form(c, "reason"))}
	err := s.Identities.Ask(c.UserContext(), session(c), c.Params("number"), f.reason, form(c, "passphrase"), server.Now(c))
	return s.identityDone(c, f, err)
}

// answerIdentity agrees, refuses or takes back.
func (s *Site) answerIdentity(verb string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		f, id, err := requestForm(c, verb)
		if err != nil {
			return err
		}
		ctx, number, now := c.UserContext(), c.Params("number"), server.Now(c)
		switch verb {
		case "agree":
			err = s.Identities.Agree(ctx, session(c), number, id, form(c, "passphrase"), now)
		case "refuse":
			f.answer = strings.TrimSpace(form(c, "answer"))
			err = s.Identities.Refuse(ctx, session(c), number, id, f.answer, now)
		default:
			err = s.Identities.TakeBack(ctx, session(c), number, id, now)
		}
		return s.identityDone(c, f, err)
	}
}

func requestForm(c *fiber.Ctx, verb string) (identityForm, int64, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return identityForm{}, 0, fault.New(fault.NotFound, "identity.fault.none")
	}
	return identityForm{id: strconv.FormatInt(id, 10), opened: verb}, id, nil
}

// viewIdentity answers with the identity itself, once: nothing keeps the page.
func (s *Site) viewIdentity(c *fiber.Ctx) error {
	f, id, err := requestForm(c, "view")
	if err != nil {
		return err
	}
	r, until, err := s.Identities.View(c.UserContext(), session(c), c.Params("number"), id, form(c, "passphrase"), server.Now(c))
	if err != nil {
		return s.identityDone(c, f, err)
	}
	p := layout.Page{Lang: lang(c)}
	f.until = until
	add := func(key, value string) {
		if value != "" {
			f.shown = append(f.shown, layout.Pair{Term: p.T(key), Value: value})
		}
	}
	add("identity.name", r.Name)
	add("identity.idnumber", r.IDNumber)
	add("identity.mobile", r.Mobile)
	safe := "identity.safe.no"
	if r.SafeToContact {
		safe = "identity.safe.yes"
	}
	add("identity.safe", p.T(safe))
	add("identity.helper", r.Helper)
	return s.identityPage(c, f)
}

// identityDone goes back to the tab, or shows it again with what was wrong beside its field.
func (s *Site) identityDone(c *fiber.Ctx, f identityForm, err error) error {
	wrong, err := s.fields(c, err)
	if err != nil {
		return err
	}
	if len(wrong) == 0 {
		return c.Redirect("/cases/"+c.Params("number")+"/identity", fiber.StatusSeeOther)
	}
	for i := range wrong {
		if f.id != "" && wrong[i].ID != "main" {
			wrong[i].ID += "-" + f.id
		}
	}
	f.wrong = wrong
	return s.identityPage(c, f)
}
