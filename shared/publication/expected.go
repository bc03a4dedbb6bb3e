package publication

import (
	"strconv"
	"strings"

	"shebao/shared/calendar"
)

// publishedBy is the day of the month after a span's end by which its figures are expected: the notices ask for every quarter and name no day [M: regional].
const publishedBy = 15

// ExpectedBy is the day by which a span's figures are expected to be published; none for what is no span.
func ExpectedBy(span string) calendar.Date {
	last, err := calendar.ParsePeriod(span)
	if year, quarter, ok := strings.Cut(span, "Q"); ok {
		y, yearErr := strconv.Atoi(year)
		q, quarterErr := strconv.Atoi(quarter)
		if yearErr != nil || quarterErr != nil || q < 1 || q > 4 {
			return calendar.Date{}
		}
		last, err = calendar.NewPeriod(y, 1).Add(3*q-1), nil
	}
	if err != nil {
		return calendar.Date{}
	}
	return last.Add(1).FirstDay().AddDays(publishedBy - 1)
}

// NextExpected is the quarter whose figures are expected next, today included.
func NextExpected(today calendar.Date) string {
	p := today.Period()
	for {
		span := strconv.Itoa(p.Year()) + "Q" + strconv.Itoa((int(p.Month())+2)/3)
		before := p.Add(-3)
		if earlier := strconv.Itoa(before.Year()) + "Q" + strconv.Itoa((int(before.Month())+2)/3); !ExpectedBy(earlier).Before(today) {
			p = before
			continue
		}
		return span
	}
}
