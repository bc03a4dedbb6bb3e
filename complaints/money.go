package complaints

import (
	"cmp"
	"context"
	"slices"
	"time"

	"shebao/complaints/arrears"
	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// inCase resolves the session and opens a case in its scope; who looked is noted.
func (d desk) inCase(ctx context.Context, session, number string, now time.Time) (store.Staff, store.Case, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return who, store.Case{}, err
	}
	c, _, err := d.store.CaseByNumber(ctx, who, number, now)
	return who, c, err
}

// employer is the case's employer in the register; found is false when it is not there.
func (d desk) employer(ctx context.Context, uscc string) (e ledger.Employer, found bool, err error) {
	code, err := identity.ParseUSCC(uscc)
	if err != nil {
		return e, false, nil //nolint:nilerr // the reporter gave a name only: there is no such employer in the register
	}
	e, err = d.ledger.EmployerByUSCC(ctx, code)
	if fault.Is(err, fault.NotFound) {
		return e, false, nil
	}
	return e, err == nil, err
}

// arrearsLines are what an employer owes by month and insurance, as everybody else judges it: what may still be on its way is called arrears by nobody.
func (d desk) arrearsLines(ctx context.Context, employer int32) ([]ledger.ArrearsLine, error) {
	reach, err := d.ledger.DataDate(ctx)
	if err != nil {
		return nil, err
	}
	lines, err := d.ledger.EmployerArrears(ctx, employer)
	return slices.DeleteFunc(lines, func(l ledger.ArrearsLine) bool { return !contribution.Judged(l.Period, reach) }), err
}

// principal is what an employer owes now, by the ledger.
func (d desk) principal(ctx context.Context, uscc string) (money.Fen, error) {
	e, found, err := d.employer(ctx, uscc)
	if err != nil || !found {
		return 0, err
	}
	lines, err := d.arrearsLines(ctx, e.ID)
	var sum money.Fen
	for _, l := range lines {
		sum += l.Owed
	}
	return sum, err
}

// owed is what an employer has still to pay before it has made good what it owed: the principal by the ledger, and what payments of principal have charged and left open, late fees
// (社会保险法 art. 86: 并) and, where the region books late months as if they had been paid on time, the lost interest.
func (d desk) owed(ctx context.Context, uscc string) (money.Fen, error) {
	sum, err := d.principal(ctx, uscc)
	if err != nil {
		return 0, err
	}
	book, err := d.store.InterestBook(ctx, uscc)
	if err != nil {
		return 0, err
	}
	fees, err := d.store.LateFees(ctx, uscc)
	for _, f := range fees {
		sum += f.Open()
	}
	return sum + book.Open(0, lastPeriod), err
}

// unpaid is what a case's employer has still to pay, and whether a calculation was kept of it.
func (d desk) unpaid(ctx context.Context, session, number string, now time.Time) (owed money.Fen, counted bool, err error) {
	_, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return 0, false, err
	}
	kept, err := d.store.Calculations(ctx, c.ID)
	if err != nil {
		return 0, false, err
	}
	owed, err = d.owed(ctx, c.EmployerUSCC)
	return owed, len(kept) > 0 && owed > 0, err
}

// reckoning is a calculation with its lines by person.
type reckoning struct {
	c        store.Case
	employer ledger.Employer
	found    bool
	kept     store.Calculation
	people   []arrears.PersonLine
}

// reckon counts what a case's employer owes: the ledger's rows, the findings on them, the region's setting, what stops the fee. Where no last month is asked for it is the last one
// that is judged, so that a demand names what register and portal call arrears; whoever knows more asks for a later one.
func (d desk) reckon(ctx context.Context, c store.Case, ask web.CalcAsk, now time.Time) (reckoning, error) {
	r := reckoning{c: c}
	setting, err := d.store.MoneySetting(ctx, c.Region)
	if err != nil {
		return r, err
	}
	facts, err := d.store.EmployerFacts(ctx, c.EmployerUSCC)
	if err != nil {
		return r, err
	}
	if !ask.Declared.IsZero() {
		facts.Declared = ask.Declared
	}
	if !ask.Accepted.IsZero() {
		facts.Accepted = ask.Accepted
	}
	if ask.PaidOn.IsZero() {
		ask.PaidOn = calendar.DateOf(now)
	}
	r.kept = store.Calculation{Employer: c.EmployerUSCC, Rule: setting.Name(), Findings: ask.Findings, Input: arrears.Input{PaidOn: ask.PaidOn, Facts: facts, Setting: setting.Arrears}}
	if r.kept.DataDate, err = d.ledger.DataDate(ctx); err != nil {
		return r, err
	}
	if r.employer, r.found, err = d.employer(ctx, c.EmployerUSCC); err != nil || !r.found {
		return r, err
	}
	from, to := ask.From, ask.To
	if to == 0 && !r.kept.DataDate.IsZero() {
		to = contribution.LastJudged(r.kept.DataDate)
	}
	rows, err := d.store.LedgerRows(ctx, d.ledger, r.employer.ID, from, to, len(ask.Findings) == 0)
	if err != nil {
		return r, err
	}
	if r.people, err = arrears.Recompute(setting.Arrears, store.DeclaredRows(rows), ask.Findings); err != nil {
		return r, err
	}
	r.people = slices.DeleteFunc(r.people, func(l arrears.PersonLine) bool { return l.Owed() <= 0 && !l.NoRate })
	r.kept.Input.Lines = arrears.Gather(r.people)
	if r.kept.Input.Interest, err = d.lostInterest(ctx, r, from, cmp.Or(ask.To, lastPeriod)); err != nil {
		return r, err
	}
	fees, err := d.store.LateFees(ctx, c.EmployerUSCC)
	if err != nil {
		return r, err
	}
	for _, f := range fees {
		if f.Period >= from && f.Period <= to {
			r.kept.Input.OpenFee += f.Open()
		}
	}
	r.kept.Result, err = arrears.Compute(r.kept.Input)
	return r, err
}

// lostInterest is what the employer owes besides where the region books late months as if they had been paid on time: on what is unpaid, and what payments have left open of months from first to
// last. None elsewhere.
func (d desk) lostInterest(ctx context.Context, r reckoning, first, last calendar.Period) (arrears.Interest, error) {
	book, err := d.store.InterestBook(ctx, r.c.EmployerUSCC)
	if err != nil {
		return arrears.Interest{}, err
	}
	owed := arrears.Interest{Open: book.Open(first, last)}
	paidOn := r.kept.Input.PaidOn
	if months := book.LateMonths(arrears.BearInterest(r.kept.Input, r.people)); len(months) > 0 {
		lost, err := d.ledger.LostInterest(ctx, r.employer.ID, paidOn, months)
		if err != nil {
			return arrears.Interest{}, err
		}
		owed.Amount, owed.Persons, owed.Months = lost.Amount, lost.Persons, lost.Months
	}
	if owed.Total() == 0 {
		return arrears.Interest{}, nil
	}
	owed.Through, owed.Basis = calendar.Date{Year: paidOn.Year - 1, Month: 12, Day: 31}, account.AsOnTimeRule.Document
	return owed, nil
}

const lastPeriod calendar.Period = 299912

func (d desk) Calculate(ctx context.Context, session, number string, ask web.CalcAsk, now time.Time) (web.Calc, error) {
	who, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return web.Calc{}, err
	}
	r, err := d.reckon(ctx, c, ask, now)
	if err != nil {
		return web.Calc{}, err
	}
	k := calcOf(r)
	lines := r.people
	if ask.Search != "" && r.found {
		ids, err := d.ledger.EmployedPersons(ctx, r.employer.ID, ask.Search)
		if err != nil {
			return k, err
		}
		lines = slices.DeleteFunc(slices.Clone(lines), func(l arrears.PersonLine) bool { return !slices.Contains(ids, l.PersonID) })
	}
	k.Rows = len(lines)
	k.Pages = max(1, (len(lines)+web.PeopleAPage-1)/web.PeopleAPage)
	k.Page = min(max(ask.Page, 1), k.Pages)
	for _, l := range lines[min(len(lines), (k.Page-1)*web.PeopleAPage):min(len(lines), k.Page*web.PeopleAPage)] {
		k.People = append(k.People, web.CalcPerson{ID: l.PersonID, Period: l.Period, Insurance: l.Insurance, Base: l.Base, TrueBase: l.TrueBase, EmployerOwed: l.EmployerOwed(), OwnOwed: l.PersonOwed(), NoRate: l.NoRate})
	}
	if err := d.name(ctx, who, number, k.People, now); err != nil {
		return k, err
	}
	list, err := d.store.Deferrals(ctx, c.EmployerUSCC)
	if err != nil {
		return k, err
	}
	for _, x := range list {
		k.Deferrals = append(k.Deferrals, web.Deferral(x))
	}
	k.Kept, err = d.keptOf(ctx, c.ID)
	return k, err
}

func calcOf(r reckoning) web.Calc {
	k := web.Calc{Case: shown(r.c), Found: r.found, Employer: r.c.EmployerName, ID: r.kept.ID, Rule: r.kept.Rule, Input: r.kept.Input, Findings: r.kept.Findings, Result: r.kept.Result,
		DataDate: r.kept.DataDate, KeptAt: r.kept.KeptAt, KeptBy: r.kept.KeptBy}
	if r.found {
		k.Employer = r.employer.Name + " " + string(r.employer.USCC)
	}
	return k
}

// name puts masked names to lines by person, after it is noted for each of them who looks, and in which case.
func (d desk) name(ctx context.Context, who store.Staff, number string, people []web.CalcPerson, now time.Time) error {
	var ids []int64
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	if err := d.store.NotePersons(ctx, who, ids, number, "calculate arrears", now); err != nil {
		return err
	}
	names, err := d.ledger.MaskedPersons(ctx, ids)
	for i, p := range people {
		people[i].Name, people[i].Number = names[p.ID].Name, names[p.ID].Number
	}
	return err
}

func (d desk) keptOf(ctx context.Context, complaint int64) ([]web.KeptCalc, error) {
	list, err := d.store.Calculations(ctx, complaint)
	var kept []web.KeptCalc
	for _, k := range list {
		kept = append(kept, web.KeptCalc{ID: k.ID, At: k.KeptAt, By: k.KeptBy, PaidOn: k.Input.PaidOn, Owed: k.Result.Sum.Owed, Fee: k.Result.Sum.Fee, Total: k.Result.Total(), Rule: k.Rule})
	}
	return kept, err
}

func (d desk) KeepCalculation(ctx context.Context, session, number string, ask web.CalcAsk, now time.Time) (int64, error) {
	who, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return 0, err
	}
	r, err := d.reckon(ctx, c, ask, now)
	if err != nil {
		return 0, err
	}
	if !r.found {
		return 0, fault.New(fault.Conflict, "fault.money.employer")
	}
	return d.store.KeepCalculation(ctx, who, number, r.kept, r.people, now)
}

func (d desk) Calculation(ctx context.Context, session, number string, id int64, now time.Time) (web.Calc, error) {
	who, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return web.Calc{}, err
	}
	r := reckoning{c: c}
	if r.kept, err = d.store.Calculation(ctx, c.ID, id); err != nil {
		return web.Calc{}, err
	}
	if r.employer, r.found, err = d.employer(ctx, c.EmployerUSCC); err != nil {
		return web.Calc{}, err
	}
	k := calcOf(r)
	people, err := d.store.CalculationPeople(ctx, id)
	if err != nil {
		return k, err
	}
	for _, p := range people {
		k.People = append(k.People, web.CalcPerson{ID: p.PersonID, Period: p.Period, Insurance: p.Insurance, Base: p.Base, TrueBase: p.TrueBase, EmployerOwed: p.EmployerOwed, OwnOwed: p.OwnOwed})
	}
	k.Rows = len(k.People)
	return k, d.name(ctx, who, number, k.People, now)
}

func (d desk) AddDeferral(ctx context.Context, session, number string, x web.Deferral, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.AddDeferral(ctx, who, number, store.Deferral(x), now)
}

func (d desk) EndDeferral(ctx context.Context, session, number string, id int32, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.EndDeferral(ctx, who, number, id, now)
}
