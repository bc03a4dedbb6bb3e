package calc

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/width"

	"shebao/shared/calendar"
	"shebao/shared/identity"
)

type idQuestion struct{ Number text }

type idAnswer struct {
	Valid      bool         `json:"valid"`
	Normalized string       `json:"normalized"`
	BirthDate  string       `json:"birth_date,omitempty"`
	Sex        identity.Sex `json:"sex,omitempty"`
	Region     string       `json:"region_code,omitempty"`
	Reason     string       `json:"reason"`
}

func citizenID(q idQuestion) (idAnswer, error) {
	id, err := identity.ParseCitizenID(string(q.Number))
	if err != nil {
		return idAnswer{Normalized: normalized(q.Number), Reason: identity.Reason(err)}, nil
	}
	return idAnswer{Valid: true, Normalized: string(id), BirthDate: id.BirthDate().String(), Sex: id.Sex(), Region: id.Region()}, nil
}

type usccQuestion struct{ Code text }

type usccAnswer struct {
	Valid      bool   `json:"valid"`
	Normalized string `json:"normalized"`
	Reason     string `json:"reason"`
}

func uscc(q usccQuestion) (usccAnswer, error) {
	code, err := identity.ParseUSCC(string(q.Code))
	if err != nil {
		return usccAnswer{Normalized: normalized(q.Code), Reason: identity.Reason(err)}, nil
	}
	return usccAnswer{Valid: true, Normalized: string(code)}, nil
}

// normalized is how a number that is not valid was read.
func normalized(t text) string {
	return strings.ToUpper(strings.TrimSpace(width.Narrow.String(string(t))))
}

type workdayQuestion struct {
	Start string
	Days  *int `json:"working_days"`
}

type workdayAnswer struct {
	Date        string `json:"date"`
	Provisional bool   `json:"provisional"`
}

// maxWorkdays keeps a question from counting for ever: forty years.
const maxWorkdays = 10_000

var errWorkdays = errors.New("working_days must be given, from -10000 to 10000, and end between the years 1 and 9999")

func workdays(q workdayQuestion) (workdayAnswer, error) {
	start, err := calendar.ParseDate(q.Start)
	if err != nil {
		return workdayAnswer{}, fmt.Errorf("start: %w", err)
	}
	if q.Days == nil || *q.Days > maxWorkdays || *q.Days < -maxWorkdays {
		return workdayAnswer{}, errWorkdays
	}
	end, provisional := calendar.China().Add(start, *q.Days)
	if end.Year < 1 || end.Year > 9999 {
		return workdayAnswer{}, errWorkdays
	}
	return workdayAnswer{end.String(), provisional}, nil
}
