package evidence_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"shebao/frontend/locale"
	"shebao/shared/evidence"
	"shebao/shared/fault"
)

// Every kind is told by its content, tells nothing of who made it, and is the same when it is cleaned again.
func TestEveryKindIsCleaned(t *testing.T) {
	for name, c := range map[string]struct {
		kind    evidence.Kind
		content []byte
		removed string
	}{
		"a.jpg": {evidence.JPEG, photo(t, 1), "appended,comment,exif,iptc,xmp"}, "a.png": {evidence.PNG, screenshot(t), "exif,other,text,time"}, "a.pdf": {evidence.PDF, document(), "author,xmp"},
		"a.wav": {evidence.WAV, wav(), "text"}, "a.mp3": {evidence.MP3, mp3(), "appended,text"}, "a.m4a": {evidence.M4A, m4a("soun"), "text"},
		"a.ogg": {evidence.OGG, opus(), "text"}, "b.ogg": {evidence.OGG, vorbis(), "text"}, "a.docx": {evidence.DOCX, letter(t), "author,exif,thumbnail"},
	} {
		f, err := evidence.Check(name, c.content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f.Kind != c.kind || strings.Join(f.Removed, ",") != c.removed || f.Remains {
			t.Errorf("%s: %s, removed %v, remains %v", name, f.Kind, f.Removed, f.Remains)
		}
		if f.SHA256 != sha256.Sum256(f.Content) || f.Original != sha256.Sum256(c.content) {
			t.Errorf("%s: the hashes are not those of the bytes", name)
		}
		if tells(t, f) {
			t.Errorf("%s still tells who made it", name)
		}
		again, err := evidence.Check(f.Name, f.Content)
		if err != nil || !bytes.Equal(again.Content, f.Content) || slices.ContainsFunc(again.Removed, func(s string) bool { return s != "author" && s != "thumbnail" }) {
			t.Errorf("%s cleaned again: %v, removed %v", name, err, again.Removed)
		}
		for _, r := range f.Removed {
			if !locale.Has(locale.Chinese, "evidence.removed."+r) {
				t.Errorf("nobody can read what %q is", r)
			}
		}
	}
}

// tells looks for the secret in the file and, when it is an archive, in its parts.
func tells(t *testing.T, f evidence.File) bool {
	t.Helper()
	if f.Kind != evidence.DOCX && f.Kind != evidence.XLSX {
		return bytes.Contains(f.Content, []byte(secret)) || bytes.Contains(f.Content, []byte(hex.EncodeToString([]byte(secret))))
	}
	z, err := zip.NewReader(bytes.NewReader(f.Content), int64(len(f.Content)))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range z.File {
		r, err := p.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte(secret)) {
			return true
		}
	}
	return false
}

// A photo taken upright stays upright, and its pixels are the same: it was not encoded again.
func TestThePictureIsTheSame(t *testing.T) {
	for orientation := byte(1); orientation <= 8; orientation++ {
		f, err := evidence.Check("x.jpg", photo(t, orientation))
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.Index(f.Content, []byte("Exif\x00\x00"))
		if orientation == 1 && at >= 0 || orientation > 1 && (at < 0 || f.Content[at+6+19] != orientation) {
			t.Errorf("orientation %d was lost", orientation)
		}
		before, err := jpeg.Decode(bytes.NewReader(photo(t, orientation)))
		if err != nil {
			t.Fatal(err)
		}
		after, err := jpeg.Decode(bytes.NewReader(f.Content))
		if err != nil {
			t.Fatal(err)
		}
		if before.At(7, 7) != after.At(7, 7) || before.Bounds() != after.Bounds() {
			t.Error("the picture changed")
		}
	}
	f, err := evidence.Check("x.png", screenshot(t))
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(f.Content))
	if err != nil || m.At(3, 3) != drawing().At(3, 3) {
		t.Errorf("the picture changed: %v", err)
	}
}

// A sheet as Excel's own writers make it is taken and still opens.
func TestASheetStillOpens(t *testing.T) {
	x := excelize.NewFile()
	if err := x.SetDocProps(&excelize.DocProperties{Creator: secret}); err != nil {
		t.Fatal(err)
	}
	if err := x.SetCellValue("Sheet1", "A1", "工资 3 000.00"); err != nil {
		t.Fatal(err)
	}
	b, err := x.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	f, err := evidence.Check("工资表.xlsx", b.Bytes())
	if err != nil || f.Kind != evidence.XLSX || tells(t, f) {
		t.Fatalf("%v, %s", err, f.Kind)
	}
	y, err := excelize.OpenReader(bytes.NewReader(f.Content))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := y.GetCellValue("Sheet1", "A1"); err != nil || v != "工资 3 000.00" {
		t.Errorf("%q, %v", v, err)
	}
}

func TestWhatIsRefusedAndWhy(t *testing.T) {
	js := "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
	zip := string(archive(t, part{"a.txt", "x"}))
	bomb := strings.Repeat("<c>0</c>", 6<<20)
	for _, c := range []struct {
		name    string
		content []byte
		key     string
	}{
		{"a.jpg", nil, "empty"},
		{"a.jpg", make([]byte, evidence.MaxBytes+1), "large"},
		{"a.jpg", document(), "disguised"},
		{"a.pdf", photo(t, 1), "disguised"},
		{"pay.pdf.exe", document(), "disguised"},
		{"a.docx", photo(t, 1), "disguised"},
		{"a.jpg", []byte("MZ\x90\x00 this program"), "type"},
		{"a.jpg", []byte("<html><script>alert(1)</script>"), "type"},
		{"a.svg", []byte("<svg onload='alert(1)'/>"), "type"},
		{"a.zip", []byte(zip), "archive"},
		{"a.docx", []byte(zip), "archive"},
		{"a.doc", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"), "oldoffice"},
		{"a.heic", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), "heic"},
		{"a.amr", []byte("#!AMR\n"), "amr"},
		{"a.m4a", m4a("vide"), "video"},
		{"a.webm", []byte("\x1a\x45\xdf\xa3webm"), "video"},
		{"a.jpg", photo(t, 1)[:400], "broken"},
		{"a.png", screenshot(t)[:200], "broken"},
		{"a.jpg", append(photo(t, 1), zip...), "polyglot"},
		{"a.jpg", append(photo(t, 1), "<script>alert(1)</script>"...), "polyglot"},
		{"a.png", append(screenshot(t), document()...), "polyglot"},
		{"a.pdf", append(document(), zip...), "polyglot"},
		{"a.wav", append(wav(), "<?php x"...), "polyglot"},
		{"a.jpg", withSOF(photo(t, 1), 0xffff, 0xffff), "pixels"},
		{"a.jpg", withSOF(photo(t, 1), 0, 16), "pixels"},
		{"a.png", append(append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", []byte("\x00\x01\x00\x00\x00\x01\x00\x00\x08\x02\x00\x00\x00"))...), chunk("IEND", nil)...), "pixels"},
		{"a.pdf", []byte("%PDF-1.7\nnothing"), "broken"},
		{"a.pdf", []byte("%PDF-1.7\n%%EOF"), "broken"},
		{"a.pdf", pdf("", "<< /Type /Catalog /OpenAction "+js+" >>"), "pdf.script"},
		{"a.pdf", pdf("", "<< /Type /Catalog /OpenAction << /S /J#61vaScript /J#53 (x) >> >>"), "pdf.script"},
		{"a.pdf", pdf("", catalog, stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", deflated("5 0 "+js))), "pdf.script"},
		{"a.pdf", pdf("", catalog, stream("/N 1 /First 4 /Filter [/FlateDecode]", deflated("5 0 "+js))), "pdf.script"},
		{"a.pdf", pdf("", catalog, stream("/Type /ObjStm /N 1 /First 4 /Filter /LZWDecode", "x")), "pdf.hidden"},
		{"a.pdf", pdf("", catalog, stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /DecodeParms << /Predictor 12 >>", deflated("5 0 "+js))), "pdf.hidden"},
		{"a.pdf", pdf("", catalog, stream("", "9 0 obj "+js+" endobj")), "pdf.hidden"},
		{"a.pdf", pdf("", "<< /Type /Catalog /OpenAction << /S /Launch /F (cmd.exe) >> >>"), "pdf.action"},
		{"a.pdf", pdf("", "<< /Type /Catalog /Names << /EmbeddedFiles 3 0 R >> >>"), "pdf.embedded"},
		{"a.pdf", pdf("/Encrypt 9 0 R", catalog), "pdf.encrypted"},
		{"a.pdf", pdf("", catalog, stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", deflated(strings.Repeat(" ", 17<<20)))), "bomb"},
		{"a.docx", letter(t, part{"word/vbaProject.bin", "x"}), "office.macro"},
		{"a.docx", letter(t, part{"word/embeddings/oleObject1.bin", "x"}), "office.embedded"},
		{"a.docx", letter(t, part{"word/_rels/document.xml.rels", `<Relationships><Relationship Type="http://x/attachedTemplate" TargetMode="External" Target="http://x"/></Relationships>`}), "office.external"},
		{"a.docx", letter(t, part{"word/big.xml", bomb}), "bomb"},
		{"a.docx", letter(t, part{"WORD/document.xml", "x"}), "broken"},
		{"a.docx", letter(t, part{"../../etc/passwd", "x"}), "broken"},
	} {
		_, err := evidence.Check(c.name, c.content)
		f := fault.Of(err)
		if f == nil || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Key != "evidence.fault."+c.key {
			t.Errorf("%s (%d bytes) should be refused as %s: %v", c.name, len(c.content), c.key, err)
			continue
		}
		if !locale.Has(locale.Chinese, f.Fields[0].Key) {
			t.Errorf("nobody can read %s", f.Fields[0].Key)
		}
	}
}

// withSOF gives a JPEG other dimensions.
func withSOF(b []byte, height, width int) []byte {
	at := bytes.Index(b, []byte{0xff, 0xc0, 0x00, 0x11})
	b[at+5], b[at+6], b[at+7], b[at+8] = byte(height>>8), byte(height), byte(width>>8), byte(width)
	return b
}

// A signed PDF is evidence as it is: not one byte changes, and it says that it still tells its author.
func TestASignedDocumentIsLeftAlone(t *testing.T) {
	signed := pdf("/Info 4 0 R", catalog, tree, page, "<< /Author ("+secret+") >>", "<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>")
	f, err := evidence.Check("a.pdf", signed)
	if err != nil || !f.Remains || !bytes.Equal(f.Content, bytes.TrimSpace(signed)) {
		t.Errorf("%v, remains %v", err, f.Remains)
	}
}

// A packed XMP stream becomes blanks of the same length that still unpack.
func TestPackedMetadataIsBlanked(t *testing.T) {
	b := pdf("", catalog, tree, page, stream("/Type /Metadata /Subtype /XML /Filter /FlateDecode", deflated(strings.Repeat(secret+"#", 50)+string(bytes.Repeat([]byte{1, 9, 3}, 99)))))
	f, err := evidence.Check("a.pdf", b)
	if err != nil || f.Remains || !slices.Equal(f.Removed, []string{"xmp"}) || len(f.Content) != len(bytes.TrimSpace(b)) {
		t.Errorf("%v, %v, remains %v", err, f.Removed, f.Remains)
	}
	packed := pdf("/Info 5 0 R", catalog, tree, page, stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", deflated("5 0 << /Author ("+secret+") >>")))
	if f, err := evidence.Check("a.pdf", packed); err != nil || !f.Remains {
		t.Errorf("an author in an object stream: %v, remains %v", err, f.Remains)
	}
}

func TestNamesCannotLie(t *testing.T) {
	for given, want := range map[string]string{
		"工资条.JPG": "工资条.jpg", `C:\Users\me\a.jpg`: "a.jpg", "../../etc/passwd.jpg": "passwd.jpg", "": "file.jpg", ".jpg": "file.jpg", "a\u202egpj.jpg": "agpj.jpg",
		"<script>.jpg": "_script_.jpg", "a\r\nSet-Cookie: x.jpg": "a Set-Cookie_ x.jpg", "wechat.png": "wechat.jpg", "no extension": "no extension.jpg", "第1.5版 说明": "第1.5版 说明.jpg",
		strings.Repeat("长", 300) + ".jpg": strings.Repeat("长", 60) + ".jpg",
	} {
		f, err := evidence.Check(given, photo(t, 1))
		if err != nil || f.Name != want {
			t.Errorf("%q became %q, want %q: %v", given, f.Name, want, err)
		}
	}
}

func TestTogether(t *testing.T) {
	if err := evidence.CheckTotal(evidence.MaxFiles, evidence.MaxTotal); err != nil {
		t.Error(err)
	}
	if f := fault.Of(evidence.CheckTotal(evidence.MaxFiles+1, 1)); f == nil || f.Fields[0].Key != "evidence.fault.count" {
		t.Error(f)
	}
	if f := fault.Of(evidence.CheckTotal(1, evidence.MaxTotal+1)); f == nil || f.Fields[0].Key != "evidence.fault.total" {
		t.Error(f)
	}
}

// Whatever comes in: no panic, and what is taken is taken again unchanged.
func FuzzCheck(f *testing.F) {
	for _, b := range [][]byte{photo(f, 6), screenshot(f), document(), wav(), mp3(), m4a("soun"), opus(), vorbis(), letter(f)} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := evidence.Check("x", b)
		if err != nil {
			if fault.Of(err).Kind != fault.Invalid {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		again, err := evidence.Check(first.Name, first.Content)
		if err != nil || again.SHA256 != first.SHA256 {
			t.Fatalf("a cleaned %s is not stable: %v", first.Kind, err)
		}
	})
}
