package web

import (
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/server"
)

// reportForm is the form as it was sent; nothing in it has been believed yet.
type reportForm struct {
	key                    string
	kind, matter, own      string
	choice, seen, employer string // an employer's credit code, or typed; the name for which the choices were looked up; the name as written
	from, to               string
	words                  string
	named, name, number    string
	mobile, safe           string
}

// typedChoice is the choice of the name as written.
const typedChoice = "typed"

const (
	mostNameRunes     = 100
	mostEmployerRunes = 100
)

func readReport(get func(name string) string) reportForm {
	line := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(plainText(get(name)), "\n", " "))
	}
	return reportForm{key: line("key"), kind: line("kind"), matter: line("matter"), own: line("own"), choice: line("choice"), seen: line("seen"), employer: line("employer"), from: line("from"), to: line("to"),
		words: strings.TrimSpace(plainText(get("words"))), named: line("named"), name: line("name"), number: line("number"), mobile: line("mobile"), safe: line("safe")}
}

// fields carry the form to the next step; readReport of them gives the same form.
func (f reportForm) fields() [][2]string {
	return [][2]string{{"key", f.key}, {"kind", f.kind}, {"matter", f.matter}, {"own", f.own}, {"choice", f.choice}, {"seen", f.seen}, {"employer", f.employer}, {"from", f.from}, {"to", f.to},
		{"words", f.words}, {"named", f.named}, {"name", f.name}, {"number", f.number}, {"mobile", f.mobile}, {"safe", f.safe}}
}

// plainText is valid UTF-8 with plain line ends and no other control characters.
func plainText(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

// checkReport makes the report of the form, and says all that is wrong with it at once.
func (s *Site) checkReport(c *fiber.Ctx, f reportForm) (t intake.TipOff, who *intake.Reporter, offered []ledger.Employer, wrong []layout.FieldError, err error) {
	l := lang(c)
	say := func(id, key string, args ...any) {
		wrong = append(wrong, layout.FieldError{ID: id, Text: locale.Text(l, key, args...)})
	}
	t = intake.TipOff{Channel: intake.Operator, Kind: intake.Kind(f.kind), Words: f.words, Named: f.named == "yes", OwnRights: f.own == "yes" || f.kind == string(intake.Objection), Language: l}
	if t.Kind == intake.Objection {
		t.Matter = intake.Matter(f.matter)
	}
	thisMonth := calendar.DateOf(server.Now(c)).Period()
	month := func(id, text string) (p calendar.Period) {
		if text == "" {
			return 0
		}
		p, err := calendar.ParsePeriod(text)
		if err != nil || p > thisMonth {
			say(id, "fault.intake.month")
			return 0
		}
		return p
	}
	var employerWrong string
	if offered, employerWrong, err = s.settleEmployer(c, f, &t); err != nil {
		return t, nil, nil, nil, err
	}
	found := map[string]fault.Field{}
	checked := t
	checked.EmployerName = "-" // settleEmployer judges it
	if problem := fault.Of(checked.Check()); problem != nil {
		for _, field := range problem.Fields {
			found[field.Name] = field
		}
	}
	shared := func(name string) {
		if field, ok := found[name]; ok {
			say(name, field.Key, field.Args...)
		}
	}
	shared("kind")
	shared("matter")
	if f.own != "yes" && f.own != "no" && t.Kind != intake.Objection {
		say("own", "portal.tipoff.own.empty")
	}
	switch {
	case len(offered) > 0:
		say("choice", employerWrong)
	case employerWrong != "":
		say("employer", employerWrong, mostEmployerRunes)
	}
	t.From = month("from", f.from)
	t.To = month("to", f.to)
	if t.From != 0 && t.To != 0 && t.From > t.To {
		say("to", "fault.tipoff.months")
	}
	shared("words")
	if t.Kind == intake.Objection && !t.Named {
		say("named", "fault.intake.objection")
	}
	if t.Named {
		who = s.checkReporter(f, t.Kind == intake.Objection, say)
	}
	return t, who, offered, wrong, nil
}

// checkReporter reads who reports: a name, and at least one of number and mobile. An objection is to the record of a person, and needs the number.
func (s *Site) checkReporter(f reportForm, objection bool, say func(id, key string, args ...any)) *intake.Reporter {
	who := &intake.Reporter{Name: f.name, SafeToContact: f.safe == "yes"}
	if n := len([]rune(f.name)); n == 0 || n > mostNameRunes {
		say("name", "fault.intake.name")
	}
	if strings.ContainsAny(f.name, "*＊") {
		say("name", "fault.intake.name.masked")
	}
	if f.number != "" {
		kind := identity.ResidentID
		if strings.Trim(strings.ToUpper(f.number), "0123456789X") != "" {
			kind = "other" // a passport or a permit
		}
		number, err := identity.ParseDocument(kind, f.number)
		if err != nil {
			say("number", "fault.intake.number")
		}
		who.IDNumber = number
	} else if objection {
		say("number", "fault.intake.number.objection")
	}
	if f.mobile != "" {
		mobile, err := identity.ParseMobile(f.mobile)
		if err != nil {
			say("mobile", "fault.intake.mobile")
		}
		who.Mobile = mobile
	}
	if f.number == "" && f.mobile == "" && !objection {
		say("mobile", "fault.intake.reach")
	}
	return who
}

// settleEmployer settles which employer the form means: the chosen one, the only one of the written name or credit code, or the name as written. Otherwise it returns
// those to choose from, or the message key of what is missing. A name written anew goes before an older choice. An objection may name none.
func (s *Site) settleEmployer(c *fiber.Ctx, f reportForm, t *intake.TipOff) (offered []ledger.Employer, wrong string, err error) {
	switch {
	case len([]rune(f.employer)) > mostEmployerRunes:
		return nil, "fault.tipoff.words", nil
	case f.employer == "" && t.Kind == intake.Objection:
		return nil, "", nil
	case f.employer == "":
		return nil, "fault.tipoff.employer", nil
	case f.employer == f.seen && f.choice == typedChoice:
		t.EmployerName = f.employer
		return nil, "", nil
	}
	found, err := s.Reports.Employers(c.UserContext(), f.employer)
	if err != nil {
		return nil, "", err
	}
	for i, e := range found {
		chosen := f.employer == f.seen && f.choice == string(e.USCC)
		only := i == 0 && e.Name == f.employer && (len(found) == 1 || found[1].Name != f.employer) || string(e.USCC) == strings.ToUpper(f.employer)
		if chosen || only {
			t.EmployerUSCC, t.EmployerName, t.Region = string(e.USCC), e.Name, e.Region
			return nil, "", nil
		}
	}
	if len(found) == 0 {
		t.EmployerName = f.employer
		return nil, "", nil
	}
	return found, "portal.tipoff.which.empty", nil
}
