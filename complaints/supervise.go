package complaints

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/eligibility"
	"shebao/shared/latefee"
	"shebao/shared/ledger"
	"shebao/shared/money"
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

// refresh takes the ledger's figures over when they are news: after an import, and once a day since late fees grow. done tells whether it did.
func (s supervise) refresh(ctx context.Context, now time.Time) (done bool, err error) {
	state, err := s.ledger.State(ctx)
	if err != nil || state.DataDate.IsZero() {
		return false, err
	}
	last, err := s.store.Supervised(ctx)
	today := calendar.DateOf(now)
	if err != nil || last.Run == state.Run && last.DataDate == state.DataDate && last.OnDay == today {
		return false, err
	}
	debtors, err := s.debtors(ctx, state.DataDate, today)
	if err != nil {
		return false, err
	}
	figures := store.LedgerFigures{Debtors: debtors}
	flows, err := s.ledger.Flows(ctx)
	if err != nil {
		return false, err
	}
	figures.Flows = make([]store.CollectionFlow, len(flows))
	for i, f := range flows {
		figures.Flows[i] = store.CollectionFlow(f)
	}
	if figures.Signs, err = s.signs(ctx, state.DataDate); err != nil {
		return false, err
	}
	if figures.Pensioners, err = s.pensioners(ctx); err != nil {
		return false, err
	}
	if figures.Plans, err = s.plans(ctx, debtors, today); err != nil {
		return false, err
	}
	return true, s.store.RefreshSupervised(ctx, store.Supervised{Run: state.Run, DataDate: state.DataDate, OnDay: today, At: now}, figures)
}

// debtors are the employers that owe for periods that are judged, with the late fee of every line to today.
func (s supervise) debtors(ctx context.Context, dataDate, today calendar.Date) ([]supervision.DebtorFigures, error) {
	lines, err := s.ledger.Owed(ctx, contribution.LastJudged(dataDate))
	if err != nil {
		return nil, err
	}
	sizes, err := s.ledger.Sizes(ctx, contribution.LastJudged(dataDate))
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
	states, err := s.store.DebtorStates(ctx)
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
		d, err := s.debtor(employers[lines[from].EmployerID], lines[from:to], states[lines[from].EmployerID], today)
		if err != nil {
			return nil, err
		}
		d.Headcount = sizes[d.EmployerID].Headcount
		d.Level = supervision.WatchLevel(s.levels, d.OwedBefore+d.OwedAfter-writtenOff[d.EmployerID])
		debtors = append(debtors, d)
		from = to
	}
	return debtors, nil
}

func (s supervise) debtor(e ledger.Employer, lines []ledger.EmployerOwed, state supervision.DebtorState, today calendar.Date) (supervision.DebtorFigures, error) {
	d := supervision.DebtorFigures{EmployerID: e.ID, USCC: string(e.USCC), Name: e.Name, Region: e.Region, Ownership: e.Ownership}
	for _, line := range lines {
		fee, known, err := lateFee(line, state, today)
		if err != nil {
			return d, err
		}
		d.Lines = append(d.Lines, supervision.DebtorLine{Period: line.Period, Insurance: line.Insurance, Persons: line.Persons, Owed: line.Owed, LateFee: fee, FeeKnown: known})
		d.LateFee += fee
		if !known {
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

// lateFee of one line to today, by the same rules as the notices; it stops with a bankruptcy. known is false when a local rule would be needed.
func lateFee(line ledger.EmployerOwed, state supervision.DebtorState, today calendar.Date) (fee money.Fen, known bool, err error) {
	first := contribution.DueDate(line.Period).AddDays(1)
	if first.After(today) {
		return 0, true, nil
	}
	rules := latefee.NationalRules()
	if !state.AcceptedOn.IsZero() {
		rules.Stop = latefee.StopAccepted // 企业破产法 art. 46: claims bear no more from the acceptance on
	}
	got, err := rules.Compute(latefee.Claim{Principal: line.Owed, Insurance: line.Insurance, Period: line.Period, FirstDay: first, LastDay: today,
		Declared: state.DeclaredOn, Accepted: state.AcceptedOn})
	if errors.Is(err, latefee.ErrNeedsLocalRule) {
		return 0, false, nil
	}
	return got.Amount, err == nil, err
}
