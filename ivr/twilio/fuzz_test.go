package twilio

import (
	"encoding/binary"
	"testing"
)

// A file that is taken for a recording is a whole WAV file of the length that it says.
func FuzzRecording(f *testing.F) {
	sample := append([]byte("RIFF\x34\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x10\x00\x00\x00"), make([]byte, 16)...)
	f.Add(sample, int64(len(sample)), 0)
	f.Add(sample[:44], int64(-1), 3)
	f.Add([]byte("RIFF"), int64(4), 0)
	f.Add([]byte{}, int64(0), -1)
	f.Fuzz(func(t *testing.T, sound []byte, announced int64, seconds int) {
		if whole(sound, announced, seconds) != nil {
			return
		}
		if len(sound) < 44 || string(sound[:4]) != "RIFF" || int(binary.LittleEndian.Uint32(sound[4:]))+8 != len(sound) || announced >= 0 && announced != int64(len(sound)) {
			t.Errorf("%d bytes of %d are taken for a recording", len(sound), announced)
		}
	})
}
