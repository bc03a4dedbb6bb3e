// Package pdftest reads the files of shared/pdf back, for tests and for who compares figures: what a reader would select and copy, and what the signature covers. It follows the file's own
// table of contents, so that a wrong table fails too.
package pdftest

import (
	"bytes"
	"compress/zlib"
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Judge is told what is not as it must be, and ends the reading: a test, or who compares.
type Judge interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// File is a file read back.
type File struct {
	t       Judge
	raw     []byte
	objects map[int]object
	Trailer string // the dictionary of the table of contents
}

type object struct {
	dict    string
	content []byte // of a stream, inflated
}

// Open reads a file; what is not as it must be is the judge's.
func Open(t Judge, raw []byte) *File {
	t.Helper()
	f := &File{t: t, raw: raw, objects: map[int]object{}}
	tail := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(raw)
	if tail == nil {
		t.Fatal("pdf: no end")
	}
	start, _ := strconv.Atoi(string(tail[1]))
	_, contents := f.at(start)
	f.Trailer = contents.dict
	var packed []int
	for n := 0; n*7 < len(contents.content); n++ {
		entry := contents.content[n*7:]
		at := int(binary.BigEndian.Uint32(entry[1:]))
		switch entry[0] {
		case 1:
			number, o := f.at(at)
			if number != n {
				t.Fatalf("pdf: object %d stands where %d should", number, n)
			}
			f.objects[n] = o
		case 2:
			packed = append(packed, at)
		}
	}
	for _, n := range packed {
		f.unpack(f.objects[n])
	}
	return f
}

var header = regexp.MustCompile(`^(\d+) 0 obj\n`)

func (f *File) at(offset int) (int, object) {
	f.t.Helper()
	head := header.FindSubmatch(f.raw[offset:])
	if head == nil {
		f.t.Fatalf("pdf: no object at %d", offset)
	}
	n, _ := strconv.Atoi(string(head[1]))
	body := f.raw[offset+len(head[0]):]
	length := regexp.MustCompile(`^<<(?s:(.*?))/Length (\d+)>>stream\n`).FindSubmatchIndex(body)
	end := bytes.Index(body, []byte("endobj"))
	if length == nil || length[0] > end {
		return n, object{dict: string(body[:end])}
	}
	size, _ := strconv.Atoi(string(body[length[4]:length[5]]))
	content := body[length[1] : length[1]+size]
	if !bytes.HasPrefix(body[length[1]+size:], []byte("\nendstream\nendobj\n")) {
		f.t.Fatalf("pdf: object %d has a wrong length", n)
	}
	dict := string(body[length[2]:length[3]])
	if strings.Contains(dict, "/FlateDecode") {
		unzip, err := zlib.NewReader(bytes.NewReader(content))
		if err != nil {
			f.t.Fatalf("pdf: object %d: %v", n, err)
		}
		if content, err = io.ReadAll(unzip); err != nil {
			f.t.Fatalf("pdf: object %d: %v", n, err)
		}
	}
	return n, object{dict, content}
}

func (f *File) unpack(packed object) {
	first := number(packed.dict, "/First ")
	words := strings.Fields(string(packed.content[:first]))
	for i := 0; i+1 < len(words); i += 2 {
		n, _ := strconv.Atoi(words[i])
		from, _ := strconv.Atoi(words[i+1])
		to := len(packed.content) - first
		if i+3 < len(words) {
			to, _ = strconv.Atoi(words[i+3])
		}
		f.objects[n] = object{dict: string(packed.content[first+from : first+to])}
	}
}

func number(dict, key string) int {
	_, rest, _ := strings.Cut(dict, key)
	n, _ := strconv.Atoi(regexp.MustCompile(`^\d+`).FindString(rest))
	return n
}

var reference = regexp.MustCompile(`(\d+) 0 R`)

// Catalog is the document's own dictionary.
func (f *File) Catalog() string { return f.objects[number(f.Trailer, "/Root ")].dict }

// Info is the information dictionary.
func (f *File) Info() string { return f.objects[number(f.Trailer, "/Info ")].dict }

// Metadata is the XMP packet.
func (f *File) Metadata() string {
	return string(f.objects[number(f.Catalog(), "/Metadata ")].content)
}

// Kinds counts the structure's elements by kind.
func (f *File) Kinds() map[string]int {
	kinds := map[string]int{}
	for _, o := range f.objects {
		if _, rest, ok := strings.Cut(o.dict, "/Type/StructElem/S/"); ok {
			kinds[regexp.MustCompile(`^\w+`).FindString(rest)]++
		}
	}
	return kinds
}

// Pages are the pages' texts as a reader would copy them, a line for each piece of text.
func (f *File) Pages() []string {
	f.t.Helper()
	var pages []string
	_, kids, _ := strings.Cut(f.objects[number(f.Catalog(), "/Pages ")].dict, "/Kids[")
	for _, kid := range reference.FindAllStringSubmatch(kids, -1) {
		n, _ := strconv.Atoi(kid[1])
		page := f.objects[n]
		pages = append(pages, f.text(page.dict, f.objects[number(page.dict, "/Contents ")].content))
	}
	return pages
}

// Text is all pages' text without spaces and line ends: what is printed, however it is broken into lines.
func (f *File) Text() string {
	return strings.NewReplacer("\n", "", " ", "", "\u00a0", "").Replace(strings.Join(f.Pages(), ""))
}

var shown = regexp.MustCompile(`/(F\d+) [\d.]+ Tf <([0-9A-F]*)> Tj|\nBT `)

func (f *File) text(page string, content []byte) string {
	f.t.Helper()
	fonts := map[string]map[uint16]string{}
	for _, font := range regexp.MustCompile(`/(F\d+) (\d+) 0 R`).FindAllStringSubmatch(page, -1) {
		n, _ := strconv.Atoi(font[2])
		fonts[font[1]] = meaning(f.objects[number(f.objects[n].dict, "/ToUnicode ")].content)
	}
	var b strings.Builder
	for _, m := range shown.FindAllStringSubmatch("\n"+string(content), -1) {
		if m[1] == "" {
			b.WriteByte('\n')
			continue
		}
		codes, _ := hex.DecodeString(m[2])
		for ; len(codes) >= 2; codes = codes[2:] {
			says, ok := fonts[m[1]][binary.BigEndian.Uint16(codes)]
			if !ok {
				f.t.Fatalf("pdf: glyph %x of %s says nothing", codes[:2], m[1])
			}
			b.WriteString(says)
		}
	}
	return b.String()
}

func meaning(cmap []byte) map[uint16]string {
	says := map[uint16]string{}
	for _, m := range regexp.MustCompile(`(?m)^<([0-9A-F]{4})><([0-9A-F]+)>$`).FindAllStringSubmatch(string(cmap), -1) {
		code, _ := strconv.ParseUint(m[1], 16, 16)
		b, _ := hex.DecodeString(m[2])
		var units []uint16
		for ; len(b) >= 2; b = b[2:] {
			units = append(units, binary.BigEndian.Uint16(b))
		}
		says[uint16(code)] = string(utf16.Decode(units))
	}
	return says
}

// Signature is what the file's signature covers and the signature itself, DER; ok is false for an unsigned file. All but the signature's own place must be covered.
func (f *File) Signature() (covered, signature []byte, ok bool) {
	f.t.Helper()
	covered, signature, ok = Cover(f.raw)
	if !ok && bytes.Contains(f.raw, []byte("/Type/Sig/")) {
		f.t.Fatal("pdf: the signature does not cover the file")
	}
	return covered, signature, ok
}

// Cover is Signature for a file that may be damaged.
func Cover(raw []byte) (covered, signature []byte, ok bool) {
	m := regexp.MustCompile(`/ByteRange\[0 (\d+) (\d+) (\d+)\]/Contents`).FindSubmatch(raw)
	if m == nil {
		return nil, nil, false
	}
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(string(m[i+1]))
	}
	if n[0] >= n[1] || n[1]+n[2] != len(raw) || raw[n[0]] != '<' || raw[n[1]-1] != '>' {
		return nil, nil, false
	}
	der := make([]byte, (n[1]-n[0]-2)/2)
	if _, err := hex.Decode(der, raw[n[0]+1:n[1]-1]); err != nil {
		return nil, nil, false
	}
	var whole asn1.RawValue
	if _, err := asn1.Unmarshal(der, &whole); err != nil { // the rest is room that was not needed
		return nil, nil, false
	}
	return append(append([]byte{}, raw[:n[0]]...), raw[n[1]:]...), whole.FullBytes, true
}

// Stream is the first stream whose dictionary has the key.
func (f *File) Stream(key string) []byte {
	f.t.Helper()
	for n := range len(f.objects) + 1 {
		if o := f.objects[n]; strings.Contains(o.dict, key) && o.content != nil {
			return o.content
		}
	}
	f.t.Fatalf("pdf: no stream with %s", key)
	return nil
}

var squares = regexp.MustCompile(`(?:[-\d.]+ [-\d.]+ [-\d.]+ [-\d.]+ re )+f\n`)

// Matrix is the largest pattern of squares that a page draws, such as a QR code, from the top left: true is dark. None for a page without one.
func (f *File) Matrix(page int) [][]bool {
	f.t.Helper()
	_, kids, _ := strings.Cut(f.objects[number(f.Catalog(), "/Pages ")].dict, "/Kids[")
	n, _ := strconv.Atoi(reference.FindAllStringSubmatch(kids, -1)[page][1])
	var most []byte
	for _, drawn := range squares.FindAll(f.objects[number(f.objects[n].dict, "/Contents ")].content, -1) {
		if len(drawn) > len(most) {
			most = drawn
		}
	}
	var boxes [][4]float64
	left, right, top, step := math.Inf(1), math.Inf(-1), math.Inf(-1), math.Inf(1)
	for _, drawn := range strings.Split(string(most), " re ") {
		var b [4]float64
		if _, err := fmt.Sscan(drawn, &b[0], &b[1], &b[2], &b[3]); err != nil {
			break // the last one fills them
		}
		boxes = append(boxes, b)
		left, right, top, step = min(left, b[0]), max(right, b[0]+b[2]), max(top, b[1]+b[3]), min(step, b[3])
	}
	if len(boxes) == 0 {
		return nil
	}
	at := func(distance float64) int { return int(math.Round(distance / step)) }
	size := at(right - left)
	matrix := make([][]bool, size)
	for i := range matrix {
		matrix[i] = make([]bool, size)
	}
	for _, b := range boxes {
		for x := at(b[0] - left); x < at(b[0]+b[2]-left); x++ {
			matrix[at(top-b[1]-b[3])][x] = true
		}
	}
	return matrix
}
