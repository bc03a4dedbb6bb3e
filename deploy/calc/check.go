package calc

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"shebao/shared/calendar"
	"shebao/shared/identity"
)

type idQuestion struct{ Number *text }

type idAnswer struct {
	Valid      bool         `json:"valid"`
	Normalized string       `json:"normalized"`
	BirthDate  string       `json:"birth_date,omitempty"`
	Sex        identity.Sex `json:"sex,omitempty"`
	Region     string       `json:"region_code,omitempty"`
	Reason     string       `json:"reason"`
}

// citizenID judges a number. What a wrong one says can be read all the same, as far as its characters go: whoever looks for the slip sees it. Nobody is born after today.
func citizenID(q idQuestion, today calendar.Date) (idAnswer, error) {
	if q.Number == nil {
		return idAnswer{}, fmt.Errorf("number: %w", errText)
	}
	id, err := identity.ParseCitizenID(string(*q.Number))
	answer := idAnswer{Valid: err == nil, Normalized: string(id), Reason: identity.Reason(err)}
	if err != nil {
		answer.Normalized = normalized(*q.Number)
	}
	if len(answer.Normalized) != 18 || strings.Trim(answer.Normalized[:17], "0123456789") != "" {
		return answer, nil
	}
	said := identity.CitizenID(answer.Normalized)
	if answer.Sex = said.Sex(); said.Kind() != identity.ForeignResident { // their cards name a place of issue and a nationality there
		answer.Region = said.Region()
	}
	born, wrong := calendar.ParseDate(answer.Normalized[6:14])
	if wrong != nil {
		return answer, nil
	}
	answer.BirthDate = born.String()
	if born.After(today) && !errors.Is(err, identity.ErrCharacters) {
		answer.Valid, answer.Reason = false, identity.Reason(identity.ErrBirthDate)
	}
	return answer, nil
}

type usccQuestion struct{ Code *text }

type usccAnswer struct {
	Valid      bool   `json:"valid"`
	Normalized string `json:"normalized"`
	Reason     string `json:"reason"`
}

func uscc(q usccQuestion) (usccAnswer, error) {
	if q.Code == nil {
		return usccAnswer{}, fmt.Errorf("code: %w", errText)
	}
	code, err := identity.ParseUSCC(string(*q.Code))
	if err != nil {
		return usccAnswer{Normalized: normalized(*q.Code), Reason: identity.Reason(err)}, nil
	}
	return usccAnswer{Valid: true, Normalized: string(code)}, nil
}

// normalized is how a number that is not valid was read.
func normalized(t text) string {
	return strings.ToUpper(strings.TrimSpace(width.Narrow.String(string(t))))
}

type workdayQuestion struct {
	Start string
	Days  text `json:"working_days"`
}

type workdayAnswer struct {
	Date        string `json:"date"`
	Provisional bool   `json:"provisional"`
}

// maxWorkdays keeps a question from counting for ever: forty years.
const maxWorkdays = 10_000

var errWorkdays = errors.New("working_days must be a whole number from -10000 to 10000, and end between the years 1 and 9999")

func workdays(q workdayQuestion) (workdayAnswer, error) {
	start, err := calendar.ParseDate(q.Start)
	if err != nil {
		return workdayAnswer{}, fmt.Errorf("start: %w", err)
	}
	days, err := strconv.Atoi(string(q.Days))
	if err != nil || days > maxWorkdays || days < -maxWorkdays {
		return workdayAnswer{}, errWorkdays
	}
	end, provisional := calendar.China().Add(start, days)
	if end.Year < 1 || end.Year > 9999 {
		return workdayAnswer{}, errWorkdays
	}
	return workdayAnswer{end.String(), provisional}, nil
}
