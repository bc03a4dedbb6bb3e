package callflow

import (
	"errors"
	"fmt"
	"slices"
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

// Next is when people answer next after an instant. ok is false when they do not within a month: then nothing is promised.
func (h Hours) Next(after time.Time, workdays *calendar.Workdays) (next time.Time, ok bool) {
	local := after.In(calendar.Zone)
	minute := local.Hour()*60 + local.Minute()
	day := calendar.DateOf(after)
	for range 31 {
		for _, s := range h.on(day, workdays) {
			if s.from > minute {
				return day.Midnight().Add(time.Duration(s.from) * time.Minute), true
			}
		}
		day, minute = day.AddDays(1), -1
	}
	return time.Time{}, false
}

// Spoken are the hours as they are said: days with the same hours together, and "working days" where the weekend has none.
func (h Hours) Spoken(lang string) string {
	comma := "；"
	if lang == "en" {
		comma = "; "
	}
	var parts []string
	for first := 1; first <= 7; {
		last := first
		for last < 7 && slices.Equal(h.days[(last+1)%7], h.days[first%7]) {
			last++
		}
		if spans := h.days[first%7]; len(spans) > 0 {
			parts = append(parts, weekdays(lang, first, last)+spokenSpans(lang, spans))
		}
		first = last + 1
	}
	return strings.Join(parts, comma)
}

func weekdays(lang string, first, last int) string {
	switch {
	case first == 1 && last == 5 && lang == "en":
		return "working days from "
	case first == 1 && last == 5:
		return "工作日"
	case lang == "en" && first == last:
		return time.Weekday(first%7).String() + " from "
	case lang == "en":
		return time.Weekday(first%7).String() + " to " + time.Weekday(last%7).String() + " from "
	}
	week, until := "周", "到"
	if lang == "yue" {
		week = "星期"
	}
	name := func(day int) string { return week + string([]rune("日一二三四五六")[day%7]) }
	if first == last {
		return name(first)
	}
	return name(first) + until + name(last)
}

func spokenSpans(lang string, spans []span) string {
	until, join, and := "到", "", "、"
	if lang == "en" {
		until, join, and = "to", " ", " and "
	}
	var parts []string
	for _, s := range spans {
		parts = append(parts, clock(lang, s.from)+join+until+join+clock(lang, s.to))
	}
	return strings.Join(parts, and)
}

// SpokenTime is an instant as it is said, in Asia/Shanghai.
func SpokenTime(lang string, at time.Time) string {
	local := at.In(calendar.Zone)
	day, hour := SpokenDate(lang, calendar.DateOf(at)), clock(lang, local.Hour()*60+local.Minute())
	if lang == "en" {
		return day + " at " + hour
	}
	return day + hour
}

func clock(lang string, minute int) string {
	hour, rest := minute/60, minute%60
	if lang == "en" {
		if minute == 12*60 {
			return "noon"
		}
		half := " AM"
		if hour >= 12 {
			half = " PM"
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
