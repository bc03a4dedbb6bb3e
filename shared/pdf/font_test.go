package pdf_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"shebao/frontend/fonts"
	"shebao/shared/pdf"
)

func noto(t testing.TB) *pdf.Font {
	t.Helper()
	f, err := pdf.ParseFont(fonts.NotoSerifSC)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTheFontHasTheCharactersOfNames(t *testing.T) {
	f := noto(t)
	for _, r := range "0123456789,.-−ABCXYZ赵钱孙李䶮𬭎㛃𠅤𫖯〓〔〕·—…“”￥元" {
		if !f.Has(r) {
			t.Errorf("%c (%U) is missing", r, r)
		}
	}
	for _, r := range []rune{0x2A6D6, 0x30000, 0x1F600, 0x0E00} {
		if f.Has(r) {
			t.Errorf("%U is there: the tests of the substitute need another one", r)
		}
	}
}

func TestBrokenFontsAreRefused(t *testing.T) {
	whole := fonts.NotoSerifSC
	for name, data := range map[string][]byte{"empty": nil, "a page": []byte("<!doctype html><title>404</title>"), "cut off": whole[:2000], "OpenType with curves of another kind": append([]byte("OTTO"), whole[4:100]...)} {
		if _, err := pdf.ParseFont(data); !errors.Is(err, pdf.ErrFont) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzParseFont: a font comes from a file of the machine; a damaged one must not stop the process, neither when it is read nor when it is drawn with.
func FuzzParseFont(f *testing.F) {
	small := tinyFont()
	f.Add(small)
	f.Add(small[:len(small)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		font, err := pdf.ParseFont(data)
		if err != nil {
			return
		}
		file := pdf.New(pdf.Info{Title: "t", Lang: "en"}, font)
		page := file.AddPage(100, 100)
		page.Begin(file.Root().Add("P"))
		page.Text(10, 10, file.Glyphs("AB〓\U0002A6D6"), pdf.Ink{Size: 10})
		if _, err := file.Bytes(nil); err != nil {
			t.Fatal(err)
		}
	})
}

// tinyFont has three glyphs: nothing, A as a bar, and B made of two A's.
func tinyFont() []byte {
	bar := []byte{0, 1, 0, 0, 0, 0, 0, 100, 2, 188, 0, 3, 0, 0, 1, 1, 1, 1, 0, 0, 0, 100, 0, 0, 255, 156, 0, 0, 2, 188, 0, 0, 0, 0}
	double := []byte{255, 255, 0, 0, 0, 0, 1, 44, 2, 188, 0, 0x22, 0, 1, 0, 0, 0, 2, 0, 1, 200, 0}
	var glyf, loca []byte
	for _, outline := range [][]byte{nil, bar, double} {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, outline...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	head := make([]byte, 54)
	binary.BigEndian.PutUint16(head[18:], 1000)
	binary.BigEndian.PutUint16(head[50:], 1)
	hhea, maxp, os2 := make([]byte, 36), make([]byte, 32), make([]byte, 96)
	binary.BigEndian.PutUint16(hhea[34:], 3)
	binary.BigEndian.PutUint16(maxp[4:], 3)
	hmtx := []byte{1, 244, 0, 0, 2, 88, 0, 0, 3, 132, 0, 0}
	cmap := []byte{0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12}
	for _, v := range []uint16{4, 32, 0, 4, 4, 1, 0, 66, 0xFFFF, 0, 65, 0xFFFF, 0xFFC0, 1, 0, 0} {
		cmap = binary.BigEndian.AppendUint16(cmap, v)
	}
	tables := []struct {
		name    string
		content []byte
	}{{"OS/2", os2}, {"cmap", cmap}, {"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}}
	b := []byte{0, 1, 0, 0, 0, byte(len(tables)), 0, 0, 0, 0, 0, 0}
	at := len(b) + 16*len(tables)
	var body []byte
	for _, table := range tables {
		b = append(append(b, table.name...), 0, 0, 0, 0)
		b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, uint32(at+len(body))), uint32(len(table.content)))
		body = append(body, table.content...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	return append(b, body...)
}
