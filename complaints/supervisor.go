package complaints

import (
	"context"
	"time"

	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/complaints/web"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// supervisor is what the pages of supervision call, made of the store and the ledger. It resolves the session first, so that nothing runs without a scope.
type supervisor struct {
	store  *store.Store
	ledger *ledger.Ledger
	levels []supervision.Level
}

func (s supervisor) Supervised(ctx context.Context) (calendar.Date, time.Time, error) {
	of, err := s.store.Supervised(ctx)
	return of.DataDate, of.At, err
}

func (s supervisor) Levels() []supervision.Level { return s.levels }

func (s supervisor) Debtors(ctx context.Context, session string, f supervision.DebtorFilter, now time.Time) ([]supervision.Debtor, int, money.Fen, error) {
	who, err := s.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, 0, 0, err
	}
	return s.store.Debtors(ctx, who, f)
}

func (s supervisor) PlansDue(ctx context.Context, session string, limit int, now time.Time) ([]web.PlanDue, int, error) {
	who, err := s.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, 0, err
	}
	found, more, err := s.store.PlansDue(ctx, who, limit)
	list := make([]web.PlanDue, len(found))
	for i, d := range found {
		list[i] = web.PlanDue(d)
	}
	return list, more, err
}

// exportMost bounds an export; no region has as many employers in arrears.
const exportMost = 200_000

func (s supervisor) ExportRegister(ctx context.Context, session string, f supervision.DebtorFilter, now time.Time) ([]supervision.Debtor, error) {
	f.After, f.Limit = 0, exportMost
	list, _, _, err := s.Debtors(ctx, session, f, now)
	return list, err
}

func (s supervisor) DebtorTotals(ctx context.Context, session string, now time.Time) (byLevel, byInsurance []supervision.DebtorTotal, err error) {
	who, err := s.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, nil, err
	}
	return s.store.DebtorTotals(ctx, who)
}

func (s supervisor) Debtor(ctx context.Context, session, uscc string, now time.Time) (web.DebtorFile, error) {
	who, err := s.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.DebtorFile{}, err
	}
	d, err := s.store.Debtor(ctx, who, uscc, now)
	if err != nil {
		return web.DebtorFile{}, err
	}
	file := web.DebtorFile{Debtor: d}
	if file.Events, err = s.store.DebtorEvents(ctx, d.EmployerID); err != nil {
		return file, err
	}
	if file.WriteOffs, err = s.store.WriteOffs(ctx, d.EmployerID); err != nil {
		return file, err
	}
	if err := s.papers(ctx, who, uscc, &file); err != nil {
		return file, err
	}
	plans, err := s.store.Plans(ctx, d.EmployerID)
	if err != nil {
		return file, err
	}
	for _, plan := range plans {
		receipts, err := planReceipts(ctx, s.ledger, d.EmployerID, d.Lines, plan)
		if err != nil {
			return file, err
		}
		file.Plans = append(file.Plans, web.PlanStanding{Plan: plan, Standing: supervision.Stand(plan.Instalments, receipts, calendar.DateOf(now))})
	}
	return file, nil
}

func (s supervisor) SetDebtorState(ctx context.Context, session, uscc string, version int, state supervision.DebtorState, now time.Time) error {
	who, err := s.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return s.store.SetDebtorState(ctx, who, uscc, version, state, now)
}

func (s supervisor) SetDebtorOwner(ctx context.Context, session, uscc string, version int, account string, now time.Time) error {
	who, err := s.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return s.store.SetDebtorOwner(ctx, who, uscc, version, account, now)
}

func (s supervisor) SignPlan(ctx context.Context, session, uscc string, version int, signedOn calendar.Date, instalments []supervision.Instalment, now time.Time) error {
	who, err := s.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return s.store.SignPlan(ctx, who, uscc, version, signedOn, instalments, now)
}

func (s supervisor) EndPlan(ctx context.Context, session, uscc string, version int, reason string, now time.Time) error {
	who, err := s.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return s.store.EndPlan(ctx, who, uscc, version, reason, now)
}

func (s supervisor) RequestWriteOff(ctx context.Context, session, uscc string, version int, amount money.Fen, reason string, now time.Time) error {
	who, err := s.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return s.store.RequestWriteOff(ctx, who, uscc, version, amount, reason, now)
}

func (s supervisor) ApproveWriteOff(ctx context.Context, session, uscc string, version int, id int32, given supervision.WriteOffApproval, now time.Time) error {
	who, err := s.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return s.store.ApproveWriteOff(ctx, who, uscc, version, id, given, now)
}

func (s supervisor) CollectionFlows(ctx context.Context, session, region string, digits int, insurance contribution.Insurance, from calendar.Period, now time.Time) ([]supervision.RegionFlow, error) {
	who, err := s.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	return s.store.CollectionFlows(ctx, who, region, digits, insurance, from)
}

// papers are the documents and payments of the employer that the asker may see by their cases, and the late fee's own ledger.
func (s supervisor) papers(ctx context.Context, who store.Staff, uscc string, file *web.DebtorFile) error {
	notices, err := s.store.EmployerNotices(ctx, who, uscc)
	if err != nil {
		return err
	}
	for _, n := range notices {
		file.Notices = append(file.Notices, noticeOf(n))
	}
	payments, err := s.store.Payments(ctx, who, uscc)
	if err != nil {
		return err
	}
	for _, x := range payments {
		file.Payments = append(file.Payments, web.Payment{CaseNumber: x.CaseNumber, PaidOn: x.PaidOn, Amount: x.Amount, Principal: x.Principal, FeePaid: x.FeePaid, InterestPaid: x.InterestPaid, Voucher: x.Voucher, ReversedAt: x.ReversedAt})
	}
	fees, err := s.store.LateFees(ctx, uscc)
	for _, f := range fees {
		file.Fees = append(file.Fees, web.LateFee{Period: f.Period, Insurance: f.Insurance, Charged: f.Charged, Paid: f.Paid})
	}
	return err
}

func (s supervisor) DebtorLines(ctx context.Context, session string, list []supervision.Debtor, now time.Time) (map[int32][]supervision.DebtorLine, error) {
	who, err := s.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	ids := make([]int32, len(list))
	for i, d := range list {
		ids[i] = d.EmployerID
	}
	return s.store.DebtorLines(ctx, who, ids)
}
