package complaints

import (
	"context"
	"errors"
	"strings"
	"time"

	"shebao/complaints/arrears"
	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/ledger"
)

func (d desk) Payments(ctx context.Context, session, number string, now time.Time) (web.Account, error) {
	who, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return web.Account{}, err
	}
	a := web.Account{Case: shown(c)}
	if _, a.Found, err = d.employer(ctx, c.EmployerUSCC); err != nil || !a.Found {
		return a, err
	}
	if a.Owed, err = d.principal(ctx, c.EmployerUSCC); err != nil {
		return a, err
	}
	if a.Interest, err = d.interestOf(ctx, c.EmployerUSCC); err != nil {
		return a, err
	}
	if a.LeftOver, err = d.store.LeftOver(ctx, c.EmployerUSCC); err != nil {
		return a, err
	}
	if a.Payments, err = d.paymentsOf(ctx, who, c.EmployerUSCC); err != nil {
		return a, err
	}
	a.Fees, err = d.feesOf(ctx, c.EmployerUSCC)
	return a, err
}

func (d desk) paymentsOf(ctx context.Context, who store.Staff, uscc string) ([]web.Payment, error) {
	list, err := d.store.Payments(ctx, who, uscc)
	var payments []web.Payment
	for _, p := range list {
		payments = append(payments, web.Payment{ID: p.ID, CaseNumber: p.CaseNumber, PaidOn: p.PaidOn, Amount: p.Amount, Way: p.Way, Voucher: p.Voucher, Principal: p.Principal, FeePaid: p.FeePaid, InterestPaid: p.InterestPaid, LeftOver: p.LeftOver,
			Booked: p.Booked, At: p.At, By: p.By, ReversedAt: p.ReversedAt, ReversedBy: p.ReversedBy, Reason: p.Reason})
	}
	return payments, err
}

func (d desk) feesOf(ctx context.Context, uscc string) ([]web.LateFee, error) {
	list, err := d.store.LateFees(ctx, uscc)
	var fees []web.LateFee
	for _, f := range list {
		fees = append(fees, web.LateFee(f))
	}
	return fees, err
}

// interestOf is the employer's book of lost interest, by month and insurance.
func (d desk) interestOf(ctx context.Context, uscc string) ([]web.Interest, error) {
	book, err := d.store.InterestBook(ctx, uscc)
	var list []web.Interest
	for _, e := range book { // by period and insurance
		if n := len(list); n == 0 || list[n-1].Period != e.Period || list[n-1].Insurance != e.Insurance {
			list = append(list, web.Interest{LateFee: web.LateFee{Period: e.Period, Insurance: e.Insurance}})
		}
		x := &list[len(list)-1]
		x.Persons, x.Charged, x.Paid = x.Persons+1, x.Charged+e.Charged, x.Paid+e.Paid
	}
	return list, err
}

// payer is who may register money: everybody who works cases but the intake.
func (d desk) payer(ctx context.Context, session string, now time.Time) (store.Staff, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err == nil && who.Role == lifecycle.Intake {
		return who, fault.New(fault.Denied, "fault.desk.role")
	}
	return who, err
}

func (d desk) PreviewPayment(ctx context.Context, session, number string, in web.PaymentInput, now time.Time) (arrears.Allocation, string, error) {
	who, err := d.payer(ctx, session, now)
	if err != nil {
		return arrears.Allocation{}, "", err
	}
	p, err := d.store.PreviewPayment(ctx, who, number, store.PaymentInput(in), d.ledger, now)
	return p.Allocation, p.Mark, err
}

func (d desk) RegisterPayment(ctx context.Context, session, number string, in web.PaymentInput, mark string, now time.Time) error {
	who, err := d.payer(ctx, session, now)
	if err != nil {
		return err
	}
	_, err = d.store.RegisterPayment(ctx, who, number, store.PaymentInput(in), mark, d.ledger, now)
	return err
}

func (d desk) ReversePayment(ctx context.Context, session, number string, id int64, reason, tell string, now time.Time) error {
	who, err := d.payer(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.ReversePayment(ctx, who, number, id, reason, tell, d.ledger, now)
}

func (d desk) Assess(ctx context.Context, session, number string, calculation int64, now time.Time) error {
	who, err := d.payer(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.AssessCalculation(ctx, who, number, calculation, d.ledger, now)
}

// timelineLength is how much of an employer's timeline its page shows.
const timelineLength = 100

// Employer gathers what the desk knows of an employer. Outside the asker's region, and for one that is in no register and no case, there is none.
func (d desk) Employer(ctx context.Context, session, uscc string, now time.Time) (web.Employer, error) {
	var v web.Employer
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return v, err
	}
	e, found, err := d.employer(ctx, uscc)
	if err != nil {
		return v, err
	}
	if !found || !strings.HasPrefix(e.Region, who.Region) {
		return v, fault.New(fault.NotFound, "ledger.no_employer")
	}
	if kept, err := d.store.KeptFrom(ctx, who, string(e.USCC)); err != nil || kept {
		return v, errors.Join(err, fault.New(fault.NotFound, "ledger.no_employer"))
	}
	v = web.Employer{Name: e.Name, USCC: string(e.USCC), Region: ledger.RegionName(e.Region), Status: e.Status.String(), CaseOfNotice: map[int64]string{}}
	former, err := d.ledger.FormerEmployers(ctx, e.ID)
	if err != nil {
		return v, err
	}
	for _, f := range former {
		v.Former = append(v.Former, web.FormerEmployer{Name: f.Name, Region: ledger.RegionName(f.Region), Status: f.Status.String(), ChangedOn: calendar.DateOf(f.ChangedAt), File: f.File})
	}
	cases, err := d.store.EmployerCases(ctx, who, v.USCC, now)
	if err != nil {
		return v, err
	}
	for _, c := range cases {
		v.Cases = append(v.Cases, shown(c))
	}
	if v.Arrears, err = d.arrearsOf(ctx, e, now); err != nil {
		return v, err
	}
	notices, err := d.store.EmployerNotices(ctx, who, v.USCC)
	if err != nil {
		return v, err
	}
	for _, n := range notices {
		v.Notices = append(v.Notices, noticeOf(n))
		v.CaseOfNotice[n.ID] = n.CaseNumber
	}
	if v.Payments, err = d.paymentsOf(ctx, who, v.USCC); err != nil {
		return v, err
	}
	if v.Fees, err = d.feesOf(ctx, v.USCC); err != nil {
		return v, err
	}
	if v.Interest, err = d.interestOf(ctx, v.USCC); err != nil {
		return v, err
	}
	if v.LeftOver, err = d.store.LeftOver(ctx, v.USCC); err != nil {
		return v, err
	}
	events, err := d.store.EmployerTimeline(ctx, who, v.USCC, timelineLength)
	for _, x := range events {
		x.Text = strings.TrimSpace(x.CaseNumber + " " + x.Text)
		v.Events = append(v.Events, web.Event(x.Event))
	}
	return v, err
}

// arrearsOf counts what an employer owes if it pays today, by the setting of its region.
func (d desk) arrearsOf(ctx context.Context, e ledger.Employer, now time.Time) (arrears.Result, error) {
	c := store.Case{Region: e.Region, EmployerUSCC: string(e.USCC)}
	r, err := d.reckon(ctx, c, web.CalcAsk{}, now)
	return r.kept.Result, err
}
