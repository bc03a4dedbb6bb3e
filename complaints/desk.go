package complaints

import (
	"context"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/document"
	"shebao/shared/intake"
	"shebao/shared/ledger"
)

// desk is what the pages call, made of the store and the ledger. It resolves the session first, so that nothing runs without a scope.
type desk struct {
	store  *store.Store
	ledger *ledger.Ledger
	press  *document.Press
	small  int // headcount at which acting may reveal the reporter
}

func shown(c store.Case) web.Case {
	return web.Case{Case: c.Case, Number: c.Number, Channel: c.Channel, Kind: c.Kind, EmployerUSCC: c.EmployerUSCC, EmployerName: c.EmployerName, From: c.From, To: c.To,
		Words: c.Words, ByHelper: c.ByHelper, OwnerName: c.OwnerName, Lead: c.Lead, ProposedReply: c.ProposedReply, Version: c.Version, ReceivedAt: c.ReceivedAt, WroteAgain: c.WroteAgain}
}

func (d desk) Case(ctx context.Context, session, number string, now time.Time) (web.Case, []web.Event, []intake.Attachment, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.Case{}, nil, nil, err
	}
	c, events, err := d.store.CaseByNumber(ctx, who, number, now)
	if err != nil {
		return web.Case{}, nil, nil, err
	}
	merged, err := d.store.MergedInto(ctx, who, c, now)
	if err != nil {
		return web.Case{}, nil, nil, err
	}
	attachments, err := d.store.Attachments(ctx, c)
	list := make([]web.Event, len(events))
	for i, e := range events {
		list[i] = web.Event(e)
	}
	v := shown(c)
	for _, m := range merged {
		v.Alleged = append(v.Alleged, web.Allegation{Number: m.Number, Kind: m.Kind, From: m.From, To: m.To, Words: m.Words})
	}
	return v, list, attachments, err
}

func (d desk) Act(ctx context.Context, session, number string, version int, in lifecycle.Input, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	step := store.Step{Input: in, Writer: d.writer(now)}
	if in.Action == lifecycle.Close {
		if step.Owed, step.Unpaid, err = d.unpaid(ctx, session, number, now); err != nil {
			return err
		}
	}
	if in.Action == lifecycle.ProposeDecision {
		if step.Evidence, err = d.snapshot(ctx, who, number, now); err != nil {
			return err
		}
	}
	return d.store.ActWith(ctx, who, number, version, step, now)
}

func (d desk) Write(ctx context.Context, session, number, text string, toReporter bool, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, who, number, text, toReporter, now)
}
