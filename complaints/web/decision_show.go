package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/server"
)

// showDecision shows what was proposed, decided, handed over and told, each with who did it and when.
func (s *Site) showDecision(c *fiber.Ctx) error { return s.decisionPage(c, nil) }

func (s *Site) decisionPage(c *fiber.Ctx, wrong []layout.FieldError) error {
	d, err := s.Desk.Decision(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c))
	if err != nil {
		return err
	}
	v := pages.CaseParts{CaseHead: s.head(c, d.Case, "/decision", wrong)}
	p, at := v.Page, "/cases/"+d.Case.Number
	v.Parts = append(v.Parts, s.standing(c, p, d)...)
	for i, x := range d.Proposals {
		part := pages.Section{ID: "proposal-" + strconv.Itoa(i+1), Title: p.T("decision.proposal"), Terms: proposalTerms(p, x)}
		if i > 0 {
			part.Title = p.T("decision.proposal.earlier")
		}
		if x.Snapshot != 0 {
			part.Links = []pages.Link{{Text: p.T("decision.evidence"), Href: at + "/evidence/" + strconv.FormatInt(x.Snapshot, 10)}}
		}
		v.Parts = append(v.Parts, part)
	}
	if d.HandedTo != "" {
		part := pages.Section{ID: "handed", Title: p.T("decision.handed"), Note: p.T("decision.handed.note"), Terms: []layout.Pair{{Term: p.T("decision.handed.to"), Value: d.HandedTo},
			{Term: p.T("decision.handed.number"), Value: d.HandedNumber}, {Term: p.T("decision.handed.at"), Value: calendar.DateOf(d.HandedAt).String()}}}
		if d.HandedNotice != 0 {
			part.Links = []pages.Link{{Text: p.T("decision.handed.letter"), Href: at + "/notices/" + strconv.FormatInt(d.HandedNotice, 10)}}
		}
		v.Parts = append(v.Parts, part)
	}
	if len(d.Letters) > 0 {
		t := layout.Table{ID: "letters", Caption: p.T("decision.letters"), Head: []layout.Column{{Text: p.T("notice.title")}, {Text: p.T("notice.served_on")}, {Text: p.T("notice.way"), Wide: true}}}
		for _, n := range d.Letters {
			row := []layout.Cell{{Text: n.Kind.Title() + " " + n.Number, Href: at + "/notices/" + strconv.FormatInt(n.ID, 10)}, {}, {}}
			if n.Service != nil {
				row[1].Text, row[2].Text = n.Service.ServedOn.String(), p.T("notice.way."+string(n.Service.Way))
			}
			t.Rows = append(t.Rows, row)
		}
		v.Parts = append(v.Parts, pages.Section{Table: t})
	}
	if d.Case.Route != lifecycle.Audit {
		part, err := s.rewardPart(c, p, d.Case, wrong)
		if err != nil {
			return err
		}
		v.Parts = append(v.Parts, part)
	}
	return render(c, pages.CaseSections(v))
}

// standing says in one sentence what is decided and whose turn it is.
func (s *Site) standing(c *fiber.Ctx, p layout.Page, d Decision) []pages.Section {
	key := "decision.none"
	switch {
	case d.HandedTo != "":
		key = "decision.is.handed"
	case d.Case.State == lifecycle.Rejected:
		key = "decision.is.rejected"
	case d.Case.State == lifecycle.Proposed && d.Case.Proposer == member(c).ID:
		key = "decision.is.own"
	case d.Case.State == lifecycle.Proposed:
		key = "decision.is.proposed"
	case d.Case.Ground != "" && d.Case.State == lifecycle.Closed:
		key = "decision.is.closed"
	case d.Case.Ground != "":
		key = "decision.is.decided"
	case d.Case.State == lifecycle.Investigating:
		key = "decision.is.open"
	}
	part := pages.Section{ID: "standing", Texts: []string{p.T(key)}}
	if len(lifecycle.Allowed(d.Case.Case, member(c).Role, member(c).ID)) > 0 {
		part.Links = []pages.Link{{Text: p.T("decision.go"), Href: "/cases/" + d.Case.Number + "#next"}}
	}
	if !d.Case.Named && d.Case.Route != lifecycle.Audit {
		part.Note = p.T("decision.anonymous")
	}
	return []pages.Section{part}
}

func proposalTerms(p layout.Page, x Proposal) []layout.Pair {
	terms := []layout.Pair{{Term: p.T("decision.ground"), Value: p.T("lifecycle.finding."+string(lifecycle.FindingOf(x.Ground))) + "：" + p.T("decision.ground."+string(x.Ground))},
		{Term: p.T("desk.reason"), Value: x.Reason}, {Term: p.T("decision.words"), Value: x.Words},
		{Term: p.T("decision.proposed"), Value: x.ProposedBy + " " + x.ProposedAt.In(calendar.Zone).Format("2006-01-02 15:04")}}
	if x.Answer == "" {
		return append(terms, layout.Pair{Term: p.T("decision.answered"), Value: p.T("decision.answer.waits")})
	}
	terms = append(terms, layout.Pair{Term: p.T("decision.answered"), Value: p.T("decision.answer."+x.Answer) + " " + x.AnsweredBy + " " + x.AnsweredAt.In(calendar.Zone).Format("2006-01-02 15:04")})
	if x.AnswerText != "" {
		terms = append(terms, layout.Pair{Term: p.T("decision.answer.why"), Value: x.AnswerText})
	}
	return terms
}
