package web

import (
	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/intake"
	"shebao/shared/ledger"
)

// employersOffered is how many employers are offered to choose from.
const employersOffered = 5

// findEmployer settles which employer the form means: the chosen one, the only one of the written name or credit code, or the name as written. Otherwise it returns
// those to choose from, or the message key of what is missing. A name written anew goes before an older choice.
func (s *Site) findEmployer(c *fiber.Ctx, f tipOffForm, t *intake.TipOff) (offered []ledger.Employer, wrong string, err error) {
	written := f.employer != "" && f.employer != f.seen
	if len([]rune(f.employer)) > mostNameRunes {
		return nil, "fault.tipoff.words", nil
	}
	code, notCode := identity.ParseUSCC(f.choice)
	switch {
	case !written && notCode == nil:
		e, err := s.Ledger.EmployerByUSCC(c.UserContext(), code)
		if fault.Is(err, fault.NotFound) {
			return nil, "portal.tipoff.which.empty", nil
		}
		take(t, e)
		return nil, "", err
	case f.employer == "":
		return nil, "fault.tipoff.employer", nil
	case !written && f.choice == typedChoice:
		t.EmployerName = f.employer
		return nil, "", nil
	}
	found, err := s.searchEmployers(c, f.employer)
	if err != nil {
		return nil, "", err
	}
	switch {
	case len(found) == 0:
		t.EmployerName = f.employer
		return nil, "", nil
	case found[0].Name == f.employer && (len(found) == 1 || found[1].Name != f.employer), string(found[0].USCC) == f.employer:
		take(t, found[0])
		return nil, "", nil
	}
	return found, "portal.tipoff.which.empty", nil
}

func take(t *intake.TipOff, e ledger.Employer) {
	t.EmployerUSCC, t.EmployerName, t.Region = string(e.USCC), e.Name, e.Region
}

// searchEmployers takes a credit code too: contracts and badges sometimes show nothing else.
func (s *Site) searchEmployers(c *fiber.Ctx, text string) ([]ledger.Employer, error) {
	if code, err := identity.ParseUSCC(text); err == nil {
		e, err := s.Ledger.EmployerByUSCC(c.UserContext(), code)
		if err == nil {
			return []ledger.Employer{e}, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	return s.Ledger.SearchEmployers(c.UserContext(), text, employersOffered)
}

// ownEmployers are those of who is signed in, the latest first.
func (s *Site) ownEmployers(c *fiber.Ctx) ([]ledger.Employer, error) {
	if visitor(c) == nil {
		return nil, nil
	}
	r, err := s.record(c)
	if err != nil {
		return nil, err
	}
	var list []ledger.Employer
	seen := map[int32]bool{}
	for i := len(r.Years) - 1; i >= 0; i-- {
		for j := len(r.Years[i].Rows) - 1; j >= 0 && len(list) < employersOffered; j-- {
			id := r.Years[i].Rows[j].EmployerID
			if e := r.employers[id]; !seen[id] && e.USCC != "" {
				seen[id] = true
				list = append(list, ledger.Employer{ID: id, Name: e.Name, USCC: identity.USCC(e.USCC)})
			}
		}
	}
	return list, nil
}

// employerChoices offers employers, and what was written or may be written below them.
func (s *Site) employerChoices(c *fiber.Ctx, f tipOffForm, offered []ledger.Employer) ([]pages.Choice, error) {
	l := lang(c)
	if code, err := identity.ParseUSCC(f.choice); err == nil && !offers(offered, code) {
		e, err := s.Ledger.EmployerByUSCC(c.UserContext(), code)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil {
			offered = append([]ledger.Employer{e}, offered...)
		}
	}
	if len(offered) == 0 {
		return nil, nil
	}
	var list []pages.Choice
	for _, e := range offered {
		list = append(list, pages.Choice{Value: string(e.USCC), Text: e.Name, Hint: locale.Text(l, "portal.tipoff.code", e.USCC), Chosen: f.choice == string(e.USCC)})
	}
	key := "portal.tipoff.which.other"
	if f.seen != "" {
		key = "portal.tipoff.which.typed"
	}
	return append(list, pages.Choice{Value: typedChoice, Text: locale.Text(l, key), Chosen: f.choice == typedChoice}), nil
}

func offers(list []ledger.Employer, code identity.USCC) bool {
	for _, e := range list {
		if e.USCC == code {
			return true
		}
	}
	return false
}
