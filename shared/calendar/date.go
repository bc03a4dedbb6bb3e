// Package calendar knows civil dates in Asia/Shanghai, contribution periods, and which days are working days in China.
package calendar

import (
	"errors"
	"strconv"
	"time"
)

// Zone is China Standard Time, the zone of every civil date here. It has been UTC+8 without summer time since 1991-09-15.
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// ErrDate says that a text is not a civil date.
var ErrDate = errors.New("calendar: not a date")

// Date is a civil date in Asia/Shanghai. The zero value means "no date".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// NewDate makes a date; values outside their range roll over as time.Date does.
func NewDate(year int, month time.Month, day int) Date {
	return fromTime(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf is the civil date in Asia/Shanghai at an instant.
func DateOf(instant time.Time) Date { return fromTime(instant.In(Zone)) }

func fromTime(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD, YYYYMMDD or YYYY/MM/DD. Error: ErrDate.
func ParseDate(s string) (Date, error) {
	var y, m, d string
	switch {
	case len(s) == 10 && s[4] == s[7] && (s[4] == '-' || s[4] == '/'):
		y, m, d = s[:4], s[5:7], s[8:]
	case len(s) == 8:
		y, m, d = s[:4], s[4:6], s[6:]
	default:
		return Date{}, ErrDate
	}
	year, err1 := strconv.ParseUint(y, 10, 16)
	month, err2 := strconv.ParseUint(m, 10, 8)
	day, err3 := strconv.ParseUint(d, 10, 8)
	if errors.Join(err1, err2, err3) != nil {
		return Date{}, ErrDate
	}
	date := Date{int(year), time.Month(month), int(day)}
	if year == 0 || NewDate(date.Year, date.Month, date.Day) != date {
		return Date{}, ErrDate
	}
	return date, nil
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Time is midnight UTC of the date: the form in which PostgreSQL's date type is exchanged.
func (d Date) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// Midnight is the instant at which the date begins in Asia/Shanghai.
func (d Date) Midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Zone) }

// Number counts days since 1970-01-01; differences of numbers are differences of days.
func (d Date) Number() int { return int(d.Time().Unix() / 86400) }

// DateOfNumber is the inverse of Number.
func DateOfNumber(n int) Date { return fromTime(time.Unix(int64(n)*86400, 0).UTC()) }

// AddDays moves by natural days. Moves of a few months, such as to the day of a late payment, do without the calendar.
func (d Date) AddDays(n int) Date {
	year, month, day := d.Year, d.Month, d.Day+n
	if day < 1 || day > 366 || month < time.January || month > time.December {
		return NewDate(year, month, day)
	}
	for last := daysIn(year, month); day > last; last = daysIn(year, month) {
		day -= last
		if month++; month > time.December {
			year, month = year+1, time.January
		}
	}
	return Date{year, month, day}
}

// Sub counts the natural days from e to d.
func (d Date) Sub(e Date) int { return d.Number() - e.Number() }

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is a later day than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Compare orders dates: -1, 0, 1.
func (d Date) Compare(e Date) int {
	switch {
	case d.Year != e.Year:
		return sign(d.Year - e.Year)
	case d.Month != e.Month:
		return sign(int(d.Month) - int(e.Month))
	}
	return sign(d.Day - e.Day)
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// Weekday of the date.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// Period is the month of the date.
func (d Date) Period() Period { return NewPeriod(d.Year, d.Month) }

// String writes YYYY-MM-DD, or nothing for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return string(d.Append(make([]byte, 0, 10)))
}

// Append writes YYYY-MM-DD to b, or nothing for no date.
func (d Date) Append(b []byte) []byte {
	if d.IsZero() {
		return b
	}
	y, m := d.Year, int(d.Month) // years outside 0 to 9999 stand in no source
	return append(b, digit(y/1000), digit(y/100), digit(y/10), digit(y), '-', digit(m/10), digit(m), '-', digit(d.Day/10), digit(d.Day))
}

func digit(n int) byte { return byte('0' + n%10) }

// MarshalText writes YYYY-MM-DD.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads any form that ParseDate reads; an empty text is no date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}
