package web

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/identity"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/server"
)

// formLife is how long a form may stay open before it is sent.
const formLife = 24 * time.Hour

// useFiling is the use of a sealed filing key.
const useFiling = "filing"

// showTipOff shows the form, filled in by the address that a missing month leads to. For who is signed in it asks about the own employers first.
func (s *Site) showTipOff(c *fiber.Ctx) error {
	if get, ok := s.keptOn(c, "/tip-off"); ok {
		f := readTipOff(get)
		f.restored, f.refused = true, get(keptRefused)
		return s.tipOffPage(c, f, nil, nil)
	}
	f := tipOffForm{kind: intake.Kind(c.Query("kind"))}
	from, _ := calendar.ParsePeriod(c.Query("from")) // an unreadable month is no month
	to, _ := calendar.ParsePeriod(c.Query("to"))
	f.from, f.to = monthFieldOf(from), monthFieldOf(to)
	if code, err := identity.ParseUSCC(c.Query("employer")); err == nil {
		f.choice = string(code)
	}
	if f.choice != "" && visitor(c) != nil {
		f.own = "yes"
	}
	var err error
	if f.key, err = s.seal(c, useFiling, intake.NewKey(), formLife); err != nil {
		return err
	}
	return s.tipOffPage(c, f, nil, nil)
}

// tipOffPage shows the form as it was filled in. offered are the employers that a look-up found.
func (s *Site) tipOffPage(c *fiber.Ctx, f tipOffForm, offered []ledger.Employer, wrong []layout.FieldError) error {
	p := s.page(c, locale.Text(lang(c), "portal.tipoff"), "/tip-off")
	p.Failed = len(wrong) > 0
	v := pages.TipOff{Page: p, Errors: wrong, Key: f.key, Files: f.files, Employer: f.employer, Seen: f.seen, Words: f.words, Named: f.named, Safe: f.safe}
	if f.restored {
		v.Restored = restored(c, s.filesOf(c, f.files), f.refused)
	}
	for _, k := range intake.Kinds {
		v.Kinds = append(v.Kinds, pages.Choice{Value: string(k), Text: p.T("tipoff.kind." + string(k)), Chosen: k == f.kind})
	}
	v.Own = []pages.Choice{{Value: "yes", Text: p.T("portal.tipoff.own.yes"), Chosen: f.own == "yes"}, {Value: "no", Text: p.T("portal.tipoff.own.no"), Chosen: f.own == "no"}}
	thisYear := calendar.DateOf(server.Now(c)).Year
	v.From = monthChoice(p, "from", f.from, thisYear)
	v.To = monthChoice(p, "to", f.to, thisYear)
	v.To.Hint = p.T("portal.tipoff.to.hint")
	if visitor(c) != nil {
		if v.SignedIn = s.nameOf(c); v.SignedIn == "" {
			v.SignedIn = p.T("portal.person")
		}
	}
	var err error
	if len(offered) == 0 && f.seen == "" {
		if offered, err = s.ownEmployers(c); err != nil {
			return err
		}
	}
	if v.Found, err = s.employerChoices(c, f, offered); err != nil {
		return err
	}
	if len(wrong) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return render(c, pages.TipOffPage(v))
}

// yearsOffered is how far back the list of years goes; an earlier one is offered when the form comes with it, as from a month of an old statement.
const yearsOffered = 20

func monthChoice(p layout.Page, id string, m monthField, thisYear int) pages.MonthChoice {
	v := pages.MonthChoice{ID: id, Label: p.T("portal.tipoff." + id)}
	blank := pages.Choice{Text: p.T("portal.tipoff.month.blank")}
	v.Years, v.Months = []pages.Choice{blank}, []pages.Choice{blank}
	for year := thisYear; year > thisYear-yearsOffered; year-- {
		text := strconv.Itoa(year)
		v.Years = append(v.Years, pages.Choice{Value: text, Text: text, Chosen: m.year == text})
	}
	if year, err := strconv.Atoi(m.year); err == nil && len(m.year) == 4 && year <= thisYear-yearsOffered {
		v.Years = append(v.Years, pages.Choice{Value: m.year, Text: m.year, Chosen: true})
	}
	for month := time.January; month <= time.December; month++ {
		text := strconv.Itoa(int(month))
		v.Months = append(v.Months, pages.Choice{Value: text, Text: monthShort(p.Lang, calendar.NewPeriod(thisYear, month)), Chosen: m.month == text})
	}
	return v
}
