package calc

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
)

func TestHelpNamesEveryField(t *testing.T) {
	for name, shapes := range map[string][]any{
		"late-fee": {lateFeeQuestion{}, lateFeeAnswer{}}, "interest": {interestQuestion{}, interestAnswer{}}, "repayment": {repaymentQuestion{}, repaymentAnswer{}},
		"id": {idQuestion{}, idAnswer{}}, "uscc": {usccQuestion{}, usccAnswer{}}, "workdays": {workdayQuestion{}, workdayAnswer{}},
	} {
		for _, shape := range shapes {
			for _, field := range namesIn(reflect.TypeOf(shape)) {
				if !regexp.MustCompile(`\b` + field + `\b`).MatchString(Fields(name)) {
					t.Errorf("the help of %s does not name %s", name, field)
				}
			}
		}
	}
	if len(fields) != len(Names()) {
		t.Errorf("help for %d of %d calculations", len(fields), len(Names()))
	}
}

// namesIn are the JSON names of a structure's fields and of those within them.
func namesIn(shape reflect.Type) (names []string) {
	for shape.Kind() == reflect.Slice || shape.Kind() == reflect.Pointer {
		shape = shape.Elem()
	}
	if shape.Kind() != reflect.Struct {
		return nil
	}
	for i := range shape.NumField() {
		field := shape.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" {
			name = strings.ToLower(field.Name)
		}
		if !field.Anonymous {
			names = append(names, name)
		}
		if field.Anonymous || strings.HasSuffix(field.Type.PkgPath(), "/calc") || field.Type.Kind() == reflect.Slice {
			names = append(names, namesIn(field.Type)...)
		}
	}
	return names
}
