package complaints

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"shebao/complaints/arrears"
	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// evidenceMonths is how far back the page shows months of the ledger.
const evidenceMonths = 12

// Evidence attaches by itself what the ledger holds of a case's employer; an employer that is in no register is evidence too.
func (d desk) Evidence(ctx context.Context, session, number string, now time.Time) (web.Case, web.Evidence, error) {
	who, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return web.Case{}, web.Evidence{}, err
	}
	e, err := d.evidence(ctx, who, c, now)
	return shown(c), e, err
}

func (d desk) evidence(ctx context.Context, who store.Staff, c store.Case, now time.Time) (web.Evidence, error) {
	e := web.Evidence{ByBranch: map[contribution.Insurance]money.Fen{}}
	var err error
	if e.DataDate, err = d.ledger.DataDate(ctx); err != nil {
		return e, err
	}
	if e.Earlier, err = d.earlier(ctx, who, c, now); err != nil {
		return e, err
	}
	employer, found, err := d.employer(ctx, c.EmployerUSCC)
	if err != nil || !found {
		return e, err
	}
	e.Found, e.Employer = true, employer.Name
	lines, err := d.arrearsLines(ctx, employer.ID)
	if err != nil {
		return e, err
	}
	if err := d.addArrears(ctx, &e, employer, lines, calendar.DateOf(now)); err != nil {
		return e, err
	}
	from, to := e.DataDate.Period().Add(1-evidenceMonths), e.DataDate.Period()
	if c.From != 0 {
		from = min(from, c.From)
	}
	if err := d.addMonths(ctx, &e, employer.ID, from, to); err != nil {
		return e, err
	}
	addAlike(&e, lines, c)
	if err := d.addOwn(ctx, &e, employer.ID, contribution.ReadGaps(c.OwnMonths)); err != nil {
		return e, err
	}
	sheets, err := d.store.WageSheets(ctx, c.ID)
	if err != nil {
		return e, err
	}
	return e, d.addWages(ctx, &e, employer.ID, sheets)
}

// addArrears counts what is owed and its late fee to today, as a notice would: by the region's setting, less what a bankruptcy or an approved deferral stops.
func (d desk) addArrears(ctx context.Context, e *web.Evidence, employer ledger.Employer, lines []ledger.ArrearsLine, today calendar.Date) error {
	setting, err := d.store.MoneySetting(ctx, employer.Region)
	if err != nil {
		return err
	}
	facts, err := d.store.EmployerFacts(ctx, string(employer.USCC))
	if err != nil {
		return err
	}
	in := arrears.Input{PaidOn: today, Setting: setting.Arrears, Facts: facts}
	for _, line := range lines {
		e.Total += line.Owed
		e.ByBranch[line.Insurance] += line.Owed
		in.Lines = append(in.Lines, arrears.Line{Period: line.Period, Insurance: line.Insurance, Persons: line.Persons, Due: line.Owed})
	}
	counted, err := arrears.Compute(in)
	e.LateFee = counted.Sum.Fee
	return err
}

func (d desk) addMonths(ctx context.Context, e *web.Evidence, employer int32, from, to calendar.Period) error {
	months, err := d.ledger.EmployerMonths(ctx, employer, from, to)
	if err != nil {
		return err
	}
	staff, err := d.ledger.StaffMonths(ctx, employer, from, to)
	if err != nil {
		return err
	}
	by := map[calendar.Period]ledger.StaffMonth{}
	for _, m := range staff {
		by[m.Period] = m
	}
	for _, m := range months {
		s := by[m.Period]
		e.Months = append(e.Months, web.EvidenceMonth{Period: m.Period, Headcount: m.Headcount, Owing: m.PersonsOwed, Owed: m.Owed, AverageBase: m.AverageBase, Missing: s.Missing, Lowest: s.Lowest, AtLowest: s.AtLowest})
		e.Headcount = m.Headcount
	}
	return nil
}

// addAlike counts in the reported months how many of the people lack the same.
func addAlike(e *web.Evidence, lines []ledger.ArrearsLine, c store.Case) {
	heads := map[calendar.Period]int{}
	for _, m := range e.Months {
		heads[m.Period] = m.Headcount
	}
	for _, l := range lines {
		if of, ok := heads[l.Period]; ok && (c.From == 0 || l.Period >= c.From) && (c.To == 0 || l.Period <= c.To) {
			e.Alike = append(e.Alike, web.Alike{Period: l.Period, Insurance: l.Insurance, Owing: l.Persons, Of: of})
		}
	}
}

func (d desk) addWages(ctx context.Context, e *web.Evidence, employer int32, sheets []store.WageSheet) error {
	if len(sheets) == 0 {
		return nil
	}
	staff, err := d.ledger.StaffMonths(ctx, employer, sheets[0].Period, sheets[len(sheets)-1].Period)
	if err != nil {
		return err
	}
	by := map[calendar.Period]ledger.StaffMonth{}
	for _, m := range staff {
		by[m.Period] = m
	}
	for _, w := range sheets {
		e.Wages = append(e.Wages, web.WageMonth{Period: w.Period, People: w.People, Total: w.Total, Insured: by[w.Period].Insured, BaseSum: by[w.Period].BaseSum, Source: w.Source, By: w.EnteredBy})
	}
	return nil
}

// earlier are the other cases about the employer that the asker may see.
func (d desk) earlier(ctx context.Context, who store.Staff, c store.Case, now time.Time) ([]web.EarlierCase, error) {
	found, err := d.store.RelatedTo(ctx, who, c, now)
	var list []web.EarlierCase
	for _, r := range found {
		if !r.Follows {
			list = append(list, web.EarlierCase{Number: r.Number, Kind: r.Kind, State: r.State, Finding: r.Finding, ReceivedAt: r.ReceivedAt})
		}
	}
	return list, err
}

// snapshot is the evidence of a case as it is now, for the file.
func (d desk) snapshot(ctx context.Context, who store.Staff, number string, now time.Time) (*store.Snapshot, error) {
	c, err := d.store.Peek(ctx, who, number)
	if err != nil {
		return nil, err
	}
	e, err := d.evidence(ctx, who, c, now)
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("keep evidence: %w", err)
	}
	return &store.Snapshot{DataDate: e.DataDate, Content: content}, nil
}

// KeepEvidence keeps the evidence as it is now: the ledger goes on, the file does not.
func (d desk) KeepEvidence(ctx context.Context, session, number string, now time.Time) (int64, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return 0, err
	}
	e, err := d.snapshot(ctx, who, number, now)
	if err != nil {
		return 0, err
	}
	return d.store.KeepEvidence(ctx, who, number, *e, now)
}

// KeptEvidence lists what was kept, the latest first, without contents.
func (d desk) KeptEvidence(ctx context.Context, session, number string, now time.Time) ([]web.Kept, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	c, err := d.store.Peek(ctx, who, number)
	if err != nil {
		return nil, err
	}
	list, err := d.store.Snapshots(ctx, c.ID)
	var kept []web.Kept
	for _, x := range list {
		kept = append(kept, web.Kept{ID: x.ID, DataDate: x.DataDate, SHA256: x.SHA256, At: x.TakenAt, By: x.TakenBy})
	}
	return kept, err
}

// EvidenceAsKept is the evidence of a case as it was kept. Error: fault.NotFound.
func (d desk) EvidenceAsKept(ctx context.Context, session, number string, id int64, now time.Time) (web.Case, web.Kept, web.Evidence, error) {
	var e web.Evidence
	_, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return web.Case{}, web.Kept{}, e, err
	}
	x, err := d.store.Snapshot(ctx, c.ID, id)
	if err != nil {
		return web.Case{}, web.Kept{}, e, err
	}
	if err := json.Unmarshal(x.Content, &e); err != nil {
		return web.Case{}, web.Kept{}, e, fmt.Errorf("read kept evidence: %w", err)
	}
	return shown(c), web.Kept{ID: x.ID, DataDate: x.DataDate, SHA256: x.SHA256, At: x.TakenAt, By: x.TakenBy}, e, nil
}

// EnterWages keeps lines of the employer's wage sheets. Errors: fault.NotFound, fault.Invalid.
func (d desk) EnterWages(ctx context.Context, session, number string, list []web.WageMonth, source string, now time.Time) error {
	sheets := make([]store.WageSheet, len(list))
	for i, w := range list {
		sheets[i] = store.WageSheet{Period: w.Period, People: w.People, Total: w.Total, Source: source}
	}
	return d.as(ctx, session, now, func(who store.Staff) error { return d.store.EnterWages(ctx, who, number, sheets, now) })
}

// Standing is what stands above every tab of a case beside its clock: the deadlines that its documents set, and whether the employer is so small that acting may tell who reported.
func (d desk) Standing(ctx context.Context, session, number string, now time.Time) (web.Standing, error) {
	var v web.Standing
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return v, err
	}
	c, err := d.store.Peek(ctx, who, number)
	if err != nil {
		return v, err
	}
	if v.Situation, err = d.situation(ctx, c, now); err != nil {
		return v, err
	}
	setting, err := d.store.MoneySetting(ctx, c.Region)
	if err != nil {
		return v, err
	}
	v.WarnBefore = setting.Agency.WarnBefore
	if v.Few, err = d.few(ctx, c); err != nil || v.Few == 0 {
		return v, err
	}
	caution, err := d.store.Cautioned(ctx, c.ID)
	if caution != nil {
		v.Caution = (*web.Caution)(caution)
	}
	return v, err
}
