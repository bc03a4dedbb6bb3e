package softphone

import (
	"bytes"
	_ "embed" // the schema
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// node is an element of a TwiML document, or a text between elements when it has no name.
type node struct {
	name     string
	attrs    []xml.Attr
	children []node
	text     string
}

func (n node) attr(name string) (string, bool) {
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

// attrOr is an attribute or what the carrier takes without it.
func (n node) attrOr(name, fallback string) string {
	if value, ok := n.attr(name); ok {
		return value
	}
	return fallback
}

// words are the texts of an element and of everything in it, as they are read out.
func (n node) words() string {
	var b strings.Builder
	n.collect(&b)
	return strings.Join(strings.Fields(b.String()), " ")
}

func (n node) collect(b *strings.Builder) {
	b.WriteString(n.text)
	for _, c := range n.children {
		c.collect(b)
	}
}

// Codes under which the carrier reports trouble.
var (
	errParse = errors.New("12100: the document is not TwiML")
	errSize  = errors.New("11750: the document is over 64 KB")
	errType  = errors.New("12300: the content type is not one that the carrier takes")
)

const maxDocument = 64 << 10

// parse reads a document. Comments and instructions are ignored at every level.
func parse(body []byte) (node, error) {
	if len(body) > maxDocument {
		return node{}, errSize
	}
	decoder := xml.NewDecoder(bytes.NewReader(body))
	root, err := parseChildren(decoder, node{})
	if err != nil {
		return node{}, errors.Join(errParse, err)
	}
	var top []node
	for _, c := range root.children {
		if c.name != "" {
			top = append(top, c)
		} else if strings.TrimSpace(c.text) != "" {
			return node{}, errParse
		}
	}
	if len(top) != 1 || top[0].name != "Response" {
		return node{}, errParse
	}
	return top[0], nil
}

func parseChildren(decoder *xml.Decoder, n node) (node, error) {
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && n.name == "" {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			child, err := parseChildren(decoder, node{name: t.Name.Local, attrs: t.Attr})
			if err != nil {
				return n, err
			}
			n.children = append(n.children, child)
		case xml.CharData:
			n.children = append(n.children, node{text: string(t)})
		case xml.EndElement:
			return n, nil
		}
	}
}

//go:embed twiml_schema.json
var schemaFile []byte

type schemaElement struct {
	Children   []string
	Attributes map[string]schemaAttribute
}

type schemaAttribute struct {
	Type, List string
	Enum       []string
}

// schema is the carrier's own as the file has it, read out of its library, and what the library lacks though the carrier documents it: the reason on a call that is put
// through, two languages in which it listens, and Cantonese, in which its voice Hiujin speaks.
var schema = sync.OnceValue(func() map[string]schemaElement {
	var file struct{ Elements map[string]schemaElement }
	if err := json.Unmarshal(schemaFile, &file); err != nil {
		panic(err) // embedded
	}
	file.Elements["Dial"].Attributes["callReason"] = schemaAttribute{Type: "string"}
	for _, more := range []struct {
		element   string
		languages []string
	}{{"Gather", []string{"en-HK", "cmn-Hans-HK"}}, {"Say", []string{"yue-CN"}}} {
		attributes := file.Elements[more.element].Attributes
		language := attributes["language"]
		language.Enum = append(language.Enum, more.languages...)
		attributes["language"] = language
	}
	return file.Elements
})

// Check finds what the carrier would warn of in a document (12200), one line each: unknown elements, children, attributes and values. The error says that it is no
// TwiML at all.
func Check(document []byte) ([]string, error) {
	root, err := parse(document)
	if err != nil {
		return nil, err
	}
	return checkNode(root), nil
}

func checkNode(n node) []string {
	var warnings []string
	warn := func(format string, args ...any) {
		warnings = append(warnings, "12200: "+fmt.Sprintf(format, args...))
	}
	element, known := schema()[n.name]
	if !known {
		return []string{"12200: unknown element " + n.name}
	}
	for _, a := range n.attrs {
		rule, ok := element.Attributes[a.Name.Local]
		if a.Name.Space == "xml" || a.Name.Local == "xmlns" {
			continue
		}
		if !ok {
			warn("%s has no attribute %s", n.name, a.Name.Local)
			continue
		}
		if !fits(a.Value, rule.Type, rule.List, rule.Enum) {
			warn("%s %s cannot be %q", n.name, a.Name.Local, a.Value)
		}
	}
	for _, c := range n.children {
		if c.name == "" {
			continue
		}
		if !slices.Contains(element.Children, c.name) {
			warn("%s may not hold %s", n.name, c.name)
			continue
		}
		warnings = append(warnings, checkNode(c)...)
	}
	return warnings
}

func fits(value, kind, list string, enum []string) bool {
	switch {
	case len(enum) > 0 && list == "space":
		for _, one := range strings.Fields(value) {
			if !slices.Contains(enum, one) {
				return false
			}
		}
		return value != ""
	case len(enum) > 0:
		return slices.Contains(enum, value)
	case kind == "boolean":
		return value == "true" || value == "false"
	case kind == "integer":
		_, err := strconv.Atoi(value)
		return err == nil
	}
	return true
}
