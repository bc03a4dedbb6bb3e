package complaints

import (
	"context"
	"errors"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/document"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/intake"
	"shebao/shared/latefee"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// desk is what the pages call, made of the store and the ledger. It resolves the session first, so that nothing runs without a scope.
type desk struct {
	store  *store.Store
	ledger *ledger.Ledger
	press  *document.Press
}

func shown(c store.Case) web.Case {
	return web.Case{Case: c.Case, Number: c.Number, Channel: c.Channel, Kind: c.Kind, EmployerUSCC: c.EmployerUSCC, EmployerName: c.EmployerName, From: c.From, To: c.To,
		Words: c.Words, OwnerName: c.OwnerName, Lead: c.Lead, ProposedReply: c.ProposedReply, Version: c.Version, ReceivedAt: c.ReceivedAt}
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
	attachments, err := d.store.Attachments(ctx, who, number, now)
	list := make([]web.Event, len(events))
	for i, e := range events {
		list[i] = web.Event(e)
	}
	return shown(c), list, attachments, err
}

func (d desk) Act(ctx context.Context, session, number string, version int, in lifecycle.Input, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	if in.Action == lifecycle.Close {
		if in.Unpaid, err = d.unpaid(ctx, session, number, now); err != nil {
			return err
		}
	}
	step := store.Step{Input: in, Writer: d.writer(now)}
	if in.Action == lifecycle.ProposeDecision {
		if step.Evidence, err = d.snapshot(ctx, session, number, now); err != nil {
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

// evidenceMonths is how far back the page shows months of the ledger.
const evidenceMonths = 12

// Evidence attaches by itself what the ledger holds of the employer. The late fee is counted from the day after each month's due date to today.
func (d desk) Evidence(ctx context.Context, c web.Case, now time.Time) (web.Evidence, error) {
	code, err := identity.ParseUSCC(c.EmployerUSCC)
	if err != nil {
		return web.Evidence{}, nil //nolint:nilerr // the reporter's employer is not in the register: that is the evidence
	}
	employer, err := d.ledger.EmployerByUSCC(ctx, code)
	if fault.Is(err, fault.NotFound) {
		return web.Evidence{}, nil
	}
	if err != nil {
		return web.Evidence{}, err
	}
	e := web.Evidence{Found: true, Employer: employer.Name, ByBranch: map[contribution.Insurance]money.Fen{}}
	lines, err := d.ledger.EmployerArrears(ctx, employer.ID)
	if err != nil {
		return e, err
	}
	today := calendar.DateOf(now)
	for _, line := range lines {
		e.Total += line.Owed
		e.ByBranch[line.Insurance] += line.Owed
		first := contribution.DueDate(line.Period).AddDays(1)
		if first.After(today) {
			continue
		}
		fee, err := latefee.NationalRules().Compute(latefee.Claim{Principal: line.Owed, Insurance: line.Insurance, Period: line.Period, FirstDay: first, LastDay: today})
		if errors.Is(err, latefee.ErrNeedsLocalRule) {
			continue
		}
		if err != nil {
			return e, err
		}
		e.LateFee += fee.Amount
	}
	reach, err := d.ledger.DataDate(ctx)
	if err != nil {
		return e, err
	}
	e.DataDate = reach
	from, to := reach.Period().Add(1-evidenceMonths), reach.Period()
	if c.From != 0 {
		from = min(from, c.From)
	}
	months, err := d.ledger.EmployerMonths(ctx, employer.ID, from, to)
	if err != nil {
		return e, err
	}
	for _, m := range months {
		e.Months = append(e.Months, web.EvidenceMonth{Period: m.Period, Headcount: m.Headcount, Owing: m.PersonsOwed, Owed: m.Owed, AverageBase: m.AverageBase})
		e.Headcount = m.Headcount
	}
	return e, nil
}
