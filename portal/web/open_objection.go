package web

import (
	"io"
	"mime/multipart"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/evidence"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/intake"
	"shebao/shared/publication"
	"shebao/shared/receipt"
	"shebao/shared/server"
)

// An employer's listing stays open in this browser for a while; the code is in no address and no page.
const (
	cookieListing = "listing"
	useListingKey = "listing-form"
	listingLife   = 30 * time.Minute
)

// How often an address may open a listing. It guards the code on the letter, so it fails closed.
const (
	listingWindow     = 15 * time.Minute
	listingsByAddress = 60
)

// wordsLimit is how long an objection may be, in characters.
const wordsLimit = 5000

// listingKey is what an employer proves to be meant with.
type listingKey struct {
	USCC string
	Code receipt.Code
}

// showListing shows the listing that was opened a short while ago, or asks for the codes.
func (s *Site) showListing(c *fiber.Ctx) error {
	var key listingKey
	if !s.unseal(c, cookieListing, c.Cookies(cookieListing), &key) {
		return s.listingPage(c, pages.Listing{}, nil)
	}
	return s.openedListing(c, key, pages.OpenedListing{Sent: c.Query("sent") == "1"}, nil)
}

func (s *Site) listingPage(c *fiber.Ctx, v pages.Listing, wrong []layout.FieldError) error {
	if v.Opened != nil {
		c.Set("X-Robots-Tag", "noindex")
	}
	v.Page, v.Errors = s.openPage(c, locale.Text(lang(c), "open.objection.title")), wrong
	v.Page.Back, v.Page.Failed = "/open/objection", len(wrong) > 0
	return render(c, pages.ListingPage(v))
}

// openListing takes credit code and code. Slips are caught by check digits: no look-up.
func (s *Site) openListing(c *fiber.Ctx) error {
	v := pages.Listing{USCC: strings.TrimSpace(clean(form(c, "uscc"))), Code: strings.TrimSpace(clean(form(c, "code")))}
	var wrong []layout.FieldError
	uscc, usccErr := identity.ParseUSCC(v.USCC)
	if usccErr != nil {
		wrong = append(wrong, layout.FieldError{ID: "uscc", Text: locale.Text(lang(c), "open.uscc.wrong")})
	}
	code, codeErr := receipt.Parse(v.Code)
	if codeErr != nil {
		wrong = append(wrong, layout.FieldError{ID: "code", Text: locale.Text(lang(c), "open.code.wrong")})
	}
	if len(wrong) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
		return s.listingPage(c, v, wrong)
	}
	key := listingKey{string(uscc), code}
	if _, err := s.listing(c, key); err != nil {
		f := fault.Of(err)
		if f.Kind != fault.NotFound && f.Kind != fault.Limited {
			return err
		}
		c.Status(server.Status(f.Kind))
		return s.listingPage(c, v, []layout.FieldError{{ID: "code", Text: locale.Fault(lang(c), f)}})
	}
	kept, err := s.seal(c, cookieListing, key, listingLife)
	if err != nil {
		return err
	}
	s.cookie(c, cookieListing, kept)
	return c.Redirect("/open/objection", fiber.StatusSeeOther)
}

func (s *Site) listing(c *fiber.Ctx, key listingKey) (publication.Listing, error) {
	if err := s.Limiter.Allow(c.UserContext(), s.limitKey("listing", c.IP()), listingsByAddress, listingWindow); err != nil {
		return publication.Listing{}, err
	}
	return s.Listings.Listing(c.UserContext(), key.USCC, key.Code)
}

// openedListing shows the employer's line; v holds what this request adds.
func (s *Site) openedListing(c *fiber.Ctx, key listingKey, v pages.OpenedListing, wrong []layout.FieldError) error {
	l, err := s.listing(c, key)
	if err != nil {
		return err
	}
	p := s.openPage(c, "")
	v.Sentence = p.T("open.listing.sentence", l.Entry.Name, openRegion(l.Region), openSpan(p.Lang, l.Span), span(p.Lang, l.Entry.From, l.Entry.To), amount(p.Lang, l.Entry.Owed))
	v.MayObject = l.Open(calendar.DateOf(server.Now(c)))
	v.State = p.T("open.listing.state." + l.State)
	if l.State == publication.InWindow {
		v.State = p.T("open.listing.over", dateWords(p.Lang, l.ObjectionsTo))
		switch {
		case l.ObjectionsTo.IsZero():
			v.State = p.T("open.listing.begun")
		case v.MayObject:
			v.State, _ = s.promiseUntil(p, l.ObjectionsTo, calendar.DateOf(server.Now(c)))
		}
	}
	v.Facts = []layout.Pair{{Term: p.T("open.uscc"), Value: l.Entry.USCC}, {Term: p.T("open.owed"), Value: amount(p.Lang, l.Entry.Owed)}, {Term: p.T("open.months"), Value: span(p.Lang, l.Entry.From, l.Entry.To)}}
	for i, o := range l.Objections {
		one := pages.ListedObjection{Title: p.T("open.objection.number", i+1, dateWords(p.Lang, calendar.DateOf(o.FiledAt)), o.Files), Status: pages.Cell{Class: "wait", Glyph: "…", Word: p.T("open.objection.waits")}}
		switch o.Decision {
		case "upheld":
			one.Status = pages.Cell{Class: "paid", Glyph: "✓", Word: p.T("open.objection.upheld", dateWords(p.Lang, calendar.DateOf(o.DecidedAt)))}
		case "refused":
			one.Status = pages.Cell{Class: "none", Glyph: "–", Word: p.T("open.objection.refused", dateWords(p.Lang, calendar.DateOf(o.DecidedAt)))}
		}
		one.Reply = o.Reply
		v.Objections = append(v.Objections, one)
	}
	v.Accept, v.Hint = evidence.Accept, p.T("files.hint", evidence.MaxFiles, evidence.MaxBytes>>20, evidence.MaxTotal>>20)
	if v.Key == "" {
		if v.Key, err = s.seal(c, useListingKey, intake.NewKey(), formLife); err != nil {
			return err
		}
	}
	return s.listingPage(c, pages.Listing{Opened: &v}, wrong)
}

// promiseUntil says until when an objection may be made, and how many working days that is.
func (s *Site) promiseUntil(p layout.Page, to, today calendar.Date) (string, int) {
	left, _ := s.Workdays().Count(today, to)
	return p.N("open.listing.open", left, dateWords(p.Lang, to)), left
}

// sendObjection files what an employer writes with its files; nothing is kept when something was wrong, and the words come back.
func (s *Site) sendObjection(c *fiber.Ctx) error {
	sent, err := readFiles(c)
	if err != nil {
		return err
	}
	var key listingKey
	var formKey intake.Key
	v := pages.OpenedListing{Words: strings.TrimSpace(clean(sent.get("words"))), Key: sent.get("key")}
	if !s.unseal(c, cookieListing, c.Cookies(cookieListing), &key) || !s.unseal(c, useListingKey, v.Key, &formKey) {
		c.Status(fiber.StatusUnprocessableEntity)
		return s.listingPage(c, pages.Listing{}, []layout.FieldError{{ID: "uscc", Text: locale.Text(lang(c), "open.objection.stale")}})
	}
	files, wrong, err := checkFiles(lang(c), sent.files())
	if err != nil {
		return err
	}
	if n := utf8.RuneCountInString(v.Words); n == 0 || n > wordsLimit {
		wrong = append([]layout.FieldError{{ID: "words", Text: locale.Text(lang(c), "open.objection.words.wrong", wordsLimit)}}, wrong...)
	}
	if len(wrong) == 0 {
		err = s.Listings.Object(c.UserContext(), key.USCC, key.Code, formKey, v.Words, files, server.Now(c))
		f := fault.Of(err)
		switch {
		case err == nil:
			return c.Redirect("/open/objection?sent=1", fiber.StatusSeeOther)
		case f.Kind != fault.Conflict:
			return err
		}
		wrong = []layout.FieldError{{ID: "main", Text: locale.Fault(lang(c), f)}}
	}
	c.Status(fiber.StatusUnprocessableEntity)
	return s.openedListing(c, key, v, wrong)
}

// checkFiles reads and cleans what was chosen, and says what is wrong with each file.
func checkFiles(l string, chosen []*multipart.FileHeader) (files []publication.File, wrong []layout.FieldError, err error) {
	var total int64
	for i, header := range chosen {
		opened, err := header.Open()
		if err != nil {
			return nil, nil, err
		}
		content, err := io.ReadAll(io.LimitReader(opened, evidence.MaxBytes+1))
		if closed := opened.Close(); err != nil || closed != nil {
			return nil, nil, fault.New(fault.Invalid, "fault.request").Because(err)
		}
		file, err := evidence.Check(header.Filename, content)
		if err == nil {
			total += int64(len(file.Content))
			err = evidence.CheckTotal(i+1, total)
		}
		if f := fault.Of(err); f != nil {
			for _, field := range f.Fields {
				wrong = append(wrong, layout.FieldError{ID: "file", Text: locale.Text(l, "files.wrong", header.Filename, locale.Text(l, field.Key, field.Args...))})
			}
			continue
		}
		files = append(files, publication.File{Name: file.Name, MediaType: file.MediaType, SHA256: file.SHA256[:], Content: file.Content})
	}
	return files, wrong, nil
}

// closeListing is for shared computers.
func (s *Site) closeListing(c *fiber.Ctx) error {
	s.forget(c, cookieListing)
	return c.Redirect("/open/objection", fiber.StatusSeeOther)
}
