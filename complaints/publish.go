package complaints

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/complaints/web"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/evidence"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/publication"
)

// publisher is what the desk's pages of publication call. It resolves the session first, so that nothing runs without a scope.
type publisher struct {
	store     *store.Store
	ledger    *ledger.Ledger
	confirmed store.Confirmed
}

func (p publisher) Editions(ctx context.Context, session string, now time.Time) ([]web.Edition, error) {
	who, err := p.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	found, err := p.store.Editions(ctx, who, editionsShown)
	list := make([]web.Edition, len(found))
	for i, e := range found {
		list[i] = web.Edition(e)
	}
	return list, err
}

const editionsShown = 200

func (p publisher) Edition(ctx context.Context, session string, id int32, now time.Time) (web.EditionFile, error) {
	who, err := p.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.EditionFile{}, err
	}
	e, last, err := p.store.Edition(ctx, who, id)
	if err != nil {
		return web.EditionFile{}, err
	}
	f := web.EditionFile{Edition: web.Edition(e), Changes: publication.Compare(last, e.Body), Compared: last.Collection != nil || last.Arrears != nil || last.Audit != nil}
	if f.Objections, err = p.store.Objections(ctx, who, id); err != nil {
		return f, err
	}
	events, err := p.store.EditionEvents(ctx, id)
	for _, v := range events {
		f.Events = append(f.Events, web.EditionEvent(v))
	}
	if who.Role == web.Supervisor {
		f.Actions = supervision.EditionAllowed(e.Edition, who.ID, calendar.DateOf(now))
		f.MayDecide = e.State == supervision.Objection && e.Author != who.ID
	}
	return f, err
}

// Draft makes a draft of today's figures. minimum is for employers in arrears: who owes less is not named. Errors: fault.Invalid (field span) when the data has not reached the span's end;
// fault.Denied, fault.Conflict as the store's.
func (p publisher) Draft(ctx context.Context, session string, k publication.Key, span supervision.Span, minimum money.Fen, now time.Time) (int32, error) {
	who, err := p.store.StaffOf(ctx, session, now)
	if err != nil {
		return 0, err
	}
	from, body, err := p.compose(ctx, who, k, span, minimum)
	if err != nil {
		return 0, err
	}
	return p.store.DraftEdition(ctx, who, k, from, body, now)
}

// Redraft takes the figures of the day into a draft.
func (p publisher) Redraft(ctx context.Context, session string, id int32, version int, span supervision.Span, now time.Time) error {
	who, err := p.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	e, _, err := p.store.Edition(ctx, who, id)
	if err != nil {
		return err
	}
	var minimum money.Fen
	if e.Body.Arrears != nil {
		minimum = e.Body.Arrears.Minimum
	}
	from, body, err := p.compose(ctx, who, e.Key, span, minimum)
	if err != nil {
		return err
	}
	return p.store.RedraftEdition(ctx, who, id, version, from, body, now)
}

// compose makes a body from the ledger's figures within the scope.
func (p publisher) compose(ctx context.Context, who store.Staff, k publication.Key, span supervision.Span, minimum money.Fen) (from store.MadeFrom, body publication.Body, err error) {
	of, err := p.store.Supervised(ctx)
	if err != nil {
		return from, body, err
	}
	from = store.MadeFrom{DataDate: of.DataDate, Run: of.Last}
	data := of.DataDate
	if data.IsZero() || data.Before(span.To.LastDay()) {
		return from, body, fault.InvalidFields(fault.Field{Name: "span", Key: "fault.publication.early", Args: []any{data.String()}})
	}
	switch k.Subject {
	case publication.Collection:
		spans := spansTo(span)
		flows, err := p.store.CollectionFlows(ctx, who, k.Region, rowDigits(k.Region), 0, spans[0].From)
		if err != nil {
			return from, body, err
		}
		who := behind{spans: spans}
		counted := make([][2]calendar.Period, len(spans))
		for i, s := range spans {
			counted[i] = [2]calendar.Period{s.From, s.To}
		}
		if who.payers, who.late, err = p.ledger.Payers(ctx, k.Region, rowDigits(k.Region), counted); err != nil {
			return from, body, err
		}
		published, err := p.store.PublishedSheets(ctx, k)
		if err != nil {
			return from, body, err
		}
		body.Collection, from.LeftOut, err = composeCollection(k.Region, spans, flows, who, published)
		return from, body, err
	case publication.Arrears:
		debtors, _, _, err := p.store.Debtors(ctx, who, supervision.DebtorFilter{Region: k.Region, Limit: exportMost})
		if err != nil {
			return from, body, err
		}
		body.Arrears = composeArrears(minimum, contribution.LastJudged(data), debtors)
		if body.Arrears.Count == 0 {
			return from, body, fault.InvalidFields(fault.Field{Name: "minimum", Key: "fault.publication.nobody"})
		}
		return from, body, nil
	}
	if k.Subject == publication.Audit {
		f, err := p.store.AuditFigures(ctx, p.confirmed, k.Region, span)
		if err != nil {
			return from, body, err
		}
		body.Audit = composeAudit(f)
		own := supervision.Place{Region: k.Region, From: span.From, To: span.To}
		if body.Audit.AuditAmounts == nil {
			from.LeftOut = []supervision.Cause{{Place: own, Few: f.Employers}}
		}
		open, err := p.store.AuditDiscloses(ctx, k, *body.Audit)
		if err != nil || open == nil {
			return from, body, err
		}
		if body.Audit.AuditAmounts == nil { // too few themselves: what others tell gives them away already
			return from, body, fault.New(fault.Conflict, "fault.publication.disclosed").Because(supervision.Disclosed{Cause: *open, Audit: true})
		}
		body.Audit.AuditAmounts, body.Audit.Suppressed, from.LeftOut = nil, true, []supervision.Cause{*open}
		return from, body, nil
	}
	return from, body, fault.InvalidFields(fault.Field{Name: "subject", Key: "fault.publication.subject"})
}

func (p publisher) ActOnEdition(ctx context.Context, session string, id int32, version int, action supervision.EditionAction, reason string, now time.Time) error {
	who, err := p.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return p.store.ActOnEdition(ctx, who, id, version, action, reason, now)
}

func (p publisher) DecideObjection(ctx context.Context, session string, id int32, objection int64, upheld bool, reply string, now time.Time) error {
	who, err := p.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return p.store.DecideObjection(ctx, who, id, objection, upheld, reply, now)
}

func (p publisher) ObjectionFile(ctx context.Context, session string, id int32, objection int64, sha256 []byte, now time.Time) (publication.File, error) {
	who, err := p.store.StaffOf(ctx, session, now)
	if err != nil {
		return publication.File{}, err
	}
	return p.store.ObjectionFile(ctx, who, id, objection, sha256)
}

func (p publisher) Letters(ctx context.Context, session string, id int32, now time.Time) (web.EditionLetters, error) {
	who, err := p.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.EditionLetters{}, err
	}
	e, _, err := p.store.Edition(ctx, who, id)
	if err != nil {
		return web.EditionLetters{}, err
	}
	found, err := p.store.Letters(ctx, who, id)
	v := web.EditionLetters{Edition: web.Edition(e)}
	for _, l := range found {
		letter := web.Letter{Entry: l.Entry, Number: l.Number, IssuedOn: l.IssuedOn, To: l.To}
		if l.Service != nil {
			v := *l.Service
			letter.Service = &web.Service{Way: v.Way, DoneOn: v.DoneOn, ServedOn: v.ServedOn, Receiver: v.Receiver, Witness: v.Witness, Note: v.Note, Announced: v.Announced, RecordedBy: v.RecordedBy, Scanned: v.Scanned}
		}
		v.Letters = append(v.Letters, letter)
	}
	return v, err
}

func (p publisher) LetterFile(ctx context.Context, session string, id int32, uscc string, now time.Time) (number string, file []byte, err error) {
	who, err := p.store.StaffOf(ctx, session, now)
	if err != nil {
		return "", nil, err
	}
	return p.store.LetterFile(ctx, who, id, uscc, now)
}

func (p publisher) ServeLetters(ctx context.Context, session string, id int32, version int, uscc string, v web.Service, now time.Time) error {
	who, err := p.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return p.store.ServeLetters(ctx, who, id, version, uscc, store.Service{Way: v.Way, DoneOn: v.DoneOn, Receiver: v.Receiver, Witness: v.Witness, Note: v.Note, Announced: v.Announced}, now)
}

func (p publisher) VoidLetterService(ctx context.Context, session string, id int32, version int, uscc, reason string, now time.Time) error {
	who, err := p.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return p.store.VoidLetterService(ctx, who, id, version, uscc, reason, now)
}

func (p publisher) AddLetterScan(ctx context.Context, session string, id int32, version int, uscc string, f evidence.File, now time.Time) error {
	who, err := p.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return p.store.AddLetterScan(ctx, who, id, version, uscc, f, now)
}

func (p publisher) LetterScan(ctx context.Context, session string, id int32, uscc string, now time.Time) (mediaType string, content []byte, err error) {
	who, err := p.store.StaffOf(ctx, session, now)
	if err != nil {
		return "", nil, err
	}
	return p.store.LetterScan(ctx, who, id, uscc, now)
}

// publishes releases the lists whose window is over and follows payments, again and again. What fails is tried again at the next look.
func publishes(cases *store.Store, now func() time.Time, log *slog.Logger) func(context.Context) {
	return func(ctx context.Context) {
		_, released := cases.ReleaseEditions(ctx, now().UTC())
		_, followed := cases.FollowPayments(ctx, now().UTC())
		if err := errors.Join(released, followed); err != nil && ctx.Err() == nil {
			log.Error("publishing failed", "error", err.Error())
		}
	}
}
