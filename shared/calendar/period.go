package calendar

import (
	"errors"
	"strconv"
	"time"
)

// ErrPeriod says that a text is not a contribution period.
var ErrPeriod = errors.New("calendar: not a period")

// Period is a contribution period (费款所属期): a month, held as year*100+month, such as 202509. Zero means "no period".
type Period int32

// NewPeriod makes the period of a month; a month outside 1..12 rolls over.
func NewPeriod(year int, month time.Month) Period {
	n := year*12 + int(month) - 1
	return Period(n/12*100 + n%12 + 1)
}

// ParsePeriod reads YYYYMM or YYYY-MM, from 1949-10 on. Error: ErrPeriod.
func ParsePeriod(s string) (Period, error) {
	if len(s) == 7 && s[4] == '-' {
		s = s[:4] + s[5:]
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if len(s) != 6 || err != nil || n < 194910 || n > 299912 || n%100 < 1 || n%100 > 12 {
		return 0, ErrPeriod
	}
	return Period(n), nil
}

// Year of the period.
func (p Period) Year() int { return int(p) / 100 }

// Month of the period.
func (p Period) Month() time.Month { return time.Month(int(p) % 100) }

// Add moves by months.
func (p Period) Add(months int) Period { return NewPeriod(p.Year(), p.Month()+time.Month(months)) }

// Sub counts the months from q to p.
func (p Period) Sub(q Period) int {
	return (p.Year()-q.Year())*12 + int(p.Month()) - int(q.Month())
}

// FirstDay of the month.
func (p Period) FirstDay() Date { return Date{p.Year(), p.Month(), 1} }

// monthDays are the days of each month but February.
var monthDays = [...]int{time.January: 31, time.March: 31, time.April: 30, time.May: 31, time.June: 30, time.July: 31, time.August: 31, time.September: 30, time.October: 31, time.November: 30, time.December: 31}

// LastDay of the month. Every row of every statement is judged by it, so that it does without the calendar where it can.
func (p Period) LastDay() Date {
	if month := p.Month(); month >= time.January && month <= time.December && month != time.February {
		return Date{p.Year(), month, monthDays[month]}
	}
	return NewDate(p.Year(), p.Month()+1, 0)
}

// String writes YYYY-MM, or nothing for no period.
func (p Period) String() string {
	if p == 0 {
		return ""
	}
	return string(p.Append(make([]byte, 0, 7)))
}

// Append writes YYYY-MM to b, or nothing for no period.
func (p Period) Append(b []byte) []byte {
	if p == 0 {
		return b
	}
	return appendTwo(append(appendYear(b, p.Year()), '-'), int(p.Month()))
}

// MarshalText writes YYYY-MM.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads YYYYMM or YYYY-MM; an empty text is no period.
func (p *Period) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = 0
		return nil
	}
	parsed, err := ParsePeriod(string(text))
	if err == nil {
		*p = parsed
	}
	return err
}
