package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/notice"
	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/evidence"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// showLetters are the letters to the listed employers: each a numbered document, and how it was served.
func (s *Site) showLetters(c *fiber.Ctx) error { return s.lettersPage(c, "", nil) }

func (s *Site) lettersPage(c *fiber.Ctx, open string, wrong []layout.FieldError) error {
	id, err := editionID(c)
	if err != nil {
		return err
	}
	v, err := s.Publications.Letters(c.UserContext(), session(c), id, server.Now(c))
	if err != nil {
		return err
	}
	p := s.supervisionPage(c, "")
	p.Title, p.Failed = p.T("publication.letters.of", editionTitle(p, v.Edition)), len(wrong) > 0
	at := "/supervision/publications/" + strconv.Itoa(int(id))
	head := pages.Section{Note: p.T("publication.letters.note"), Links: []pages.Link{{Text: p.T("publication.letters.back"), Href: at}}, Table: lettersTable(p, at, v.Letters, calendar.DateOf(server.Now(c)))}
	if v.State == supervision.Objection {
		head.Forms = letterForms(c, p, at, v, open, wrong)
	}
	if scan := scanForm(c, p, at, v, open, wrong); len(scan.Fields) > 0 {
		head.Forms = append(head.Forms, scan)
	}
	return render(c, pages.SectionPage(pages.Sections{Page: p, Errors: wrong, Tabs: tabs(p, "/supervision/publications"), Parts: []pages.Section{head}}))
}

func lettersTable(p layout.Page, at string, letters []Letter, today calendar.Date) layout.Table {
	t := layout.Table{ID: "letters", Caption: p.T("publication.letters"), Empty: p.T("publication.letters.none"), Head: []layout.Column{{Text: p.T("supervision.employer")}, {Text: p.T("publication.letter.number")}, {Text: p.T("publication.letter.served")},
		{Text: p.T("publication.window")}, {Text: p.T("notice.receiver"), Wide: true}, {Text: p.T("notice.scan"), Wide: true}}}
	for _, l := range letters {
		number, served, to, receiver, scan := layout.Cell{Text: dashes(l.Number)}, layout.Cell{Text: p.T("publication.letter.unserved"), Tag: "wait", Glyph: "…"}, "--", "--", layout.Cell{Text: "--"}
		if l.Number != "" {
			number.Href, number.Note = at+"/letters/"+l.Entry.USCC+".pdf", l.IssuedOn.String()
		}
		if l.Service != nil {
			served = layout.Cell{Text: l.Service.ServedOn.String(), Note: p.T("notice.way." + string(l.Service.Way))}
			if l.Service.ServedOn.After(today) { // the announcement's days run
				served = layout.Cell{Text: p.T("publication.letter.announced", l.Service.ServedOn), Note: p.T("notice.way." + string(l.Service.Way)), Tag: "wait", Glyph: "…"}
			}
			if l.Service.Scanned {
				scan = layout.Cell{Text: p.T("notice.scan.open"), Href: at + "/letters/" + l.Entry.USCC + "/scan"}
			}
			to, receiver = l.To.String(), dashes(strings.Join(strings.Fields(strings.Join(append([]string{l.Service.Receiver, l.Service.Witness, l.Service.Note}, announcedWords(p, *l.Service)...), " ")), " "))
		}
		t.Rows = append(t.Rows, []layout.Cell{{Text: l.Entry.Name, Note: l.Entry.USCC}, number, served, {Text: to}, {Text: receiver}, scan})
	}
	return t
}

// letterForms record a service, and mark one that was recorded wrongly.
func letterForms(c *fiber.Ctx, p layout.Page, at string, v EditionLetters, open string, wrong []layout.FieldError) (forms []layout.Form) {
	waiting, served := []layout.Pair{{Term: p.T("publication.letter.all"), Value: ""}}, []layout.Pair(nil)
	for _, l := range v.Letters {
		one := layout.Pair{Term: l.Entry.Name, Value: l.Entry.USCC}
		switch {
		case l.Service != nil:
			served = append(served, one)
		case l.Number != "":
			waiting = append(waiting, one)
		}
	}
	var ways []layout.Pair
	for _, way := range notice.Ways {
		ways = append(ways, layout.Pair{Term: p.T("notice.way." + string(way)), Value: string(way)})
	}
	field := func(id, label, kind string, choices []layout.Pair) layout.FormField {
		return layout.FormField{Input: layout.Input{ID: id, Label: p.T(label), Type: kind, Value: form(c, id), Errors: wrong}, Choices: choices}
	}
	course := field("course", "notice.service.course", "", nil)
	course.Rows = 3
	version := []layout.Pair{{Term: "version", Value: strconv.Itoa(v.Version)}}
	if len(waiting) > 1 {
		forms = append(forms, layout.Form{Title: p.T("publication.letter.serve"), Note: p.T("publication.letter.serve.note"), Action: at + "/letters", Button: p.T("publication.letter.serve"), Hidden: version, Open: open != "void",
			Fields: []layout.FormField{field("employer", "supervision.employer", "", waiting), field("way", "notice.way", "", ways), field("done_on", "publication.letter.done_on", "date", nil),
				field("receiver", "notice.receiver", "", nil), field("witness", "notice.witness", "", nil), field("note", "publication.note", "", nil),
				field("why", "notice.service.why", "", whyChoices(p)), field("place", "notice.service.place", "", nil), course}})
	}
	if len(served) > 0 {
		forms = append(forms, layout.Form{Title: p.T("publication.letter.void"), Action: at + "/letters/void", Button: p.T("publication.letter.void"), Hidden: version, Open: open == "void",
			Fields: []layout.FormField{field("served", "supervision.employer", "", served), field("void_reason", "publication.reason", "", nil)}})
	}
	return forms
}

// scanForm takes the slip of a service that was recorded; none when every slip is there.
func scanForm(c *fiber.Ctx, p layout.Page, at string, v EditionLetters, open string, wrong []layout.FieldError) layout.Form {
	var served []layout.Pair
	for _, l := range v.Letters {
		if l.Service != nil && !l.Service.Scanned {
			served = append(served, layout.Pair{Term: l.Entry.Name, Value: l.Entry.USCC})
		}
	}
	if len(served) == 0 {
		return layout.Form{}
	}
	return layout.Form{Title: p.T("notice.scan.do"), Action: at + "/letters/scan", Button: p.T("notice.scan.do"), Hidden: []layout.Pair{{Term: "version", Value: strconv.Itoa(v.Version)}}, Open: open == "scan",
		Fields: []layout.FormField{{Input: layout.Input{ID: "slip_of", Label: p.T("supervision.employer"), Value: form(c, "slip_of"), Errors: wrong}, Choices: served},
			{Input: layout.Input{ID: "file", Label: p.T("notice.scan.file"), Type: "file", Accept: evidence.Accept, Errors: wrong}}}}
}

// takeLetterScan keeps the scanned slip of a letter's service; the file is judged by its content.
func (s *Site) takeLetterScan(c *fiber.Ctx) error {
	id, err := editionID(c)
	if err != nil {
		return err
	}
	name, content, err := sentFile(c)
	if err != nil {
		return err
	}
	f, err := evidence.Check(name, content)
	if err != nil {
		return s.letterDone(c, err, "scan")
	}
	return s.letterDone(c, s.Publications.AddLetterScan(c.UserContext(), session(c), id, formVersion(c), form(c, "slip_of"), f, server.Now(c)), "scan")
}

// showLetterScan sends the scanned slip, to be saved rather than run.
func (s *Site) showLetterScan(c *fiber.Ctx) error {
	id, err := editionID(c)
	if err != nil {
		return err
	}
	mediaType, content, err := s.Publications.LetterScan(c.UserContext(), session(c), id, c.Params("uscc"), server.Now(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, mediaType)
	c.Set(fiber.HeaderContentDisposition, "attachment")
	return c.Send(content)
}

// letterFile sends a letter as it was issued.
func (s *Site) letterFile(c *fiber.Ctx) error {
	id, err := editionID(c)
	if err != nil {
		return err
	}
	number, file, err := s.Publications.LetterFile(c.UserContext(), session(c), id, c.Params("uscc"), server.Now(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, "inline; filename*=UTF-8''"+url.PathEscape(number+".pdf"))
	return c.Send(file)
}

// serveLetters records how and when letters were served.
func (s *Site) serveLetters(c *fiber.Ctx) error {
	id, err := editionID(c)
	if err != nil {
		return err
	}
	return s.letterDone(c, s.Publications.ServeLetters(c.UserContext(), session(c), id, formVersion(c), form(c, "employer"), readService(c), server.Now(c)), "serve")
}

// voidLetterService marks a service that was recorded wrongly.
func (s *Site) voidLetterService(c *fiber.Ctx) error {
	id, err := editionID(c)
	if err != nil {
		return err
	}
	return s.letterDone(c, s.Publications.VoidLetterService(c.UserContext(), session(c), id, formVersion(c), form(c, "served"), strings.TrimSpace(form(c, "void_reason")), server.Now(c)), "void")
}

func (s *Site) letterDone(c *fiber.Ctx, err error, open string) error {
	f := fault.Of(err)
	if f == nil {
		return c.Redirect("/supervision/publications/"+c.Params("id")+"/letters", fiber.StatusSeeOther)
	}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable || f.Kind == fault.NotFound {
		return err
	}
	c.Status(server.Status(f.Kind))
	return s.lettersPage(c, open, fieldErrors(lang(c), f))
}
