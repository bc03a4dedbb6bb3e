package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/ledger"
	"shebao/shared/server"
)

// statementYear is the year of the address, else the last one that is over: its statements are due.
func statementYear(c *fiber.Ctx) int {
	if c.Query("year") == "" {
		return calendar.DateOf(server.Now(c)).Year - 1
	}
	return yearAsked(c)
}

// showStatementDuty shows how far the yearly duty has come by region, and who has no statement.
func (s *Site) showStatementDuty(c *fiber.Ctx) error {
	now, year, region := server.Now(c), statementYear(c), digitsOf(c.Query("region"))
	duties, err := s.Audits.StatementDuty(c.UserContext(), session(c), year, now)
	if err != nil {
		return err
	}
	after, _ := strconv.ParseInt(c.Query("after"), 10, 64) // what is no number is the first page
	missing, err := s.Audits.WithoutStatement(c.UserContext(), session(c), year, region, after, missingLength, now)
	if err != nil {
		return err
	}
	p := s.auditShell(c, "audit.statements")
	t := layout.Table{ID: "duty", Caption: p.T("audit.duty.caption", year), Empty: p.T("audit.duty.none", year), Head: []layout.Column{{Text: p.T("supervision.region")}, {Text: p.T("audit.duty.insured"), Number: true, Wide: true}, {Text: p.T("audit.duty.issued"), Number: true},
		{Text: p.T("audit.duty.share"), Number: true}, {Text: p.T("audit.duty.sent"), Number: true, Wide: true}, {Text: p.T("audit.duty.opened"), Number: true, Wide: true}, {Text: p.T("audit.duty.missing"), Number: true}}}
	var sum ledger.Duty
	row := func(head layout.Cell, d ledger.Duty) []layout.Cell {
		return []layout.Cell{head, count64(d.Insured), count64(d.Issued), coverageCell(p, supervision.Coverage{Done: d.Issued, Of: d.Insured, Target: 100}), count64(d.Sent), count64(d.Opened), count64(d.Insured - d.Issued)}
	}
	for _, d := range duties {
		sum.Insured, sum.Issued, sum.Sent, sum.Opened = sum.Insured+d.Insured, sum.Issued+d.Issued, sum.Sent+d.Sent, sum.Opened+d.Opened
		t.Rows = append(t.Rows, row(layout.Cell{Text: regionWords(p, d.Region), Href: "/supervision/statements?year=" + strconv.Itoa(year) + "&region=" + d.Region + "#missing-title", Note: d.Region}, d))
	}
	t.Foot = row(layout.Cell{Text: p.T("supervision.sum")}, sum)
	first := pages.Section{Texts: []string{p.T("audit.duty.sentence", year, sum.Insured, sum.Issued, sum.Sent, sum.Opened)}, Filter: yearFilter(p, "/supervision/statements", year, calendar.DateOf(now).Year), Table: t, Note: p.T("audit.duty.note"),
		Links: []pages.Link{{Text: p.T("supervision.xlsx"), Href: "/supervision/statements.xlsx?year=" + strconv.Itoa(year)}}}
	if missing1 := sum.Insured - sum.Issued; missing1 > 0 {
		first.Warning = p.T("audit.duty.warning", missing1)
	}
	return s.auditPage(c, p, "/supervision/statements", nil, first, missingStatements(p, missing, year, region))
}

func missingStatements(p layout.Page, missing []Unconfirmed, year int, region string) pages.Section {
	t := layout.Table{ID: "missing", Caption: p.T("audit.duty.list", year), Empty: p.T("audit.duty.nobody"), Head: []layout.Column{{Text: p.T("audit.person")}, {Text: p.T("audit.employer.last")}, {Text: p.T("supervision.region"), Wide: true}}}
	for _, one := range missing {
		t.Rows = append(t.Rows, []layout.Cell{{Text: one.Name, Note: one.Number}, {Text: one.Employer}, {Text: regionWords(p, one.Region)}})
	}
	part := pages.Section{ID: "missing-title", Title: p.T("audit.duty.who"), Table: t}
	if len(missing) == missingLength {
		part.Links = []pages.Link{{Text: p.T("supervision.next"), Href: "/supervision/statements?year=" + strconv.Itoa(year) + "&region=" + region + "&after=" + strconv.FormatInt(missing[len(missing)-1].ID, 10) + "#missing-title"}}
	}
	return part
}

// missingMost bounds what a workbook lists.
const missingMost = 100_000

// exportStatementDuty answers with the regions and with everybody who has none, as far as a list may name them.
func (s *Site) exportStatementDuty(c *fiber.Ctx) error {
	now, year := server.Now(c), statementYear(c)
	duties, err := s.Audits.StatementDuty(c.UserContext(), session(c), year, now)
	if err != nil {
		return err
	}
	missing, err := s.Audits.WithoutStatement(c.UserContext(), session(c), year, "", 0, missingMost, now)
	if err != nil {
		return err
	}
	p := layout.Page{Lang: lang(c)}
	t := ledger.Table{Name: "duty", Title: p.T("audit.statements"), Header: []string{p.T("supervision.region"), p.T("supervision.regionname"), p.T("audit.duty.insured"), p.T("audit.duty.issued"), p.T("audit.duty.sent"), p.T("audit.duty.opened"), p.T("audit.duty.missing")}}
	for _, d := range duties {
		t.Rows = append(t.Rows, []any{d.Region, regionWords(p, d.Region), int(d.Insured), int(d.Issued), int(d.Sent), int(d.Opened), int(d.Insured - d.Issued)})
	}
	who := ledger.Table{Name: "missing", Title: p.T("audit.duty.who"), Header: []string{p.T("audit.person"), p.T("audit.number"), p.T("audit.employer.last"), p.T("supervision.regionname")}}
	for _, one := range missing {
		who.Rows = append(who.Rows, []any{one.Name, one.Number, one.Employer, regionWords(p, one.Region)})
	}
	return sendTables(c, "statements-"+strconv.Itoa(year), true, t, who)
}
