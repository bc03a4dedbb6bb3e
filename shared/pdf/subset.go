package pdf

import (
	"encoding/binary"
	"slices"
)

// face is a font as one document uses it: the glyphs that occur, numbered in the order of their first use. Glyph 0 is the font's "not defined".
type face struct {
	font   *Font
	glyphs []uint16 // of the font, by the document's number
	texts  []rune   // what each says, for the text layer; 0 for a part of another glyph
	parts  map[uint16]uint16
}

func newFace(f *Font) *face {
	return &face{font: f, glyphs: []uint16{0}, texts: []rune{0}, parts: map[uint16]uint16{}}
}

// add numbers a glyph that says r.
func (f *face) add(glyph uint16, r rune) uint16 {
	f.glyphs, f.texts = append(f.glyphs, glyph), append(f.texts, r)
	return uint16(len(f.glyphs) - 1)
}

// part numbers a glyph that only occurs inside others.
func (f *face) part(glyph uint16) uint16 {
	if number, ok := f.parts[glyph]; ok {
		return number
	}
	number := f.add(glyph, 0)
	f.parts[glyph] = number
	return number
}

// Flags of a component in a compound glyph (OpenType, table glyf).
const (
	wordArguments = 1 << 0
	hasScale      = 1 << 3
	moreParts     = 1 << 5
	hasTwoScales  = 1 << 6
	hasMatrix     = 1 << 7
)

// file is the font with the used glyphs only: what a CIDFontType2 needs, and nothing else.
func (f *face) file() []byte {
	var glyf, loca []byte
	for i := 0; i < len(f.glyphs); i++ { // parts are appended while it runs
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, f.renumbered(f.font.outline(f.glyphs[i]))...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	var hmtx []byte
	for _, glyph := range f.glyphs {
		i := min(int(glyph), f.font.metrics-1)
		hmtx = append(hmtx, f.font.tables["hmtx"][4*i:4*i+2]...)
		hmtx = binary.BigEndian.AppendUint16(hmtx, f.font.bearing(glyph))
	}
	head, hhea, maxp := slices.Clone(f.font.tables["head"]), slices.Clone(f.font.tables["hhea"]), slices.Clone(f.font.tables["maxp"])
	binary.BigEndian.PutUint32(head[8:], 0) // the sum over the file, set below
	binary.BigEndian.PutUint16(head[50:], 1)
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(f.glyphs)))
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(f.glyphs)))
	tables := []table{{"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}}
	for _, name := range []string{"cvt ", "fpgm", "prep"} { // the hints' programs
		if content := f.font.tables[name]; len(content) > 0 {
			tables = append(tables, table{name, content})
		}
	}
	slices.SortFunc(tables, func(a, b table) int { return slices.Compare([]byte(a.name), []byte(b.name)) })
	return assemble(tables)
}

// renumbered is an outline whose parts are called by the document's numbers.
func (f *face) renumbered(outline []byte) []byte {
	if len(outline) < 10 || int16(binary.BigEndian.Uint16(outline)) >= 0 {
		return outline
	}
	outline = slices.Clone(outline)
	for at := 10; at+4 <= len(outline); {
		flags := binary.BigEndian.Uint16(outline[at:])
		binary.BigEndian.PutUint16(outline[at+2:], f.part(binary.BigEndian.Uint16(outline[at+2:])))
		at += 6
		if flags&wordArguments != 0 {
			at += 2
		}
		switch {
		case flags&hasScale != 0:
			at += 2
		case flags&hasTwoScales != 0:
			at += 4
		case flags&hasMatrix != 0:
			at += 8
		}
		if flags&moreParts == 0 {
			break
		}
	}
	return outline
}

type table struct {
	name    string
	content []byte
}

func assemble(tables []table) []byte {
	n, power, log := len(tables), 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	b := []byte{0, 1, 0, 0}
	for _, v := range []int{n, power * 16, log, n*16 - power*16} {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	at, head := 12+16*n, 0
	for _, t := range tables {
		if t.name == "head" {
			head = at
		}
		b = append(b, t.name...)
		b = binary.BigEndian.AppendUint32(b, sum(t.content))
		b = binary.BigEndian.AppendUint32(b, uint32(at))
		b = binary.BigEndian.AppendUint32(b, uint32(len(t.content)))
		at += (len(t.content) + 3) &^ 3
	}
	for _, t := range tables {
		b = append(b, t.content...)
		for len(b)%4 != 0 {
			b = append(b, 0)
		}
	}
	binary.BigEndian.PutUint32(b[head+8:], 0xB1B0AFBA-sum(b))
	return b
}

func sum(content []byte) (total uint32) {
	for len(content) >= 4 {
		total += binary.BigEndian.Uint32(content)
		content = content[4:]
	}
	var rest [4]byte
	copy(rest[:], content)
	return total + binary.BigEndian.Uint32(rest[:])
}
