package callflow

import (
	"strconv"
	"strings"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// Year is what the ledger holds of a person's year.
type Year struct {
	Year    int
	Rows    []contribution.Row // ordered by period
	Account *account.Year      // none without a pension insurance
}

// Standing of the employer of the latest month.
type Standing struct {
	Name string
	Owes bool // anything that is past its due date and the posting lag, for anybody
}

// FactsOf are the answers to a status inquiry, one breath each: how far the data reaches, the last month paid in full, the months missing this year and before,
// whether the employer is in arrears, and the balance with its date. A month counts as the worst of its insurances, as on the statement.
func FactsOf(lang string, years []Year, employer Standing, dataDate calendar.Date) []Line {
	var last calendar.Period
	var missing []calendar.Period
	earlier, insured, thisYear := 0, false, false
	for _, y := range years {
		for p, status := range monthsOf(y, dataDate) {
			switch {
			case status == contribution.Paid || status == contribution.BackPaid:
				last = max(last, p)
			case status.Owing() && p.Year() == dataDate.Year:
				missing = append(missing, p)
			case status.Owing():
				earlier++
			}
			insured = insured || status != contribution.None
			thisYear = thisYear || status != contribution.None && p.Year() == dataDate.Year
		}
	}
	if !insured { // an account may have been opened or moved here without a month
		return append([]Line{{Key: "fact_none"}}, balance(lang, years, dataDate)...)
	}
	facts := []Line{{Key: "fact_reach", Args: []string{SpokenDate(lang, dataDate)}}}
	if last != 0 {
		facts = append(facts, Line{Key: "fact_last", Args: []string{SpokenMonth(lang, last)}})
	}
	year := strconv.Itoa(dataDate.Year)
	end, ended := endOf(lang, years)
	switch {
	case len(missing) > 0:
		facts = append(facts, Line{Key: "fact_missing", Args: []string{year, strconv.Itoa(len(missing)), spokenMonths(lang, missing)}})
	case thisYear:
		facts = append(facts, Line{Key: "fact_full", Args: []string{year}})
	case !ended: // who was left out must not hear that nothing is unpaid
		facts = append(facts, Line{Key: "fact_year_none", Args: []string{year}})
	}
	if earlier > 0 {
		facts = append(facts, Line{Key: "fact_earlier", Args: []string{strconv.Itoa(earlier)}})
	}
	if employer.Name != "" {
		key := "fact_employer_clear"
		if employer.Owes {
			key = "fact_employer_owes"
		}
		facts = append(facts, Line{Key: key, Args: []string{employer.Name}})
	}
	if end.Key != "" {
		facts = append(facts, end)
	}
	return append(facts, balance(lang, years, dataDate)...)
}

// endOf is how an account ended, if it did: without it nobody understands why it holds nothing, or grows no more. Who draws a pension knows it and is told nothing.
func endOf(lang string, years []Year) (said Line, ended bool) {
	for _, y := range years {
		if y.Account == nil {
			continue
		}
		for _, e := range y.Account.Events {
			switch {
			case e.Kind == account.TransferIn:
				said, ended = Line{}, false
			case e.Kind == account.TransferOut && y.Account.Closing == 0:
				said, ended = Line{Key: "fact_moved", Args: []string{SpokenDate(lang, e.On)}}, true
			case e.Kind == account.Retirement:
				said, ended = Line{}, true
			case e.Kind.Ends():
				said, ended = Line{Key: "fact_ended", Args: []string{SpokenDate(lang, e.On)}}, true
			}
		}
	}
	return said, ended
}

// monthsOf is the worst status of each month with a row.
func monthsOf(y Year, dataDate calendar.Date) map[calendar.Period]contribution.Status {
	months := map[calendar.Period]contribution.Status{}
	for _, r := range y.Rows {
		months[r.Period] = worse(months[r.Period], contribution.StatusOf(r, contribution.Due{}, dataDate)) // late or not, it is paid
	}
	return months
}

// worse orders the statuses as the statement does: a month with anything owed is owed, one with anything pending is not yet paid.
func worse(a, b contribution.Status) contribution.Status {
	order := [...]int{contribution.None: 0, contribution.Paid: 1, contribution.BackPaid: 2, contribution.Pending: 3, contribution.Part: 4, contribution.Arrears: 5}
	if order[b] > order[a] {
		return b
	}
	return a
}

// balance is that of the latest settled year; of an account that has no settled year yet, or to which something was moved or corrected since, what it holds now.
func balance(lang string, years []Year, dataDate calendar.Date) []Line {
	var open *account.Year
	for i := len(years) - 1; i >= 0; i-- {
		a := years[i].Account
		if a == nil {
			continue
		}
		if a.Settled {
			on := a.HeldOn()
			if on.After(dataDate) { // something was booked after the account's end
				on = dataDate
			}
			return []Line{{Key: "fact_balance", Args: []string{SpokenDate(lang, on), SpokenMoney(lang, a.Closing)}}}
		}
		open = a
		if a.Adjustments != 0 { // who has moved here in March need not hear that there was nothing in December
			break
		}
	}
	if open == nil {
		return withoutAccount(years)
	}
	return []Line{{Key: "fact_balance", Args: []string{SpokenDate(lang, dataDate), SpokenMoney(lang, open.Closing)}}}
}

// withoutAccount tells whoever has pension contributions and no account why that is so: some are from before 1998.
func withoutAccount(years []Year) []Line {
	for _, y := range years {
		for _, r := range y.Rows {
			if r.Insurance.IsPension() && !r.Void() {
				return []Line{{Key: "fact_account_local"}}
			}
		}
	}
	return nil
}

// SpokenDate is a date as it is said.
func SpokenDate(lang string, d calendar.Date) string {
	if lang == "en" {
		return d.Month.String() + " " + strconv.Itoa(d.Day) + ", " + strconv.Itoa(d.Year)
	}
	return strconv.Itoa(d.Year) + "年" + strconv.Itoa(int(d.Month)) + "月" + strconv.Itoa(d.Day) + "日"
}

// SpokenMonth is a month with its year.
func SpokenMonth(lang string, p calendar.Period) string {
	if lang == "en" {
		return p.Month().String() + " " + strconv.Itoa(p.Year())
	}
	return strconv.Itoa(p.Year()) + "年" + strconv.Itoa(int(p.Month())) + "月"
}

// spokenMonths names months of one year, neighbours as a span, so that a whole year still fits one breath.
func spokenMonths(lang string, months []calendar.Period) string {
	var in [13]bool
	for _, p := range months {
		in[p.Month()] = true
	}
	name := func(m int) string {
		if lang == "en" {
			return calendar.NewPeriod(2000, 1).Add(m - 1).Month().String()
		}
		return strconv.Itoa(m) + "月"
	}
	until, comma := "到", "、"
	if lang == "en" {
		until, comma = " to ", ", "
	}
	var spans []string
	for m := 1; m <= 12; m++ {
		if !in[m] {
			continue
		}
		first := m
		for m < 12 && in[m+1] {
			m++
		}
		span := name(first)
		if m > first {
			span += until + name(m)
		}
		spans = append(spans, span)
	}
	return strings.Join(spans, comma)
}

// SpokenMoney is an amount as it is said: 13万3609元7角7分.
func SpokenMoney(lang string, f money.Fen) string {
	if lang == "en" {
		return f.Grouped() + " yuan"
	}
	wan, minus, sign := "万", "负", ""
	if lang == "yue" {
		wan, minus = "萬", "負"
	}
	if f < 0 {
		f, sign = -f, minus
	}
	whole, jiao, fen := int64(f/100), f/10%10, f%10
	text := sign
	switch high, low := whole/10000, whole%10000; {
	case high > 0 && low == 0:
		text += strconv.FormatInt(high, 10) + wan
	case high > 0 && low < 1000:
		text += strconv.FormatInt(high, 10) + wan + "零" + strconv.FormatInt(low, 10)
	case high > 0:
		text += strconv.FormatInt(high, 10) + wan + strconv.FormatInt(low, 10)
	default:
		text += strconv.FormatInt(low, 10)
	}
	text += "元"
	if jiao > 0 {
		text += strconv.Itoa(int(jiao)) + "角"
	} else if fen > 0 {
		text += "零"
	}
	if fen > 0 {
		text += strconv.Itoa(int(fen)) + "分"
	}
	return text
}
