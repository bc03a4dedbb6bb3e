package ivr

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/frontend/locale"
	"shebao/ivr/callflow"
	"shebao/ivr/store"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/postgres"
	"shebao/shared/receipt"
	"shebao/shared/sms"
)

// Texts go to the mobile on the person's record, never to the number that calls and never to one that was keyed. A text names nobody and opens nothing by itself: its
// link leads to the sign-in.

// textStatement sends the link of the latest statement. Once a call is enough: a repetition is the same text.
// Errors: fault.Invalid without a mobile on record, fault.Limited, fault.Unavailable.
func (l *line) textStatement(ctx context.Context, call store.Call, s callflow.State, now time.Time) error {
	if s.Person == 0 {
		return errSignedOut
	}
	person, err := l.ledger.Person(ctx, s.Person)
	if err != nil {
		return err
	}
	statement, err := l.ledger.LatestStatement(ctx, s.Person)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	year := statement.Year
	if year == 0 { // none is issued yet: the portal issues it when it is asked for
		if year, err = l.lastWholeYear(ctx); err != nil {
			return err
		}
	}
	err = postgres.Tx(ctx, l.db, func(tx pgx.Tx) error {
		y := strconv.Itoa(year)
		return l.texts.Enqueue(ctx, tx, sms.Message{PersonID: person.ID, Number: person.Mobile, Kind: sms.Notice, Cause: "statement " + call.SID + " " + y,
			Body: locale.Text(pageLang(s.Lang), "hotline.text.statement", y, l.portalURL+"/statement/"+y)}, now)
	})
	if err != nil || statement.Year == 0 {
		return err
	}
	return l.ledger.MarkSent(ctx, statement, now)
}

// lastWholeYear is the latest year that the ledger's data covers to its end.
func (l *line) lastWholeYear(ctx context.Context) (int, error) {
	reach, err := l.ledger.DataDate(ctx)
	if err != nil || reach.Month == time.December && reach.Day == 31 {
		return reach.Year, err
	}
	return reach.Year - 1, nil
}

// textReceipt sends the receipt code of a named tip-off whose reporter said that texting is safe. A text that cannot be sent does not stand in the way of the receipt,
// which is read out; a database that is away does, and then all of it is done again.
func (l *line) textReceipt(ctx context.Context, call store.Call, s callflow.State, reporter *intake.Reporter, code receipt.Code, now time.Time) error {
	if reporter == nil || !reporter.SafeToContact || l.carrier.Number() == "" {
		return nil
	}
	err := postgres.Tx(ctx, l.db, func(tx pgx.Tx) error {
		return l.texts.Enqueue(ctx, tx, sms.Message{PersonID: reporter.PersonID, Number: reporter.Mobile, Kind: sms.Receipt, Cause: "receipt " + call.SID + " " + s.TipMatter(),
			Body: locale.Text(pageLang(s.Lang), "hotline.text.receipt", code.Grouped())}, now)
	})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Limited) {
		return nil
	}
	return err
}

// pageLang is the locale of written words in a call's language.
func pageLang(lang string) string {
	if lang == "en" {
		return locale.English
	}
	return locale.Chinese
}
