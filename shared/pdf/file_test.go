package pdf_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shebao/frontend/fonts"
	"shebao/shared/pdf"
	"shebao/shared/pdf/pdftest"
)

var created = time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC)

// sample draws a page that has everything the format makes difficult.
func sample(t testing.TB, s *pdf.Signer, font *pdf.Font, more ...*pdf.Font) []byte {
	t.Helper()
	file := pdf.New(pdf.Info{Title: "对账单 (2025)", Author: "社保中心", Subject: "第\\1 号", Lang: "zh-CN", Created: created}, font, more...)
	for _, words := range []string{"赵𬭎、王䶮、李㛃、孙𠅤、周𫖯：1,234.56 元", "第二页 \U0002A6D6 \uE000"} {
		page := file.AddPage(595.28, 841.89)
		page.Begin(nil)
		page.Box(50, 50, 100, 20, 0.5, pdf.Black)
		page.Circle(100, 100, 40, 0.8, pdf.Red)
		page.Begin(file.Root().Add("H1"))
		page.Text(50, 60.123, file.Glyphs(words), pdf.Ink{Size: 10, Bold: true, Spread: 0.25})
		table := file.Root().Add("Table").Add("TR")
		page.Begin(table.Add("TH").HeadOf(pdf.Column, 2).Over(2))
		page.Text(50, 160, file.Glyphs("应缴"), pdf.Ink{Size: 9, Colour: pdf.Red, Turn: 35})
	}
	b, err := file.Bytes(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheTextLayerSaysWhatIsDrawn(t *testing.T) {
	b := sample(t, nil, noto(t))
	got := pdftest.Open(t, b)
	if pages := got.Pages(); len(pages) != 2 || !strings.Contains(pages[0], "赵𬭎、王䶮、李㛃、孙𠅤、周𫖯：1,234.56 元") || !strings.Contains(pages[1], "第二页 \U0002A6D6 \uE000") {
		t.Errorf("pages: %q", pages)
	}
	if text, ok := poppler(t, "pdftotext", b, "-"); ok && (!strings.Contains(text, "赵𬭎、王䶮、李㛃、孙𠅤、周𫖯：1,234.56 元") || !strings.Contains(text, "\U0002A6D6")) {
		t.Errorf("another reader's text: %q", text)
	}
}

func TestWhatNoFontHasIsNamed(t *testing.T) {
	file := pdf.New(pdf.Info{}, noto(t))
	if n := len(file.Glyphs("a\u200b\ufe00\U000E0101\u0007b\U0002A6D6\U0002A6D6")); n != 4 {
		t.Errorf("%d glyphs: controls and selectors draw nothing, the others one each", n)
	}
	if got := file.Missing(); !slices.Equal(got, []rune{0x2A6D6}) {
		t.Errorf("missing %U", got)
	}
	width := file.Glyphs("\U0002A6D6")[0].Width
	if want := file.Glyphs(string(pdf.Substitute))[0].Width; width != want || width == 0 {
		t.Errorf("the substitute is %d wide, want %d", width, want)
	}
}

func TestASecondFontFillsIn(t *testing.T) {
	tiny, err := pdf.ParseFont(tinyFont())
	if err != nil {
		t.Fatal(err)
	}
	file := pdf.New(pdf.Info{Created: created}, tiny, noto(t))
	page := file.AddPage(200, 200)
	page.Begin(file.Root().Add("P"))
	page.Text(10, 20, file.Glyphs("A赵B𬭎"), pdf.Ink{Size: 10})
	b, err := file.Bytes(nil)
	if err != nil {
		t.Fatal(err)
	}
	if text := pdftest.Open(t, b).Text(); text != "A赵B𬭎" {
		t.Errorf("text %q", text)
	}
	if len(file.Missing()) > 0 {
		t.Errorf("missing %U", file.Missing())
	}
	checked(t, b)
}

func TestTheFileSaysWhatItIs(t *testing.T) {
	got := pdftest.Open(t, sample(t, nil, noto(t)))
	for _, want := range []string{"/Lang(zh-CN)", "/MarkInfo<</Marked true>>", "/StructTreeRoot", "/DisplayDocTitle true"} {
		if !strings.Contains(got.Catalog(), want) {
			t.Errorf("the catalog lacks %s: %s", want, got.Catalog())
		}
	}
	for _, want := range []string{"对账单 (2025)", "社保中心", "zh-CN", "2026-03-02T01:30:00Z"} {
		if !strings.Contains(got.Metadata(), want) {
			t.Errorf("the metadata lacks %s", want)
		}
	}
	if !strings.Contains(got.Info(), "/CreationDate(D:20260302013000Z)") || !strings.Contains(got.Trailer, "/ID[<") || !strings.Contains(got.Trailer, "/Info ") {
		t.Errorf("information %s, trailer %s", got.Info(), got.Trailer)
	}
	kinds := got.Kinds()
	if kinds["Document"] != 1 || kinds["H1"] != 2 || kinds["TH"] != 2 {
		t.Errorf("structure %v", kinds)
	}
}

func TestSameContentSameBytes(t *testing.T) {
	font := noto(t)
	first := sample(t, nil, font)
	if !bytes.Equal(first, sample(t, nil, font)) {
		t.Error("the same content made other bytes")
	}
	ids := map[string]bool{pdftest.Open(t, first).Trailer: true}
	file := pdf.New(pdf.Info{Created: created}, font)
	file.AddPage(10, 10)
	other, err := file.Bytes(nil)
	if err != nil || ids[pdftest.Open(t, other).Trailer] {
		t.Errorf("another content has the same identity (%v)", err)
	}
}

func TestAFileWithoutPagesIsRefused(t *testing.T) {
	if _, err := pdf.New(pdf.Info{}, noto(t)).Bytes(nil); err == nil {
		t.Error("an empty file was written")
	}
}

// The embedded font is a font itself: its own sum is right, and it holds the glyphs that are used and no others.
func TestTheEmbeddedFontIsSmallAndWhole(t *testing.T) {
	b := sample(t, nil, noto(t))
	if len(b) > 30_000 || len(b) > len(fonts.NotoSerifSC)/100 {
		t.Errorf("%d bytes for two lines", len(b))
	}
	program := pdftest.Open(t, b).Stream("/Length1 ")
	var sum uint32
	for at := 0; at+4 <= len(program); at += 4 {
		sum += binary.BigEndian.Uint32(program[at:])
	}
	if sum != 0xB1B0AFBA {
		t.Errorf("sum of the font %#x", sum)
	}
	checked(t, b)
}

// checked lets another program look for faults, where it is installed.
func checked(t *testing.T, b []byte) {
	t.Helper()
	if said, ok := poppler(t, "qpdf", b, "--check"); ok && !strings.Contains(said, "No syntax or stream encoding errors") {
		t.Errorf("qpdf: %s", said)
	}
	if said, ok := poppler(t, "pdffonts", b); ok && strings.Contains(said, "Error") {
		t.Errorf("pdffonts: %s", said)
	}
}

// poppler asks an independent program, where the machine has it; the tests above do not depend on it.
func poppler(t *testing.T, program string, b []byte, args ...string) (said string, ok bool) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Logf("%s is not installed: the file was read by our own reader only", program)
		return "", false
	}
	name := filepath.Join(t.TempDir(), "file.pdf")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(path, append([]string{name}, args...)...).CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v: %s", program, err, out)
	}
	return string(out), true
}
