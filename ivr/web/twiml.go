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

// text escapes; what XML cannot hold becomes a space, so that any text that anybody wrote is well formed and can be spoken.
func (d *document) text(s string) *document {
	for i, r := range s {
		switch {
		case r == '&':
			d.b = append(d.b, "&amp;"...)
		case r == '<':
			d.b = append(d.b, "&lt;"...)
		case r == '>':
			d.b = append(d.b, "&gt;"...)
		case r == '"':
			d.b = append(d.b, "&#34;"...)
		case r < ' ' || r == 0x7f || r == 0xfffe || r == 0xffff:
			d.b = append(d.b, ' ')
		case r == utf8.RuneError && !utf8.ValidString(s[i:min(i+3, len(s))]):
			d.b = append(d.b, ' ')
		default:
			d.b = utf8.AppendRune(d.b, r)
		}
	}
	return d
}

func (d *document) bytes() []byte {
	for len(d.open) > 0 {
		d.end()
	}
	return d.b
}

func number(n int) string { return strconv.Itoa(n) }
