package evidence

import (
	"bytes"
	"encoding/binary"
)

// isMP3: after its tags, three frames follow each other, or all there is.
func isMP3(b []byte) bool {
	b = b[skipID3(b):]
	for range 3 {
		size := mp3Frame(b)
		if size == 0 {
			return false
		}
		if size >= len(b) {
			return true
		}
		b = b[size:]
	}
	return true
}

// cleanMP3 keeps the frames; tags before and behind them go (title, artist, pictures, the recorder's name).
func cleanMP3(b []byte) (cleaned, error) {
	start := skipID3(b)
	at := start
	for {
		size := mp3Frame(b[at:])
		if size == 0 || at+size > len(b) {
			break
		}
		at += size
	}
	c := cleaned{content: bytes.Clone(b[start:at]), tail: b[at:]}
	if at == start || len(c.tail) > len(b)/10 && len(c.tail) > 64<<10 {
		return c, refuse("evidence.fault.broken")
	}
	if start > 0 {
		c.removed = append(c.removed, "text")
	}
	if size := mp3Frame(c.tail); size > len(c.tail) {
		c.tail = nil // the last frame was cut off when the recording stopped
	}
	return c, nil
}

// skipID3 is the length of the ID3v2 tags at the beginning (id3.org: 28-bit size, seven bits a byte).
func skipID3(b []byte) int {
	at := 0
	for len(b)-at >= 10 && string(b[at:at+3]) == "ID3" {
		size := 10
		for i, shift := range []int{21, 14, 7, 0} {
			size += int(b[at+6+i]&0x7f) << shift
		}
		if b[at+5]&0x10 != 0 {
			size += 10 // a footer
		}
		if size > len(b)-at {
			return len(b)
		}
		at += size
	}
	return at
}

// Bit rates in kbit/s of Layer III, MPEG 1 and MPEG 2/2.5 (ISO/IEC 11172-3, 13818-3).
var mp3Rates = [2][16]int{
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},
}

// mp3Frame is the length of the Layer III frame at the beginning; 0 when there is none.
func mp3Frame(b []byte) int {
	if len(b) < 4 {
		return 0
	}
	head := binary.BigEndian.Uint32(b)
	version, layer := head>>19&3, head>>17&3
	if head>>21 != 0x7ff || version == 1 || layer != 1 {
		return 0
	}
	table, samples := 0, 144
	frequency := [4]int{44100, 48000, 32000, 0}[head>>10&3]
	if version != 3 {
		table, samples, frequency = 1, 72, frequency/2
	}
	if version == 0 {
		frequency /= 2
	}
	rate := mp3Rates[table][head>>12&15]
	if rate == 0 || frequency == 0 {
		return 0
	}
	return samples*rate*1000/frequency + int(head>>9&1)
}
