package layout

import (
	"context"
	"io"
	"strings"

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
	for at := 0; ; {
		hyphen := strings.IndexByte(text[at:], '-')
		if hyphen < 0 {
			return AppendText(out, text)
		}
		date := at + hyphen - len("2006")
		if date < 0 || !dateAt(text[date:]) {
			at += hyphen + 1
			continue
		}
		out = append(AppendText(out, text[:date]), `<span class="nowrap">`...)
		out = append(append(out, text[date:date+isoDate]...), `</span>`...)
		text, at = text[date+isoDate:], 0
	}
}

const isoDate = len("2006-01-02")

// dateAt reports whether s begins with the shape of a date.
func dateAt(s string) bool {
	if len(s) < isoDate {
		return false
	}
	for i := range isoDate {
		if hyphen := i == 4 || i == 7; hyphen != (s[i] == '-') || !hyphen && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}
