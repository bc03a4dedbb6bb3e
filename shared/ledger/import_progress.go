package ledger

import (
	"fmt"
	"io"
	"time"
)

// progress writes one line over itself a few times a second: rows, rows a second, time left.
type progress struct {
	out   io.Writer
	file  *rowFile
	began time.Time
	last  time.Time
	phase string
}

func newProgress(out io.Writer, file *rowFile) *progress {
	now := time.Now()
	return &progress{out: out, file: file, began: now, last: now, phase: "reading"}
}

func (p *progress) at(rows int64) {
	if p.out == nil || rows%1024 != 0 {
		return
	}
	now := time.Now()
	if now.Sub(p.last) < 200*time.Millisecond {
		return
	}
	p.last = now
	spent := now.Sub(p.began)
	left := ""
	if read := p.file.read(); p.file.size > 0 && read > 0 {
		left = fmt.Sprintf(", %s left", (time.Duration(float64(spent) * float64(p.file.size-read) / float64(read))).Round(time.Second))
	}
	_, _ = fmt.Fprintf(p.out, "\r%s: %d rows, %.0f/s%s\x1b[K", p.phase, rows, float64(rows)/spent.Seconds(), left) // a terminal that is gone is nobody's loss
}

// merging shows how many of the persons concerned are done.
func (p *progress) merging(done, total int64) {
	if p.out == nil || total == 0 {
		return
	}
	_, _ = fmt.Fprintf(p.out, "\rmerging: %d of %d persons\x1b[K", done, total) // as above
}

func (p *progress) done() {
	if p.out != nil {
		_, _ = fmt.Fprint(p.out, "\r\x1b[K") // as above
	}
}
