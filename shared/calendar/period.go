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

// LastDay of the month.
func (p Period) LastDay() Date {
	if month := p.Month(); month >= time.January && month <= time.December {
		return Date{p.Year(), month, daysIn(p.Year(), month)}
	}
	return NewDate(p.Year(), p.Month()+1, 0)
}

// monthDays are the days of each month of a common year.
var monthDays = [...]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// daysIn counts the days of a month. Every row of every statement is judged by it, so that it does without the calendar.
func daysIn(year int, month time.Month) int {
	if month == time.February && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 29
	}
	return monthDays[month]
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
	y, m := p.Year(), int(p.Month())
	return append(b, digit(y/1000), digit(y/100), digit(y/10), digit(y), '-', digit(m/10), digit(m))
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
