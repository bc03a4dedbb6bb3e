package web

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/server"
)

// showStatementPDF is the issued statement on paper: the valid one, issued now when there is none or the record was corrected since; or an earlier one (?issue=1), which says
// that it is superseded. In Chinese, whatever the page's language, unless English is asked for (?lang=en): it is shown to others.
func (s *Site) showStatementPDF(c *fiber.Ctx) error {
	year, err := yearOf(c)
	if err != nil {
		return err
	}
	issued, err := s.issued(c, year)
	if err != nil {
		return err
	}
	l := locale.Known(c.Query("lang"))
	file, err := s.Press.Render(s.paper(l, issued))
	if err != nil {
		return err
	}
	if err := s.markOpened(c, issued); err != nil { // counts the yearly duty; nobody is refused a statement over it
		s.Log.Error("statement opened but not noted", "error", err.Error(), "request", server.RequestID(c))
	}
	name := locale.Text(l, "paper.file", year)
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="statement-`+strconv.Itoa(year)+`.pdf"; filename*=UTF-8''`+url.PathEscape(name)+".pdf")
	return c.Send(file)
}

// issued is the statement that is asked for. Error: fault.NotFound.
func (s *Site) issued(c *fiber.Ctx, year int) (ledger.Statement, error) {
	ctx, id := c.UserContext(), visitor(c).id
	if c.Query("issue") == "" {
		issued, err := s.Issued.IssueStatement(ctx, id, ledger.IssueOptions{Year: year, Now: server.Now(c)})
		if err == nil || fault.Is(err, fault.NotFound) {
			return issued, err
		}
		valid, readErr := s.Issued.Statement(ctx, id, year) // what is issued already is never withheld because no new one can be
		if readErr != nil {
			return valid, err
		}
		s.Log.Error("statement not issued anew", "error", err.Error(), "request", server.RequestID(c))
		return valid, nil
	}
	all, err := s.Issued.Statements(ctx, id)
	if err != nil {
		return ledger.Statement{}, err
	}
	for _, issued := range all {
		if issued.Year == year && strconv.Itoa(issued.Issue) == c.Query("issue") {
			return issued, nil
		}
	}
	return ledger.Statement{}, fault.New(fault.NotFound, "issued.none", year)
}

// markOpened notes that the person has opened a statement; a helper's look is not theirs.
func (s *Site) markOpened(c *fiber.Ctx, issued ledger.Statement) error {
	if visitor(c).acting != nil {
		return nil
	}
	return s.Issued.MarkOpened(c.UserContext(), issued, server.Now(c))
}
