package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// showPhrases lists the words that the region keeps for replies and notes; its supervisors change them.
func (s *Site) showPhrases(c *fiber.Ctx) error { return s.phrasesPage(c, nil) }

func (s *Site) phrasesPage(c *fiber.Ctx, wrong []layout.FieldError) error {
	region, list, err := s.Desk.Phrases(c.UserContext(), c.Cookies(cookieSession), server.Now(c))
	if err != nil {
		return err
	}
	v := pages.Sections{Page: s.page(c, ""), Errors: wrong}
	p := v.Page
	v.Page.Title, v.Page.Failed = p.T("phrase.title"), len(wrong) > 0
	head := member(c).Role == lifecycle.Supervisor
	for _, use := range []string{"reply", "note"} {
		part := pages.Section{ID: use, Title: p.T("phrase.use." + use)}
		for _, x := range list {
			if x.Use != use {
				continue
			}
			id := strconv.FormatInt(x.ID, 10)
			if !head || x.Region != region {
				part.Terms = append(part.Terms, layout.Pair{Term: x.Title, Value: x.Words})
				continue
			}
			f := s.phraseForm(c, p, id, x, wrong)
			part.Forms = append(part.Forms, f)
			part.Buttons = append(part.Buttons, layout.Form{Action: "/phrases/" + id + "/end", Button: p.T("phrase.end", x.Title)})
		}
		if len(part.Forms) == 0 && len(part.Terms) == 0 {
			part.Texts = []string{p.T("phrase.none")}
		}
		v.Parts = append(v.Parts, part)
	}
	if head {
		f := s.phraseForm(c, p, "0", Phrase{Use: "reply"}, wrong)
		f.Title = p.T("phrase.new")
		v.Parts = append(v.Parts, pages.Section{ID: "new", Note: p.T("phrase.placeholders") + " {" + strings.Join(notice.Placeholders[:], "} {") + "}", Forms: []layout.Form{f}})
	}
	return render(c, pages.SectionPage(v))
}

// phraseForm is the form of one phrase; id 0 is a new one. What was typed into a refused form stands in it again.
func (s *Site) phraseForm(c *fiber.Ctx, p layout.Page, id string, x Phrase, wrong []layout.FieldError) layout.Form {
	open := len(wrong) > 0 && form(c, "id") == id
	var errors []layout.FieldError
	if open {
		x.Use, x.Title, x.Words, errors = form(c, "use"), form(c, "title"), form(c, "words"), wrong
	}
	return layout.Form{Title: x.Title, Action: "/phrases", Button: p.T("phrase.save"), Open: open, Hidden: []layout.Pair{{Term: "id", Value: id}}, Fields: []layout.FormField{
		{Input: layout.Input{ID: "use-" + id, Label: p.T("phrase.use"), Value: x.Use}, Name: "use", Choices: []layout.Pair{{Term: p.T("phrase.use.reply"), Value: "reply"}, {Term: p.T("phrase.use.note"), Value: "note"}}},
		{Input: layout.Input{ID: "title-" + id, Label: p.T("phrase.name"), Value: x.Title, Errors: errors}, Name: "title"},
		{Input: layout.Input{ID: "words-" + id, Label: p.T("phrase.words"), Rows: 4, Value: x.Words, Errors: errors}, Name: "words"}}}
}

// The most characters of a phrase's title and words.
const (
	maxPhraseTitle = 40
	maxPhraseWords = 2000
)

// savePhrase keeps a phrase of the supervisor's region.
func (s *Site) savePhrase(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(form(c, "id"), 10, 64)
	if err != nil || !slices.Contains([]string{"reply", "note"}, form(c, "use")) {
		return fault.New(fault.Invalid, "fault.request")
	}
	x := Phrase{ID: id, Use: form(c, "use"), Title: strings.TrimSpace(form(c, "title")), Words: strings.TrimSpace(strings.ReplaceAll(form(c, "words"), "\r\n", "\n"))}
	var wrong []fault.Field
	if n := len([]rune(x.Title)); n == 0 || n > maxPhraseTitle {
		wrong = append(wrong, fault.Field{Name: "title", Key: "fault.phrase.title", Args: []any{maxPhraseTitle}})
	}
	if n := len([]rune(x.Words)); n == 0 || n > maxPhraseWords {
		wrong = append(wrong, fault.Field{Name: "words", Key: "fault.phrase.words", Args: []any{maxPhraseWords}})
	} else if unknown := notice.UnknownPlaceholders(x.Words); len(unknown) > 0 {
		wrong = append(wrong, fault.Field{Name: "words", Key: "fault.phrase.unknown", Args: []any{strings.Join(unknown, " ")}})
	}
	if len(wrong) > 0 {
		return s.phrasesDone(c, fault.InvalidFields(wrong...))
	}
	return s.phrasesDone(c, s.Desk.SavePhrase(c.UserContext(), c.Cookies(cookieSession), x, server.Now(c)))
}

func (s *Site) endPhrase(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.phrase.none")
	}
	return s.phrasesDone(c, s.Desk.EndPhrase(c.UserContext(), c.Cookies(cookieSession), id, server.Now(c)))
}

func (s *Site) phrasesDone(c *fiber.Ctx, err error) error {
	f := fault.Of(err)
	if f == nil {
		return c.Redirect("/phrases", fiber.StatusSeeOther)
	}
	if !shownInPlace(f) {
		return err
	}
	c.Status(server.Status(f.Kind))
	wrong := fieldErrors(lang(c), f)
	for i := range wrong {
		wrong[i].ID += "-" + form(c, "id")
	}
	return s.phrasesPage(c, wrong)
}
