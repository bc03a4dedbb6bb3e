package web

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/audit"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// Helpers let a person allow another to read the record, and perhaps to file in the person's name (授权代办人).
type Helpers interface {
	Grant(ctx context.Context, g NewHelper, now time.Time) error
	End(ctx context.Context, id, by int64, now time.Time) error
	Of(ctx context.Context, personID int64, now time.Time) ([]Helper, error)
	Helped(ctx context.Context, helperID int64, now time.Time) ([]Helper, error)
	Holds(ctx context.Context, id, helperID int64, now time.Time) (Helper, error)
}

// NewHelper is what a person allows.
type NewHelper struct {
	PersonID       int64
	Document, Name string // the helper's
	Days           int
	MayFile        bool
	Lang           string // of the message to the person's mobile
}

// Helper is a grant with the name of the other of the two, masked.
type Helper struct {
	ID           int64
	PersonID     int64 // whose record it is
	Name, Number string
	MayFile      bool
	GrantedAt    time.Time
	ExpiresAt    time.Time
}

const (
	cookieActing = "acting"
	headerActing = "Acting-For" // the number of a grant, for programs
)

// acting is for whom a helper reads at the moment.
type acting struct {
	helper int64 // who is signed in
	Helper
}

// act turns a helper into who they read for, as the browser's choice or the program's header says. The grant is asked for with every request, so that it ends at once; then
// ended is true.
func (s *Site) act(c *fiber.Ctx) (ended bool, err error) {
	who := visitor(c)
	if who == nil {
		return false, nil
	}
	var id int64
	header := c.Get(headerActing)
	switch {
	case isAPI(c) && header != "":
		if id, err = strconv.ParseInt(header, 10, 64); err != nil {
			return true, nil
		}
	case isAPI(c), !s.unseal(c, actingUse(who), c.Cookies(cookieActing), &id):
		return false, nil
	}
	grant, err := s.Helpers.Holds(c.UserContext(), id, who.id, server.Now(c))
	if fault.Is(err, fault.NotFound) {
		s.forget(c, cookieActing)
		return true, nil
	}
	if err != nil {
		return false, err
	}
	c.Locals("visitor", &person{id: grant.PersonID, session: who.session, shared: who.shared, acting: &acting{who.id, grant}})
	return false, nil
}

// actingUse binds the choice to the session in which it was made.
func actingUse(who *person) string { return cookieActing + "." + who.session }

// self is who is signed in, whoever they read for.
func (p *person) self() int64 {
	if p.acting != nil {
		return p.acting.helper
	}
	return p.id
}

// onlySelf keeps a helper out of what is the person's own alone: PIN, sign-ins, helpers, mailbox.
func (s *Site) onlySelf(c *fiber.Ctx) error {
	if visitor(c).acting == nil {
		return c.Next()
	}
	if isAPI(c) || c.Method() != fiber.MethodGet {
		return fault.New(fault.Denied, "helper.notallowed")
	}
	return c.Redirect("/helping?for="+url.QueryEscape(localPath(c.OriginalURL())), fiber.StatusSeeOther)
}

// asReader lets a helper read, and notes it first: what is not noted is not shown.
func (s *Site) asReader(c *fiber.Ctx) error {
	who := visitor(c)
	if who == nil || who.acting == nil {
		return c.Next()
	}
	if err := s.noteHelper(c, who, "view record"); err != nil {
		return err
	}
	return c.Next()
}

// asFiler lets a helper file in the person's name when the person allowed that. What shows the record is noted as with asReader.
func (s *Site) asFiler(c *fiber.Ctx) error {
	if who := visitor(c); who != nil && who.acting != nil && who.acting.MayFile && c.Method() == fiber.MethodGet {
		if err := s.noteHelper(c, who, "view record"); err != nil {
			return err
		}
	}
	return s.asTipper(c)
}

// asTipper is asFiler for tip-offs: nothing is noted on the way, since the log would tell from whom an anonymous one is.
func (s *Site) asTipper(c *fiber.Ctx) error {
	if who := visitor(c); who != nil && who.acting != nil && !who.acting.MayFile {
		return s.onlySelf(c)
	}
	return c.Next()
}

// filedBy is who files in the person's name, and notes it; empty for the person. Only for what carries the person's name.
func (s *Site) filedBy(c *fiber.Ctx) (name string, err error) {
	who := visitor(c)
	if who.acting == nil {
		return "", nil
	}
	helper, err := s.Ledger.Person(c.UserContext(), who.acting.helper)
	if err != nil {
		return "", err
	}
	return helper.Name, s.noteHelper(c, who, "file for a person")
}

func (s *Site) noteHelper(c *fiber.Ctx, who *person, action string) error {
	return s.Sessions.Note(c.UserContext(), audit.Entry{At: server.Now(c), Actor: subjectOf(who.acting.helper), Role: "helper", Action: action, Subject: subjectOf(who.id)})
}

// grantEnded answers a helper whose grant has ended meanwhile: nothing of the person is shown any more.
func (s *Site) grantEnded(c *fiber.Ctx) error {
	if isAPI(c) || c.Method() != fiber.MethodGet {
		return fault.New(fault.Denied, "helper.ended").Because(errors.New("a helper's grant does not hold"))
	}
	return c.Redirect("/helping?ended=1", fiber.StatusSeeOther)
}
