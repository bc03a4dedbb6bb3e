package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// writer puts objects together: streams stand in the file as they are, everything else goes into one compressed object stream (ISO 32000-1, 7.5.7).
type writer struct {
	file    *File
	out     []byte
	offsets []int    // of streams, by number
	plain   [][]byte // of the others, by number
	zip     *zlib.Writer
	buffer  bytes.Buffer
}

// reserve gives the next object its number.
func (w *writer) reserve() int {
	w.offsets, w.plain = append(w.offsets, 0), append(w.plain, nil)
	return len(w.offsets) - 1
}

func (w *writer) set(n int, format string, args ...any) {
	w.plain[n] = fmt.Appendf(nil, format, args...)
}

func (w *writer) add(format string, args ...any) int {
	n := w.reserve()
	w.set(n, format, args...)
	return n
}

func (w *writer) deflate(content []byte) []byte {
	w.buffer.Reset()
	if w.zip == nil {
		w.zip = zlib.NewWriter(&w.buffer)
	} else {
		w.zip.Reset(&w.buffer)
	}
	_, _ = w.zip.Write(content) // into memory: cannot fail
	_ = w.zip.Close()
	return w.buffer.Bytes()
}

// stream writes one at once; dict is what stands beside its length.
func (w *writer) stream(n int, dict string, content []byte, compress bool) {
	if compress {
		dict, content = dict+"/Filter/FlateDecode", w.deflate(content)
	}
	w.offsets[n] = len(w.out)
	w.out = fmt.Appendf(w.out, "%d 0 obj\n<<%s/Length %d>>stream\n", n, dict, len(content))
	w.out = append(w.out, content...)
	w.out = append(w.out, "\nendstream\nendobj\n"...)
}

// Bytes is the finished file; signed when there is a signer. Errors: a file without pages, and the signer's.
func (f *File) Bytes(s *Signer) ([]byte, error) {
	if len(f.pages) == 0 {
		return nil, errors.New("pdf: no pages")
	}
	w := &writer{file: f, out: []byte("%PDF-1.7\n%\xE7\xA4\xBE\xE4\xBF\x9D\n")}
	w.reserve() // object 0 is never used
	catalog, pages, info, metadata := w.reserve(), w.reserve(), w.reserve(), w.reserve()
	var fonts strings.Builder
	for i, face := range f.faces {
		if len(face.glyphs) > 1 {
			fmt.Fprintf(&fonts, "/F%d %d 0 R", i, w.font(face))
		}
	}
	numbers := make([]int, len(f.pages))
	for i := range numbers {
		numbers[i] = w.reserve()
	}
	signature, field := w.signature(s, numbers[0])
	kids := w.pages(pages, numbers, fonts.String(), field)
	w.set(pages, "<</Type/Pages/Count %d/Kids[%s]>>", len(numbers), kids)
	tree := w.structure(numbers)
	date := f.info.Created.UTC()
	w.set(info, "<</Title%s/Author%s/Subject%s/Producer(shebao)/CreationDate(%s)/ModDate(%s)>>", text(f.info.Title), text(f.info.Author), text(f.info.Subject), pdfDate(date), pdfDate(date))
	w.stream(metadata, "/Type/Metadata/Subtype/XML", f.xmp(date), false)
	forms := ""
	if field != 0 {
		forms = fmt.Sprintf("/AcroForm<</Fields[%d 0 R]/SigFlags 3>>", field)
	}
	w.set(catalog, "<</Type/Catalog/Pages %d 0 R/Metadata %d 0 R/Lang%s/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R/ViewerPreferences<</DisplayDocTitle true>>%s>>", pages, metadata, text(f.info.Lang), tree, forms)
	placed := w.placeSignature(s, signature, date)
	w.finish(catalog, info)
	if s == nil {
		return w.out, nil
	}
	return w.out, s.fill(w.out, placed)
}

// pages writes every page and returns their references.
func (w *writer) pages(parent int, numbers []int, fonts string, field int) string {
	var kids strings.Builder
	for i, p := range w.file.pages {
		p.End()
		content := w.reserve()
		w.stream(content, "", p.content, true)
		annotations := ""
		if i == 0 && field != 0 {
			annotations = fmt.Sprintf("/Annots[%d 0 R]", field)
		}
		w.set(numbers[i], "<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s%s]/Resources<</Font<<%s>>>>/Contents %d 0 R/StructParents %d/Tabs/S%s>>",
			parent, number(nil, p.width), number(nil, p.height), fonts, content, i, annotations)
		fmt.Fprintf(&kids, "%d 0 R ", numbers[i])
	}
	return kids.String()
}

// structure writes the tree of elements and, page by page, which element each mark belongs to.
func (w *writer) structure(pages []int) int {
	root := w.reserve()
	at := map[*Page]int{}
	for i, p := range w.file.pages {
		at[p] = pages[i]
	}
	w.number(w.file.root)
	w.element(w.file.root, root, at)
	var parents strings.Builder
	for i, p := range w.file.pages {
		fmt.Fprintf(&parents, "%d[", i)
		for _, e := range p.marks {
			fmt.Fprintf(&parents, "%d 0 R ", e.object)
		}
		parents.WriteString("]")
	}
	w.set(root, "<</Type/StructTreeRoot/K %d 0 R/ParentTree<</Nums[%s]>>/ParentTreeNextKey %d>>", w.file.root.object, parents.String(), len(pages))
	return root
}

func (w *writer) number(e *Element) {
	e.object = w.reserve()
	for _, k := range e.kids {
		if k.element != nil {
			w.number(k.element)
		}
	}
}

func (w *writer) element(e *Element, parent int, at map[*Page]int) {
	var b []byte
	b = fmt.Appendf(b, "<</Type/StructElem/S/%s/P %d 0 R", e.kind, parent)
	if e.attrs != "" {
		b = fmt.Appendf(b, "/A<<%s>>", e.attrs)
	}
	if e.alt != "" {
		b = fmt.Appendf(b, "/Alt%s", text(e.alt))
	}
	var home *Page
	for _, k := range e.kids {
		if k.page != nil {
			home = k.page
			b = fmt.Appendf(b, "/Pg %d 0 R", at[home])
			break
		}
	}
	b = append(b, "/K["...)
	for _, k := range e.kids {
		switch {
		case k.element != nil:
			b = fmt.Appendf(b, "%d 0 R ", k.element.object)
			w.element(k.element, e.object, at)
		case k.page == home:
			b = fmt.Appendf(b, "%d ", k.mark)
		default:
			b = fmt.Appendf(b, "<</Type/MCR/Pg %d 0 R/MCID %d>>", at[k.page], k.mark)
		}
	}
	w.plain[e.object] = append(b, "]>>"...)
}

// font writes a face: the composite font, its descendant, the outlines and what the glyphs say.
func (w *writer) font(face *face) int {
	file := face.file() // numbers the parts too
	f := face.font
	sum := sha256.Sum256(file)
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	name := string(tag) + "+" + f.name
	program, meaning := w.reserve(), w.reserve()
	w.stream(program, fmt.Sprintf("/Length1 %d", len(file)), file, true)
	w.stream(meaning, "", face.meaning(), true)
	descriptor := w.add("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %d 0 R>>",
		name, f.box[0], f.box[1], f.box[2], f.box[3], f.ascent, f.descent, f.capHeight, program)
	var widths []byte
	for _, glyph := range face.glyphs {
		widths = append(strconv.AppendInt(widths, int64(f.advance(glyph)), 10), ' ')
	}
	descendant := w.add("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/CIDToGIDMap/Identity/FontDescriptor %d 0 R/W[0[%s]]>>",
		name, descriptor, widths)
	return w.add("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", name, descendant, meaning)
}

// meaning is the ToUnicode map, UTF-16 as it demands: two units for a character beyond U+FFFF.
func (f *face) meaning() []byte {
	b := []byte("/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n1 begincodespacerange <0000><FFFF> endcodespacerange\n")
	var said []int
	for i, r := range f.texts {
		if r != 0 {
			said = append(said, i)
		}
	}
	for len(said) > 0 {
		n := min(len(said), 100) // more in one block is against the rules of CMap files
		b = fmt.Appendf(b, "%d beginbfchar\n", n)
		for _, i := range said[:n] {
			b = append(hex16(append(b, '<'), uint16(i)), "><"...)
			for _, unit := range utf16.Encode([]rune{f.texts[i]}) {
				b = hex16(b, unit)
			}
			b = append(b, ">\n"...)
		}
		b = append(b, "endbfchar\n"...)
		said = said[n:]
	}
	return append(b, "endcmap CMapName currentdict/CMap defineresource pop end end\n"...)
}

// finish writes the object stream, the table of contents and the identity, which is the content's hash.
func (w *writer) finish(catalog, info int) {
	packed := w.reserve()
	contents := w.reserve()
	var head, body []byte
	inside, n := map[int]int{}, 0
	for i, object := range w.plain {
		if object != nil {
			head = fmt.Appendf(head, "%d %d ", i, len(body))
			body = append(append(body, object...), '\n')
			inside[i], n = n, n+1
		}
	}
	w.stream(packed, fmt.Sprintf("/Type/ObjStm/N %d/First %d", n, len(head)), append(head, body...), true)
	start := len(w.out)
	w.offsets[contents] = start
	var entries []byte
	for i := range w.offsets {
		kind, at, index := byte(1), uint32(w.offsets[i]), uint16(0)
		if place, ok := inside[i]; ok {
			kind, at, index = 2, uint32(packed), uint16(place)
		} else if i == 0 {
			kind, at, index = 0, 0, 0xFFFF
		}
		entries = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(append(entries, kind), at), index)
	}
	sum := sha256.Sum256(w.out)
	id := hex.EncodeToString(sum[:16])
	w.stream(contents, fmt.Sprintf("/Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]", len(w.offsets), catalog, info, id, id), entries, true)
	w.out = fmt.Appendf(w.out, "startxref\n%d\n%%%%EOF\n", start)
}

// xmp says the same as the information dictionary, for archives.
func (f *File) xmp(date time.Time) []byte {
	escaped := func(s string) string {
		var b bytes.Buffer
		_ = xml.EscapeText(&b, []byte(s)) // into memory: cannot fail
		return b.String()
	}
	day := date.Format("2006-01-02T15:04:05Z")
	return fmt.Appendf(nil, `<?xpacket begin="`+"\uFEFF"+`" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:format>application/pdf</dc:format><dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator><dc:description><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:description><dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>%s</xmp:CreateDate><xmp:ModifyDate>%s</xmp:ModifyDate><pdf:Producer>shebao</pdf:Producer>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>`, escaped(f.info.Title), escaped(f.info.Author), escaped(f.info.Subject), escaped(f.info.Lang), day, day)
}

func pdfDate(t time.Time) string { return t.Format("D:20060102150405Z") }

// text is a text string: in parentheses when it is plain, else UTF-16 in hexadecimal.
func text(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' || s[i] == '(' || s[i] == ')' || s[i] == '\\' {
			plain = false
		}
	}
	if plain {
		return "(" + s + ")"
	}
	b := []byte("<FEFF")
	for _, unit := range utf16.Encode([]rune(s)) {
		b = hex16(b, unit)
	}
	return string(append(b, '>'))
}
