package web

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"shebao/shared/calendar"
	"shebao/shared/money"
)

// document appends JSON. Statements are read by the million after they are sent out; written by hand one costs a tenth of what encoding/json takes for its two hundred
// amounts.
type document struct {
	b    []byte
	more bool // a comma goes before the next name or element
}

func (d *document) name(name string) {
	d.comma()
	d.b = append(append(append(d.b, '"'), name...), '"', ':')
	d.more = false
}

func (d *document) comma() {
	if d.more {
		d.b = append(d.b, ',')
	}
	d.more = true
}

func (d *document) open(bracket byte) {
	d.comma()
	d.b, d.more = append(d.b, bracket), false
}

func (d *document) close(bracket byte) {
	d.b, d.more = append(d.b, bracket), true
}

// text writes any text; encoding/json knows what must be escaped, which few names need.
func (d *document) text(name, value string) {
	if utf8.ValidString(value) && !strings.ContainsFunc(value, escaped) {
		d.word(name, value)
		return
	}
	d.name(name)
	quoted, err := json.Marshal(value)
	if err != nil { // a text always has a form
		quoted = []byte(`""`)
	}
	d.b, d.more = append(d.b, quoted...), true
}

// escaped reports what encoding/json writes in another form.
func escaped(c rune) bool {
	return c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == 0x7f || c == 0x2028 || c == 0x2029 || c == utf8.RuneError
}

// word writes what needs no escape: codes and names of our own.
func (d *document) word(name, value string) {
	d.name(name)
	d.b, d.more = append(append(append(d.b, '"'), value...), '"'), true
}

// element is a word in a list.
func (d *document) element(value string) {
	d.comma()
	d.b = append(append(append(d.b, '"'), value...), '"')
}

func (d *document) number(name string, value int) {
	d.name(name)
	d.b, d.more = strconv.AppendInt(d.b, int64(value), 10), true
}

func (d *document) truth(name string, value bool) {
	d.name(name)
	d.b, d.more = strconv.AppendBool(d.b, value), true
}

// fen writes an amount as a text in yuan with two decimals: a JSON number invites floats.
func (d *document) fen(name string, value money.Fen) {
	d.name(name)
	d.b, d.more = append(value.Append(append(d.b, '"')), '"'), true
}

func (d *document) date(name string, value calendar.Date) {
	d.name(name)
	d.b, d.more = append(value.Append(append(d.b, '"')), '"'), true
}

func (d *document) period(name string, value calendar.Period) {
	d.name(name)
	d.b, d.more = append(value.Append(append(d.b, '"')), '"'), true
}
