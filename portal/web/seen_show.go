package web

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/identity"
)

// How many accesses of others, and of the person, the page lists.
const (
	accessesOfOthers = 100
	accessesOfSelf   = 30
)

// seenBy lists who has looked: others one by one, except that one who looked several times on a day stands once; the person's own doings apart.
func (s *Site) seenBy(c *fiber.Ctx, p layout.Page, v *pages.Me) error {
	who := visitor(c)
	others, err := s.Sessions.SeenByOthers(c.UserContext(), who.id, accessesOfOthers)
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, access := range others {
		if access.Helper != 0 && names[access.Helper] == "" {
			if names[access.Helper], err = s.maskedName(c.UserContext(), access.Helper); err != nil {
				return err
			}
		}
		row := seenWords(p, access, names[access.Helper])
		if last := len(v.Seen) - 1; last >= 0 && v.Seen[last].Same(row) {
			v.Seen[last].Times++
			continue
		}
		v.Seen = append(v.Seen, row)
	}
	for i := range v.Seen {
		if v.Seen[i].Times > 1 {
			v.Seen[i].What = p.N("seen.times", v.Seen[i].Times, v.Seen[i].What)
		}
	}
	own, err := s.Sessions.SeenBySelf(c.UserContext(), who.id, accessesOfSelf)
	if err != nil {
		return err
	}
	for _, access := range own {
		v.Own = append(v.Own, seenWords(p, access, ""))
	}
	return nil
}

func (s *Site) maskedName(ctx context.Context, personID int64) (string, error) {
	who, err := s.Ledger.Person(ctx, personID)
	return identity.MaskName(who.Name), err
}

// seenWords says who did what, when, why and in which case; a role or an action without words of its own is called by what is true of it. The words of staff are never a name.
func seenWords(p layout.Page, access Seen, helper string) pages.Seen {
	or := func(key, otherwise string) string {
		if locale.Has(p.Lang, key) {
			return p.T(key)
		}
		return p.T(otherwise)
	}
	slug := strings.ReplaceAll(strings.ToLower(access.Action), " ", "_")
	v := pages.Seen{Who: or("seen.role."+access.Role, "seen.role.staff"), What: or("seen.action."+slug, "seen.action.view"), When: instantWords(p.Lang, access.At), Times: 1}
	v.Day = calendar.DateOf(access.At).String()
	if helper != "" {
		v.Who = p.T("seen.helper", helper)
	}
	if access.Helper == 0 && access.Reason != "" && !strings.HasPrefix(access.Reason, "person:") {
		v.Why = p.T("seen.why", or("seen.reason."+strings.ReplaceAll(access.Reason, " ", "_"), access.Reason))
	}
	if access.CaseNo != "" {
		v.Case = p.T("seen.case", access.CaseNo)
	}
	return v
}
