package web

import (
	"context"
	"encoding/base64"
	"io"
	"mime/multipart"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/evidence"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/receipt"
	"shebao/shared/server"
)

// Reports is what the pages call on which a report is taken down at the counter or on the telephone.
type Reports interface {
	Employers(ctx context.Context, text string) ([]ledger.Employer, error)
	// Keep saves what has been written down so far.
	Keep(ctx context.Context, session string, key intake.Key, t intake.TipOff, now time.Time) error
	// Take files once, whatever is sent again with the same key.
	Take(ctx context.Context, session string, key intake.Key, t intake.TipOff, who *intake.Reporter, files []intake.Attachment, now time.Time) (Receipt, error)
}

// Receipt is what the reporter takes home.
type Receipt struct {
	Code        receipt.Code
	Promised    calendar.Date
	Provisional bool
	Agency      string // that issues documents in the region; empty where it is not set
}

// TakesReport reports whether an address takes a report with the papers that were handed in.
func TakesReport(path string) bool { return path == "/intake/new" }

// ReportLimit is how many bytes such a request may have.
const ReportLimit = evidence.MaxTotal + 256<<10

// newReport shows an empty form. Its key makes a second click harmless.
func (s *Site) newReport(c *fiber.Ctx) error {
	return s.reportPage(c, reportForm{key: base64.RawURLEncoding.EncodeToString(intake.NewKey()), named: "no", safe: "no"}, nil, nil)
}

// takeReport checks the form, has it read back, and files it; the receipt's page may be asked for again, and is then the same.
func (s *Site) takeReport(c *fiber.Ctx) error {
	get, papers, err := sentForm(c)
	if err != nil {
		return err
	}
	f := readReport(get)
	key, err := base64.RawURLEncoding.DecodeString(f.key)
	if err != nil || len(key) != 32 {
		return fault.New(fault.Invalid, "fault.request")
	}
	t, who, offered, wrong, err := s.checkReport(c, f)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		if len(offered) > 0 {
			f.seen, f.choice = f.employer, ""
		}
		c.Status(fiber.StatusUnprocessableEntity)
		return s.reportPage(c, f, offered, wrong)
	}
	do := get("do")
	if strings.HasPrefix(do, "edit") {
		return s.reportPage(c, f, offered, nil)
	}
	session, now := c.Cookies(cookieSession), server.Now(c)
	if do != "file" {
		if err := s.Reports.Keep(c.UserContext(), session, key, t, now); err != nil {
			return err
		}
		return s.readBackPage(c, f, t, who, nil)
	}
	files, wrong, err := checkPapers(c, papers)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
		return s.readBackPage(c, f, t, who, wrong)
	}
	got, err := s.Reports.Take(c.UserContext(), session, key, t, who, files, now)
	if err != nil {
		return err
	}
	return s.receiptPage(c, t, got)
}

func (s *Site) receiptPage(c *fiber.Ctx, t intake.TipOff, got Receipt) error {
	p := s.page(c, locale.Text(lang(c), "intake.receipt"))
	p.Path = "/intake/new"
	next := "intake.receipt.promised"
	if got.Provisional {
		next += ".provisional"
	}
	v := pages.ReportReceipt{Page: p, Agency: got.Agency, Code: got.Code.Grouped(), Taken: server.Now(c).In(calendar.Zone).Format("2006-01-02 15:04"), Kind: p.T("tipoff.kind." + string(t.Kind)),
		Next: []string{p.T(next, got.Promised), p.T("intake.receipt.ask"), p.T("intake.receipt.keep")}}
	if !t.Named {
		v.Next = append(v.Next, p.T("intake.receipt.anonymous"))
	}
	return render(c, pages.ReportReceiptPage(v))
}

// sentForm reads a form that may have come with papers.
func sentForm(c *fiber.Ctx) (get func(name string) string, papers []*multipart.FileHeader, err error) {
	if !strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		return func(name string) string { return form(c, name) }, nil, nil
	}
	sent, err := c.MultipartForm()
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "fault.request").Because(err)
	}
	for _, h := range sent.File["file"] {
		if h.Filename != "" || h.Size > 0 {
			papers = append(papers, h)
		}
	}
	return func(name string) string {
		if values := sent.Value[name]; len(values) > 0 {
			return values[0]
		}
		return ""
	}, papers, nil
}

// checkPapers judges each paper by its content and removes what would tell who made it.
func checkPapers(c *fiber.Ctx, papers []*multipart.FileHeader) (files []intake.Attachment, wrong []layout.FieldError, err error) {
	total := int64(0)
	for _, h := range papers {
		content, err := readPaper(h)
		if err != nil {
			return nil, nil, err
		}
		f, err := evidence.Check(h.Filename, content)
		if err == nil {
			total += int64(len(f.Content))
			err = evidence.CheckTotal(len(files)+1, total)
		}
		if problem := fault.Of(err); problem != nil {
			if problem.Kind != fault.Invalid || len(problem.Fields) == 0 {
				return nil, nil, err
			}
			wrong = append(wrong, layout.FieldError{ID: "file", Text: locale.Text(lang(c), "files.wrong", h.Filename, locale.Text(lang(c), problem.Fields[0].Key, problem.Fields[0].Args...))})
			continue
		}
		files = append(files, intake.Attachment{Kind: intake.File, Name: f.Name, MediaType: f.MediaType, Content: f.Content})
	}
	return files, wrong, nil
}

func readPaper(h *multipart.FileHeader) ([]byte, error) {
	opened, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = opened.Close() }() // read only
	return io.ReadAll(io.LimitReader(opened, evidence.MaxBytes+1))
}
