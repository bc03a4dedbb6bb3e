package evidence

import (
	"encoding/binary"
	"hash/adler32"
	"slices"
)

// wipe overwrites what was found with blanks of the same length. remains says that some could not be.
func (r *pdfReader) wipe() (removed []string, remains bool) {
	places := r.blanks
	for number := range r.info {
		places = append(places, r.strings[number]...)
		for _, part := range r.refs[number] {
			places = append(places, r.strings[part]...)
		}
	}
	for _, p := range places {
		if r.blank(p[0], p[1]) {
			removed = append(removed, "author")
		}
	}
	for _, s := range r.xmp {
		switch {
		case len(s.filters) == 0:
			if r.blank(s.from, s.to) {
				removed = append(removed, "xmp")
			}
		case len(s.filters) == 1 && (s.filters[0] == "FlateDecode" || s.filters[0] == "Fl") && blankZlib(r.content[s.from:s.to]):
			removed = append(removed, "xmp")
		default:
			remains = true
		}
	}
	slices.Sort(removed)
	return slices.Compact(removed), remains || r.packed
}

// blank writes spaces between two places; in a string of either form that is still a string.
func (r *pdfReader) blank(from, to int) bool {
	changed := false
	for i := from; i < to; i++ {
		if r.content[i] != ' ' {
			r.content[i], changed = ' ', true
		}
	}
	return changed
}

// blankZlib fills a stream with the packed form (RFC 1950, stored blocks) of spaces, to the same length, but for a last line break before endstream.
func blankZlib(b []byte) bool {
	const around, block = 2 + 4, 5
	if len(b) < around+block {
		return false
	}
	left := len(b) - around
	out := append(make([]byte, 0, len(b)), 0x78, 0x01)
	var spaces []byte
	for left > 0 {
		n := min(left-block, 0xffff)
		if rest := left - block - n; rest > 0 && rest < block {
			n -= block // leaves room for the last block's head
		}
		last := byte(0)
		if left-block-n == 0 {
			last = 1
		}
		out = append(out, last, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
		for range n {
			out, spaces = append(out, ' '), append(spaces, ' ')
		}
		left -= block + n
	}
	copy(b, binary.BigEndian.AppendUint32(out, adler32.Checksum(spaces)))
	return true
}
