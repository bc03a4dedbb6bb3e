package evidence

import (
	"bytes"
	"encoding/binary"
)

// unknown is the message key for content that is none of the kinds: the likely mistakes get their own advice.
func unknown(b []byte) string {
	switch {
	case len(b) >= 12 && string(b[4:8]) == "ftyp" && heic(string(b[8:12])):
		return "evidence.fault.heic"
	case len(b) >= 12 && string(b[4:8]) == "ftyp", bytes.HasPrefix(b, []byte("\x1a\x45\xdf\xa3")):
		return "evidence.fault.video"
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return "evidence.fault.oldoffice" // old Office files and password-protected new ones: both may hold macros that cannot be seen
	case bytes.HasPrefix(b, []byte("#!AMR")), bytes.HasPrefix(b, []byte("\x02#!SILK")):
		return "evidence.fault.amr"
	}
	for _, archive := range []string{"PK\x03\x04", "PK\x05\x06", "Rar!", "7z\xbc\xaf\x27\x1c", "\x1f\x8b", "\xfd7zXZ"} {
		if bytes.HasPrefix(b, []byte(archive)) {
			return "evidence.fault.archive"
		}
	}
	return "evidence.fault.type"
}

func heic(brand string) bool {
	switch brand {
	case "heic", "heix", "hevc", "hevx", "mif1", "msf1", "heim", "heis", "avif", "avis":
		return true
	}
	return false
}

// signatures of what must not hide behind a picture's end. A short film there is common (moving photos) and is just cut off.
var signatures = [][]byte{
	[]byte("%PDF-"), []byte("PK\x03\x04"), []byte("PK\x05\x06"), []byte("Rar!\x1a\x07"), []byte("7z\xbc\xaf\x27\x1c"), []byte("\x7fELF"), []byte("MZ\x90\x00"),
	[]byte("<script"), []byte("<html"), []byte("<!doctype html"), []byte("<?php"), []byte("#!/"), []byte("\xca\xfe\xba\xbe\x00"),
}

// foreign finds a second file in what was cut off.
func foreign(tail []byte) bool {
	lower := bytes.ToLower(tail)
	for _, s := range signatures {
		if bytes.Contains(lower, bytes.ToLower(s)) {
			return true
		}
	}
	return false
}

// endRecord is the fixed length of a ZIP archive's last record; behind it stands at most a comment of 64 KiB.
const endRecord = 22

// alsoZIP finds an archive's end within the cleaned file: unpackers read from the end, so that a picture can be an archive as well.
func alsoZIP(b []byte) bool {
	from := max(0, len(b)-endRecord-0xffff)
	for at := bytes.LastIndex(b, []byte("PK\x05\x06")); at >= from; at = bytes.LastIndex(b[:at], []byte("PK\x05\x06")) {
		if at+endRecord <= len(b) && int64(binary.LittleEndian.Uint32(b[at+16:])) < int64(len(b)) {
			return true
		}
	}
	return false
}

// alsoPage finds the beginning of a web page or script where a careless browser would look for one.
func alsoPage(b []byte) bool {
	head := bytes.ToLower(b[:min(len(b), 1024)])
	for _, s := range []string{"<script", "<html", "<!doctype", "<svg", "<iframe", "<body", "<?php"} {
		if bytes.Contains(head, []byte(s)) {
			return true
		}
	}
	return false
}
