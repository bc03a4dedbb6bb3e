package evidence

import (
	"bytes"
	"encoding/binary"
)

// isM4A: an ISO base media file that is neither a photo (HEIC) nor a film; whether it has a picture track is seen when it is read.
func isM4A(b []byte) bool {
	if len(b) < 16 || string(b[4:8]) != "ftyp" {
		return false
	}
	brand := string(b[8:12])
	for _, known := range []string{"M4A ", "M4B ", "mp41", "mp42", "isom", "iso2", "iso5", "iso6", "3gp4", "3gp5", "3gp6", "dash"} {
		if brand == known {
			return true
		}
	}
	return false
}

// mostBoxes bounds the work that one file can ask for.
const mostBoxes = 10000

// boxes walks an ISO base media file (ISO/IEC 14496-12) in place: nothing moves, so that the offsets in its tables stay true.
type boxes struct {
	content []byte
	removed bool
	count   int
	audio   bool
	moov    bool
	mdat    bool
}

// cleanM4A turns boxes of metadata (place, device, titles) into empty ones of the same length, and the times of making to zero.
func cleanM4A(b []byte) (cleaned, error) {
	w := boxes{content: bytes.Clone(b)}
	end, err := w.walk(0, len(b), 0)
	if err != nil {
		return cleaned{}, err
	}
	if !w.moov || !w.mdat || !w.audio {
		return cleaned{}, refuse("evidence.fault.broken")
	}
	c := cleaned{content: w.content[:end], tail: b[end:]}
	if w.removed {
		c.removed = []string{"text"}
	}
	return c, nil
}

// walk looks at the boxes between two places and returns where the last whole one ends; only at the top may something stand behind it.
func (w *boxes) walk(at, end, depth int) (int, error) {
	for at+8 <= end {
		if w.count++; w.count > mostBoxes || depth > 8 {
			return at, refuse("evidence.fault.broken")
		}
		size, head := int64(binary.BigEndian.Uint32(w.content[at:])), 8
		switch {
		case size == 1 && at+16 <= end:
			long := binary.BigEndian.Uint64(w.content[at+8:])
			if long > MaxBytes {
				return at, refuse("evidence.fault.broken")
			}
			size, head = int64(long), 16
		case size == 0 && depth == 0:
			size = int64(end - at)
		}
		if size < int64(head) || size > int64(end-at) {
			if depth == 0 && w.moov && w.mdat {
				return at, nil
			}
			return at, refuse("evidence.fault.broken")
		}
		if err := w.box(string(w.content[at+4:at+8]), at, at+head, at+int(size), depth); err != nil {
			return at, err
		}
		at += int(size)
	}
	if at != end && depth > 0 {
		w.wipe(at, end)
	}
	return at, nil
}

func (w *boxes) box(kind string, at, body, end, depth int) error {
	switch kind {
	case "moov", "trak", "mdia", "minf", "dinf", "stbl", "moof", "traf", "mvex", "edts":
		w.moov = w.moov || kind == "moov" && depth == 0
		_, err := w.walk(body, end, depth+1)
		return err
	case "mdat":
		w.mdat = true
	case "hdlr":
		if end-body < 12 {
			return refuse("evidence.fault.broken")
		}
		switch string(w.content[body+8 : body+12]) {
		case "soun":
			w.audio = true
		case "vide", "pict", "auxv":
			return refuse("evidence.fault.video")
		}
		w.wipe(min(body+24, end), end) // the name of the program that made it
	case "mvhd", "tkhd", "mdhd":
		times := 8 // creation and modification, 32 bits each; 64 in version 1
		if end-body > 4 && w.content[body] == 1 {
			times = 16
		}
		w.wipe(min(body+4, end), min(body+4+times, end))
	case "ftyp", "styp", "sidx", "mfra", "tfra", "mfro", "mfhd", "trex", "mehd", "tfhd", "tfdt", "trun", "elst", "tref", "smhd", "nmhd", "sthd", "dref", "url ", "urn ",
		"stsd", "stts", "ctts", "stsc", "stsz", "stz2", "stco", "co64", "stss", "sgpd", "sbgp", "sdtp", "subs", "saiz", "saio":
	default: // udta, meta, uuid, free, skip, wide and everything that is not sound
		if kind != "free" {
			w.removed = true
		}
		copy(w.content[at+4:], "free")
		clear(w.content[body:end])
	}
	return nil
}

// wipe zeroes bytes and notes when there was something.
func (w *boxes) wipe(from, to int) {
	for i := from; i < to; i++ {
		if w.content[i] != 0 {
			w.removed = true
			w.content[i] = 0
		}
	}
}
