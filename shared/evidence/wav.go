package evidence

import (
	"bytes"
	"encoding/binary"
)

func isWAV(b []byte) bool {
	return len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WAVE"
}

// cleanWAV keeps format and samples. A recorder that streams writes no length: the samples then reach to the end.
func cleanWAV(b []byte) (cleaned, error) {
	c := cleaned{content: []byte("RIFF\x00\x00\x00\x00WAVE")}
	formatted, sampled, at := false, false, 12
	for at+8 <= len(b) && !sampled {
		kind, size := string(b[at:at+4]), int64(binary.LittleEndian.Uint32(b[at+4:]))
		at += 8
		if rest := int64(len(b) - at); size > rest {
			if kind != "data" {
				return c, refuse("evidence.fault.broken")
			}
			size = rest
		}
		body := b[at : at+int(size)]
		at = min(at+int(size+size%2), len(b))
		switch {
		case kind == "fmt " && !formatted && size >= 16:
			formatted = true
		case kind == "data" && formatted:
			sampled = true
		case kind == "fact":
		default:
			c.removed = append(c.removed, "text")
			continue
		}
		c.content = append(binary.LittleEndian.AppendUint32(append(c.content, kind...), uint32(size)), body...)
		if size%2 == 1 {
			c.content = append(c.content, 0)
		}
	}
	if !sampled {
		return c, refuse("evidence.fault.broken")
	}
	binary.LittleEndian.PutUint32(c.content[4:], uint32(len(c.content)-8))
	c.tail = bytes.TrimRight(b[at:], "\x00")
	return c, nil
}
