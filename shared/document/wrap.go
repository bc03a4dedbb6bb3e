package document

import (
	"strings"
	"unicode"

	"shebao/shared/pdf"
)

// Where Chinese lines may break: between any two characters, but not before closing marks nor behind opening ones (GB/T 15834-2011, 5.1), and not inside a word or number.
const (
	neverFirst = "，。、；：？！）】》〉」』”’…—·％‰%),.;:?!]}°℃"
	neverLast  = "（【《〈「『“‘([{￥¥"
)

// line is a line's glyphs; last says that a paragraph ends with it.
type line struct {
	glyphs []pdf.Glyph
	last   bool
}

// wrap breaks a text into lines of a width; the first is shorter by indent. All in points.
func (s *sheet) wrap(text string, size, width, indent float64) []line {
	var lines []line
	for _, part := range strings.Split(text, "\n") {
		glyphs := s.file.Glyphs(part)
		for room := width - indent; ; room = width {
			n := fitting(glyphs, size, room)
			if n == len(glyphs) {
				lines = append(lines, line{trim(glyphs), true})
				break
			}
			lines = append(lines, line{trim(glyphs[:n]), false})
			for glyphs = glyphs[n:]; len(glyphs) > 0 && glyphs[0].Rune == ' '; {
				glyphs = glyphs[1:]
			}
			if len(glyphs) == 0 {
				lines[len(lines)-1].last = true
				break
			}
		}
		indent = 0
	}
	return lines
}

func trim(glyphs []pdf.Glyph) []pdf.Glyph {
	for len(glyphs) > 0 && glyphs[len(glyphs)-1].Rune == ' ' {
		glyphs = glyphs[:len(glyphs)-1]
	}
	return glyphs
}

// fitting is how many glyphs stand in the first line: at least one. A word wider than the line is broken where it must be.
func fitting(glyphs []pdf.Glyph, size, width float64) int {
	used, good := 0.0, 0
	for i, g := range glyphs {
		if i > 0 && breaks(glyphs[i-1].Rune, g.Rune) {
			good = i
		}
		used += float64(g.Width) * size / 1000
		if used > width && g.Rune != ' ' && i > 0 {
			if good > 0 {
				return good
			}
			return i
		}
	}
	return len(glyphs)
}

// breaks says whether a line may end between two characters.
func breaks(before, after rune) bool {
	switch {
	case before == ' ':
		return !strings.ContainsRune(neverFirst, after)
	case after == ' ', before == '\u00a0', after == '\u00a0':
		return false
	case strings.ContainsRune(neverFirst, after), strings.ContainsRune(neverLast, before):
		return false
	}
	return wide(before) || wide(after)
}

// wide characters fill a square and break anywhere.
func wide(r rune) bool {
	return r >= 0x2E80 && (unicode.Is(unicode.Han, r) || r <= 0x33FF || r >= 0xFF00 && r <= 0xFFEF) || r >= 0x20000
}
