package complaints

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/notice"
	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/eligibility"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/publication"
	"shebao/shared/seal"
)

// PlayedEdition is an edition of a demo's past: drafted by one, approved by another so many days ago, and how far it came.
type PlayedEdition struct {
	Subject          publication.Subject
	Region           string
	Author, Approver string // accounts; without an approver it waits for one
	Ago              int    // days since it was drafted
	Minimum          money.Fen
	Objects          string // what the last of the listed employers writes; its objection waits
}

// PlayPublications lets staff publish the last whole quarter, in order, each at its own time and by the rules of that day. What a window would hold back is published once that is over.
func PlayPublications(ctx context.Context, c Config, pool *pgxpool.Pool, book *ledger.Ledger, editions []PlayedEdition, now time.Time) error {
	cases, err := c.store(pool)
	if err != nil {
		return err
	}
	hash, err := seal.HashKeyOf(c.ledgerKeys, "ledger")
	if err != nil {
		return err
	}
	if _, err := (supervise{cases, book, c.levels, eligibility.New(pool)}).refresh(ctx, now); err != nil {
		return err
	}
	counter := publication.NewCounter(pool, c.contentKey.Public(), hash)
	for _, e := range editions {
		if err := playEdition(ctx, publisher{cases, book, eligibility.New(pool)}, counter, e, now); err != nil {
			return fmt.Errorf("%s of %s: %w", e.Subject, e.Region, err)
		}
	}
	_, err = cases.ReleaseEditions(ctx, now)
	return err
}

func playEdition(ctx context.Context, p publisher, counter *publication.Counter, played PlayedEdition, now time.Time) error {
	author, err := p.store.StaffByAccount(ctx, played.Author)
	if err != nil {
		return err
	}
	of, err := p.store.Supervised(ctx)
	if err != nil {
		return err
	}
	span := supervision.QuarterOf(of.DataDate.Period())
	if of.DataDate.Before(span.To.LastDay()) {
		span = span.Before()
	}
	k, at := publication.Key{Subject: played.Subject, Region: played.Region, Span: spanName(span)}, now.AddDate(0, 0, -played.Ago)
	from, body, err := p.compose(ctx, author, k, span, played.Minimum)
	if err != nil {
		return err
	}
	if before := calendar.DateOf(at).AddDays(-1); before.Before(from.DataDate) {
		from.DataDate = before // a demo's past: on that day the data reached no further
	}
	id, err := p.store.DraftEdition(ctx, author, k, from, body, at)
	if err != nil {
		return err
	}
	if err := p.store.ActOnEdition(ctx, author, id, 1, supervision.Submit, "", at.Add(20*time.Minute)); err != nil || played.Approver == "" {
		return err
	}
	approver, err := p.store.StaffByAccount(ctx, played.Approver)
	if err != nil {
		return err
	}
	if err := p.store.ActOnEdition(ctx, approver, id, 2, supervision.Approve, "", at.Add(3*time.Hour)); err != nil || played.Subject != publication.Arrears {
		return err
	}
	handed := at.Add(25 * time.Hour)
	if err := p.store.ServeLetters(ctx, author, id, 3, "", store.Service{Way: notice.Post, DoneOn: calendar.DateOf(handed), Receiver: "单位收发室"}, handed); err != nil || played.Objects == "" {
		return err
	}
	letters, err := p.store.Letters(ctx, author, id)
	if err != nil || len(letters) == 0 {
		return err
	}
	last := letters[len(letters)-1]
	return counter.Object(ctx, last.Entry.USCC, last.Code, []byte("demo "+k.String()), played.Objects, nil, at.Add(26*time.Hour))
}
