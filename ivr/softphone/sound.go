package softphone

import (
	"bytes"
	"encoding/binary"
)

// Tone is a short telephone-quality WAV, for callers without a microphone: a soft beep of the given length in tenths of a second.
func Tone(tenths int) []byte {
	const rate, period = 8000, 18 // 444 Hz
	samples := rate / 10 * max(1, tenths)
	var b bytes.Buffer
	b.WriteString("RIFF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(36+samples)) // a buffer takes everything
	b.WriteString("WAVEfmt ")
	_ = binary.Write(&b, binary.LittleEndian, struct {
		Size             uint32
		Format, Channels uint16
		Rate, Bytes      uint32
		Block, Bits      uint16
	}{16, 1, 1, rate, rate, 1, 8}) // as above
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(samples)) // as above
	for i := range samples {
		if i%period < period/2 {
			b.WriteByte(128 + 20)
		} else {
			b.WriteByte(128 - 20)
		}
	}
	return b.Bytes()
}

func isWAV(sound []byte) bool {
	return len(sound) > 44 && string(sound[:4]) == "RIFF" && string(sound[8:12]) == "WAVE"
}

// Seconds is how long a WAV sound is, at least one.
func Seconds(sound []byte) int {
	if !isWAV(sound) {
		return 1
	}
	perSecond := int(binary.LittleEndian.Uint32(sound[28:]))
	return max(1, (len(sound)-44)/max(1, perSecond))
}

// firstSeconds cuts a sound off, as the carrier does when the longest time is up.
func firstSeconds(sound []byte, seconds int) []byte {
	if !isWAV(sound) || Seconds(sound) <= seconds {
		return sound
	}
	kept := 44 + seconds*int(binary.LittleEndian.Uint32(sound[28:]))
	cut := append([]byte(nil), sound[:kept]...)
	binary.LittleEndian.PutUint32(cut[4:], uint32(kept-8))
	binary.LittleEndian.PutUint32(cut[40:], uint32(kept-44))
	return cut
}
