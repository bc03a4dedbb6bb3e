// Package pagetest judges pages in tests: whether their HTML is valid where browsers would silently mend it, and whether what refers to an element finds it.
package pagetest

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// void elements have no end tag.
var void = map[atom.Atom]bool{atom.Area: true, atom.Base: true, atom.Br: true, atom.Col: true, atom.Embed: true, atom.Hr: true, atom.Img: true, atom.Input: true, atom.Link: true, atom.Meta: true,
	atom.Source: true, atom.Track: true, atom.Wbr: true}

// phrasing elements hold text and other phrasing elements only; so do those of phrasingInside, which are not phrasing themselves.
var (
	phrasing = map[string]bool{"a": true, "abbr": true, "b": true, "bdi": true, "br": true, "button": true, "cite": true, "code": true, "data": true, "em": true, "i": true, "img": true, "input": true,
		"kbd": true, "label": true, "mark": true, "meter": true, "noscript": true, "output": true, "progress": true, "q": true, "ruby": true, "s": true, "samp": true, "script": true, "select": true, "small": true,
		"span": true, "strong": true, "sub": true, "sup": true, "svg": true, "textarea": true, "time": true, "u": true, "var": true, "wbr": true, "audio": true, "video": true, "option": true, "optgroup": true}
	phrasingInside = map[string]bool{"p": true, "h1": true, "h2": true, "h3": true, "h4": true, "span": true, "strong": true, "em": true, "b": true, "i": true, "small": true, "code": true, "label": true,
		"button": true, "time": true, "kbd": true, "mark": true, "summary": true, "legend": true}
	interactive = map[string]bool{"a": true, "button": true, "input": true, "select": true, "textarea": true, "details": true, "label": true}
	// parents that an element must stand in.
	parents = map[string][]string{"li": {"ul", "ol"}, "dt": {"dl", "div"}, "dd": {"dl", "div"}, "tr": {"table", "thead", "tbody", "tfoot"}, "td": {"tr"}, "th": {"tr"}, "thead": {"table"}, "tbody": {"table"},
		"tfoot": {"table"}, "caption": {"table"}, "col": {"colgroup"}, "colgroup": {"table"}, "option": {"select", "optgroup", "datalist"}, "legend": {"fieldset"}, "summary": {"details"}}
	// children are all that an element may hold.
	children = map[string][]string{"ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd", "div"}, "tr": {"td", "th"}, "table": {"caption", "colgroup", "thead", "tbody", "tfoot", "tr"}, "thead": {"tr"}, "tbody": {"tr"},
		"tfoot": {"tr"}, "select": {"option", "optgroup"}}
	headings = []string{"h1", "h2", "h3", "h4", "h5", "h6"}
)

type open struct{ name string }

// Faults lists what is wrong with a page: tags that are not closed or are closed in another order, elements where they may not stand, controls inside controls, IDs that stand twice, labels
// and references that lead nowhere, headings that skip a level, images and fields without a name.
func Faults(page string) []string {
	j := judge{ids: map[string]int{}}
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				j.say("%v", z.Err())
			}
			return j.end()
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := string(z.Raw())
			j.start(z.Token(), strings.HasSuffix(raw, "/>"))
		case html.EndTagToken:
			j.close(z.Token().Data)
		case html.TextToken:
			j.text(string(z.Text()))
		}
	}
}

type judge struct {
	stack  []open
	faults []string
	ids    map[string]int
	refs   [][2]string // id, what refers to it
	level  int
	h1     int
	mains  int
	label  map[string]bool
	fields []string // ids of fields that need a label
}

func (j *judge) say(format string, args ...any) {
	if len(j.faults) < 40 {
		j.faults = append(j.faults, fmt.Sprintf(format, args...))
	}
}

func (j *judge) inside(name string) bool {
	return slices.ContainsFunc(j.stack, func(o open) bool { return o.name == name })
}

func (j *judge) start(t html.Token, selfClosed bool) {
	name := t.Data
	attributes := map[string]string{}
	for _, a := range t.Attr {
		attributes[a.Key] = a.Val
	}
	j.refer(name, attributes)
	if name == "svg" || j.inside("svg") {
		if !selfClosed {
			j.stack = append(j.stack, open{name: name})
		}
		return
	}
	j.place(name, attributes)
	j.name(name, attributes)
	if !void[t.DataAtom] {
		j.stack = append(j.stack, open{name: name})
	}
}

// place judges whether an element may stand where it does.
func (j *judge) place(name string, attributes map[string]string) {
	if len(j.stack) > 0 {
		parent := j.stack[len(j.stack)-1].name
		if want := parents[name]; want != nil && !slices.Contains(want, parent) {
			j.say("<%s> in <%s>", name, parent)
		}
		if may := children[parent]; may != nil && !slices.Contains(may, name) && name != "script" && name != "template" {
			j.say("<%s> in <%s>", name, parent)
		}
		for _, o := range j.stack {
			if phrasingInside[o.name] && !phrasing[name] && !(o.name == "summary" || o.name == "legend") {
				j.say("<%s> inside <%s>", name, o.name)
			}
			hidden := name == "input" && attributes["type"] == "hidden"
			if (o.name == "a" || o.name == "button") && interactive[name] && !hidden {
				j.say("<%s> inside <%s>", name, o.name)
			}
			if o.name == "form" && name == "form" || o.name == "label" && name == "label" {
				j.say("<%s> inside <%s>", name, o.name)
			}
		}
	}
	if level := slices.Index(headings, name) + 1; level > 0 {
		if level > j.level+1 && (j.level > 0 || level > 2) {
			j.say("<%s> follows a heading of level %d", name, j.level)
		}
		j.level = level
	}
	switch name {
	case "h1":
		j.h1++
	case "main":
		j.mains++
	}
}

// refer keeps IDs and what refers to them.
func (j *judge) refer(name string, attributes map[string]string) {
	if id, ok := attributes["id"]; ok {
		if id == "" || strings.ContainsAny(id, " \t\n") {
			j.say("<%s id=%q>", name, id)
		}
		if j.ids[id]++; j.ids[id] == 2 {
			j.say("id %q stands twice", id)
		}
	}
	for _, key := range []string{"for", "form", "aria-labelledby", "aria-describedby", "aria-controls", "list", "headers"} {
		for _, id := range strings.Fields(attributes[key]) {
			j.refs = append(j.refs, [2]string{id, name + " " + key})
		}
	}
	if at, ok := strings.CutPrefix(attributes["href"], "#"); ok && name == "a" {
		j.refs = append(j.refs, [2]string{at, "a href"})
	}
	if name == "label" {
		if j.label == nil {
			j.label = map[string]bool{}
		}
		j.label[attributes["for"]] = true
	}
	for key := range attributes {
		if key == "style" || strings.HasPrefix(key, "on") {
			j.say("<%s> has %s", name, key)
		}
	}
}

// name asks for a name of what people must be able to name.
func (j *judge) name(name string, attributes map[string]string) {
	_, named := attributes["aria-label"]
	_, by := attributes["aria-labelledby"]
	switch name {
	case "img":
		if _, ok := attributes["alt"]; !ok {
			j.say("<img> without alt")
		}
	case "input", "select", "textarea":
		kind := attributes["type"]
		if kind == "hidden" || kind == "submit" || kind == "button" || named || by || j.inside("label") {
			return
		}
		if attributes["id"] == "" {
			j.say("<%s name=%q> has no label", name, attributes["name"])
			return
		}
		j.fields = append(j.fields, attributes["id"])
	case "html":
		if attributes["lang"] == "" {
			j.say("<html> without lang")
		}
	}
}

func (j *judge) text(text string) {
	if len(j.stack) == 0 || strings.TrimSpace(text) == "" {
		return
	}
	if parent := j.stack[len(j.stack)-1].name; children[parent] != nil {
		j.say("text %.20q in <%s>", strings.TrimSpace(text), parent)
	}
}

func (j *judge) close(name string) {
	if len(j.stack) == 0 {
		j.say("</%s> closes nothing", name)
		return
	}
	if last := j.stack[len(j.stack)-1].name; last != name {
		j.say("</%s> closes <%s>", name, last)
		if !j.inside(name) {
			return
		}
		for j.stack[len(j.stack)-1].name != name {
			j.stack = j.stack[:len(j.stack)-1]
		}
	}
	j.stack = j.stack[:len(j.stack)-1]
}

func (j *judge) end() []string {
	for _, o := range j.stack {
		j.say("<%s> is not closed", o.name)
	}
	for _, ref := range j.refs {
		if j.ids[ref[0]] == 0 {
			j.say("%s leads to %q, which is not there", ref[1], ref[0])
		}
	}
	for _, id := range j.fields {
		if !j.label[id] {
			j.say("field %q has no label", id)
		}
	}
	if j.h1 != 1 || j.mains != 1 {
		j.say("%d <h1>, %d <main>", j.h1, j.mains)
	}
	return j.faults
}
