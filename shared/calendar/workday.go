package calendar

import (
	"crypto/sha256"
	_ "embed" // the holidays
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// YearData is one year of the State Council's holiday notice: days off, and the weekend days worked in exchange (调休). Days are MM-DD.
type YearData struct {
	Year     int      `json:"year"`
	Holidays []string `json:"holidays"`
	Workdays []string `json:"workdays"`
}

// Workdays tells working days from days of rest. A year without a notice is counted by weekdays less the fixed statutory days, and every answer that
// touches it says provisional: it is to be asked again when the notice has come. A value never changes; copies share nothing that does.
type Workdays struct {
	known map[int]map[Date]bool // of a year with a notice: the days that differ from Monday to Friday, true when worked
}

//go:embed holidays.json
var holidays []byte

var china = sync.OnceValue(func() *Workdays {
	var file struct{ Years []YearData }
	if err := json.Unmarshal(holidays, &file); err != nil {
		panic(err) // embedded; a test reads it
	}
	w, err := NewWorkdays(file.Years...)
	if err != nil {
		panic(err) // embedded; a test reads it
	}
	return w
})

// China is the calendar of all notices known when this was built, from 2004 on.
func China() *Workdays { return china() }

// NewWorkdays makes a calendar of the given years. It returns an error for a day that does not exist.
func NewWorkdays(years ...YearData) (*Workdays, error) {
	w := &Workdays{known: make(map[int]map[Date]bool, len(years))}
	for _, y := range years {
		if err := w.set(y); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// ParseYear reads a year's notice from JSON: {"year":2027,"holidays":["01-01"],"workdays":[]}.
func ParseYear(b []byte) (YearData, error) {
	var y YearData
	if err := json.Unmarshal(b, &y); err != nil {
		return YearData{}, fmt.Errorf("read holiday notice: %w", err)
	}
	if _, err := NewWorkdays(y); err != nil {
		return YearData{}, err
	}
	return y, nil
}

// WithYear is a calendar in which one year's notice has come, or has been replaced by a later one.
func (w *Workdays) WithYear(y YearData) (*Workdays, error) {
	more := &Workdays{known: make(map[int]map[Date]bool, len(w.known)+1)}
	for year, days := range w.known {
		more.known[year] = days
	}
	return more, more.set(y)
}

func (w *Workdays) set(y YearData) error {
	days := make(map[Date]bool, len(y.Holidays)+len(y.Workdays))
	for worked, list := range map[bool][]string{false: y.Holidays, true: y.Workdays} {
		for _, text := range list {
			d, err := ParseDate(fmt.Sprintf("%04d-%s", y.Year, text))
			if err != nil {
				return fmt.Errorf("holiday notice of %d: %q: %w", y.Year, text, err)
			}
			days[d] = worked
		}
	}
	w.known[y.Year] = days
	return nil
}

// IsWorkday reports whether offices work on a day (国务院关于职工工作时间的规定 art. 7: Saturday and Sunday are days of rest).
func (w *Workdays) IsWorkday(d Date) (workday, provisional bool) {
	weekday := d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
	days, known := w.known[d.Year]
	if !known {
		return weekday && !isFixedHoliday(d), true
	}
	if worked, listed := days[d]; listed {
		return worked, false
	}
	return weekday, false
}

// isFixedHoliday knows the statutory days whose date does not move with the moon (全国年节及纪念日放假办法, as of 2025-01-01).
func isFixedHoliday(d Date) bool {
	switch d.Month {
	case time.January:
		return d.Day == 1
	case time.May:
		return d.Day == 1 || d.Day == 2
	case time.October:
		return d.Day >= 1 && d.Day <= 3
	}
	return false
}

// Add counts working days forward from a day that is not itself counted (民法典 art. 201), backward for a negative number. Zero days is the start itself.
func (w *Workdays) Add(start Date, workingDays int) (end Date, provisional bool) {
	step, left := 1, workingDays
	if workingDays < 0 {
		step, left = -1, -workingDays
	}
	for end = start; left > 0; {
		end = end.AddDays(step)
		workday, guess := w.IsWorkday(end)
		provisional = provisional || guess
		if workday {
			left--
		}
	}
	return end, provisional
}

// Count counts the working days after from up to and including to; it is negative when to comes first.
func (w *Workdays) Count(from, to Date) (n int, provisional bool) {
	if to.Before(from) {
		n, provisional = w.Count(to, from)
		return -n, provisional
	}
	for d := from; d.Before(to); {
		d = d.AddDays(1)
		workday, guess := w.IsWorkday(d)
		provisional = provisional || guess
		if workday {
			n++
		}
	}
	return n, provisional
}

// Roll moves a last day that is a day of rest to the day after the rest (民法典 art. 203).
func (w *Workdays) Roll(d Date) (Date, bool) {
	provisional := false
	for {
		workday, guess := w.IsWorkday(d)
		provisional = provisional || guess
		if workday {
			return d, provisional
		}
		d = d.AddDays(1)
	}
}

// AddNatural counts natural days from a day that is not itself counted, and rolls the last one off a rest.
func (w *Workdays) AddNatural(start Date, days int) (Date, bool) { return w.Roll(start.AddDays(days)) }

// Version names what the calendar knows: two that give the same answers have the same, and it is the same in every process.
func (w *Workdays) Version() string {
	var days []string
	for year, differ := range w.known {
		days = append(days, strconv.Itoa(year))
		for d, worked := range differ {
			days = append(days, fmt.Sprint(d, worked))
		}
	}
	slices.Sort(days)
	sum := sha256.Sum256([]byte(strings.Join(days, " ")))
	return hex.EncodeToString(sum[:8])
}
