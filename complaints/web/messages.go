package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/notice"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// MessagesDesk is what the pages of messages, notes and phrases call.
type MessagesDesk interface {
	Messages(ctx context.Context, session, number string, now time.Time) (Messages, error)
	Phrases(ctx context.Context, session string, now time.Time) (region string, list []Phrase, err error)
	SavePhrase(ctx context.Context, session string, p Phrase, now time.Time) error
	EndPhrase(ctx context.Context, session string, id int64, now time.Time) error
}

// Messages of a case, and apart from them the desk's own notes.
type Messages struct {
	Case        Case
	Talk, Notes []Event
	Phrases     []Phrase // filled with the case
}

// Phrase is words kept for replies or notes.
type Phrase struct {
	ID           int64
	Region       string
	Use          string // reply, note
	Title, Words string
	SetBy        string
	SetAt        time.Time
}

// maxMessage is how many characters a message or note takes.
const maxMessage = 5000

func (s *Site) showMessages(c *fiber.Ctx) error { return s.messagesPage(c, nil) }

// messagesPage shows what the reporter reads and what only the desk reads, side by side and never in one form.
func (s *Site) messagesPage(c *fiber.Ctx, wrong []layout.FieldError) error {
	m, err := s.Desk.Messages(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c))
	if err != nil {
		return err
	}
	v := pages.Messages{CaseHead: s.head(c, m.Case, "/messages", wrong), ByHelper: m.Case.ByHelper}
	p, at := v.Page, "/cases/"+m.Case.Number
	for _, e := range m.Talk {
		v.Talk = append(v.Talk, eventView(p, e))
	}
	for _, e := range m.Notes {
		v.Notes = append(v.Notes, eventView(p, e))
	}
	v.Reply = pages.Writing{Action: at + "/messages", Field: layout.Input{ID: "text", Label: p.T("message.text"), Hint: p.T("message.text.hint"), Rows: 5, Value: form(c, "text"), Errors: wrong}}
	v.Note = pages.Writing{Action: at + "/notes", Field: layout.Input{ID: "note", Label: p.T("message.note"), Hint: p.T("message.note.hint"), Rows: 5, Value: form(c, "note"), Errors: wrong}}
	chosen := c.Query("phrase")
	for _, x := range m.Phrases {
		w := &v.Reply
		if x.Use == "note" {
			w = &v.Note
		}
		id := strconv.FormatInt(x.ID, 10)
		w.Phrases = append(w.Phrases, pages.Link{Text: x.Title, Href: at + "/messages?phrase=" + id + "#" + w.Field.ID, Current: id == chosen})
		if id == chosen && w.Field.Value == "" {
			w.Field.Value = x.Words
		}
	}
	return render(c, pages.MessagesPage(v))
}

// sendMessage writes to the reporter. A text with something left to be filled is not sent.
func (s *Site) sendMessage(c *fiber.Ctx) error {
	return s.written(c, "text", true)
}

// addNote keeps a note that only the desk reads.
func (s *Site) addNote(c *fiber.Ctx) error {
	return s.written(c, "note", false)
}

func (s *Site) written(c *fiber.Ctx, name string, toReporter bool) error {
	text := strings.TrimSpace(strings.ReplaceAll(form(c, name), "\r\n", "\n"))
	wrong := func(key string, args ...any) error {
		c.Status(fiber.StatusUnprocessableEntity)
		return s.messagesPage(c, []layout.FieldError{{ID: name, Text: locale.Text(lang(c), key, args...)}})
	}
	switch {
	case text == "":
		return wrong("fault.message.empty")
	case len([]rune(text)) > maxMessage:
		return wrong("fault.message.long", maxMessage)
	case toReporter && notice.LeftOpen(text):
		return wrong("fault.message.open")
	}
	err := s.Desk.Write(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), text, toReporter, server.Now(c))
	if f := fault.Of(err); f != nil {
		if !shownInPlace(f) {
			return err
		}
		c.Status(server.Status(f.Kind))
		return s.messagesPage(c, fieldErrors(lang(c), f))
	}
	return c.Redirect("/cases/"+c.Params("number")+"/messages", fiber.StatusSeeOther)
}
