package web

import (
	"errors"
	"io"
	"mime/multipart"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/evidence"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/server"
)

// useFiles is the use of the sealed list of files that a form which is not sent yet carries. The files themselves wait sealed to the desk: nobody here can read them back.
const useFiles = "files"

// handedIn is one file of such a form.
type handedIn struct {
	Name   string
	Bytes  int64
	SHA256 []byte
}

// FilesLimit is how large a request with files may be, with what the form around them needs.
const FilesLimit = evidence.MaxTotal + 256<<10

// TakesFiles reports whether an address takes files.
func TakesFiles(path string) bool {
	return path == "/tip-off/files" || path == "/objection/files" || path == "/progress/message" || path == "/api/v1/filings/files" || path == "/open/objection/send"
}

// formFiles is a form that may have come with files.
type formFiles struct {
	c    *fiber.Ctx
	form *multipart.Form // nil: a form without any
}

// readFiles reads a form with or without files. Error: fault.Invalid when it was cut off or is neither.
func readFiles(c *fiber.Ctx) (formFiles, error) {
	if !strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		return formFiles{c: c}, nil
	}
	form, err := c.MultipartForm()
	if err != nil {
		return formFiles{}, fault.New(fault.Invalid, "fault.request").Because(err)
	}
	return formFiles{c, form}, nil
}

// get is the first value of a field.
func (f formFiles) get(name string) string {
	if f.form == nil {
		return form(f.c, name)
	}
	if values := f.form.Value[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// files of the form; a field that was left empty is none.
func (f formFiles) files() []*multipart.FileHeader {
	if f.form == nil {
		return nil
	}
	return slices.DeleteFunc(f.form.File["file"], func(h *multipart.FileHeader) bool { return h.Filename == "" && h.Size == 0 })
}

// takeFiles adds what was chosen to the list, or takes one off it, and says what was wrong with each file; the good ones are kept.
func (s *Site) takeFiles(c *fiber.Ctx, key intake.Key, list []handedIn, f formFiles) ([]handedIn, []fault.Field, error) {
	if at, err := strconv.Atoi(f.get("remove")); err == nil && at >= 0 && at < len(list) {
		if err := s.Counter.Detach(c.UserContext(), intake.Web, key, list[at].SHA256); err != nil {
			return list, nil, err
		}
		return append(list[:at:at], list[at+1:]...), nil, nil
	}
	chosen := f.files()
	if len(chosen) == 0 {
		return list, []fault.Field{{Name: "file", Key: "files.none"}}, nil
	}
	var wrong []fault.Field
	for _, header := range chosen {
		file, err := s.takeFile(c, key, list, header)
		var refused *fault.Error
		if errors.As(err, &refused) && refused.Kind == fault.Invalid {
			for _, field := range refused.Fields {
				wrong = append(wrong, fault.Field{Name: "file", Key: "files.wrong", Args: []any{header.Filename, locale.Text(lang(c), field.Key, field.Args...)}})
			}
			continue
		}
		if err != nil {
			return list, wrong, err
		}
		list = append(without(list, file.SHA256), file)
	}
	return list, wrong, nil
}

// takeFile checks one file, removes what would tell who made it, and seals it to the desk.
func (s *Site) takeFile(c *fiber.Ctx, key intake.Key, list []handedIn, header *multipart.FileHeader) (handedIn, error) {
	opened, err := header.Open()
	if err != nil {
		return handedIn{}, err
	}
	content, err := io.ReadAll(io.LimitReader(opened, evidence.MaxBytes+1))
	if err := errors.Join(err, opened.Close()); err != nil {
		return handedIn{}, err
	}
	file, err := evidence.Check(header.Filename, content)
	if err != nil {
		return handedIn{}, err
	}
	total := int64(len(file.Content))
	for _, other := range list {
		total += other.Bytes
	}
	if err := evidence.CheckTotal(len(list)+1, total); err != nil {
		return handedIn{}, err
	}
	err = s.Counter.Attach(c.UserContext(), intake.Web, key, intake.Attachment{Kind: intake.File, Name: file.Name, MediaType: file.MediaType, Content: file.Content}, server.Now(c))
	return handedIn{file.Name, int64(len(file.Content)), file.SHA256[:]}, err
}

// without leaves out the same bytes, handed in twice.
func without(list []handedIn, sha256 []byte) []handedIn {
	for i, f := range list {
		if string(f.SHA256) == string(sha256) {
			return append(list[:i:i], list[i+1:]...)
		}
	}
	return list
}

// filesSection is where files are added on the check page. hidden are the form's fields; the sealed list travels with them.
func (s *Site) filesSection(c *fiber.Ctx, action string, list []handedIn, wrong []layout.FieldError) (v pages.Files, sealedList string, err error) {
	if sealedList, err = s.seal(c, useFiles, list, formLife); err != nil {
		return v, "", err
	}
	v = pages.Files{Action: action, Accept: evidence.Accept, Errors: wrong, Hint: locale.Text(lang(c), "files.hint", evidence.MaxFiles, evidence.MaxBytes>>20, evidence.MaxTotal>>20)}
	for i, f := range list {
		v.Rows = append(v.Rows, pages.FileRow{Name: f.Name, Size: sizeWords(f.Bytes), At: strconv.Itoa(i)})
	}
	return v, sealedList, nil
}

// filesOf opens the sealed list; a list that is not ours, or too old, is none: the files themselves stay with the form's key.
func (s *Site) filesOf(c *fiber.Ctx, sealedList string) []handedIn {
	var list []handedIn
	s.unseal(c, useFiles, sealedList, &list)
	return list
}

// sizeWords is a file's size as people know it.
func sizeWords(bytes int64) string {
	if bytes < 1<<20 {
		return strconv.FormatInt((bytes+1023)>>10, 10) + " KB"
	}
	tenths := (bytes*10 + 1<<19) >> 20
	return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10) + " MB"
}
