package web

import (
	"strconv"
	"unicode/utf8"
)

// document is TwiML in the making. It is written straight into bytes: encoding/xml and the carrier's library are slower than all the rest of a step, and the library's
// SSML is malformed. Callers' words and names reach only text, never an attribute or an address.
type document struct {
	b    []byte
	open []string
}

const xmlHeader = `<?xml version="1.0" encoding="UTF-8"?>`

func newDocument() *document {
	d := &document{b: make([]byte, 0, 2048)}
	d.b = append(d.b, xmlHeader...)
	return d.start("Response")
}

// start opens an element with pairs of attribute names and values.
func (d *document) start(name string, attributes ...string) *document {
	d.tag(name, attributes)
	d.b = append(d.b, '>')
	d.open = append(d.open, name)
	return d
}

// empty is an element without content.
func (d *document) empty(name string, attributes ...string) *document {
	d.tag(name, attributes)
	d.b = append(d.b, '/', '>')
	return d
}

func (d *document) tag(name string, attributes []string) {
	d.b = append(d.b, '<')
	d.b = append(d.b, name...)
	for i := 0; i+1 < len(attributes); i += 2 {
		d.b = append(d.b, ' ')
		d.b = append(d.b, attributes[i]...)
		d.b = append(d.b, '=', '"')
		d.text(attributes[i+1])
		d.b = append(d.b, '"')
	}
}

// end closes the innermost open element.
func (d *document) end() *document {
	last := len(d.open) - 1
	d.b = append(d.b, '<', '/')
	d.b = append(d.b, d.open[last]...)
	d.b = append(d.b, '>')
	d.open = d.open[:last]
	return d
}

// text escapes; what XML cannot hold becomes a space, so that any text that anybody wrote is well formed and can be spoken. What needs nothing done is copied whole.
func (d *document) text(s string) *document {
	from := 0
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		if escaped := escape(r, size); escaped != "" {
			d.b = append(append(d.b, s[from:i]...), escaped...)
			from = i + size
		}
		i += size
	}
	d.b = append(d.b, s[from:]...)
	return d
}

// escape is what stands for a character; none when it stands for itself. A size of one is that of a letter, or of what is no character at all.
func escape(r rune, size int) string {
	switch {
	case r == '&':
		return "&amp;"
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == '"':
		return "&#34;"
	case r < ' ' || r == 0x7f || r == 0xfffe || r == 0xffff || r == utf8.RuneError && size == 1:
		return " "
	}
	return ""
}

func (d *document) bytes() []byte {
	for len(d.open) > 0 {
		d.end()
	}
	return d.b
}

func number(n int) string { return strconv.Itoa(n) }
