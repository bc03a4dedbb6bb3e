package portal

import (
	"context"
	"io"
	"sync"

	"github.com/a-h/templ"

	"shebao/frontend/layout"
)

// markup is HTML written by hand. A template takes some hundred nanoseconds and several allocations for each value; the statement has hundreds, and is the page that millions open in the
// same week. What stands there in numbers (figures.go, statement_tables.go) is therefore written this way, everything else in templates.
type markup struct{ b []byte }

var markups = sync.Pool{New: func() any { return new(markup) }}

// byHand is a component that write writes.
func byHand(write func(m *markup)) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		m := markups.Get().(*markup)
		defer markups.Put(m)
		m.b = m.b[:0]
		write(m)
		_, err := w.Write(m.b)
		return err
	})
}

// put writes tags and texts in turn, a tag first: every second piece is a value of any kind and is escaped.
func (m *markup) put(pieces ...string) {
	for i, piece := range pieces {
		if i%2 == 0 {
			m.b = append(m.b, piece...)
		} else {
			m.text(piece)
		}
	}
}

// text writes what may stand between tags and in quoted attributes, escaped.
func (m *markup) text(s string) { m.b = layout.AppendText(m.b, s) }
