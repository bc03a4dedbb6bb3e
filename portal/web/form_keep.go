package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/seal"
	"shebao/shared/server"
)

// Forms keep what was typed while its owner signs in again.
type Forms interface {
	KeepForm(ctx context.Context, idHash, content []byte, until time.Time) error
	TakeForm(ctx context.Context, idHash []byte, now time.Time) ([]byte, error)
	PersonOf(ctx context.Context, session string) (int64, error)
}

const (
	cookieKept = "kept"
	// keptLife is how long a form waits for its owner; keptByNobody how long one that was typed without a sign-in waits for whoever signs in next in the same browser.
	keptLife     = 30 * time.Minute
	keptByNobody = 10 * time.Minute
	keptMost     = 64 << 10
)

// keptFields are the forms whose typed words outlive a session, by address, with the page that they stand on and what is kept of them. A PIN or a code is never among them.
var keptFields = map[string]struct {
	page   string
	fields []string
}{
	"/objection":       {"/objection", fieldNames(objectionForm{}.fields())},
	"/objection/files": {"/objection", fieldNames(objectionForm{}.fields())},
	"/tip-off":         {"/tip-off", fieldNames(tipOffForm{}.fields())},
	"/me/helpers":      {"/me/helpers", []string{"number", "name", "days", "file"}},
}

func fieldNames(pairs [][2]string) (names []string) {
	for _, pair := range pairs {
		names = append(names, pair[0])
	}
	return names
}

// keptForm is what the browser holds of a kept form: the key to it, whose it is, and where it goes.
type keptForm struct {
	Key    []byte
	Person int64 // 0: it was typed by nobody that we know
	Page   string
}

// keepForm keeps the form of this request for its owner and returns the page that it stands on; empty when there is nothing to keep, or nobody whose it is.
func (s *Site) keepForm(c *fiber.Ctx, owner int64) (page string, err error) {
	known, ok := keptFields[c.Path()]
	if !ok || c.Method() != fiber.MethodPost {
		return "", nil
	}
	sent, err := readFiles(c)
	if err != nil {
		return known.page, nil // a form that was cut off has nothing to keep
	}
	values := map[string]string{}
	size := 0
	for _, name := range known.fields {
		values[name] = sent.get(name)
		size += len(values[name])
	}
	if size > keptMost {
		return known.page, nil
	}
	s.keepFiles(c, sent, values)
	content, err := json.Marshal(values)
	if err != nil {
		return "", err
	}
	kept := keptForm{Key: make([]byte, 32), Person: owner, Page: known.page}
	_, _ = rand.Read(kept.Key) // crypto/rand never fails
	field, id, err := kept.open()
	if err != nil {
		return "", err
	}
	life := keptLife
	if owner == 0 {
		life = keptByNobody
	}
	if err := s.Forms.KeepForm(c.UserContext(), id, field.Seal("portal.form", content), server.Now(c).Add(life)); err != nil {
		return "", err
	}
	cookie, err := s.seal(c, cookieKept, kept, life)
	if err != nil {
		return "", err
	}
	s.cookie(c, cookieKept, cookie)
	return known.page, nil
}

// keptRefused is the entry of a kept form that tells which files were not taken; no form sends it.
const keptRefused = "refused"

// keepFiles takes the files that came with a form, as if its session had gone on: checked, cleaned, and sealed to the desk under the form's own key, so that nobody here can
// read them meanwhile. The form that waits holds only the list.
func (s *Site) keepFiles(c *fiber.Ctx, sent formFiles, values map[string]string) {
	chosen := sent.files()
	if len(chosen) == 0 && sent.get("remove") == "" {
		return
	}
	var key intake.Key
	list, lost := s.filesOf(c, values["files"]), make([]string, 0, len(chosen))
	err := s.allowForm(c)
	if err == nil && s.unseal(c, useFiling, values["key"], &key) {
		var refused []fault.Field
		list, refused, err = s.takeFiles(c, key, list, sent)
		for _, field := range fieldErrors(lang(c), refused) {
			lost = append(lost, field.Text)
		}
		if sealedList, sealing := s.seal(c, useFiles, list, formLife); sealing == nil {
			values["files"] = sealedList
		}
	} else {
		for _, header := range chosen {
			lost = append(lost, header.Filename)
		}
	}
	if err != nil {
		s.Log.Error("files of a form were not kept", "route", c.Route().Path, "error", err.Error(), "request", server.RequestID(c))
		lost = []string{locale.Text(lang(c), "kept.files.again")}
	}
	values[keptRefused] = strings.Join(lost, locale.Text(lang(c), "kept.files.join"))
}

// open is the key that the content is under, and the name that it is kept under.
func (k keptForm) open() (seal.FieldKey, []byte, error) {
	field, err := seal.NewFieldKey(k.Key, "kept form")
	id := sha256.Sum256(append([]byte("shebao kept form\x00"), k.Key...))
	return field, id[:], err
}

// keptOn hands back what its owner had typed on a page, once; ok is false when there is nothing. Somebody else who has signed in since gets nothing of it.
func (s *Site) keptOn(c *fiber.Ctx, page string) (get func(name string) string, ok bool) {
	var kept keptForm
	if !s.unseal(c, cookieKept, c.Cookies(cookieKept), &kept) || kept.Page != page {
		return nil, false
	}
	who := visitor(c)
	if who == nil {
		return nil, false
	}
	s.forget(c, cookieKept)
	field, id, err := kept.open()
	if err != nil {
		return nil, false
	}
	box, err := s.Forms.TakeForm(c.UserContext(), id, server.Now(c))
	if err != nil {
		if !fault.Is(err, fault.NotFound) {
			s.Log.Error("a kept form was not found again", "error", err.Error(), "request", server.RequestID(c))
		}
		return nil, false
	}
	content, err := field.Open("portal.form", box)
	values := map[string]string{}
	if err != nil || kept.Person != 0 && kept.Person != who.self() || json.Unmarshal(content, &values) != nil {
		return nil, false
	}
	return func(name string) string { return values[name] }, true
}

// restored says that what was typed is back, and which files are.
func restored(c *fiber.Ctx, files []handedIn, refused string) []string {
	l := lang(c)
	lines := []string{locale.Text(l, "kept.back")}
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	if len(names) > 0 {
		lines = append(lines, locale.Text(l, "kept.files", strings.Join(names, locale.Text(l, "kept.files.join"))))
	}
	if refused != "" {
		lines = append(lines, locale.Text(l, "kept.files.refused", refused))
	}
	return lines
}

// ownerOf is whose session the browser had, though it is over; 0 when it had none.
func (s *Site) ownerOf(c *fiber.Ctx) (int64, error) {
	session, _, ok := strings.Cut(c.Cookies(cookieRefresh), ".")
	if !ok {
		return 0, nil
	}
	return s.Forms.PersonOf(c.UserContext(), session)
}

// signInKeeping leads a form whose session is over to the sign-in and back to its page, where what was typed waits. Should keeping fail, the way is the same.
func (s *Site) signInKeeping(c *fiber.Ctx) (page string) {
	owner, err := s.ownerOf(c)
	if err == nil && owner != 0 {
		page, err = s.keepForm(c, owner)
	}
	if err != nil {
		s.Log.Error("a form was not kept", "route", c.Route().Path, "error", err.Error(), "request", server.RequestID(c))
	}
	return page
}

// signInForTipOff keeps a tip-off that was begun without a sign-in, so that it can be sent with a name.
func (s *Site) signInForTipOff(c *fiber.Ctx) error {
	if _, err := s.keepForm(c, 0); err != nil {
		return err
	}
	return c.Redirect("/sign-in?next="+url.QueryEscape("/tip-off"), fiber.StatusSeeOther)
}
