package ivr

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"shebao/ivr/callflow"
	"shebao/ivr/web"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/eligibility"
	"shebao/shared/ledger"
)

// pensionFacts says what there is to say about this year's confirmation of a pension (领取待遇资格认证): nothing when it is open, and then it is asked for.
func (l *line) pensionFacts(ctx context.Context, s callflow.State, now time.Time) ([]callflow.Line, error) {
	if s.Person == 0 {
		return nil, errSignedOut
	}
	who, err := l.ledger.Person(ctx, s.Person)
	if err != nil {
		return nil, err
	}
	if who.Status != ledger.Retired {
		return []callflow.Line{{Key: "pension_none"}}, nil
	}
	confirmed, err := l.eligible.Of(ctx, s.Person)
	if err != nil {
		return nil, err
	}
	year := calendar.DateOf(now).Year
	if len(confirmed) == 0 || confirmed[0].Year != year {
		return nil, nil
	}
	if !confirmed[0].Met { // the latest finding counts
		return []callflow.Line{{Key: "pension_not_met", Args: []string{strconv.Itoa(year)}}}, nil
	}
	return confirmedFor(s.Lang, year), nil
}

// pensionOpen reports whether a caller draws a pension that is still to be confirmed this year.
func (l *line) pensionOpen(ctx context.Context, s callflow.State, now time.Time) (bool, error) {
	told, err := l.pensionFacts(ctx, s, now)
	return err == nil && told == nil, err
}

// confirmOwn takes a pensioner's own word by telephone. Twice is once.
func (l *line) confirmOwn(ctx context.Context, s callflow.State, t web.Turn) ([]callflow.Line, error) {
	if s.Person == 0 {
		return nil, errSignedOut
	}
	if err := l.eligible.Confirm(ctx, s.Person, eligibility.Phone, t.Now); err != nil {
		return nil, err
	}
	entry := audit.Entry{At: t.Now, Actor: l.caller(t.Caller), Role: "caller", Action: "confirm pension", Subject: fmt.Sprintf("person:%d", s.Person)}
	return confirmedFor(s.Lang, calendar.DateOf(t.Now).Year), l.calls.Note(ctx, entry)
}

// confirmedFor says that a year is confirmed: it holds to the year's end.
func confirmedFor(lang string, year int) []callflow.Line {
	return []callflow.Line{{Key: "pension_done", Args: []string{strconv.Itoa(year), callflow.SpokenDate(lang, calendar.NewDate(year, time.December, 31))}}}
}
