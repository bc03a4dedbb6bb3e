package web

import (
	"bytes"
	"context"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/publication"
	"shebao/shared/receipt"
)

// Open is what the public may read: published editions, and nothing that is on its way.
type Open interface {
	List(ctx context.Context, subject publication.Subject) ([]publication.Head, error)
	Open(ctx context.Context, k publication.Key) (publication.Published, error)
}

// Listings are where employers that are going to be named see their own line and object.
type Listings interface {
	Listing(ctx context.Context, uscc string, code receipt.Code) (publication.Listing, error)
	Object(ctx context.Context, uscc string, code receipt.Code, form []byte, words string, files []publication.File, now time.Time) error
}

// openSpan is a span in words: 2026 年第 3 季度, or a month.
func openSpan(l, span string) string {
	if year, q, ok := strings.Cut(span, "Q"); ok {
		return locale.Text(l, "open.quarter", year, q)
	}
	if p, err := calendar.ParsePeriod(span); err == nil {
		return monthWords(l, p)
	}
	return span
}

func openRegion(code string) string {
	if name := ledger.RegionName((code + "0000")[:6]); name != "" {
		return name
	}
	return code
}

func openTitle(l string, k publication.Key) string {
	return locale.Text(l, "open.edition", openRegion(k.Region), openSpan(l, k.Span), locale.Text(l, "open.subject."+string(k.Subject)))
}

func openPath(k publication.Key) string {
	return "/open/" + string(k.Subject) + "/" + k.Region + "/" + k.Span
}

// openKey reads the address; one that can name nothing is not found.
func openKey(c *fiber.Ctx) (publication.Key, error) {
	k := publication.Key{Subject: publication.Subject(c.Params("subject")), Region: c.Params("region"), Span: c.Params("span")}
	if !k.Valid() {
		return k, fault.New(fault.NotFound, "fault.publication.none")
	}
	return k, nil
}

// openAge is how long copies may be kept without asking: corrections show within minutes. Asking costs little, since an unchanged edition is answered with its hash alone.
const openAge = "public, max-age=300"

// openJSON answers with the published document, byte for byte what its hash is of.
func (s *Site) openJSON(c *fiber.Ctx) error {
	k, err := openKey(c)
	if err != nil {
		return err
	}
	p, err := s.Open.Open(c.UserContext(), k)
	if err != nil {
		return err
	}
	if unchanged(c, p, "") {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(p.Content)
}

// openCSV answers with the lines of the same document.
func (s *Site) openCSV(c *fiber.Ctx) error {
	k, err := openKey(c)
	if err != nil {
		return err
	}
	p, err := s.Open.Open(c.UserContext(), k)
	if err != nil {
		return err
	}
	if unchanged(c, p, "-csv") {
		return c.SendStatus(fiber.StatusNotModified)
	}
	var b bytes.Buffer
	if err := ledger.WriteCSV(&b, openTable(p.Edition)); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+k.String()+`.csv"`)
	return c.Send(b.Bytes())
}

// unchanged sets what caches need and reports whether the asker has this revision already. Anybody's page may read open data.
func unchanged(c *fiber.Ctx, p publication.Published, form string) bool {
	tag := `"` + hex.EncodeToString(p.SHA256) + form + `"`
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderLastModified, p.PublishedAt.UTC().Format(time.RFC1123[:len(time.RFC1123)-3]+"GMT"))
	c.Set(fiber.HeaderCacheControl, openAge)
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	for known := range strings.SplitSeq(c.Get(fiber.HeaderIfNoneMatch), ",") {
		if known = strings.TrimPrefix(strings.TrimSpace(known), "W/"); known == tag || known == "*" {
			return true
		}
	}
	return false
}

// openTable are the lines of an edition under names that stay.
func openTable(e publication.Edition) ledger.Table {
	t := ledger.Table{Name: e.Key().String()}
	switch {
	case e.Withdrawn != nil:
		t.Header, t.Rows = []string{"withdrawn_on", "reason"}, [][]any{{e.Withdrawn.On.String(), e.Withdrawn.Reason}}
	case e.Collection != nil:
		t.Header = []string{"line", "code", "name", "suppressed", "due", "collected", "recovered", "opening", "rate", "rate_with", "recovery_rate", "below_line", "below_line_with"}
		row := func(line string, f publication.Figure) {
			if f.Amounts == nil {
				t.Rows = append(t.Rows, []any{line, f.Code, f.Name, "true", "", "", "", "", "", "", "", "", ""})
				return
			}
			if f.Arrearage == nil { // of few employers
				t.Rows = append(t.Rows, []any{line, f.Code, f.Name, "false", f.Due, f.Collected, "", "", f.Rate, "", "", strconv.FormatBool(f.Below), ""})
				return
			}
			t.Rows = append(t.Rows, []any{line, f.Code, f.Name, "false", f.Due, f.Collected, f.Recovered, f.Opening, f.Rate, f.RateWith, f.RecoveryRate, strconv.FormatBool(f.Below), strconv.FormatBool(f.BelowWith)})
		}
		row("total", e.Collection.Total)
		for _, part := range []struct {
			line    string
			figures []publication.Figure
		}{{"region", e.Collection.Regions}, {"insurance", e.Collection.Insurances}, {"course", e.Collection.Course}} {
			for _, f := range part.figures {
				row(part.line, f)
			}
		}
	case e.Arrears != nil:
		t.Header = []string{"uscc", "name", "region", "region_name", "from", "to", "owed", "headcount", "state", "paid", "left", "paid_on"}
		for _, d := range e.Arrears.Employers {
			headcount, paid, on := "<5", money.Fen(0), ""
			if d.Headcount > 0 {
				headcount = strconv.Itoa(d.Headcount)
			}
			if d.Paid != nil {
				paid, on = d.Paid.Amount, d.Paid.On.String()
			}
			t.Rows = append(t.Rows, []any{d.USCC, d.Name, d.Region, d.RegionName, d.From.String(), d.To.String(), d.Owed, headcount, d.State, paid, d.Left(), on})
		}
	case e.Audit != nil:
		a := e.Audit
		t.Header = []string{"figure", "value"}
		for _, r := range [][2]string{{"on_site", strconv.Itoa(a.OnSite)}, {"insured", strconv.Itoa(a.Insured)}, {"on_site_rate", a.OnSiteRate}, {"pensioners_verified", strconv.Itoa(a.Verified)},
			{"pensioners", strconv.Itoa(a.Pensioners)}, {"pensioners_rate", a.VerifiedRate}, {"audits_ended", strconv.Itoa(a.Audits)}, {"violations", strconv.Itoa(a.Violations)}} {
			t.Rows = append(t.Rows, []any{r[0], r[1]})
		}
		if a.AuditAmounts != nil {
			t.Rows = append(t.Rows, []any{"employers_audited", strconv.Itoa(a.Employers)}, []any{"found", a.Found}, []any{"recovered", a.Recovered})
		}
	}
	return t
}

// openIndex names every published edition with its address and hash.
func (s *Site) openIndex(c *fiber.Ctx) error {
	d := document{b: make([]byte, 0, 4<<10)}
	d.open('{')
	d.name("editions")
	d.open('[')
	for _, subject := range publication.Subjects {
		list, err := s.Open.List(c.UserContext(), subject)
		if err != nil {
			return err
		}
		for _, h := range list {
			d.open('{')
			d.word("subject", string(h.Subject))
			d.word("region", h.Region)
			d.word("span", h.Span)
			d.number("revision", h.Revision)
			d.word("published_at", h.PublishedAt.UTC().Format(time.RFC3339))
			d.word("sha256", hex.EncodeToString(h.SHA256))
			d.word("json", s.PublicURL+openPath(h.Key)+".json")
			d.word("csv", s.PublicURL+openPath(h.Key)+".csv")
			d.close('}')
		}
	}
	d.close(']')
	d.close('}')
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	c.Set(fiber.HeaderCacheControl, openAge)
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	return c.Send(d.b)
}

// openPage is the shell of an open page.
func (s *Site) openPage(c *fiber.Ctx, title string) layout.Page { return s.page(c, title, "/open") }
