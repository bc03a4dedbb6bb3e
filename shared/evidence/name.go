package evidence

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostNameRunes keeps a name on one line of a list and below what file systems take.
const mostNameRunes = 60

// safeName is a name that cannot lie: no folder, no control or direction character, one extension, the true one.
func safeName(name, ext string) string {
	base := path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	if old := extension(base); old != "" {
		base = strings.TrimRight(base, ". ")
		base = base[:len(base)-len(old)-1]
	}
	base = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`<>:"|?*/`+"`'&;%", r):
			return '_'
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsGraphic(r) && !unicode.Is(unicode.Bidi_Control, r):
			return r
		}
		return -1
	}, base)
	base = strings.Trim(strings.Join(strings.Fields(base), " "), ". ")
	for utf8.RuneCountInString(base) > mostNameRunes {
		_, size := utf8.DecodeLastRuneInString(base)
		base = base[:len(base)-size]
	}
	if base == "" {
		base = "file"
	}
	return base + "." + ext
}
