package web

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/evidence"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/server"
)

// FilesDesk is what the page of a case's files calls. Opening one is noted before it is sent.
type FilesDesk interface {
	Files(ctx context.Context, session, number string, now time.Time) (Files, error)
	Attachment(ctx context.Context, session, number string, id int64, now time.Time) (intake.Attachment, error)
	AddFile(ctx context.Context, session, number string, f evidence.File, about string, now time.Time) error
	File(ctx context.Context, session, number string, id int64, now time.Time) (CaseFile, []byte, error)
	ExcludeFile(ctx context.Context, session, number string, id int64, reason string, now time.Time) error
	Transcribe(ctx context.Context, session, number string, attachment int64, words string, now time.Time) error
}

// Files of a case.
type Files struct {
	Case       Case
	Recordings []Recording
	Reporter   []intake.Attachment // files that the reporter handed in, without contents
	Staff      []CaseFile
}

// Recording of a call, and what somebody wrote down of it.
type Recording struct {
	intake.Attachment
	Words, WrittenBy string
	WrittenAt        time.Time
}

// CaseFile is a file that staff added.
type CaseFile struct {
	ID               int64
	Name, About      string
	MediaType        string
	Bytes            int
	SHA256, Original []byte
	AddedAt          time.Time
	AddedBy          string
	Excluded         string
}

func (s *Site) showFiles(c *fiber.Ctx) error { return s.filesPage(c, nil) }

// filesPage shows recordings with their transcripts, the reporter's files, and those of the staff, each with its hash.
func (s *Site) filesPage(c *fiber.Ctx, wrong []layout.FieldError) error {
	f, err := s.Desk.Files(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c))
	if err != nil {
		return err
	}
	v := pages.CaseParts{CaseHead: s.head(c, f.Case, "/files", wrong)}
	p, at := v.Page, "/cases/"+f.Case.Number
	for i, r := range f.Recordings {
		v.Parts = append(v.Parts, recordingPart(c, p, at, i, r, wrong))
	}
	t := layout.Table{ID: "reporter-files", Quiet: true, Caption: p.T("material.reporter"), Empty: p.T("material.reporter.none"), Head: fileHead(p)}
	for _, a := range f.Reporter {
		t.Rows = append(t.Rows, []layout.Cell{{Text: a.Name, Href: at + "/attachments/" + strconv.FormatInt(a.ID, 10), Note: a.MediaType}, {Text: p.T("desk.by.reporter"), Note: when(a.AddedAt)}, {Text: hash(a.SHA256)}})
	}
	v.Parts = append(v.Parts, pages.Section{ID: "reporter", Title: p.T("material.reporter"), Note: p.T("material.reporter.note"), Table: t})
	v.Parts = append(v.Parts, staffFilesPart(c, p, at, f.Staff, wrong))
	return render(c, pages.CaseSections(v))
}

func fileHead(p layout.Page) []layout.Column {
	return []layout.Column{{Text: p.T("material.name")}, {Text: p.T("material.by")}, {Text: p.T("material.hash"), Wide: true}}
}

func recordingPart(c *fiber.Ctx, p layout.Page, at string, i int, r Recording, wrong []layout.FieldError) pages.Section {
	id := strconv.FormatInt(r.ID, 10)
	part := pages.Section{ID: "recording-" + id, Title: p.T("material.recording", i+1), Audio: at + "/attachments/" + id, Note: p.T("material.recording.note"),
		Terms: []layout.Pair{{Term: p.T("material.recorded"), Value: when(r.AddedAt)}, {Term: p.T("material.hash"), Value: hash(r.SHA256)}}}
	if r.Words != "" {
		part.Terms = append(part.Terms, layout.Pair{Term: p.T("material.transcript"), Value: r.Words}, layout.Pair{Term: p.T("material.transcript.by"), Value: r.WrittenBy + " " + when(r.WrittenAt)})
	} else {
		part.Terms = append(part.Terms, layout.Pair{Term: p.T("material.transcript"), Value: p.T("material.transcript.none")})
	}
	words := r.Words
	if c.Params("id") == id && form(c, "words") != "" {
		words = form(c, "words")
	}
	field := layout.FormField{Input: layout.Input{ID: "words-" + id, Label: p.T("material.transcript.label"), Hint: p.T("material.transcript.hint"), Rows: 5, Value: words, Errors: wrong}, Name: "words"}
	part.Forms = []layout.Form{{Title: p.T("material.transcript.do"), Action: at + "/attachments/" + id + "/transcript", Button: p.T("material.transcript.save"), Fields: []layout.FormField{field}, Open: len(wrong) > 0 && c.Params("id") == id}}
	return part
}

func staffFilesPart(c *fiber.Ctx, p layout.Page, at string, list []CaseFile, wrong []layout.FieldError) pages.Section {
	part := pages.Section{ID: "staff", Title: p.T("material.staff"), Table: layout.Table{ID: "staff-files", Quiet: true, Caption: p.T("material.staff"), Empty: p.T("material.staff.none"), Head: fileHead(p)}}
	for _, f := range list {
		id := strconv.FormatInt(f.ID, 10)
		name := layout.Cell{Text: f.Name, Href: at + "/files/" + id, Note: strings.TrimSpace(f.About + " " + size(f.Bytes))}
		if f.Excluded != "" {
			name.Note = p.T("material.excluded", f.Excluded)
		} else {
			part.Forms = append(part.Forms, layout.Form{Title: p.T("material.exclude", f.Name), Action: at + "/files/" + id + "/exclude", Button: p.T("material.exclude.do"),
				Fields: []layout.FormField{{Input: layout.Input{ID: "reason-" + id, Label: p.T("material.exclude.why"), Errors: wrong}, Name: "reason"}}, Open: c.Params("id") == id && len(wrong) > 0})
		}
		part.Table.Rows = append(part.Table.Rows, []layout.Cell{name, {Text: f.AddedBy, Note: when(f.AddedAt)}, {Text: hash(f.SHA256), Note: p.T("material.original", hash(f.Original))}})
	}
	part.Upload = &pages.Upload{Action: at + "/files", Label: p.T("material.add"), Hint: p.T("material.add.hint", evidence.MaxBytes>>20), Accept: evidence.Accept, Button: p.T("material.add.do"), Errors: wrong,
		Fields: []layout.FormField{{Input: layout.Input{ID: "about", Label: p.T("material.about"), Hint: p.T("material.about.hint")}}}}
	return part
}

func when(t time.Time) string { return t.In(calendar.Zone).Format("2006-01-02 15:04") }

func hash(sum []byte) string { return "SHA-256 " + hex.EncodeToString(sum) }

func size(bytes int) string { return strconv.Itoa((bytes+1023)>>10) + " KB" }

// addFile takes one file of staff; it is judged by its content, and what was wrong stands beside the form.
func (s *Site) addFile(c *fiber.Ctx) error {
	name, content, err := sentFile(c)
	if err != nil {
		return err
	}
	about := strings.TrimSpace(c.FormValue("about"))
	if len([]rune(about)) > maxAbout {
		return s.filesDone(c, fault.InvalidFields(fault.Field{Name: "about", Key: "fault.file.about", Args: []any{maxAbout}}))
	}
	f, err := evidence.Check(name, content)
	if err != nil {
		return s.filesDone(c, err)
	}
	return s.filesDone(c, s.Desk.AddFile(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), f, about, server.Now(c)))
}

// maxAbout is how many characters say what a file is.
const maxAbout = 200

// openFile sends a staff file, to be saved rather than run.
func (s *Site) openFile(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.file.none")
	}
	f, content, err := s.Desk.File(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, server.Now(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, f.MediaType)
	c.Set(fiber.HeaderContentDisposition, "attachment")
	return c.Send(content)
}

func (s *Site) excludeFile(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.file.none")
	}
	return s.filesDone(c, s.Desk.ExcludeFile(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, strings.TrimSpace(form(c, "reason")), server.Now(c)))
}

// transcribe keeps what somebody wrote down of a recording.
func (s *Site) transcribe(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.file.none")
	}
	words := strings.TrimSpace(strings.ReplaceAll(form(c, "words"), "\r\n", "\n"))
	return s.filesDone(c, s.Desk.Transcribe(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, words, server.Now(c)))
}

// filesDone goes back to the files, or shows them again with what was wrong.
func (s *Site) filesDone(c *fiber.Ctx, err error) error {
	f := fault.Of(err)
	if f == nil {
		return c.Redirect("/cases/"+c.Params("number")+"/files", fiber.StatusSeeOther)
	}
	if !shownInPlace(f) {
		return err
	}
	c.Status(server.Status(f.Kind))
	wrong := fieldErrors(lang(c), f)
	for i := range wrong {
		if id := c.Params("id"); id != "" {
			wrong[i].ID += "-" + id
		}
	}
	return s.filesPage(c, wrong)
}

// attachment plays a recording, or sends a reporter's file to be saved; every play and opening is in the audit log.
func (s *Site) attachment(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.file.none")
	}
	a, err := s.Desk.Attachment(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, server.Now(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, a.MediaType)
	if a.Kind != intake.Recording {
		c.Set(fiber.HeaderContentDisposition, "attachment")
		return c.Send(a.Content)
	}
	return sendRange(c, a.Content)
}

// sendRange answers with the part that a player asks for: without it some can neither seek nor tell how long a recording is (RFC 9110, one range of bytes).
func sendRange(c *fiber.Ctx, content []byte) error {
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	from, to, ok := strings.Cut(strings.TrimPrefix(c.Get(fiber.HeaderRange), "bytes="), "-")
	first, err := strconv.Atoi(from)
	if !ok || err != nil || first < 0 || len(content) == 0 {
		return c.Send(content) // no range, or one that we do not know: the whole is always right
	}
	last, err := strconv.Atoi(to)
	if err != nil || last >= len(content) {
		last = len(content) - 1
	}
	if first > last {
		c.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes */%d", len(content)))
		return c.SendStatus(fiber.StatusRequestedRangeNotSatisfiable)
	}
	c.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes %d-%d/%d", first, last, len(content)))
	c.Status(fiber.StatusPartialContent)
	return c.Send(content[first : last+1])
}
