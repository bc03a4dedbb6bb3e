package layout

import (
	"strings"

	"github.com/a-h/templ"
)

// Input describes one text field of a form.
type Input struct {
	ID           string // also the field's name, when it has no other
	Name         string
	Label        string
	Hint         string
	Value        string
	Type         string // text when empty
	Rows         int    // above 0 it is a text area
	Autocomplete string
	Numeric      bool // the telephone's digit keyboard
	MaxLength    string
	Accept       string // of a file: the kinds that are taken
	Errors       []FieldError
}

func (f Input) name() string {
	if f.Name == "" {
		return f.ID
	}
	return f.Name
}

func (f Input) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f Input) attributes() templ.Attributes {
	a := templ.Attributes{}
	if f.Autocomplete != "" {
		a["autocomplete"] = f.Autocomplete
	}
	if f.Numeric {
		a["inputmode"] = "numeric"
	}
	if f.Accept != "" {
		a["accept"] = f.Accept
	}
	if f.MaxLength != "" {
		a["maxlength"] = f.MaxLength
	}
	var described []string
	if f.Hint != "" {
		described = append(described, f.ID+"-hint")
	}
	if ErrorOf(f.Errors, f.ID) != "" {
		described = append(described, f.ID+"-err")
		a["aria-invalid"] = "true"
	}
	if len(described) > 0 {
		a["aria-describedby"] = strings.Join(described, " ")
	}
	return a
}
