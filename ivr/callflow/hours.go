package callflow

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"shebao/shared/calendar"
)

// Hours are the opening hours for talks with a person, in Asia/Shanghai. Make-up workdays have the hours of Monday; holidays none.
type Hours struct {
	days [7][]span // by weekday, Sunday first
}

// span of a day in minutes from midnight; the end is outside.
type span struct{ from, to int }

// ParseHours reads hours such as "1-5 09:00-12:00 13:30-17:00; 6 09:00-12:00": weekdays from 1, Monday, to 7, then the spans between which people answer.
func ParseHours(text string) (Hours, error) {
	var h Hours
	for _, part := range strings.Split(text, ";") {
		fields := strings.Fields(part)
		if len(fields) < 2 {
			return Hours{}, errors.New("opening hours need weekdays and spans, such as 1-5 09:00-12:00 13:30-17:00")
		}
		first, last, isRange := strings.Cut(fields[0], "-")
		if !isRange {
			last = first
		}
		from, err1 := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		if errors.Join(err1, err2) != nil || from < 1 || to > 7 || from > to {
			return Hours{}, fmt.Errorf("opening hours: %q are no weekdays from 1 to 7", fields[0])
		}
		spans, err := parseSpans(fields[1:])
		if err != nil {
			return Hours{}, err
		}
		for day := from; day <= to; day++ {
			h.days[day%7] = spans
		}
	}
	return h, nil
}

func parseSpans(fields []string) ([]span, error) {
	var spans []span
	for _, field := range fields {
		from, to, ok := strings.Cut(field, "-")
		start, err1 := minutes(from)
		end, err2 := minutes(to)
		if !ok || errors.Join(err1, err2) != nil || start >= end || len(spans) > 0 && start < spans[len(spans)-1].to {
			return nil, fmt.Errorf("opening hours: %q is no span such as 09:00-12:00 after the one before", field)
		}
		spans = append(spans, span{start, end})
	}
	return spans, nil
}

func minutes(text string) (int, error) {
	t, err := time.Parse("15:04", text)
	if text == "24:00" {
		return 24 * 60, nil
	}
	return t.Hour()*60 + t.Minute(), err
}

// Open reports whether people answer at an instant.
func (h Hours) Open(at time.Time, workdays *calendar.Workdays) bool {
	local := at.In(calendar.Zone)
	minute := local.Hour()*60 + local.Minute()
	for _, s := range h.on(calendar.DateOf(at), workdays) {
		if minute >= s.from && minute < s.to {
			return true
		}
	}
	return false
}

// on are the spans of a day: a weekend day worked in exchange has Monday's, a weekday that is a holiday none. A weekend day keeps its own, such as a Saturday service.
func (h Hours) on(d calendar.Date, workdays *calendar.Workdays) []span {
	workday, _ := workdays.IsWorkday(d)
	weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
	switch {
	case workday && weekend:
		return h.days[time.Monday]
	case !workday && !weekend:
		return nil
	}
	return h.days[d.Weekday()]
}

// Spoken are the hours of working days as they are said.
func (h Hours) Spoken(lang string) string {
	var parts []string
	for _, s := range h.days[time.Monday] {
		until, join := "到", ""
		if lang == "en" {
			until, join = "to", " "
		}
		parts = append(parts, clock(lang, s.from)+join+until+join+clock(lang, s.to))
	}
	if lang == "en" {
		return strings.Join(parts, " and ")
	}
	return strings.Join(parts, "、")
}

func clock(lang string, minute int) string {
	hour, rest := minute/60, minute%60
	if lang == "en" {
		half := " a.m."
		if hour >= 12 {
			half = " p.m."
		}
		text := strconv.Itoa((hour+11)%12 + 1)
		if rest > 0 {
			text += ":" + fmt.Sprintf("%02d", rest)
		}
		return text + half
	}
	point, halfHour := "点", "点半"
	if lang == "yue" {
		point, halfHour = "點", "點半"
	}
	switch rest {
	case 0:
		return strconv.Itoa(hour) + point
	case 30:
		return strconv.Itoa(hour) + halfHour
	}
	return strconv.Itoa(hour) + point + strconv.Itoa(rest) + "分"
}
