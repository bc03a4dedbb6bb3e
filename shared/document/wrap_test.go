package document

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"shebao/frontend/fonts"
	"shebao/shared/pdf"
)

var font = func() *pdf.Font {
	f, err := pdf.ParseFont(fonts.NotoSerifSC)
	if err != nil {
		panic(err)
	}
	return f
}()

func linesOf(text string, width float64) []string {
	s := &sheet{file: pdf.New(pdf.Info{}, font)}
	var lines []string
	for _, l := range s.wrap(text, 10, width, 0) {
		var b strings.Builder
		for _, g := range l.glyphs {
			b.WriteRune(g.Rune)
		}
		lines = append(lines, b.String())
	}
	return lines
}

func TestLinesBreakWhereChineseMay(t *testing.T) {
	for _, c := range []struct {
		text string
		want string // lines parted by |
	}{
		{"社会保险费催缴通知", "社会保险费|催缴通知"},
		{"一二三四五，六", "一二三四|五，六"},    // no comma first
		{"一二三四（五）", "一二三四|（五）"},    // no bracket last
		{"一二三2025年", "一二三|2025年"},  // numbers stay whole
		{"一二三四 五六七八", "一二三四|五六七八"}, // no space at a line's end
		{"a\n\nb", "a||b"},
		{"9133040012345", "913304001|2345"}, // wider than the line: where it must
		{"", ""},
	} {
		if got := strings.Join(linesOf(c.text, 51), "|"); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
	if got := linesOf("第 9\u00a0月", 30); strings.Join(got, "|") != "第|9\u00a0月" {
		t.Errorf("a number and its unit are parted: %q", got)
	}
}

func TestNoCharacterIsLostAndNoLineIsTooWide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("社会保险，。（）《》12345 abc-,.%\n"))).Draw(t, "text")
		width := rapid.Float64Range(20, 200).Draw(t, "width")
		s := &sheet{file: pdf.New(pdf.Info{}, font)}
		var b strings.Builder
		for _, l := range s.wrap(text, 10, width, 0) {
			if pdf.Width(l.glyphs, 10) > width+0.001 {
				t.Fatalf("a line of %v in %v", pdf.Width(l.glyphs, 10), width)
			}
			for _, g := range l.glyphs {
				b.WriteRune(g.Rune)
			}
		}
		bare := strings.NewReplacer(" ", "", "\n", "")
		if bare.Replace(b.String()) != bare.Replace(text) {
			t.Fatalf("%q became %q", text, b.String())
		}
	})
}
