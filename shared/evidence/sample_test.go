package evidence_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// secret stands wherever a file can tell who made it; no cleaned file may hold it.
const secret = "Ye-Sushi-30.7461N-120.7551E"

func drawing() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 24, 16))
	for x := range 24 {
		for y := range 16 {
			m.Set(x, y, color.RGBA{uint8(10 * x), uint8(15 * y), 90, 255})
		}
	}
	return m
}

// exif is a TIFF directory with an orientation and a maker.
func exif(orientation byte) []byte {
	b := []byte("Exif\x00\x00II\x2a\x00\x08\x00\x00\x00\x02\x00")
	b = append(b, 0x0f, 0x01, 2, 0, byte(len(secret)), 0, 0, 0, 38, 0, 0, 0)
	b = append(b, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0)
	return append(b, secret...)
}

func segment(mark byte, body []byte) []byte {
	return append([]byte{0xff, mark, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

// photo is a JPEG as a telephone makes it: Exif, XMP, IPTC, a comment, and a short film behind its end.
func photo(t testing.TB, orientation byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, drawing(), nil); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	out := append([]byte{}, plain[:2]...)
	out = append(out, segment(0xe1, exif(orientation))...)
	out = append(out, segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x>"+secret+"</x>"))...)
	out = append(out, segment(0xed, []byte("Photoshop 3.0\x00"+secret))...)
	out = append(out, segment(0xfe, []byte(secret))...)
	return append(append(out, plain[2:]...), "\x00\x00\x00\x18ftypmp42"+secret...)
}

func chunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func screenshot(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, drawing()); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	out := append([]byte{}, plain[:33]...) // signature and IHDR
	out = append(out, chunk("eXIf", exif(6)[6:])...)
	out = append(out, chunk("tEXt", []byte("Author\x00"+secret))...)
	out = append(out, chunk("tIME", []byte{7, 234, 11, 24, 1, 2, 3})...)
	out = append(out, chunk("prVt", []byte(secret))...)
	return append(out, plain[33:]...)
}

// pdf joins objects with a table of offsets; objects are numbered from 1.
func pdf(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, xref)
	return b.Bytes()
}

func stream(dictionary, body string) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dictionary, len(body), body)
}

func deflated(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // into memory
	_ = w.Close()
	return b.String()
}

const (
	catalog = "<< /Type /Catalog /Pages 2 0 R >>"
	tree    = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
	page    = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Resources << >> >>"
)

func document() []byte {
	return pdf("/Info 5 0 R", catalog, tree, page, stream("/Type /Metadata /Subtype /XML", "<x:xmpmeta>"+secret+"</x:xmpmeta>"),
		"<< /Author ("+secret+") /Note (\\("+secret+"\\)) /Creator <"+fmt.Sprintf("%x", secret)+"> /Title 6 0 R >>", "("+secret+")")
}

func wav() []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00")
	note := secret + " "
	b = append(binary.LittleEndian.AppendUint32(append(b, "LIST"...), uint32(len(note))), note...)
	b = append(binary.LittleEndian.AppendUint32(append(b, "data"...), 160), bytes.Repeat([]byte{0x80}, 160)...)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

func mp3() []byte {
	tag := "TPE1" + secret
	b := append([]byte("ID3\x04\x00\x00\x00\x00\x00"), byte(len(tag)))
	b = append(b, tag...)
	for range 5 {
		frame := make([]byte, 144*128*1000/44100)
		copy(frame, "\xff\xfb\x90\x00")
		b = append(b, frame...)
	}
	return append(b, ("TAG" + secret + strings.Repeat("\x00", 128))[:128]...)
}

func box(kind string, body ...string) string {
	all := strings.Join(body, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(all)+8))) + kind + all
}

func m4a(handler string) []byte {
	full := "\x00\x00\x00\x00"
	return []byte(box("ftyp", "M4A \x00\x00\x00\x00M4A ") +
		box("moov", box("mvhd", full, "\x12\x34\x56\x78\x12\x34\x56\x79", strings.Repeat("\x00", 88)),
			box("trak", box("mdia", box("hdlr", full, "\x00\x00\x00\x00", handler, strings.Repeat("\x00", 12), secret+"\x00"), box("minf", box("stbl", box("stsd", full, full))))),
			box("udta", box("\xa9xyz", secret))) +
		box("mdat", strings.Repeat("\x21", 200)))
}

// oggPages makes a stream of one packet a page; sums are not set.
func oggPages(packets ...string) []byte {
	var b []byte
	for i, p := range packets {
		flags := byte(0)
		if i == 0 {
			flags = 2
		}
		b = append(b, "OggS\x00"...)
		b = append(b, flags, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, byte(i), 0, 0, 0, 0, 0, 0, 0, byte(len(p)/255+1))
		for range len(p) / 255 {
			b = append(b, 255)
		}
		b = append(append(b, byte(len(p)%255)), p...)
	}
	return b
}

func opus() []byte {
	tags := "OpusTags\x04\x00\x00\x00test\x01\x00\x00\x00" + string(rune(len(secret))) + "\x00\x00\x00" + secret + strings.Repeat("\x00", 300)
	return oggPages("OpusHead\x01\x01\x00\x00\x80\xbb\x00\x00\x00\x00\x00", tags, strings.Repeat("\xfc", 40))
}

func vorbis() []byte {
	tags := "\x03vorbis\x04\x00\x00\x00test\x01\x00\x00\x00" + string(rune(len(secret))) + "\x00\x00\x00" + secret + "\x01"
	return oggPages("\x01vorbis"+strings.Repeat("\x00", 23), tags, "\x05vorbis"+strings.Repeat("\x07", 50), strings.Repeat("\x07", 50))
}

type part struct{ name, content string }

func archive(t testing.TB, parts ...part) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		f, err := w.Create(p.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(p.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func letter(t testing.TB, more ...part) []byte {
	return archive(t, append([]part{{"[Content_Types].xml", "<Types/>"}, {"_rels/.rels", "<Relationships/>"}, {"word/document.xml", "<w:document>工资条</w:document>"},
		{"docProps/core.xml", "<x>" + secret + "</x>"}, {"docProps/app.xml", "<x>" + secret + "</x>"}, {"docProps/thumbnail.jpeg", secret}, {"word/media/a.jpg", string(photo(t, 1))}}, more...)...)
}
