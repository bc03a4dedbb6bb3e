package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/receipt"
	"shebao/shared/server"
)

// mailboxJSON is what a receipt code opens: how far the matter is, with the words that the page says, and the messages in both directions.
type mailboxJSON struct {
	Status     string        `json:"status"`
	Words      string        `json:"status_words"`
	Next       string        `json:"next_words"`    // what happens now, and who has to act
	Promise    string        `json:"promise_words"` // by when; empty: nothing is due
	PromisedBy string        `json:"promised_by"`
	Late       bool          `json:"late"`
	StatusAt   time.Time     `json:"status_at"`
	FiledAt    time.Time     `json:"filed_at"`
	Steps      []stepJSON    `json:"steps"`
	Messages   []messageJSON `json:"messages"`
	Openings   []openingJSON `json:"openings"`
}

type stepJSON struct {
	Words string `json:"words"`
	When  string `json:"when"`
	State string `json:"state"` // done, now, to_come
}

type messageJSON struct {
	From   string     `json:"from"` // reporter, desk
	Text   string     `json:"text"`
	SentAt time.Time  `json:"sent_at"`
	Paper  *paperJSON `json:"paper,omitempty"`
}

type paperJSON struct {
	Title  string `json:"title"`
	Number string `json:"number"`
	Bytes  int    `json:"bytes"`
	At     string `json:"at"` // the address that sends it, for the same receipt
}

// openingJSON is one time that two people opened the reporter's identity.
type openingJSON struct {
	At     time.Time `json:"at"`
	Asked  string    `json:"asked"`
	Agreed string    `json:"agreed"`
	Reason string    `json:"reason"`
}

// mailboxOf opens the mailbox of a receipt code that came in a body. Errors: fault.Invalid for a slip, which the check digits catch; fault.NotFound, fault.Limited, fault.Unavailable.
func (s *Site) mailboxOf(c *fiber.Ctx, written string) (*intake.Mailbox, error) {
	written = strings.TrimSpace(written)
	code, err := receipt.Parse(written)
	if err != nil {
		return nil, fault.InvalidFields(fault.Field{Name: "receipt", Key: slip(written, err)})
	}
	return s.openMailbox(c, code)
}

// askedMailbox opens the mailbox that a body of nothing but a receipt code asks for. Errors: as mailboxOf, and those of the body.
func (s *Site) askedMailbox(c *fiber.Ctx) (*intake.Mailbox, error) {
	var body struct {
		Receipt string `json:"receipt"`
	}
	if err := readJSON(c, &body); err != nil {
		return nil, err
	}
	return s.mailboxOf(c, body.Receipt)
}

// openMailboxJSON reads a mailbox.
func (s *Site) openMailboxJSON(c *fiber.Ctx) error {
	m, err := s.askedMailbox(c)
	if err != nil {
		return err
	}
	p := layout.Page{Lang: apiLang(c)}
	v := mailboxJSON{Status: string(m.Status), Words: p.T("tipoff.status." + string(m.Status)), Next: p.T("portal.act." + string(m.Status)), StatusAt: m.StatusAt.UTC(), FiledAt: m.FiledAt.UTC(),
		Steps: []stepJSON{}, Messages: make([]messageJSON, 0, len(m.Messages)), Openings: make([]openingJSON, 0, len(m.Openings))}
	if !m.PromisedBy.IsZero() {
		v.PromisedBy = m.PromisedBy.String()
	}
	v.Promise, v.Late = s.promise(p, m.PromisedBy, calendar.DateOf(server.Now(c)))
	for _, step := range stepsOf(p, m) {
		row := stepJSON{step.Text, step.When, "to_come"}
		switch {
		case step.Now:
			row.State = "now"
		case step.Done:
			row.State = "done"
		}
		v.Steps = append(v.Steps, row)
	}
	for i, message := range m.Messages {
		row := messageJSON{From: "reporter", Text: message.Text, SentAt: message.SentAt.UTC()}
		if message.FromDesk {
			row.From = "desk"
		}
		if paper := message.Paper; paper != nil {
			row.Paper = &paperJSON{paper.Title, paper.Number, len(paper.PDF), "/api/v1/mailbox/papers/" + strconv.Itoa(i)}
		}
		v.Messages = append(v.Messages, row)
	}
	for _, o := range m.Openings {
		v.Openings = append(v.Openings, openingJSON{o.At.UTC(), o.Asked, o.Agreed, o.Reason})
	}
	return c.JSON(v)
}

// sendMessageJSON adds the reporter's words and the files of the key; the key makes a second time harmless.
func (s *Site) sendMessageJSON(c *fiber.Ctx) error {
	var body struct {
		Receipt string `json:"receipt"`
		Key     string `json:"key"`
		Files   string `json:"files"`
		Text    string `json:"text"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	var key intake.Key
	if !s.unseal(c, useFiling, body.Key, &key) {
		return fault.InvalidFields(fault.Field{Name: "key", Key: "portal.tipoff.stale"})
	}
	m, err := s.mailboxOf(c, body.Receipt)
	if err != nil {
		return err
	}
	text := messageText(apiLang(c), strings.TrimSpace(clean(body.Text)), s.filesOf(c, body.Files))
	if err := s.Counter.Write(c.UserContext(), m, key, text, server.Now(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// openPaperJSON sends the document that came with a message.
func (s *Site) openPaperJSON(c *fiber.Ctx) error {
	m, err := s.askedMailbox(c)
	if err != nil {
		return err
	}
	return sendPaper(c, m)
}
