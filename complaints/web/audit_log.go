package web

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/server"
)

// AuditFilter is what an auditor asks for; what is empty does not matter.
type AuditFilter struct {
	From, To     time.Time // from, and before
	Who          string    // an account, or a person's row number
	Case, Action string
	RefusedOnly  bool
	BeforeAt     time.Time // where the page before this one ended
	BeforeStream string
	BeforeSeq    int64
	Limit        int
	Export       bool
	Summed       string
}

// AuditRow is an entry with the account of a member of staff beside their number.
type AuditRow struct {
	audit.Row
	Account, About string
}

// AuditVerdict is what walking the log found.
type AuditVerdict struct {
	Checked     int64
	Checkpoints int
	Breaks      []audit.Break
}

// Audit is what the pages of the security auditor call.
type Audit interface {
	Log(ctx context.Context, session string, f AuditFilter, now time.Time) ([]AuditRow, error)
	Checkpoint(ctx context.Context, session string, now time.Time) ([]byte, error)
	Verify(ctx context.Context, session string, now time.Time) (AuditVerdict, error)
}

// auditors see the audit log, and nothing else.
var auditors = []lifecycle.Role{lifecycle.Auditor}

const (
	auditPage   = 100
	auditExport = 100_000
)

// auditAsked reads the filter; wrong lists dates that are none.
func auditAsked(c *fiber.Ctx) (f AuditFilter, wrong []layout.FieldError) {
	date := func(name string) calendar.Date {
		text := strings.TrimSpace(c.Query(name))
		if text == "" {
			return calendar.Date{}
		}
		d, err := calendar.ParseDate(text)
		if err != nil && saidForm.MatchString(text) { // else said below
			wrong = append(wrong, layout.FieldError{ID: name, Text: locale.Text(lang(c), "auditlog.fault.date")})
		}
		return d
	}
	if d := date("from"); !d.IsZero() {
		f.From = d.Midnight()
	}
	if d := date("to"); !d.IsZero() {
		f.To = d.AddDays(1).Midnight()
	}
	f.Who, f.Case, f.Action, f.RefusedOnly, f.Limit = strings.TrimSpace(c.Query("who")), strings.TrimSpace(c.Query("case")), strings.TrimSpace(c.Query("action")), c.Query("refused") == "yes", auditPage
	if at, stream, seq, ok := auditCursor(c.Query("before")); ok {
		f.BeforeAt, f.BeforeStream, f.BeforeSeq = at, stream, seq
	}
	var said []string
	for _, name := range []string{"from", "to", "who", "case", "action", "refused"} {
		v := strings.TrimSpace(c.Query(name))
		switch {
		case v == "":
		case saidForm.MatchString(v):
			said = append(said, name+"="+v)
		default: // it goes into the log, and could be anybody's name or number
			wrong = append(wrong, layout.FieldError{ID: name, Text: locale.Text(lang(c), "auditlog.fault."+name)})
		}
	}
	f.Summed = strings.Join(said, " ")
	return f, wrong
}

// saidForm is what a filter may hold: days, accounts, row numbers, case numbers, names of actions. No name, ID number or telephone number has this form.
var saidForm = regexp.MustCompile(`^([a-z][a-z0-9.:_ -]{0,31}|[0-9]{1,9}|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{6})$`)

// auditCursor is microseconds, stream and row, as the link to the next page has it.
func auditCursor(text string) (at time.Time, stream string, seq int64, ok bool) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return at, "", 0, false
	}
	micros, err1 := strconv.ParseInt(parts[0], 10, 64)
	seq, err2 := strconv.ParseInt(parts[2], 10, 64)
	return time.UnixMicro(micros), parts[1], seq, err1 == nil && err2 == nil
}

func (s *Site) showAudit(c *fiber.Ctx) error { return s.auditLogPage(c, nil) }

// auditLogPage is the log as it is filtered, the newest first.
func (s *Site) auditLogPage(c *fiber.Ctx, verdict *AuditVerdict) error {
	f, wrong := auditAsked(c)
	var rows []AuditRow
	if len(wrong) == 0 {
		var err error
		rows, err = s.Audit.Log(c.UserContext(), session(c), f, server.Now(c))
		if wrong, err = s.fields(c, err); err != nil {
			return err
		}
	} else {
		c.Status(server.Status(fault.Invalid))
	}
	p := s.page(c, locale.Text(lang(c), "auditlog.title"))
	p.Path, p.Failed = "/audit-log", len(wrong) > 0
	table := layout.Table{ID: "log", Caption: p.T("auditlog.log"), Empty: p.T("auditlog.none"), Head: []layout.Column{{Text: p.T("auditlog.at")}, {Text: p.T("auditlog.actor")}, {Text: p.T("auditlog.action")}, {Text: p.T("auditlog.subject"), Wide: true}, {Text: p.T("auditlog.reason"), Wide: true}}}
	for _, r := range rows {
		table.Rows = append(table.Rows, auditCells(p, r))
	}
	list := pages.Section{Table: table}
	query := string(c.Request().URI().QueryString())
	if len(rows) == auditPage {
		last := rows[len(rows)-1]
		list.Links = append(list.Links, pages.Link{Text: p.T("auditlog.older"), Href: "/audit-log?" + withBefore(query, fmt.Sprintf("%d.%s.%d", last.At.UnixMicro(), last.Stream, last.Seq))})
	}
	list.Links = append(list.Links, pages.Link{Text: p.T("auditlog.csv"), Href: "/audit-log.csv?" + withBefore(query, "")}, pages.Link{Text: p.T("auditlog.xlsx"), Href: "/audit-log.xlsx?" + withBefore(query, "")})
	proof := pages.Section{ID: "proof", Title: p.T("auditlog.proof"), Note: p.T("auditlog.proof.note"), Links: []pages.Link{{Text: p.T("auditlog.checkpoint"), Href: "/audit-log/checkpoint"}},
		Buttons: []layout.Form{{Action: "/audit-log/verify", Button: p.T("auditlog.verify")}}}
	if verdict != nil {
		proof = tell(p, proof, *verdict)
	}
	v := pages.Sections{Page: p, Errors: wrong, Parts: []pages.Section{{Note: p.T("auditlog.note"), Filter: auditForm(c, p, wrong)}}}
	if verdict != nil {
		v.Parts = append(v.Parts, proof, list)
	} else {
		v.Parts = append(v.Parts, list, proof)
	}
	return render(c, pages.SectionPage(v))
}

func withBefore(query, before string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		values = url.Values{}
	}
	values.Del("before")
	if before != "" {
		values.Set("before", before)
	}
	return values.Encode()
}

func tell(p layout.Page, s pages.Section, v AuditVerdict) pages.Section {
	if len(v.Breaks) == 0 {
		s.Good = p.T("auditlog.whole", v.Checked, v.Checkpoints)
		return s
	}
	s.Warning = p.T("auditlog.broken", v.Checked, len(v.Breaks))
	for i, b := range v.Breaks {
		if i == 50 {
			break
		}
		s.Texts = append(s.Texts, p.T("auditlog.break."+b.What, b.Stream, b.Seq))
	}
	return s
}

func auditForm(c *fiber.Ctx, p layout.Page, wrong []layout.FieldError) *layout.Form {
	field := func(id string) layout.FormField {
		return layout.FormField{Input: layout.Input{ID: id, Label: p.T("auditlog.form." + id), Value: c.Query(id), Errors: wrong}}
	}
	refused := layout.FormField{Input: layout.Input{ID: "refused", Label: p.T("auditlog.form.refused"), Value: c.Query("refused")}, Choices: []layout.Pair{{Term: p.T("auditlog.any")}, {Term: p.T("auditlog.onlyrefused"), Value: "yes"}}}
	return &layout.Form{Action: "/audit-log", Button: p.T("desk.search.go"), Fields: []layout.FormField{field("from"), field("to"), field("who"), field("case"), refused}}
}

// auditCells is a row as it is read; what staff are called stands beside their number in the log.
func auditCells(p layout.Page, r AuditRow) []layout.Cell {
	action := layout.Cell{Text: actionName(p, r.Action)}
	if r.State == "refused" {
		action = layout.Cell{Text: action.Text, Tag: "owe", Glyph: "!", Note: p.T("auditlog.refused")}
	}
	subject := layout.Cell{Text: r.Subject, Note: r.About}
	if r.CaseNo != "" && r.Subject != "case:"+r.CaseNo {
		subject.Note = strings.TrimSpace(subject.Note + " " + p.T("seen.case", r.CaseNo))
	}
	actor := layout.Cell{Text: r.Actor, Note: roleName(p, r.Role)}
	if r.Account != "" {
		actor.Text = r.Account
	}
	at := r.At.In(calendar.Zone)
	return []layout.Cell{{Text: at.Format(time.DateOnly), Note: at.Format(time.TimeOnly)}, actor, action, subject, {Text: reasonName(p, r.Reason)}}
}

func actionName(p layout.Page, action string) string {
	slug := strings.ReplaceAll(strings.ToLower(action), " ", "_")
	for _, prefix := range []string{"auditlog.action.", "seen.action.", "lifecycle.action.", "lifecycle.event."} {
		if locale.Has(p.Lang, prefix+slug) {
			return p.T(prefix + slug)
		}
	}
	return action
}

func reasonName(p layout.Page, reason string) string {
	for _, key := range []string{"seen.reason." + strings.ReplaceAll(reason, " ", "_"), reason} {
		if locale.Has(p.Lang, key) {
			return p.T(key)
		}
	}
	return reason
}

func roleName(p layout.Page, role string) string {
	for _, prefix := range []string{"auditlog.role.", "people.role.", "seen.role."} {
		if locale.Has(p.Lang, prefix+role) {
			return p.T(prefix + role)
		}
	}
	return role
}

// exportAudit answers with the log as it is filtered, as a file.
func (s *Site) exportAudit(workbook bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		f, wrong := auditAsked(c)
		if len(wrong) > 0 {
			return fault.New(fault.Invalid, "auditlog.fault.date")
		}
		f.Limit, f.Export = auditExport, true
		rows, err := s.Audit.Log(c.UserContext(), session(c), f, server.Now(c))
		if err != nil {
			return err
		}
		p := layout.Page{Lang: lang(c)}
		t := ledger.Table{Name: "audit", Title: p.T("auditlog.title"), Header: []string{"stream", "seq"}}
		for _, key := range []string{"at", "actor", "account", "role", "action", "subject", "case", "reason", "outcome"} {
			t.Header = append(t.Header, p.T("auditlog."+key))
		}
		for _, r := range rows {
			t.Rows = append(t.Rows, []any{r.Stream, int(r.Seq), r.At.In(calendar.Zone).Format("2006-01-02 15:04:05.000000"), r.Actor, r.Account, roleName(p, r.Role), actionName(p, r.Action), r.Subject, r.CaseNo, reasonName(p, r.Reason), p.T("auditlog.state." + r.State)})
		}
		return sendTables(c, "audit", workbook, t)
	}
}

// auditCheckpoint answers with where the log ends at this instant, signed: for the auditor to keep outside the system.
func (s *Site) auditCheckpoint(c *fiber.Ctx) error {
	line, err := s.Audit.Checkpoint(c.UserContext(), session(c), server.Now(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/json; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="audit-checkpoint-`+server.Now(c).In(calendar.Zone).Format("20060102-1504")+`.jsonl"`)
	return c.Send(line)
}

func (s *Site) verifyAudit(c *fiber.Ctx) error {
	v, err := s.Audit.Verify(c.UserContext(), session(c), server.Now(c))
	if err != nil {
		return err
	}
	return s.auditLogPage(c, &v)
}
