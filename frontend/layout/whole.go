package layout

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Whole is text whose dates are not broken at the end of a line: browsers break 2026-11-28 after its hyphens, and what is left then reads like another date.
func Whole(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := w.Write(AppendWhole(nil, text))
		return err
	})
}

// AppendWhole writes the same by hand.
func AppendWhole(out []byte, text string) []byte {
	from := 0
	for i := 0; i+isoDate <= len(text); i++ {
		if dateAt(text[i:]) {
			out = append(append(out, templ.EscapeString(text[from:i])...), `<span class="nowrap">`...)
			from = i + isoDate
			out = append(append(out, text[i:from]...), `</span>`...)
			i = from - 1
		}
	}
	return append(out, templ.EscapeString(text[from:])...)
}

const isoDate = len("2006-01-02")

// dateAt reports whether s begins with the shape of a date.
func dateAt(s string) bool {
	for i := range isoDate {
		if hyphen := i == 4 || i == 7; hyphen != (s[i] == '-') || !hyphen && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}
