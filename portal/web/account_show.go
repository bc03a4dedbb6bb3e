package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/account"
	"shebao/shared/contribution"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// showAccount shows the personal account year by year, the newest first.
func (s *Site) showAccount(c *fiber.Ctx) error {
	r, err := s.record(c)
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "portal.account"), "/account")
	v := pages.Account{Page: p, Sentence: p.T("portal.account.none"), DataDate: p.T("portal.data", dateWords(p.Lang, r.DataDate))}
	var years []account.Year
	for _, y := range r.Years {
		if y.HasAccount {
			years = append(years, y.Account)
		}
	}
	if len(years) == 0 {
		if slices.ContainsFunc(r.Years, func(y ledger.PersonYear) bool { return paidPension(y.Rows) }) {
			v.Sentence = p.T("portal.account.local")
		}
		return render(c, pages.AccountPage(v))
	}
	for i := len(years) - 1; i >= 0; i-- {
		v.Rows = append(v.Rows, accountRow(p.Lang, years[i]))
	}
	for i := len(years) - 1; i >= 0; i-- {
		for _, e := range years[i].Events {
			words := eventWords(p.Lang, e)
			if !e.Kind.Ends() {
				words = p.T("event.amount", words, amount(p.Lang, e.Amount))
			}
			v.Events = append(v.Events, words)
		}
	}
	last := years[len(years)-1]
	key := "portal.account.title"
	if !last.Settled {
		key = "portal.account.title.now"
	}
	v.Sentence, v.Chart = p.T(key, last.Year, last.Closing.Grouped()), chartOf(p.Lang, years)
	switch {
	case last.AfterEnd():
		v.Sentence = p.T("event.title.after", last.Closing.Grouped())
	case endedEarly(&last):
		v.Sentence = p.T("event.title", dateWords(p.Lang, last.HeldOn()), last.Closing.Grouped())
	}
	return render(c, pages.AccountPage(v))
}

// paidPension reports whether there is a pension insurance among rows: who has one and no account has contributions from before 1998, whose account only a local rule can make
// (account.ErrLocalRule).
func paidPension(rows []contribution.Row) bool {
	return slices.ContainsFunc(rows, func(r contribution.Row) bool { return r.Insurance.IsPension() })
}

func accountRow(l string, a account.Year) pages.AccountRow {
	year := strconv.Itoa(a.Year)
	row := pages.AccountRow{Year: year, Link: "/statement/" + year, Opening: a.Opening.Grouped(), Credited: a.Credited().Grouped(), Interest: "--",
		Rate: locale.Text(l, "portal.account.pending"), Adjustments: a.Adjustments.Grouped(), Closing: a.Closing.Grouped()}
	if a.Settled {
		row.Interest, row.Rate = a.Interest().Grouped(), percentOf(&a)
	}
	return row
}

// The chart's own units.
const (
	chartWidth  = 440 // a phone shows letters of 15 units as large as small print
	chartHeight = 240
	chartHead   = 24 // room for the amounts
	chartFoot   = 24 // room for the years
	chartMost   = 8  // bars; the table holds every year
)

// chartOf draws the closing balances of the last years.
func chartOf(l string, years []account.Year) pages.Chart {
	years = years[max(0, len(years)-chartMost):]
	first, last := years[0], years[len(years)-1]
	top := money.Fen(1)
	for _, y := range years {
		top = max(top, y.Closing)
	}
	c := pages.Chart{
		Title: locale.Text(l, "portal.chart", first.Year, last.Year), Width: strconv.Itoa(chartWidth), Height: strconv.Itoa(chartHeight),
		Description: locale.Text(l, "portal.chart.desc", first.Year, first.Closing.Grouped(), last.Year, last.Closing.Grouped()),
	}
	if first.Year == last.Year {
		c.Title, c.Description = locale.Text(l, "portal.chart.one", first.Year), locale.Text(l, "portal.chart.one.desc", first.Year, first.Closing.Grouped())
	}
	step := chartWidth / max(len(years), 4)
	width := step * 2 / 3
	for i, y := range years {
		full := chartHeight - chartHead - chartFoot
		height := max(1, int(max(y.Closing, 0)*money.Fen(full)/top))
		x := i*step + (step-width)/2
		c.Bars = append(c.Bars, pages.Bar{
			X: strconv.Itoa(x), Y: strconv.Itoa(chartHeight - chartFoot - height), Width: strconv.Itoa(width), Height: strconv.Itoa(height), Middle: strconv.Itoa(x + width/2),
			ValueY: strconv.Itoa(chartHeight - chartFoot - height - 6), LabelY: strconv.Itoa(chartHeight - 6), Label: strconv.Itoa(y.Year), Value: roundly(l, y.Closing),
		})
	}
	return c
}

// roundly is an amount short enough for the head of a bar: ten thousands in Chinese, thousands in English, one decimal up to a hundred; below one of them whole yuan.
func roundly(l string, f money.Fen) string {
	unit := money.Fen(100_000) // a tenth of 10,000 yuan
	if l == locale.English {
		unit = 10_000 // a tenth of 1,000 yuan
	}
	if f < 0 {
		return "-" + roundly(l, -f)
	}
	if f < 10*unit {
		return strings.TrimSuffix(((f + 50) / 100 * 100).Grouped(), ".00")
	}
	tenths := int64((f + unit/2) / unit)
	if tenths >= 1000 { // a hundred of them: a decimal more would run into the next bar's
		return locale.Text(l, "portal.chart.wan", strconv.FormatInt(int64((f+5*unit)/(10*unit)), 10))
	}
	return locale.Text(l, "portal.chart.wan", strconv.FormatInt(tenths/10, 10)+"."+strconv.FormatInt(tenths%10, 10))
}
