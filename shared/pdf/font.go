// Package pdf writes PDF 1.7 files as official documents need them: TrueType outlines embedded as subsets, a text layer that is right for every character of
// Unicode, structure tags for readers that read aloud, the same bytes for the same content, and a signature over the whole file. It is pure: no I/O, no clock.
//
// It is our own because the two libraries that were tried either crash on characters beyond U+FFFF (赵𬭎 is a name) or write a wrong text layer for them,
// and none writes structure tags.
package pdf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
)

// ErrFont says that a file is not a TrueType font with outlines that can be embedded.
var ErrFont = errors.New("pdf: not a usable TrueType font")

// Font is a parsed TrueType font; it never changes and is shared by all documents. It keeps the file's bytes.
type Font struct {
	name       string
	data       []byte
	tables     map[string][]byte
	groups     []group // of the character map, ascending
	glyphs     int
	metrics    int // glyphs with an advance of their own
	unitsPerEm int
	longLoca   bool

	// In thousandths of the size.
	ascent, descent, capHeight int
	box                        [4]int
}

type group struct{ first, last, glyph uint32 }

// ParseFont reads a font file. Error: ErrFont, with what is missing.
func ParseFont(data []byte) (*Font, error) {
	f := &Font{data: data, tables: map[string][]byte{}}
	if len(data) < 12 {
		return nil, ErrFont
	}
	if tag := string(data[:4]); tag != "\x00\x01\x00\x00" && tag != "true" {
		return nil, fmt.Errorf("%w: no TrueType outlines", ErrFont)
	}
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		at := 12 + 16*i
		if at+16 > len(data) {
			return nil, fmt.Errorf("%w: cut off", ErrFont)
		}
		from, size := uint64(binary.BigEndian.Uint32(data[at+8:])), uint64(binary.BigEndian.Uint32(data[at+12:]))
		if from+size > uint64(len(data)) {
			return nil, fmt.Errorf("%w: cut off", ErrFont)
		}
		f.tables[string(data[at:at+4])] = data[from : from+size]
	}
	for name, atLeast := range map[string]int{"head": 54, "hhea": 36, "maxp": 6, "hmtx": 4, "loca": 4, "glyf": 1, "cmap": 4, "OS/2": 72} {
		if len(f.tables[name]) < atLeast {
			return nil, fmt.Errorf("%w: no table %s", ErrFont, name)
		}
	}
	if err := f.readMetrics(); err != nil {
		return nil, err
	}
	if err := f.readCharacters(); err != nil {
		return nil, err
	}
	f.name = f.readName()
	return f, nil
}

func (f *Font) readMetrics() error {
	head, os2 := f.tables["head"], f.tables["OS/2"]
	f.unitsPerEm = int(binary.BigEndian.Uint16(head[18:]))
	f.longLoca = binary.BigEndian.Uint16(head[50:]) == 1
	f.glyphs = int(binary.BigEndian.Uint16(f.tables["maxp"][4:]))
	f.metrics = int(binary.BigEndian.Uint16(f.tables["hhea"][34:]))
	entry := 2
	if f.longLoca {
		entry = 4
	}
	if f.unitsPerEm == 0 || f.metrics == 0 || f.metrics > f.glyphs || len(f.tables["hmtx"]) < 4*f.metrics || len(f.tables["loca"]) < entry*(f.glyphs+1) {
		return fmt.Errorf("%w: metrics", ErrFont)
	}
	signed := func(b []byte) int { return f.scale(int(int16(binary.BigEndian.Uint16(b)))) }
	f.ascent, f.descent = signed(os2[68:]), signed(os2[70:])
	f.capHeight = f.ascent
	if len(os2) >= 90 && binary.BigEndian.Uint16(os2) >= 2 {
		f.capHeight = signed(os2[88:])
	}
	for i := range f.box {
		f.box[i] = signed(head[36+2*i:])
	}
	return nil
}

// scale turns font units into thousandths of the size.
func (f *Font) scale(units int) int { return units * 1000 / f.unitsPerEm }

// readCharacters takes the character map that reaches beyond U+FFFF where the font has one (format 12), else format 4.
func (f *Font) readCharacters() error {
	cmap := f.tables["cmap"]
	var basic []byte
	for i := range int(binary.BigEndian.Uint16(cmap[2:])) {
		at := 4 + 8*i
		if at+8 > len(cmap) {
			break
		}
		from := binary.BigEndian.Uint32(cmap[at+4:])
		if uint64(from)+16 > uint64(len(cmap)) {
			continue
		}
		switch table := cmap[from:]; binary.BigEndian.Uint16(table) {
		case 12:
			return f.readFormat12(table)
		case 4:
			basic = table
		}
	}
	if basic == nil {
		return fmt.Errorf("%w: no character map", ErrFont)
	}
	return f.readFormat4(basic)
}

func (f *Font) readFormat12(table []byte) error {
	n := int(binary.BigEndian.Uint32(table[12:]))
	if n < 0 || n > (len(table)-16)/12 {
		return fmt.Errorf("%w: character map cut off", ErrFont)
	}
	f.groups = make([]group, n)
	for i := range f.groups {
		b := table[16+12*i:]
		f.groups[i] = group{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])}
	}
	return nil
}

func (f *Font) readFormat4(table []byte) error {
	segments := int(binary.BigEndian.Uint16(table[6:])) / 2
	if len(table) < 16+8*segments {
		return fmt.Errorf("%w: character map cut off", ErrFont)
	}
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(table[at:])) }
	ends, starts := 14, 16+2*segments
	deltas, offsets := starts+2*segments, starts+4*segments
	for s := range segments {
		first, last, delta, offset := u16(starts+2*s), u16(ends+2*s), u16(deltas+2*s), u16(offsets+2*s)
		if first > last || first == 0xFFFF {
			continue
		}
		if offset == 0 && (first+delta)&0xFFFF <= (last+delta)&0xFFFF {
			f.groups = append(f.groups, group{uint32(first), uint32(last), uint32((first + delta) & 0xFFFF)})
			continue
		}
		for c := first; c <= last; c++ {
			glyph := (c + delta) & 0xFFFF
			if offset != 0 {
				at := offsets + 2*s + offset + 2*(c-first)
				if at+2 > len(table) {
					break
				}
				if glyph = u16(at); glyph != 0 {
					glyph = (glyph + delta) & 0xFFFF
				}
			}
			if glyph != 0 {
				f.groups = append(f.groups, group{uint32(c), uint32(c), uint32(glyph)})
			}
		}
	}
	return nil
}

// readName is the PostScript name, letters, digits and dashes only.
func (f *Font) readName() string {
	table := f.tables["name"]
	if len(table) >= 6 {
		texts := int(binary.BigEndian.Uint16(table[4:]))
		for i := range int(binary.BigEndian.Uint16(table[2:])) {
			at := 6 + 12*i
			if at+12 > len(table) || binary.BigEndian.Uint16(table[at+6:]) != 6 {
				continue
			}
			from := texts + int(binary.BigEndian.Uint16(table[at+10:]))
			to := from + int(binary.BigEndian.Uint16(table[at+8:]))
			if to > len(table) {
				continue
			}
			var name []byte
			for _, c := range table[from:to] { // UTF-16 of ASCII, or ASCII: the zeros fall out
				if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-' {
					name = append(name, c)
				}
			}
			if len(name) > 0 {
				return string(name)
			}
		}
	}
	return "Font"
}

// glyphOf is the glyph of a character; ok is false when the font lacks it.
func (f *Font) glyphOf(r rune) (glyph uint16, ok bool) {
	c := uint32(r)
	i := sort.Search(len(f.groups), func(i int) bool { return f.groups[i].last >= c })
	if i == len(f.groups) || f.groups[i].first > c {
		return 0, false
	}
	g := f.groups[i].glyph + c - f.groups[i].first
	return uint16(g), g != 0 && g < uint32(f.glyphs)
}

// Has reports whether the font can draw the character.
func (f *Font) Has(r rune) bool {
	_, ok := f.glyphOf(r)
	return ok
}

// advance of a glyph in thousandths of the size.
func (f *Font) advance(glyph uint16) int {
	i := min(int(glyph), f.metrics-1)
	return f.scale(int(binary.BigEndian.Uint16(f.tables["hmtx"][4*i:])))
}

// bearing is the left side bearing in font units.
func (f *Font) bearing(glyph uint16) uint16 {
	hmtx, i := f.tables["hmtx"], int(glyph)
	at := 4*i + 2
	if i >= f.metrics {
		at = 4*f.metrics + 2*(i-f.metrics)
	}
	if at+2 > len(hmtx) {
		return 0
	}
	return binary.BigEndian.Uint16(hmtx[at:])
}

// outline is the glyph's description; empty for a space, and for one that the file does not hold whole.
func (f *Font) outline(glyph uint16) []byte {
	loca, glyf, i := f.tables["loca"], f.tables["glyf"], int(glyph)
	if i >= f.glyphs {
		return nil
	}
	var from, to uint64
	if f.longLoca {
		from, to = uint64(binary.BigEndian.Uint32(loca[4*i:])), uint64(binary.BigEndian.Uint32(loca[4*i+4:]))
	} else {
		from, to = 2*uint64(binary.BigEndian.Uint16(loca[2*i:])), 2*uint64(binary.BigEndian.Uint16(loca[2*i+2:]))
	}
	if from > to || to > uint64(len(glyf)) {
		return nil
	}
	return glyf[from:to]
}
