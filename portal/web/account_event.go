package web

import (
	"strings"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/account"
	"shebao/shared/calendar"
)

// eventWords says what happened, on which day, and with whom or why.
func eventWords(l string, e account.Booked) string {
	kind, day := locale.Text(l, "event."+e.Kind.String()), dateWords(l, e.On)
	switch {
	case e.Kind.Ends():
		return locale.Text(l, "event."+e.Kind.String(), day)
	case e.Note == "":
		return locale.Text(l, "event.line", kind, day)
	}
	return locale.Text(l, "event.line.note", kind, day, e.Note)
}

// eventPairs are the events that brought or took money: their sum is the year's adjustments.
func eventPairs(l string, a *account.Year) (list []pages.Pair) {
	for _, e := range a.Events {
		if !e.Kind.Ends() {
			list = append(list, pages.Pair{Term: eventWords(l, e), Value: amount(l, e.Amount)})
		}
	}
	return list
}

// eventReasons say what the year's events mean for its interest, each once.
func eventReasons(l string, a *account.Year) string {
	var reasons []string
	said := map[account.EventKind]bool{}
	for _, e := range a.Events {
		if said[e.Kind] {
			continue
		}
		said[e.Kind] = true
		switch e.Kind {
		case account.TransferIn, account.TransferOut:
			reasons = append(reasons, locale.Text(l, "event."+e.Kind.String()+".why"))
		case account.Retirement, account.Death, account.Termination:
			reasons = append(reasons, eventWords(l, e))
		}
	}
	return inARow(l, reasons...)
}

// inARow are sentences one after the other; Chinese ones need no space.
func inARow(l string, sentences ...string) string {
	if l == locale.English {
		return strings.Join(sentences, " ")
	}
	return strings.Join(sentences, "")
}

// endedEarly reports whether the account held its last balance before the year's end.
func endedEarly(a *account.Year) bool {
	return a.Settled && a.HeldOn().Before(calendar.Date{Year: a.Year, Month: 12, Day: 31})
}
