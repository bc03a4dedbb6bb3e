package evidence

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

var pngSignature = []byte("\x89PNG\r\n\x1a\n")

func isPNG(b []byte) bool { return bytes.HasPrefix(b, pngSignature) }

// cleanPNG copies the chunks that make the picture. Texts, times, colour profiles with names and everything unknown that may be left out are left out.
func cleanPNG(b []byte) (cleaned, error) {
	c := cleaned{content: bytes.Clone(pngSignature)}
	at, data := len(pngSignature), false
	for first := true; ; first = false {
		kind, body, ok := pngChunk(b, at)
		if !ok || first != (kind == "IHDR") {
			return c, refuse("evidence.fault.broken")
		}
		at += 12 + len(body)
		switch kind {
		case "IHDR":
			if len(body) != 13 || binary.BigEndian.Uint32(body)|binary.BigEndian.Uint32(body[4:]) > 1<<30 ||
				tooManyPixels(int(binary.BigEndian.Uint32(body)), int(binary.BigEndian.Uint32(body[4:]))) {
				return c, refuse("evidence.fault.pixels")
			}
		case "IDAT":
			data = true
		case "IEND":
			if !data {
				return c, refuse("evidence.fault.broken")
			}
			c.content, c.tail = appendChunk(c.content, kind, nil), bytes.TrimRight(b[at:], "\x00")
			return c, nil
		case "PLTE", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "bKGD", "pHYs":
		case "eXIf":
			least := tiffOrientation(exifOrientation(body))
			if !bytes.Equal(body, least) || data {
				c.removed = append(c.removed, "exif")
			}
			if exifOrientation(body) > 1 && !data {
				c.content = appendChunk(c.content, kind, least)
			}
			continue
		case "tEXt", "zTXt", "iTXt":
			c.removed = append(c.removed, "text")
			continue
		case "tIME":
			c.removed = append(c.removed, "time")
			continue
		default:
			if kind[0]&0x20 == 0 { // a chunk that a reader must understand (PNG 5.4)
				return c, refuse("evidence.fault.broken")
			}
			c.removed = append(c.removed, "other")
			continue
		}
		c.content = appendChunk(c.content, kind, body)
	}
}

func pngChunk(b []byte, at int) (kind string, body []byte, ok bool) {
	if at+12 > len(b) {
		return "", nil, false
	}
	size := binary.BigEndian.Uint32(b[at:])
	if uint64(size) > uint64(len(b)-at-12) {
		return "", nil, false
	}
	end := at + 8 + int(size)
	if crc32.ChecksumIEEE(b[at+4:end]) != binary.BigEndian.Uint32(b[end:]) {
		return "", nil, false
	}
	return string(b[at+4 : at+8]), b[at+8 : end], true
}

func appendChunk(to []byte, kind string, body []byte) []byte {
	to = binary.BigEndian.AppendUint32(to, uint32(len(body)))
	from := len(to)
	to = append(append(to, kind...), body...)
	return binary.BigEndian.AppendUint32(to, crc32.ChecksumIEEE(to[from:]))
}
