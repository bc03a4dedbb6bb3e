package web

import (
	"strings"

	"shebao/frontend/locale"
	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/ledger"
)

// rateOf says by which rate, or rates, a year's interest was credited.
func rateOf(l string, a *account.Year) string {
	switch {
	case a.AfterEnd():
		return locale.Text(l, "event.after")
	case !a.Settled:
		return locale.Text(l, "portal.account.unsettled")
	case len(a.Rates) > 0:
		return ratesOf(l, a)
	case a.Provisional:
		return locale.Text(l, "portal.account.rate.provisional", a.Rate.Percent(), a.RateDocument)
	}
	return locale.Text(l, "portal.account.rate.final", a.Rate.Percent(), a.RateDocument)
}

// ratesOf lists the rates of a year in which it changed.
func ratesOf(l string, a *account.Year) string {
	sentences := []string{locale.Text(l, "accountyear.rates")}
	for _, p := range a.Rates {
		key := "accountyear.rate.part"
		if p.Provisional {
			key = "accountyear.rate.part.provisional"
		}
		months := make([]calendar.Period, 0, 12)
		for m := p.First; m <= p.Last; m++ {
			months = append(months, calendar.Period(a.Year*100+m))
		}
		sentences = append(sentences, locale.Text(l, key, monthsWords(l, months), p.Rate.Percent(), p.Document))
	}
	words := inARow(l, sentences...)
	if l == locale.English {
		return strings.TrimSuffix(words, ";") + "."
	}
	return strings.TrimSuffix(words, "；") + "。"
}

// percentOf is the rate as a table has it; of a year in which it changed, one after the other.
func percentOf(a *account.Year) string {
	if len(a.Rates) == 0 {
		return a.Rate.Percent() + "%"
	}
	var list []string
	for _, p := range a.Rates {
		list = append(list, p.Rate.Percent()+"%")
	}
	return strings.Join(list, " / ")
}

// keptWords names the region whose own rules made the year another than elsewhere; nothing where none did.
func keptWords(l string, a *account.Year) string {
	if a.Region == "" {
		return ""
	}
	name := ledger.RegionName(a.Region)
	if name == "" {
		name = a.Region
	}
	return locale.Text(l, "accountyear.kept", name)
}
