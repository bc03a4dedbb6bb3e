package complaints

import (
	"context"
	"log/slog"
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

// refresh takes the ledger's figures over when they are news: all after an import; once a day, since late fees grow, and after a change of the desk those of the register. done tells whether it did.
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
	figures := store.LedgerFigures{Imported: last.Run != state.Run || last.DataDate != state.DataDate}
	if figures.Debtors, err = s.debtors(ctx, state.DataDate, today); err != nil {
		return false, err
	}
	if figures.Imported {
		if err := s.imported(ctx, &figures, state.DataDate); err != nil {
			return false, err
		}
	}
	if figures.Plans, err = s.plans(ctx, figures.Debtors, today); err != nil {
		return false, err
	}
	return true, s.store.RefreshSupervised(ctx, store.Supervised{Run: state.Run, Last: state.Last, DataDate: state.DataDate, OnDay: today, At: now, Asked: last.Asked}, figures)
}

// imported adds what only an import changes.
func (s supervise) imported(ctx context.Context, figures *store.LedgerFigures, dataDate calendar.Date) error {
	flows, err := s.ledger.Flows(ctx)
	if err != nil {
		return err
	}
	figures.Flows = make([]store.CollectionFlow, len(flows))
	for i, f := range flows {
		figures.Flows[i] = store.CollectionFlow(f)
	}
	if figures.Signs, err = s.signs(ctx, dataDate); err != nil {
		return err
	}
	figures.Pensioners, err = s.pensioners(ctx)
	return err
}

// debtors are the employers that owe for periods that are judged, with the late fee of every line to today.
func (s supervise) debtors(ctx context.Context, dataDate, today calendar.Date) ([]supervision.DebtorFigures, error) {
	lines, err := s.ledger.Owed(ctx, contribution.LastJudged(dataDate))
	if err != nil {
		return nil, err
	}
	var ids []int32
	for i, line := range lines {
		if i == 0 || lines[i-1].EmployerID != line.EmployerID {
			ids = append(ids, line.EmployerID)
		}
	}
	employers, err := s.ledger.Employers(ctx, ids)
	if err != nil {
		return nil, err
	}
	fees, err := s.store.FeeBook(ctx)
	if err != nil {
		return nil, err
	}
	writtenOff, err := s.store.WrittenOff(ctx)
	if err != nil {
		return nil, err
	}
	debtors := make([]supervision.DebtorFigures, 0, len(ids))
	for from := 0; from < len(lines); {
		to := from
		for to < len(lines) && lines[to].EmployerID == lines[from].EmployerID {
			to++
		}
		d, err := debtorOf(employers[lines[from].EmployerID], lines[from:to], fees, today)
		if err != nil {
			return nil, err
		}
		d.Level = supervision.WatchLevel(s.levels, d.OwedBefore+d.OwedAfter-writtenOff[d.EmployerID])
		debtors = append(debtors, d)
		from = to
	}
	return debtors, nil
}

// debtorOf counts one employer's lines as a notice would: by its region's setting, less what a bankruptcy or an approved deferral stops.
func debtorOf(e ledger.Employer, lines []ledger.EmployerOwed, fees store.FeeBook, today calendar.Date) (supervision.DebtorFigures, error) {
	d := supervision.DebtorFigures{EmployerID: e.ID, USCC: string(e.USCC), Name: e.Name, Region: e.Region, Ownership: e.Ownership, Lines: make([]supervision.DebtorLine, len(lines))}
	in := arrears.Input{PaidOn: today, Lines: make([]arrears.Line, len(lines))}
	in.Setting, in.Facts = fees.Of(d.Region, d.USCC)
	for i, line := range lines {
		in.Lines[i] = arrears.Line{Period: line.Period, Insurance: line.Insurance, Persons: line.Persons, Due: line.Owed}
	}
	counted, err := arrears.Compute(in)
	if err != nil {
		return d, err
	}
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
	return d, nil
}
