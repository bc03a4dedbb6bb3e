package complaints

import (
	"context"

	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// signsOf are every employer's size now and a year earlier, and the base on which it pays.
func signsOf(totals ledger.Totals) []supervision.Candidate {
	list := make([]supervision.Candidate, len(totals.Employers))
	for i, e := range totals.Employers {
		now := totals.Sizes[e.ID]
		list[i] = supervision.Candidate{EmployerID: e.ID, USCC: string(e.USCC), Name: e.Name, Region: e.Region,
			Signs: supervision.Signs{Headcount: now.Headcount, HeadcountBefore: totals.Before[e.ID].Headcount, AverageBase: int64(now.AverageBase)}}
	}
	return list
}

func (s supervise) pensioners(ctx context.Context) (map[string]int, error) {
	counts, err := s.eligible.Pensioners(ctx)
	by := map[string]int{}
	for _, c := range counts {
		by[c.Region] = c.Persons
	}
	return by, err
}

// plans follows every running repayment plan to today by what the ledger took in.
func (s supervise) plans(ctx context.Context, debtors []supervision.DebtorFigures, today calendar.Date) ([]store.PlanStanding, error) {
	running, err := s.store.RunningPlans(ctx)
	if err != nil || len(running) == 0 {
		return nil, err
	}
	lines := map[int32][]supervision.DebtorLine{}
	for _, d := range debtors {
		lines[d.EmployerID] = d.Lines
	}
	var list []store.PlanStanding
	for _, plan := range running {
		receipts, err := planReceipts(ctx, s.ledger, plan.EmployerID, lines[plan.EmployerID], plan.Plan)
		if err != nil {
			return nil, err
		}
		standing := supervision.Stand(plan.Instalments, receipts, today)
		list = append(list, store.PlanStanding{EmployerID: plan.EmployerID, Plan: plan.ID, State: standing.State, DueNow: standing.DueNow, On: today})
	}
	return list, nil
}

// planReceipts are what came in for a plan, from the ledger. A row that was paid in part before the signing shows its whole sum at its last day: what is more than the
// plan's total less what its periods still owe was there before, and is taken off the earliest.
func planReceipts(ctx context.Context, book *ledger.Ledger, employer int32, lines []supervision.DebtorLine, plan supervision.Plan) ([]supervision.Receipt, error) {
	received, err := book.ReceivedSince(ctx, employer, plan.Through, plan.SignedOn)
	if err != nil {
		return nil, err
	}
	came := plan.Total
	for _, line := range lines {
		if line.Period <= plan.Through {
			came -= line.Owed
		}
	}
	var sum money.Fen
	for _, r := range received {
		sum += r.Amount
	}
	var list []supervision.Receipt
	for _, r := range received {
		before := min(r.Amount, max(0, sum-max(0, came)))
		sum -= before
		if r.Amount > before {
			list = append(list, supervision.Receipt{On: r.On, Amount: r.Amount - before})
		}
	}
	return list, nil
}
