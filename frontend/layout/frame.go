package layout

import (
	"bytes"
	"context"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

// frames are shells that were drawn, cut where pages differ though nothing else about them does. A page that is written by hand takes its shell from here: most of a shell is alike for
// everybody in the same language and dress.
var frames = struct {
	sync.RWMutex
	drawn map[string][]piece
}{}

// framesAtMost bounds the memory to some megabytes; sections, languages and dresses make some dozens.
const framesAtMost = 500

// piece is text of a frame, and what follows it.
type piece struct {
	text []byte
	then hole
}

type hole byte

// The holes of a frame. The marks in place of their values are of characters that no text of ours has.
const (
	title hole = iota
	back
	account
	content
	end
)

var marks = [...]string{title: "\x01", back: "\x02", account: "\x03", content: "\x04"}

// Append writes the page around what body appends: what Shell draws around its children. Error: what drawing Shell gives.
func (p Page) Append(b []byte, body func(b []byte) []byte) ([]byte, error) {
	pieces, err := p.frame()
	if err != nil {
		return b, err
	}
	for _, piece := range pieces {
		b = append(b, piece.text...)
		switch piece.then {
		case title:
			b = AppendText(b, p.Title)
		case back:
			b = AppendText(b, p.back())
		case account:
			b = AppendText(b, p.Account)
		case content:
			b = body(b)
		}
	}
	return b, nil
}

// frame is the page's shell, drawn when there is none yet. What is seldom or of one page only, such as whom a helper reads for, is drawn each time.
func (p Page) frame() ([]piece, error) {
	if p.Acting != nil || p.Leave != nil || p.Canonical != "" || len(p.Languages) > 0 || len(p.Scripts) > 0 {
		return p.draw()
	}
	key := p.dress()
	frames.RLock()
	pieces, ok := frames.drawn[key]
	frames.RUnlock()
	if ok {
		return pieces, nil
	}
	pieces, err := p.draw()
	if err != nil {
		return nil, err
	}
	frames.Lock()
	defer frames.Unlock()
	if frames.drawn == nil || len(frames.drawn) >= framesAtMost {
		frames.drawn = map[string][]piece{}
	}
	frames.drawn[key] = pieces
	return pieces, nil
}

// dress is all that a frame depends on.
func (p Page) dress() string {
	var b strings.Builder
	b.Grow(1 << 10)
	for _, s := range [...]string{p.Site, p.Lang, p.Path, p.Theme, p.AccountLink, p.SignOut, p.About} {
		b.WriteString(s)
		b.WriteByte(0)
	}
	for _, flag := range [...]bool{p.Failed, p.Elder, p.Wide, p.Demo, p.Account != ""} {
		b.WriteByte(truth(flag))
	}
	for _, links := range [...][]Link{p.Nav, p.Foot} {
		b.WriteByte(1)
		for _, link := range links {
			b.WriteString(link.Href)
			b.WriteByte(0)
			b.WriteString(link.Text)
			b.WriteByte(truth(link.Always))
		}
	}
	return b.String()
}

func truth(b bool) byte {
	if b {
		return 2
	}
	return 3
}

// draw draws the shell with marks in its holes, and cuts it there.
func (p Page) draw() ([]piece, error) {
	p.Title, p.Back = marks[title], marks[back]
	if p.Account != "" {
		p.Account = marks[account]
	}
	var drawn bytes.Buffer
	ctx := templ.WithChildren(context.Background(), templ.Raw(marks[content]))
	if err := Shell(p).Render(ctx, &drawn); err != nil {
		return nil, err
	}
	var pieces []piece
	rest := drawn.Bytes()
	for {
		at := bytes.IndexAny(rest, strings.Join(marks[:], ""))
		if at < 0 {
			return append(pieces, piece{rest, end}), nil
		}
		pieces = append(pieces, piece{rest[:at:at], hole(rest[at] - marks[title][0])})
		rest = rest[at+1:]
	}
}

// AppendText writes what may stand between tags and in quoted attributes, escaped as templates escape it.
func AppendText(b []byte, s string) []byte {
	from := 0
	for i := 0; i < len(s); i++ {
		if entity := entities[s[i]]; entity != "" {
			b = append(append(b, s[from:i]...), entity...)
			from = i + 1
		}
	}
	return append(b, s[from:]...)
}

// entities of the characters that mean something in HTML; of all others none.
var entities = [256]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&#34;", '\'': "&#39;"}
