package ledger

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// progress draws one line over itself a few times a second: what is done, rows, rows a second, time left. A terminal that is gone is nobody's loss,
// so its errors are not looked at.
type progress struct {
	out   io.Writer // nil draws nothing
	file  *rowFile
	began time.Time // of the phase
	drawn time.Time
	phase string
	line  string
}

// newProgress draws on terminals, and on writers that are no files; a log file is spared.
func newProgress(out io.Writer, file *rowFile) *progress {
	if f, ok := out.(*os.File); ok {
		if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
			out = nil
		}
	}
	now := time.Now()
	return &progress{out: out, file: file, began: now, drawn: now, phase: "reading"}
}

// at is told of every row that is read.
func (p *progress) at(rows int64) {
	if p.out != nil && rows%1024 == 0 {
		p.draw(rows, p.file.read(), p.file.size)
	}
}

// merging is told how many of the rows are merged.
func (p *progress) merging(done, total int64) {
	if p.out == nil {
		return
	}
	if p.phase != "merging" {
		p.phase, p.began = "merging", p.drawn
	}
	p.draw(done, done, total)
}

// overall is told of rows done, and how far that is on the way.
func (p *progress) overall(rows, done, whole int64) {
	if p.out != nil {
		p.draw(rows, done, whole)
	}
}

// draw shows rows, and done of whole; a whole of 0 is not known.
func (p *progress) draw(rows, done, whole int64) {
	now := time.Now()
	if now.Sub(p.drawn) < 200*time.Millisecond {
		return
	}
	p.drawn = now
	p.line = progressLine(p.phase, rows, done, whole, now.Sub(p.began))
	_, _ = fmt.Fprint(p.out, "\r"+p.line+"\x1b[K")
}

func progressLine(phase string, rows, done, whole int64, spent time.Duration) string {
	rate := float64(rows) / max(spent.Seconds(), 0.001)
	if whole <= 0 || done <= 0 {
		return fmt.Sprintf("%-7s  %d rows  %.0f/s", phase, rows, rate)
	}
	const width = 24
	part := min(float64(done)/float64(whole), 1)
	left := time.Duration(float64(spent) * (1 - part) / part).Round(time.Second)
	full := int(part * width)
	return fmt.Sprintf("%-7s [%s%s] %3.0f%%  %d rows  %.0f/s  %s left", phase, strings.Repeat("#", full), strings.Repeat(".", width-full), part*100, rows, rate, left)
}

// done wipes the line.
func (p *progress) done() {
	if p.line != "" {
		_, _ = fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// Bar draws other work on stored rows as an import draws its own: tell is told how many of how many are done, end wipes the line.
func Bar(out io.Writer, phase string) (tell func(done, whole int64), end func()) {
	p := newProgress(out, nil)
	p.phase = phase
	return func(done, whole int64) { p.overall(done, done, whole) }, p.done
}
