package evidence

import (
	"bytes"
	"encoding/binary"
)

func isOGG(b []byte) bool { return bytes.HasPrefix(b, []byte("OggS\x00")) }

// oggPage is one page (RFC 3533): where its segments' bytes stand.
type oggPage struct {
	at, body, end int
	lacing        []byte
}

// cleanOGG empties the comments of an Opus or Vorbis stream in place, so that no page moves. One stream only: what is chained or multiplexed is not a recording.
func cleanOGG(b []byte) (cleaned, error) {
	c := cleaned{content: bytes.Clone(b)}
	var pages []oggPage
	at, serial := 0, uint32(0)
	for at < len(b) {
		p, ok := readOggPage(b, at)
		if !ok {
			break
		}
		s := binary.LittleEndian.Uint32(b[p.at+14:])
		if len(pages) == 0 {
			serial = s
		}
		if s != serial || len(pages) > 0 && b[p.at+5]&2 != 0 {
			return c, refuse("evidence.fault.broken")
		}
		pages, at = append(pages, p), p.end
	}
	if len(pages) < 3 {
		return c, refuse("evidence.fault.broken")
	}
	c.content, c.tail = c.content[:at], b[at:]
	place := secondPacket(pages)
	if !emptyComments(c.content, place) {
		return c, refuse("evidence.fault.broken")
	}
	if !bytes.Equal(c.content, b[:at]) {
		c.removed = []string{"text"}
	}
	for _, p := range pages {
		if bytes.Equal(c.content[p.at:p.end], b[p.at:p.end]) {
			continue
		}
		binary.LittleEndian.PutUint32(c.content[p.at+22:], 0)
		binary.LittleEndian.PutUint32(c.content[p.at+22:], oggSum(c.content[p.at:p.end]))
	}
	return c, nil
}

func readOggPage(b []byte, at int) (oggPage, bool) {
	if at+27 > len(b) || string(b[at:at+5]) != "OggS\x00" {
		return oggPage{}, false
	}
	segments := int(b[at+26])
	p := oggPage{at: at, body: at + 27 + segments}
	if p.body > len(b) {
		return oggPage{}, false
	}
	p.lacing = b[at+27 : p.body]
	p.end = p.body
	for _, n := range p.lacing {
		p.end += int(n)
	}
	return p, p.end <= len(b)
}

// secondPacket is where the bytes of the comment packet stand, in order.
func secondPacket(pages []oggPage) []int {
	var place []int
	packet := 0
	for _, p := range pages {
		at := p.body
		for _, n := range p.lacing {
			if packet == 1 {
				for i := range int(n) {
					place = append(place, at+i)
				}
			}
			at += int(n)
			if n < 255 {
				packet++
			}
		}
		if packet > 1 {
			return place
		}
	}
	return nil
}

// emptyComments rewrites the comment packet with a blank maker's name that fills its length and no comments (RFC 7845 5.2; Vorbis I 5).
func emptyComments(b []byte, place []int) bool {
	magic, last := 0, 0
	head := make([]byte, 0, 8)
	for _, at := range place[:min(len(place), 8)] {
		head = append(head, b[at])
	}
	switch {
	case string(head) == "OpusTags":
		magic = 8
	case len(head) == 8 && string(head[:7]) == "\x03vorbis":
		magic, last = 7, 1 // with the framing bit
	default:
		return false
	}
	if len(place) < magic+8+last {
		return false
	}
	packet := make([]byte, 0, len(place))
	packet = binary.LittleEndian.AppendUint32(append(packet, head[:magic]...), uint32(len(place)-magic-8-last))
	packet = append(packet, bytes.Repeat([]byte{' '}, len(place)-magic-8-last)...)
	packet = append(packet, 0, 0, 0, 0)
	if last == 1 {
		packet = append(packet, 1)
	}
	for i, at := range place {
		b[at] = packet[i]
	}
	return true
}

// oggSum is the page check sum: CRC-32 with polynomial 04c11db7, not reflected, from zero.
func oggSum(page []byte) uint32 {
	var sum uint32
	for _, x := range page {
		sum ^= uint32(x) << 24
		for range 8 {
			if sum&0x80000000 != 0 {
				sum = sum<<1 ^ 0x04c11db7
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}
