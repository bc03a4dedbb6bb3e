package web

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
)

// beginFilingJSON hands out the key of something to be filed: sent twice, it files once.
func (s *Site) beginFilingJSON(c *fiber.Ctx) error {
	key, err := s.seal(c, useFiling, intake.NewKey(), formLife)
	if err != nil {
		return err
	}
	c.Status(fiber.StatusCreated)
	return c.JSON(fiber.Map{"key": key, "files": ""})
}

type fileJSON struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// addFilesJSON takes files for a key (multipart: key, files as the last answer gave it, file as often as wanted; or remove, the number of one in the list). All that is wrong with any of
// them is told, and none of those is kept.
func (s *Site) addFilesJSON(c *fiber.Ctx) error {
	sent, err := readFiles(c)
	if err != nil {
		return err
	}
	var key intake.Key
	if !s.unseal(c, useFiling, sent.get("key"), &key) {
		return fault.InvalidFields(fault.Field{Name: "key", Key: "portal.tipoff.stale"})
	}
	if err := s.allowForm(c); err != nil {
		return err
	}
	list, refused, err := s.takeFiles(c, key, s.filesOf(c, sent.get("files")), sent)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return fault.InvalidFields(refused...)
	}
	kept, err := s.seal(c, useFiles, list, formLife)
	if err != nil {
		return err
	}
	rows := make([]fileJSON, 0, len(list))
	for _, f := range list {
		rows = append(rows, fileJSON{f.Name, f.Bytes})
	}
	return c.JSON(fiber.Map{"key": sent.get("key"), "files": kept, "list": rows})
}

// fileObjectionJSON files an objection to the own record. Errors: fault.Invalid field by field, fault.Limited, fault.Unavailable.
func (s *Site) fileObjectionJSON(c *fiber.Ctx) error {
	var body struct {
		Key    string `json:"key"`
		Matter string `json:"matter"`
		From   string `json:"from"`
		To     string `json:"to"`
		Words  string `json:"words"`
		Safe   bool   `json:"safe_to_contact"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	safe := ""
	if body.Safe {
		safe = "yes"
	}
	from, to := monthFieldOfText(body.From), monthFieldOfText(body.To)
	fields := map[string]string{"key": body.Key, "matter": body.Matter, "from_year": from.year, "from_month": from.month, "to_year": to.year, "to_month": to.month, "words": body.Words, "safe": safe}
	f := readObjection(func(name string) string { return fields[name] })
	key, t, wrong, err := s.checkObjection(c, f)
	switch {
	case err != nil:
		return err
	case key == nil:
		return fault.InvalidFields(fault.Field{Name: "key", Key: "portal.tipoff.stale"})
	case len(wrong) > 0:
		return fault.InvalidFields(wrong...)
	}
	t.Language = apiLang(c)
	kept, err := s.submitObjection(c, key, t, f.safe)
	if err != nil {
		return err
	}
	return answerReceipt(c, kept)
}

// monthFieldOfText reads 2025-03; what is none stays as it is, so that it is told.
func monthFieldOfText(text string) monthField {
	if text == "" {
		return monthField{}
	}
	if p, err := calendar.ParsePeriod(text); err == nil {
		return monthFieldOf(p)
	}
	return monthField{year: text, month: "?"}
}

type objectionJSON struct {
	ID         string    `json:"id"`
	Matter     string    `json:"matter"`
	From       string    `json:"from"`
	To         string    `json:"to"`
	FiledAt    time.Time `json:"filed_at"`
	Status     string    `json:"status"`
	StatusAt   time.Time `json:"status_at"`
	PromisedBy string    `json:"promised_by"` // empty: nothing is due
}

// listObjectionsJSON lists the person's own, the newest first.
func (s *Site) listObjectionsJSON(c *fiber.Ctx) error {
	list, err := s.Objections.List(c.UserContext(), visitor(c).id)
	if err != nil {
		return err
	}
	rows := make([]objectionJSON, 0, len(list))
	for _, o := range list {
		row := objectionJSON{ID: strconv.FormatInt(o.ID, 10), Matter: string(o.Matter), FiledAt: o.FiledAt.UTC(), Status: string(o.Progress.Status), StatusAt: o.Progress.StatusAt.UTC()}
		if o.From != 0 {
			row.From = o.From.String()
		}
		if o.To != 0 {
			row.To = o.To.String()
		}
		if !o.Progress.PromisedBy.IsZero() {
			row.PromisedBy = o.Progress.PromisedBy.String()
		}
		rows = append(rows, row)
	}
	return c.JSON(fiber.Map{"objections": rows})
}
