package layout

import "github.com/a-h/templ"

// Form is a form whose fields come from a list.
type Form struct {
	Title, Action, Note, Button string
	Hidden                      []Pair // name and value
	Fields                      []FormField
	Open                        bool
}

// encoding is that of a form that sends a file, or nothing.
func (f Form) encoding() templ.Attributes {
	for _, field := range f.Fields {
		if field.Type == "file" {
			return templ.Attributes{"enctype": "multipart/form-data"}
		}
	}
	return nil
}

// FormField is a text field, or a list to choose from.
type FormField struct {
	Input
	Name    string // when it is not the ID
	Choices []Pair // what is read and what is sent
}

func (f FormField) name() string { return f.input().name() }

// input is the text field under the name that it is sent by.
func (f FormField) input() Input {
	if f.Name != "" {
		f.Input.Name = f.Name
	}
	return f.Input
}

// attributes of a list are those of its input.
func (f FormField) attributes() templ.Attributes { return f.Input.attributes() }

// Tab is a link to one page of a subject.
type Tab struct {
	Text, Href string
	Current    bool
}
