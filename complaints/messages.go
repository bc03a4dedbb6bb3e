package complaints

import (
	"context"
	"time"

	"shebao/complaints/notice"
	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/ledger"
)

// Messages are what passed between desk and reporter, what the desk noted for itself, and the region's phrases filled with the case.
func (d desk) Messages(ctx context.Context, session, number string, now time.Time) (web.Messages, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.Messages{}, err
	}
	c, events, err := d.store.CaseByNumber(ctx, who, number, now)
	if err != nil {
		return web.Messages{}, err
	}
	v := web.Messages{Case: shown(c)}
	for _, e := range events {
		switch e.What {
		case "message_in", "message_out":
			v.Talk = append(v.Talk, web.Event(e))
		case "note":
			v.Notes = append(v.Notes, web.Event(e))
		}
	}
	setting, err := d.store.MoneySetting(ctx, c.Region)
	if err != nil {
		return v, err
	}
	facts := notice.PhraseFacts{CaseNo: c.Number, Unit: c.EmployerName, From: c.From, To: c.To, Due: c.Due, Today: calendar.DateOf(now), Agency: setting.Agency}
	list, err := d.store.Phrases(ctx, c.Region)
	for _, p := range list {
		p.Words = notice.FillPhrase(p.Words, facts)
		v.Phrases = append(v.Phrases, web.Phrase(p))
	}
	return v, err
}

// Phrases of the asker's region and those above it, as they are kept.
func (d desk) Phrases(ctx context.Context, session string, now time.Time) (region string, list []web.Phrase, err error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return "", nil, err
	}
	found, err := d.store.Phrases(ctx, who.Region)
	for _, p := range found {
		list = append(list, web.Phrase(p))
	}
	return who.Region, list, err
}

func (d desk) SavePhrase(ctx context.Context, session string, p web.Phrase, now time.Time) error {
	return d.as(ctx, session, now, func(who store.Staff) error { return d.store.SavePhrase(ctx, who, store.Phrase(p), now) })
}

func (d desk) EndPhrase(ctx context.Context, session string, id int64, now time.Time) error {
	return d.as(ctx, session, now, func(who store.Staff) error { return d.store.EndPhrase(ctx, who, id, now) })
}

// mostFound is how many employers a search offers.
const mostFound = 10

// FindEmployers searches the register for a case's employer, by credit code or by name.
func (d desk) FindEmployers(ctx context.Context, session, number, words string, now time.Time) (web.Case, []web.FoundEmployer, error) {
	_, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return web.Case{}, nil, err
	}
	if words == "" {
		words = c.EmployerName
	}
	var found []ledger.Employer
	if code, bad := identity.ParseUSCC(words); bad == nil {
		e, err := d.ledger.EmployerByUSCC(ctx, code)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return shown(c), nil, err
		}
		if err == nil {
			found = append(found, e)
		}
	} else if found, err = d.ledger.SearchEmployers(ctx, words, mostFound); err != nil {
		return shown(c), nil, err
	}
	var list []web.FoundEmployer
	for _, e := range found {
		list = append(list, web.FoundEmployer{USCC: string(e.USCC), Name: e.Name, Region: e.Region})
	}
	return shown(c), list, nil
}

// LinkEmployer ties a case to an employer of the register. Error: fault.Invalid for a code that is none, or is in no register.
func (d desk) LinkEmployer(ctx context.Context, session, number string, version int, uscc string, now time.Time) error {
	e, found, err := d.employer(ctx, uscc)
	if err != nil {
		return err
	}
	if !found {
		return fault.InvalidFields(fault.Field{Name: "uscc", Key: "fault.employer.choose"})
	}
	return d.as(ctx, session, now, func(who store.Staff) error {
		return d.store.LinkEmployer(ctx, who, number, version, store.Registered{USCC: string(e.USCC), Name: e.Name, Region: e.Region}, now)
	})
}
