package evidence

import (
	"bytes"
	"compress/zlib"
	"io"
	"strconv"
)

func isPDF(b []byte) bool { return bytes.HasPrefix(b, []byte("%PDF-")) }

// Limits on what is unpacked while looking: object streams hold dictionaries only, and are small.
const (
	mostUnpacked  = 64 << 20
	mostPerStream = 16 << 20
)

// dangerous names anywhere in a PDF's dictionaries, with the fault that they are refused by (ISO 32000-1, 12.6.4, 7.11.4, 7.6; XFA 12.7.8).
var dangerous = map[string]string{
	"JavaScript": "evidence.fault.pdf.script", "JS": "evidence.fault.pdf.script", "Launch": "evidence.fault.pdf.action", "SubmitForm": "evidence.fault.pdf.action",
	"ImportData": "evidence.fault.pdf.action", "GoToE": "evidence.fault.pdf.action", "XFA": "evidence.fault.pdf.script", "RichMedia": "evidence.fault.pdf.embedded",
	"EmbeddedFile": "evidence.fault.pdf.embedded", "EmbeddedFiles": "evidence.fault.pdf.embedded", "EF": "evidence.fault.pdf.embedded", "Movie": "evidence.fault.pdf.embedded",
	"Rendition": "evidence.fault.pdf.embedded", "Encrypt": "evidence.fault.pdf.encrypted",
}

// pdfReader looks at every dictionary of a PDF, those in object streams too, and remembers where metadata stands.
type pdfReader struct {
	content  []byte
	found    string // the fault of the first dangerous name
	unpacked int
	objects  int
	info     map[string]bool     // numbers of Info dictionaries
	strings  map[string][][2]int // of each object
	refs     map[string][]string // what each object refers to by its keys
	blanks   [][2]int            // strings and streams to be overwritten
	xmp      []pdfStream
	packed   bool // metadata stands in an object stream, where it cannot be overwritten
	inside   bool // this reader looks into an object stream
	signed   bool
}

type pdfStream struct {
	from, to int
	filters  []string
}

// cleanPDF refuses what acts, hides or is locked, and overwrites author, program, times and XMP in place: a PDF's table of offsets stays true.
// A signed PDF is left as it is, since one changed byte would break the signature that makes it evidence.
func cleanPDF(b []byte) (cleaned, error) {
	end := bytes.LastIndex(b, []byte("%%EOF"))
	if end < 0 {
		return cleaned{}, refuse("evidence.fault.broken")
	}
	end += len("%%EOF")
	r := pdfReader{content: bytes.Clone(b[:end]), info: map[string]bool{}, strings: map[string][][2]int{}, refs: map[string][]string{}}
	if err := r.read(); err != nil {
		return cleaned{}, err
	}
	if r.found != "" {
		return cleaned{}, refuse(r.found)
	}
	if r.objects == 0 {
		return cleaned{}, refuse("evidence.fault.broken")
	}
	c := cleaned{content: r.content, tail: bytes.TrimRight(b[end:], "\x00\t\r\n\f ")}
	if r.signed {
		c.remains = len(r.blanks) > 0 || len(r.info) > 0 || len(r.xmp) > 0 || r.packed
		return c, nil
	}
	c.removed, c.remains = r.wipe()
	return c, nil
}

// read walks the file from its beginning to its end, whatever its table of offsets says.
func (r *pdfReader) read() error {
	l := pdfLexer{b: r.content}
	var before [2]string // the two words before "obj" give its number
	object := ""
	for t := l.next(); t.kind != pdfEnd; t = l.next() {
		switch {
		case t.kind == pdfWord && t.text == "obj":
			object = before[0]
			r.objects++
		case t.kind == pdfWord && t.text == "endobj":
			object = ""
		case t.kind == pdfOpen && t.to-t.from == 2:
			d := r.dictionary(&l, object, 0)
			if err := r.stream(&l, d); err != nil {
				return err
			}
		case t.kind == pdfName:
			r.name(t.text)
		case t.kind == pdfString:
			r.text(object, "", t)
		}
		before[0], before[1] = before[1], t.text
	}
	return nil
}

func (r *pdfReader) name(name string) {
	if key, bad := dangerous[name]; bad && r.found == "" {
		r.found = key
	}
	r.signed = r.signed || name == "ByteRange"
}

// pdfDictionary is what the rules need of one dictionary.
type pdfDictionary struct {
	names   map[string]string // key to a name, number or "ref"
	filters []string
	params  bool // decoding needs more than the filter's name
}

// mostNested is how deep dictionaries may stand in each other.
const mostNested = 64

// dictionary reads to the closing brackets; strings of it and of what stands in it are remembered under the object's number.
func (r *pdfReader) dictionary(l *pdfLexer, object string, depth int) pdfDictionary {
	d := pdfDictionary{names: map[string]string{}}
	key, array := "", 0
	for t := l.next(); t.kind != pdfEnd; t = l.next() {
		switch {
		case t.kind == pdfClose && t.to-t.from == 2:
			return d
		case t.kind == pdfOpen && t.to-t.from == 2:
			if depth >= mostNested {
				r.found = "evidence.fault.broken"
				return d
			}
			inner := r.dictionary(l, object, depth+1)
			d.params = d.params || key == "DecodeParms" && inner.names["Predictor"] != "" && inner.names["Predictor"] != "1"
			if array == 0 {
				key = ""
			}
		case t.kind == pdfOpen:
			array++
		case t.kind == pdfClose:
			if array = max(array-1, 0); array == 0 {
				key = ""
			}
		case t.kind == pdfName:
			r.name(t.text)
			switch {
			case key == "":
				key = t.text
				continue
			case key == "Filter":
				d.filters = append(d.filters, t.text)
			}
			d.names[key] = t.text
			if array == 0 {
				key = ""
			}
		case t.kind == pdfString:
			r.text(object, key, t)
			if array == 0 {
				key = ""
			}
		case t.kind == pdfWord && t.text == "R":
			key = ""
		default:
			r.word(l, &d, &key, t.text, array, object)
		}
	}
	return d
}

// word takes a number or keyword as a key's value; a reference is three words.
func (r *pdfReader) word(l *pdfLexer, d *pdfDictionary, key *string, text string, array int, object string) {
	if *key == "" || array > 0 {
		return
	}
	ahead := pdfLexer{b: l.b, at: l.at}
	if second, third := ahead.next(), ahead.next(); second.kind == pdfWord && third.kind == pdfWord && third.text == "R" {
		l.at = third.to
		d.names[*key] = "ref"
		if *key == "Info" || personal[*key] {
			r.info[text] = true
		} else if r.refs != nil && object != "" {
			r.refs[object] = append(r.refs[object], text)
		}
	} else {
		d.names[*key] = text
	}
	*key = ""
}

// personal are the keys whose strings tell who or what made the file, wherever they stand.
var personal = map[string]bool{"Author": true, "Creator": true, "Producer": true, "CreationDate": true, "ModDate": true, "Company": true, "SourceModified": true}

func (r *pdfReader) text(object, key string, t pdfToken) {
	if t.to-t.from < 2 {
		return
	}
	place := [2]int{t.from + 1, t.to - 1}
	switch {
	case r.inside:
		r.packed = r.packed || personal[key]
		return
	case personal[key]:
		r.blanks = append(r.blanks, place)
	case object != "":
		r.strings[object] = append(r.strings[object], place)
	}
}

// stream passes the bytes of a stream that follows its dictionary, and looks into it when it holds objects.
func (r *pdfReader) stream(l *pdfLexer, d pdfDictionary) error {
	ahead := pdfLexer{b: l.b, at: l.at}
	if t := ahead.next(); t.kind != pdfWord || t.text != "stream" {
		return nil
	}
	from := ahead.at
	if from < len(l.b) && l.b[from] == '\r' {
		from++
	}
	if from < len(l.b) && l.b[from] == '\n' {
		from++
	}
	to := -1
	if n, err := strconv.Atoi(d.names["Length"]); err == nil && n >= 0 && n <= len(l.b)-from {
		rest := pdfLexer{b: l.b, at: from + n}
		if t := rest.next(); t.kind == pdfWord && t.text == "endstream" {
			to = from + n
		}
	}
	if to < 0 {
		n := bytes.Index(l.b[from:], []byte("endstream"))
		if n < 0 {
			return refuse("evidence.fault.broken")
		}
		to = from + n
	}
	l.at = to
	body := l.b[from:to]
	if hidesObject(body) { // readers that follow the table of offsets would find an object here that a walk does not
		return refuse("evidence.fault.pdf.hidden")
	}
	if d.names["Subtype"] == "XML" || d.names["Type"] == "Metadata" {
		r.xmp = append(r.xmp, pdfStream{from, to, d.filters})
	}
	if d.names["Type"] == "ObjStm" || d.names["First"] != "" && d.names["N"] != "" {
		return r.objectStream(body, d)
	}
	return nil
}

// hidesObject finds the beginning of an object ("12 0 obj") in what is said to be a stream.
func hidesObject(b []byte) bool {
	for at := 0; ; at += len("obj") {
		n := bytes.Index(b[at:], []byte("obj"))
		if n < 0 {
			return false
		}
		at += n
		before := b[:at]
		number := false
		for range 2 {
			spaced := bytes.TrimRight(before, "\x00\t\n\f\r ")
			digits := bytes.TrimRight(spaced, "0123456789")
			number = len(spaced) < len(before) && len(digits) < len(spaced)
			if !number {
				break
			}
			before = digits
		}
		if number {
			return true
		}
	}
}

// objectStream unpacks dictionaries and looks at them as at all others.
func (r *pdfReader) objectStream(body []byte, d pdfDictionary) error {
	plain := body
	switch {
	case len(d.filters) == 1 && (d.filters[0] == "FlateDecode" || d.filters[0] == "Fl") && !d.params:
		z, err := zlib.NewReader(bytes.NewReader(body))
		if err != nil {
			return refuse("evidence.fault.broken")
		}
		if plain, err = io.ReadAll(io.LimitReader(z, mostPerStream+1)); err != nil && len(plain) == 0 {
			return refuse("evidence.fault.broken")
		}
	case len(d.filters) > 0:
		return refuse("evidence.fault.pdf.hidden") // packed in a way that cannot be looked into
	}
	if r.unpacked += len(plain); len(plain) > mostPerStream || r.unpacked > mostUnpacked {
		return refuse("evidence.fault.bomb")
	}
	inner := pdfReader{inside: true, info: map[string]bool{}}
	l := pdfLexer{b: plain}
	for t := l.next(); t.kind != pdfEnd; t = l.next() {
		switch {
		case t.kind == pdfOpen && t.to-t.from == 2:
			inner.dictionary(&l, "", 0)
		case t.kind == pdfName:
			inner.name(t.text)
		}
	}
	if inner.found != "" && r.found == "" {
		r.found = inner.found
	}
	r.signed, r.packed = r.signed || inner.signed, r.packed || inner.packed
	return nil
}
