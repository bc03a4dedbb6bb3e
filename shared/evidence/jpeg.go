package evidence

import (
	"bytes"
	"encoding/binary"
)

func isJPEG(b []byte) bool { return bytes.HasPrefix(b, []byte{0xff, 0xd8, 0xff}) }

// Markers of JPEG (ITU T.81, table B.1).
const (
	markSOI, markEOI, markSOS   = 0xd8, 0xd9, 0xda
	markDHT, markDAC, markDQT   = 0xc4, 0xcc, 0xdb
	markDNL, markDRI            = 0xdc, 0xdd
	markAPP0, markAPP1          = 0xe0, 0xe1
	markAPP2, markAPP13         = 0xe2, 0xed
	markAPP14, markAPP15, markC = 0xee, 0xef, 0xfe
)

// cleanJPEG copies the segments that make the picture and leaves out what tells about its making. The picture is not encoded again; its orientation is kept.
func cleanJPEG(b []byte) (cleaned, error) {
	c := cleaned{content: []byte{0xff, markSOI}}
	at, orientation, framed, scanned := 2, 0, false, false
	var picture []byte
	for at < len(b) {
		mark, body, next, ok := jpegSegment(b, at)
		if !ok {
			return c, refuse("evidence.fault.broken")
		}
		at = next
		switch {
		case mark == markEOI:
			if !framed || !scanned {
				return c, refuse("evidence.fault.broken")
			}
			if orientation > 1 && orientation <= 8 {
				c.content = append(c.content, jpegOrientation(orientation)...)
			}
			c.content, c.tail = append(append(c.content, picture...), 0xff, markEOI), bytes.TrimRight(b[at:], "\x00")
			return c, nil
		case mark >= markAPP0 && mark <= markAPP15 || mark == markC:
			kept, name := jpegExtra(mark, body)
			if name == "exif" {
				orientation = exifOrientation(body[6:])
				if orientation > 1 && bytes.Equal(body[6:], tiffOrientation(orientation)) {
					continue // it tells nothing else, and is written again
				}
			}
			if kept == nil {
				c.removed = append(c.removed, name)
			} else {
				picture = append(picture, jpegJoin(mark, kept)...)
			}
			continue
		case mark == markSOS:
			if !framed {
				return c, refuse("evidence.fault.broken")
			}
			scanned = true
			end := jpegScanEnd(b, at)
			picture = append(append(picture, jpegJoin(mark, body)...), b[at:end]...)
			at = end
			continue
		case mark >= 0xc0 && mark <= 0xcf && mark != markDHT && mark != markDAC && mark != 0xc8:
			if len(body) < 6 || tooManyPixels(int(binary.BigEndian.Uint16(body[3:])), int(binary.BigEndian.Uint16(body[1:]))) {
				return c, refuse("evidence.fault.pixels")
			}
			framed = true
		case mark != markDHT && mark != markDAC && mark != markDQT && mark != markDRI && mark != markDNL:
			return c, refuse("evidence.fault.broken")
		}
		picture = append(picture, jpegJoin(mark, body)...)
	}
	return c, refuse("evidence.fault.broken") // no end: the upload was cut
}

// tooManyPixels: a height of 0 is given later by DNL, which nobody uses but attackers.
func tooManyPixels(width, height int) bool {
	return width == 0 || height == 0 || int64(width)*int64(height) > MaxPixels
}

// jpegSegment reads the marker at a place, with its body where it has one; next is behind it.
func jpegSegment(b []byte, at int) (mark byte, body []byte, next int, ok bool) {
	for at+1 < len(b) && b[at] == 0xff && b[at+1] == 0xff {
		at++ // fill bytes
	}
	if at+1 >= len(b) || b[at] != 0xff {
		return 0, nil, 0, false
	}
	mark = b[at+1]
	if mark == markEOI {
		return mark, nil, at + 2, true
	}
	if at+4 > len(b) {
		return 0, nil, 0, false
	}
	size := int(binary.BigEndian.Uint16(b[at+2:]))
	if size < 2 || at+2+size > len(b) {
		return 0, nil, 0, false
	}
	return mark, b[at+4 : at+2+size], at + 2 + size, true
}

func jpegJoin(mark byte, body []byte) []byte {
	segment := []byte{0xff, mark, byte((len(body) + 2) >> 8), byte(len(body) + 2)}
	return append(segment, body...)
}

// jpegScanEnd is where the entropy-coded data ends: at the first marker that is neither a stuffed byte nor a restart.
func jpegScanEnd(b []byte, at int) int {
	for ; at+1 < len(b); at++ {
		if b[at] == 0xff && b[at+1] != 0 && b[at+1] != 0xff && (b[at+1] < 0xd0 || b[at+1] > 0xd7) {
			return at
		}
	}
	return len(b)
}

// jpegExtra decides over an application segment or comment: what the colours need is kept, without a thumbnail; the rest goes under a name.
func jpegExtra(mark byte, body []byte) (kept []byte, name string) {
	switch {
	case mark == markAPP0 && bytes.HasPrefix(body, []byte("JFIF\x00")) && len(body) >= 14:
		kept = bytes.Clone(body[:14])
		kept[12], kept[13] = 0, 0 // no thumbnail
		return kept, ""
	case mark == markAPP2 && bytes.HasPrefix(body, []byte("ICC_PROFILE\x00")), mark == markAPP14 && bytes.HasPrefix(body, []byte("Adobe")) && len(body) == 12:
		return body, ""
	case mark == markAPP1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
		return nil, "exif"
	case mark == markAPP1:
		return nil, "xmp"
	case mark == markAPP13:
		return nil, "iptc"
	case mark == markC:
		return nil, "comment"
	}
	return nil, "other"
}

// jpegOrientation is the smallest Exif segment: the orientation and nothing else.
func jpegOrientation(orientation int) []byte {
	return jpegJoin(markAPP1, append([]byte("Exif\x00\x00"), tiffOrientation(orientation)...))
}

// tiffOrientation is a TIFF directory with the one entry 0x0112.
func tiffOrientation(orientation int) []byte {
	return []byte{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(orientation), 0, 0, 0, 0, 0, 0}
}

// exifOrientation reads the orientation (1 to 8) from a TIFF directory; 0 when there is none.
func exifOrientation(b []byte) int {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte("II\x2a\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("MM\x00\x2a")):
		order = binary.BigEndian
	default:
		return 0
	}
	if len(b) < 8 {
		return 0
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 0
	}
	count := int64(order.Uint16(b[at:]))
	for i := range count {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(b)) {
			return 0
		}
		if order.Uint16(b[entry:]) == 0x0112 {
			if v := int(order.Uint16(b[entry+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 0
		}
	}
	return 0
}
