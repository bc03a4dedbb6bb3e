package web

import (
	"strconv"
	"strings"

	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// How dates, months and amounts are written for people (the conventions of each language). A number and its unit never part at a line's end.

var englishMonths = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

var chineseMonths = [...]string{"1\u00a0月", "2\u00a0月", "3\u00a0月", "4\u00a0月", "5\u00a0月", "6\u00a0月", "7\u00a0月", "8\u00a0月", "9\u00a0月", "10\u00a0月", "11\u00a0月", "12\u00a0月"}

// monthWords is 2025 年 9 月, or September 2025.
func monthWords(l string, p calendar.Period) string {
	if l == locale.English {
		return englishMonths[p.Month()-1] + " " + strconv.Itoa(p.Year())
	}
	return strconv.Itoa(p.Year()) + "\u00a0年 " + chineseMonths[p.Month()-1]
}

// monthShort is 9 月, or Sep.
func monthShort(l string, p calendar.Period) string {
	if l == locale.English {
		return englishMonths[p.Month()-1][:3]
	}
	return chineseMonths[p.Month()-1]
}

// dateWords is 2026-03-04, or 4 March 2026.
func dateWords(l string, d calendar.Date) string {
	if l == locale.English && !d.IsZero() {
		return strconv.Itoa(d.Day) + " " + englishMonths[d.Month-1] + " " + strconv.Itoa(d.Year)
	}
	return d.String()
}

// amount is 4,505.00 元, or CNY 4,505.00.
func amount(l string, f money.Fen) string { return locale.Text(l, "portal.amount", f.Grouped()) }

// span is 2025 年 1 月至 2025 年 9 月; one month is itself.
func span(l string, from, to calendar.Period) string {
	if from == to {
		return monthWords(l, from)
	}
	return locale.Text(l, "portal.span", monthWords(l, from), monthWords(l, to))
}

// monthsWords lists months of one year; three or more in a row become a span.
func monthsWords(l string, months []calendar.Period) string {
	var parts []string
	for i := 0; i < len(months); {
		last := i
		for last+1 < len(months) && months[last+1] == months[last].Add(1) {
			last++
		}
		if last-i >= 2 {
			parts = append(parts, locale.Text(l, "portal.span", monthShort(l, months[i]), monthShort(l, months[last])))
		} else {
			for _, m := range months[i : last+1] {
				parts = append(parts, monthShort(l, m))
			}
		}
		i = last + 1
	}
	return strings.Join(parts, locale.Text(l, "portal.months.join"))
}

func insuranceName(l string, i contribution.Insurance) string {
	return locale.Text(l, "insurance."+strconv.Itoa(int(i)))
}
