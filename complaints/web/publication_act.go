package web

import (
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/supervision"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// publicationDone goes back to the edition, or shows it again with what was wrong and the refused form open.
func (s *Site) publicationDone(c *fiber.Ctx, err error, open string) error {
	f := fault.Of(err)
	if f == nil {
		return c.Redirect("/supervision/publications/"+c.Params("id"), fiber.StatusSeeOther)
	}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable || f.Kind == fault.NotFound {
		return err
	}
	for i := range f.Fields { // the field as the refused form names it
		switch f.Fields[i].Name {
		case "reason":
			f.Fields[i].Name = "reason-" + open
		case "reply":
			f.Fields[i].Name = "reply-" + strings.TrimPrefix(open, "objection-")
		}
	}
	c.Status(server.Status(f.Kind))
	return s.publicationPage(c, open, editionErrors(lang(c), f))
}

// actOnPublication takes one step: hand in, approve, send back, drop, publish.
func (s *Site) actOnPublication(c *fiber.Ctx) error {
	id, err := editionID(c)
	if err != nil {
		return err
	}
	action := supervision.EditionAction(form(c, "action"))
	err = s.Publications.ActOnEdition(c.UserContext(), session(c), id, formVersion(c), action, strings.TrimSpace(form(c, "reason")), server.Now(c))
	return s.publicationDone(c, err, string(action))
}

// redraftPublication takes the figures of the day into the draft.
func (s *Site) redraftPublication(c *fiber.Ctx) error {
	id, err := editionID(c)
	if err != nil {
		return err
	}
	e, err := s.Publications.Edition(c.UserContext(), session(c), id, server.Now(c))
	if err != nil {
		return err
	}
	span, _, _ := parseSpan(e.Span)
	return s.publicationDone(c, s.Publications.Redraft(c.UserContext(), session(c), id, formVersion(c), span, server.Now(c)), "redraft")
}

// decideObjection answers an employer.
func (s *Site) decideObjection(c *fiber.Ctx) error {
	id, err := editionID(c)
	objection, objectionErr := strconv.ParseInt(c.Params("objection"), 10, 64)
	if err != nil || objectionErr != nil {
		return fault.New(fault.NotFound, "fault.publication.none")
	}
	decision := form(c, "decision")
	if decision != "upheld" && decision != "refused" {
		return fault.New(fault.Invalid, "fault.request")
	}
	err = s.Publications.DecideObjection(c.UserContext(), session(c), id, objection, decision == "upheld", strings.TrimSpace(form(c, "reply")), server.Now(c))
	return s.publicationDone(c, err, "objection-"+c.Params("objection"))
}

// objectionFile sends a file of an objection, never to be shown in the desk's own origin.
func (s *Site) objectionFile(c *fiber.Ctx) error {
	id, err := editionID(c)
	objection, objectionErr := strconv.ParseInt(c.Params("objection"), 10, 64)
	sum, sumErr := hex.DecodeString(c.Params("sha256"))
	if err != nil || objectionErr != nil || sumErr != nil {
		return fault.New(fault.NotFound, "fault.page")
	}
	f, err := s.Publications.ObjectionFile(c.UserContext(), session(c), id, objection, sum, server.Now(c))
	if err != nil {
		return err
	}
	return sendAttachment(c, f.Name, f.MediaType, f.Content)
}

// sendAttachment sends a file to be kept, not shown.
func sendAttachment(c *fiber.Ctx, name, mediaType string, content []byte) error {
	c.Set(fiber.HeaderContentType, mediaType)
	c.Set(fiber.HeaderContentDisposition, "attachment; filename*=UTF-8''"+url.PathEscape(name))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return c.Send(content)
}
