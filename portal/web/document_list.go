package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/ledger"
)

// showDocuments lists what was issued to the person, superseded ones too.
func (s *Site) showDocuments(c *fiber.Ctx) error {
	all, err := s.Issued.Statements(c.UserContext(), visitor(c).id)
	if err != nil {
		return err
	}
	v := pages.Documents{Page: s.page(c, locale.Text(lang(c), "issued.documents"), "/me")}
	for _, issued := range all {
		v.List = append(v.List, issuedView(v.Page, issued))
	}
	return render(c, pages.DocumentsPage(v))
}

// issuedView is what pages say of an issued statement.
func issuedView(p layout.Page, issued ledger.Statement) pages.Issued {
	address := "/statement/" + strconv.Itoa(issued.Year) + ".pdf"
	v := pages.Issued{
		Title: p.T("issued.title", issued.Year), Number: statementNumber(issued), Date: dateWords(p.Lang, calendar.DateOf(issued.IssuedAt)), DataDate: dateWords(p.Lang, issued.DataDate),
		Code: issued.Code.Grouped(), Verify: "/verify/" + issued.Code.String(), State: pages.Cell{Class: "paid", Glyph: "✓", Word: p.T("issued.valid")},
	}
	if issued.Emptied() {
		v.Title = p.T("issued.emptied.title", issued.Year)
	}
	query := ""
	if !issued.SupersededAt.IsZero() {
		query = "?issue=" + strconv.Itoa(issued.Issue)
		v.State = pages.Cell{Class: "none", Glyph: "↻", Word: p.T("issued.superseded", dateWords(p.Lang, calendar.DateOf(issued.SupersededAt)))}
	}
	v.PDF, v.EnglishPDF = address+query, address+joined(query, "lang=en")
	return v
}

func joined(query, more string) string {
	if query == "" {
		return "?" + more
	}
	return query + "&" + more
}
