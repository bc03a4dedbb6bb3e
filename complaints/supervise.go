package complaints

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"shebao/complaints/arrears"
	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/eligibility"
	"shebao/shared/latefee"
	"shebao/shared/ledger"
)

// supervise keeps the register of employers in arrears and the collection figures in step with the ledger.
type supervise struct {
	store  *store.Store
	ledger *ledger.Ledger
	levels []supervision.Level

	eligible *eligibility.Room
}

// run refreshes when the ledger has changed or the day has, and looks again every so often. What fails is tried again at the next look.
func (s supervise) run(every time.Duration, now func() time.Time, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			if _, err := s.refresh(ctx, now().UTC()); err != nil && ctx.Err() == nil {
				log.Error("refreshing the register of arrears failed", "error", err.Error())
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}
}

// refresh brings the figures up to date when there is news: after an import all of them, from the ledger; after a payment what it changed; once a day, since late fees grow, and after a change of the
// desk the fees and levels of what the register holds. done tells whether it did.
func (s supervise) refresh(ctx context.Context, now time.Time) (done bool, err error) {
	state, err := s.ledger.State(ctx)
	if err != nil || state.DataDate.IsZero() {
		return false, err
	}
	last, err := s.store.Supervised(ctx)
	today := calendar.DateOf(now)
	if err != nil || last.Run == state.Run && last.DataDate == state.DataDate && last.OnDay == today && last.Asked == last.Answered {
		return false, err
	}
	figures, state, err := s.figures(ctx, last, state, now)
	if err != nil {
		return false, err
	}
	if err := s.count(ctx, figures.Debtors, today); err != nil {
		return false, err
	}
	if figures.Plans, err = s.plans(ctx, figures.Debtors, today); err != nil {
		return false, err
	}
	return s.store.RefreshSupervised(ctx, last, store.Supervised{Run: state.Run, Last: state.Last, DataDate: state.DataDate, OnDay: today, At: now, Asked: last.Asked}, figures)
}

// figures are what has changed since the last refresh, and the state of the ledger that they were read from.
func (s supervise) figures(ctx context.Context, last store.Supervised, state ledger.State, now time.Time) (figures store.LedgerFigures, of ledger.State, err error) {
	before := ledger.State{Run: last.Run, Last: last.Last, DataDate: last.DataDate}
	if state == before {
		figures.Debtors, err = s.store.Owing(ctx)
		return figures, state, err
	}
	booked, only, err := s.ledger.BookedSince(ctx, before, contribution.LastJudged(state.DataDate), now)
	if err != nil {
		return figures, state, err
	}
	if !only {
		of, err = s.imported(ctx, &figures, state)
		return figures, of, err
	}
	if figures.Debtors, err = s.store.Owing(ctx); err != nil {
		return figures, state, err
	}
	figures.Debtors = slices.DeleteFunc(figures.Debtors, func(d supervision.DebtorFigures) bool {
		_, anew := slices.BinarySearchFunc(booked.Employers, d.EmployerID, func(e ledger.Employer, id int32) int { return int(e.ID - id) })
		return anew
	})
	figures.Debtors = append(figures.Debtors, debtorsOf(booked.Employers, booked.Owed)...)
	figures.Changes = flowsOf(booked.Flows)
	return figures, booked.State, nil
}

// imported takes everything over from the ledger.
func (s supervise) imported(ctx context.Context, figures *store.LedgerFigures, state ledger.State) (ledger.State, error) {
	totals, err := s.ledger.Totals(ctx, contribution.LastJudged(state.DataDate))
	if err != nil {
		return totals.State, err
	}
	if totals.State.DataDate != state.DataDate { // an import has ended since: other months are judged
		return s.imported(ctx, figures, totals.State)
	}
	figures.Imported = true
	figures.Debtors, figures.Flows, figures.Signs = debtorsOf(totals.Employers, totals.Owed), flowsOf(totals.Flows), signsOf(totals)
	figures.Pensioners, err = s.pensioners(ctx)
	return totals.State, err
}

func flowsOf(list []ledger.Flow) []store.CollectionFlow {
	flows := make([]store.CollectionFlow, len(list))
	for i, f := range list {
		flows[i] = store.CollectionFlow(f)
	}
	return flows
}

// debtorsOf are the employers that owe for periods that are judged, with their lines.
func debtorsOf(employers []ledger.Employer, owed []ledger.EmployerOwed) []supervision.DebtorFigures {
	var debtors []supervision.DebtorFigures
	for from := 0; from < len(owed); {
		id, to := owed[from].EmployerID, from
		for to < len(owed) && owed[to].EmployerID == id {
			to++
		}
		for employers[0].ID != id { // both ascend, and whoever owes is registered
			employers = employers[1:]
		}
		e := employers[0]
		d := supervision.DebtorFigures{EmployerID: id, USCC: string(e.USCC), Name: e.Name, Region: e.Region, Ownership: e.Ownership, Lines: make([]supervision.DebtorLine, to-from)}
		for i, line := range owed[from:to] {
			d.Lines[i] = supervision.DebtorLine{Period: line.Period, Insurance: line.Insurance, Persons: line.Persons, Owed: line.Owed}
		}
		debtors = append(debtors, d)
		from = to
	}
	return debtors
}

// count counts every line's late fee to today, each employer's sums, and its watch level without what was written off.
func (s supervise) count(ctx context.Context, debtors []supervision.DebtorFigures, today calendar.Date) error {
	fees, err := s.store.FeeBook(ctx)
	if err != nil {
		return err
	}
	writtenOff, err := s.store.WrittenOff(ctx)
	if err != nil {
		return err
	}
	for i := range debtors {
		d := &debtors[i]
		if err := countFees(d, fees, today); err != nil {
			return err
		}
		d.Level = supervision.WatchLevel(s.levels, d.OwedBefore+d.OwedAfter-writtenOff[d.EmployerID])
	}
	return nil
}

// countFees counts one employer's lines as a notice would: by its region's setting, less what a bankruptcy or an approved deferral stops.
func countFees(d *supervision.DebtorFigures, fees store.FeeBook, today calendar.Date) error {
	in := arrears.Input{PaidOn: today, Lines: make([]arrears.Line, len(d.Lines))}
	in.Setting, in.Facts = fees.Of(d.Region, d.USCC)
	for i, line := range d.Lines {
		in.Lines[i] = arrears.Line{Period: line.Period, Insurance: line.Insurance, Persons: line.Persons, Due: line.Owed}
	}
	counted, err := arrears.Compute(in)
	if err != nil {
		return err
	}
	d.OwedBefore, d.OwedAfter, d.LateFee, d.FeeUnruled = 0, 0, 0, 0
	for i, row := range counted.Rows { // as many as the lines and in their order, since every line owes
		line := supervision.DebtorLine{Period: row.Period, Insurance: row.Insurance, Persons: row.Persons, Owed: row.Due, LateFee: row.Fee, FeeKnown: row.Why != arrears.WhyLocalRule}
		d.Lines[i] = line
		d.LateFee += line.LateFee
		if !line.FeeKnown {
			d.FeeUnruled += line.Owed
		}
		if line.Period.LastDay().Before(latefee.Regulation) {
			d.OwedBefore += line.Owed
		} else {
			d.OwedAfter += line.Owed
		}
	}
	return nil
}
