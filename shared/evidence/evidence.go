// Package evidence judges files that reporters and staff hand in. What a file is, is decided by its content, never by its name; what could attack whoever
// opens it is refused with the reason; what would tell who made it (place, device, author) is removed. It is pure: bytes in, clean bytes or a fault out.
package evidence

import (
	"crypto/sha256"
	"path"
	"slices"
	"strings"

	"shebao/shared/fault"
)

// Limits.
const (
	MaxBytes  = 10 << 20  // a scanned page or a photo of a new phone is below it; half an hour of recorded speech too
	MaxFiles  = 10        // of one filing or message: pay slips of most of a year
	MaxTotal  = 30 << 20  // of one filing: what an old phone can send over a slow line at all
	MaxPixels = 120 << 20 // of a picture: above the best phones; far beyond it lies only what is made to exhaust a viewer
)

// Kind of a file.
type Kind string

// The kinds that are taken.
const (
	JPEG Kind = "jpeg"
	PNG  Kind = "png"
	PDF  Kind = "pdf"
	WAV  Kind = "wav"
	MP3  Kind = "mp3"
	M4A  Kind = "m4a"
	OGG  Kind = "ogg"
	DOCX Kind = "docx"
	XLSX Kind = "xlsx"
)

// Accept is the list for a form's accept attribute. HEIC is not in it, so that telephones convert their photos themselves.
const Accept = "image/jpeg,image/png,application/pdf,audio/mpeg,audio/mp4,audio/wav,audio/ogg,.jpg,.jpeg,.png,.pdf,.mp3,.m4a,.wav,.ogg,.docx,.xlsx"

// File is what may be kept.
type File struct {
	Kind      Kind
	MediaType string
	Name      string // for people only: cleaned, with the extension of the true type; it may tell who sent it, so it is personal data
	Content   []byte // without what was removed
	SHA256    [32]byte
	Original  [32]byte // hash of what was handed in, by which its owner can prove it is the same file
	Removed   []string // names of what was removed, such as exif; none when nothing was there
	Remains   bool     // metadata could not be removed without breaking the file, such as a signed PDF: say so before anybody passes it on
}

// format is one kind's rule.
type format struct {
	kind       Kind
	mediaType  string
	extensions []string // the first is the one given
	class      string   // an extension of the same class is corrected, any other is a disguise
	is         func(b []byte) bool
	clean      func(b []byte) (cleaned, error)
}

// cleaned is what a format's rule makes of a file.
type cleaned struct {
	content []byte
	removed []string
	remains bool
	tail    []byte // what stood behind the file's end and was cut off
}

// formats is the one table of what is taken.
func formats() []format {
	return []format{
		{JPEG, "image/jpeg", []string{"jpg", "jpeg", "jpe", "jfif"}, "picture", isJPEG, cleanJPEG},
		{PNG, "image/png", []string{"png"}, "picture", isPNG, cleanPNG},
		{PDF, "application/pdf", []string{"pdf"}, "document", isPDF, cleanPDF},
		{WAV, "audio/wav", []string{"wav", "wave"}, "sound", isWAV, cleanWAV},
		{OGG, "audio/ogg", []string{"ogg", "oga", "opus"}, "sound", isOGG, cleanOGG},
		{M4A, "audio/mp4", []string{"m4a", "mp4", "m4b", "3gp", "aac"}, "sound", isM4A, cleanM4A},
		{DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", []string{"docx"}, "docx", isDOCX, cleanDOCX},
		{XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []string{"xlsx"}, "xlsx", isXLSX, cleanXLSX},
		{MP3, "audio/mpeg", []string{"mp3", "mpga"}, "sound", isMP3, cleanMP3}, // last: its beginning is the least certain
	}
}

// Check judges one file by the name that its sender gave and its bytes. Error: fault.Invalid on the field "file", one reason each.
func Check(name string, content []byte) (File, error) {
	switch {
	case len(content) == 0:
		return File{}, refuse("evidence.fault.empty")
	case len(content) > MaxBytes:
		return File{}, refuse("evidence.fault.large", MaxBytes>>20)
	}
	for _, f := range formats() {
		if f.is(content) {
			return f.check(name, content)
		}
	}
	return File{}, refuse(unknown(content))
}

func (f format) check(name string, content []byte) (File, error) {
	if !f.fits(extension(name)) {
		return File{}, refuse("evidence.fault.disguised", extension(name), f.extensions[0])
	}
	c, err := f.clean(content)
	if err != nil {
		return File{}, err
	}
	if foreign(c.tail) || (f.class != "docx" && f.class != "xlsx" && alsoZIP(c.content)) || alsoPage(c.content) {
		return File{}, refuse("evidence.fault.polyglot")
	}
	if len(c.tail) > 0 {
		c.removed = append(c.removed, "appended")
	}
	slices.Sort(c.removed)
	return File{Kind: f.kind, MediaType: f.mediaType, Name: safeName(name, f.extensions[0]), Content: c.content, SHA256: sha256.Sum256(c.content), Original: sha256.Sum256(content),
		Removed: slices.Compact(c.removed), Remains: c.remains}, nil
}

// fits: no extension at all, the kind's own, or one of its class, such as a PNG that a messenger named .jpg.
func (f format) fits(ext string) bool {
	if ext == "" || slices.Contains(f.extensions, ext) {
		return true
	}
	for _, other := range formats() {
		if other.class == f.class && slices.Contains(other.extensions, ext) {
			return true
		}
	}
	return false
}

// CheckTotal judges the files of one filing together. Error: fault.Invalid on the field "file".
func CheckTotal(files int, bytes int64) error {
	switch {
	case files > MaxFiles:
		return refuse("evidence.fault.count", MaxFiles)
	case bytes > MaxTotal:
		return refuse("evidence.fault.total", MaxTotal>>20)
	}
	return nil
}

func refuse(key string, args ...any) error {
	return fault.InvalidFields(fault.Field{Name: "file", Key: key, Args: args})
}

// extension of a name in small letters without the dot; at most what a real one is long.
func extension(name string) string {
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(strings.TrimRight(base, ". ")), "."))
	if len(ext) > 8 || strings.ContainsFunc(ext, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		return "" // a full stop within a sentence, not an extension: the true one is added
	}
	return ext
}
