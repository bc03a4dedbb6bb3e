package complaints

import (
	"testing"
	"time"

	"shebao/complaints/arrears"
	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/money"
)

// first is the employer of the register that owes most, as it stands.
func (o office) first(t *testing.T, head store.Staff) supervision.Debtor {
	t.Helper()
	list, _, _, err := o.store.Debtors(t.Context(), head, supervision.DebtorFilter{Limit: 1})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	return list[0]
}

// A missed instalment is told once and found by filter; after the days of grace the whole rest is due; a plan that is kept ends by itself.
func TestAMissedInstalmentIsSeen(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	head := o.staff(t, "zhao", lifecycle.Supervisor, "33")
	d := o.first(t, head)
	signed := calendar.DateOf(supervisedAt)
	plan := supervision.Spread(d.Owed(), signed.AddDays(5), 2)
	if err := o.store.SignPlan(t.Context(), head, d.USCC, d.Version, signed, plan, supervisedAt); err != nil {
		t.Fatal(err)
	}
	look := func(days int, want supervision.PlanState) supervision.Debtor {
		t.Helper()
		o.mustRefresh(t, supervisedAt.AddDate(0, 0, days))
		got, err := o.store.Debtor(t.Context(), head, d.USCC, supervisedAt)
		if err != nil || got.PlanState != want {
			t.Fatalf("after %d days the plan is %q, want %q (%v)", days, got.PlanState, want, err)
		}
		return got
	}
	look(1, supervision.PlanRunning)
	if got := look(6, supervision.PlanLate); got.PlanDue != plan[0].Amount {
		t.Errorf("due %s", got.PlanDue)
	}
	look(7, supervision.PlanLate)
	for filter, want := range map[string]int{"late": 1, "broken": 0, "running": 0} {
		if _, n, _, err := o.store.Debtors(t.Context(), head, supervision.DebtorFilter{Plan: filter, Limit: 10}); err != nil || n != want {
			t.Errorf("%s: %d, %v", filter, n, err)
		}
	}
	if got := look(5+supervision.Grace+1, supervision.PlanBroken); got.PlanDue != d.Owed() {
		t.Errorf("once broken %s is due, want all of %s", got.PlanDue, d.Owed())
	}
	ranked, err := o.store.Candidates(t.Context(), head, 2026, false, d.Name, 1, supervisedAt)
	if err != nil || len(ranked) != 1 || !ranked[0].PlanBroken {
		t.Errorf("a broken plan is no sign of risk: %+v, %v", ranked, err)
	}
	told := map[string]int{}
	events, err := o.store.DebtorEvents(t.Context(), d.EmployerID)
	for _, e := range events {
		told[e.What]++
	}
	if err != nil || told["plan_late"] != 1 || told["plan_broken"] != 1 {
		t.Errorf("told %v, %v", told, err)
	}
	o.exec(t, `UPDATE ledger.contribution SET employer_paid = employer_due, person_paid = person_due, paid_on = '2026-12-20' WHERE employer_id = $1 AND paid_on IS NULL`, d.EmployerID)
	o.imported(t)
	o.mustRefresh(t, supervisedAt.AddDate(0, 0, 40))
	plans, err := o.store.Plans(t.Context(), d.EmployerID)
	if err != nil || len(plans) != 1 || plans[0].EndReason != "kept" || plans[0].EndedOn.IsZero() {
		t.Errorf("paid up: %+v, %v", plans, err)
	}
}

// Three authorities in their order, by two people at least, write arrears off; then they raise no watch level any more, and the history says so.
func TestArrearsAreWrittenOffByThree(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	zhao, wang := o.staff(t, "zhao", lifecycle.Supervisor, "33"), o.staff(t, "wang", lifecycle.Supervisor, "33")
	d := o.first(t, zhao)
	version := d.Version
	step := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		version++
	}
	if err := o.store.RequestWriteOff(t.Context(), zhao, d.USCC, version, d.Owed(), "财产不足清偿", supervisedAt); !fault.Is(err, fault.Conflict) {
		t.Errorf("without a bankruptcy: %v", err)
	}
	step("bankrupt", o.store.SetDebtorState(t.Context(), zhao, d.USCC, version, supervision.DebtorState{State: "bankrupt", DeclaredOn: calendar.NewDate(2026, 10, 1)}, supervisedAt))
	if err := o.store.RequestWriteOff(t.Context(), zhao, d.USCC, version, d.Owed()+1, "x", supervisedAt); !fault.Is(err, fault.Invalid) {
		t.Errorf("more than is owed: %v", err)
	}
	step("request", o.store.RequestWriteOff(t.Context(), zhao, d.USCC, version, d.Owed(), "财产不足清偿", supervisedAt))
	list, err := o.store.WriteOffs(t.Context(), d.EmployerID)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	approve := func(who store.Staff, authority string) error {
		return o.store.ApproveWriteOff(t.Context(), who, d.USCC, version, list[0].ID, supervision.WriteOffApproval{Authority: authority, Document: "示文 1 号", ApprovedOn: calendar.DateOf(supervisedAt)}, supervisedAt)
	}
	if err := approve(zhao, "finance"); !fault.Is(err, fault.Conflict) {
		t.Errorf("out of order: %v", err)
	}
	step("labour", approve(zhao, "labour"))
	step("finance", approve(zhao, "finance"))
	if err := approve(zhao, "government"); !fault.Is(err, fault.Denied) {
		t.Errorf("one person alone: %v", err)
	}
	step("government", approve(wang, "government"))
	o.mustRefresh(t, supervisedAt.Add(time.Minute)) // what supervisors changed is news by itself
	got, err := o.store.Debtor(t.Context(), zhao, d.USCC, supervisedAt)
	if err != nil || got.WrittenOff != d.Owed() || got.Open() != 0 || got.Level != 0 || got.Owed() != d.Owed() || got.LateFee >= d.LateFee {
		t.Errorf("written off: %+v, %v", got, err)
	}
	events, err := o.store.DebtorEvents(t.Context(), d.EmployerID)
	seen := map[string]bool{}
	for _, e := range events {
		seen[e.What] = true
	}
	if err != nil || !seen["written_off"] || !seen["level"] || !seen["write_off_approved"] || !seen["state"] {
		t.Errorf("history %v, %v", seen, err)
	}
}

// The lines of an export are within the scope and sum up to the heads.
func TestTheExportHasEveryLine(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	head, far := o.staff(t, "zhao", lifecycle.Supervisor, "33"), o.staff(t, "far", lifecycle.Supervisor, "3301")
	list, _, _, err := o.store.Debtors(t.Context(), head, supervision.DebtorFilter{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	var ids []int32
	for _, d := range list {
		ids = append(ids, d.EmployerID)
	}
	lines, err := o.store.DebtorLines(t.Context(), head, ids)
	if err != nil || len(lines) != len(list) {
		t.Fatal(lines, err)
	}
	for _, d := range list {
		sum := -d.Owed()
		for _, l := range lines[d.EmployerID] {
			sum += l.Owed
		}
		if sum != 0 {
			t.Errorf("%s: lines and head differ by %s", d.USCC, sum)
		}
	}
	if none, err := o.store.DebtorLines(t.Context(), far, ids); err != nil || len(none) != 0 {
		t.Errorf("another city sees %v, %v", none, err)
	}
}

// The register counts late fees as the notices do: by the region's setting, and not for the days of an approved deferral. Whatever the fee hangs on asks for a refresh by itself.
func TestTheRegisterCountsFeesAsNoticesDo(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	head := o.staff(t, "zhao", lifecycle.Supervisor, "33")
	d := o.first(t, head)
	fee := func(on time.Time) money.Fen {
		t.Helper()
		o.mustRefresh(t, on)
		got, err := o.store.Debtor(t.Context(), head, d.USCC, on)
		if err != nil {
			t.Fatal(err)
		}
		setting, err := o.store.MoneySetting(t.Context(), d.Region)
		if err != nil {
			t.Fatal(err)
		}
		facts, err := o.store.EmployerFacts(t.Context(), d.USCC)
		if err != nil {
			t.Fatal(err)
		}
		in := arrears.Input{PaidOn: calendar.DateOf(on), Facts: facts, Setting: setting.Arrears}
		for _, l := range got.Lines {
			in.Lines = append(in.Lines, arrears.Line{Period: l.Period, Insurance: l.Insurance, Due: l.Owed})
		}
		notice, err := arrears.Compute(in)
		if err != nil || notice.Sum.Fee != got.LateFee || notice.Sum.Owed != got.Owed() {
			t.Fatalf("the register has %s on %s, a notice would say %s on %s (%v)", got.LateFee, got.Owed(), notice.Sum.Fee, notice.Sum.Owed, err)
		}
		return got.LateFee
	}
	whole := d.LateFee
	setting, err := o.store.MoneySetting(t.Context(), "33")
	if err != nil {
		t.Fatal(err)
	}
	setting.Arrears.EndDay = arrears.DayBeforePayment
	if err := o.store.SaveMoneySetting(t.Context(), head, "33", 0, setting, supervisedAt); err != nil {
		t.Fatal(err)
	}
	shorter := fee(supervisedAt.Add(time.Minute))
	if shorter >= whole {
		t.Errorf("without the day of payment the fee is %s, with it %s", shorter, whole)
	}
	o.exec(t, `INSERT INTO complaints.deferral (employer_uscc, from_on, to_on, document, added_at, added_by) VALUES ($1, '2026-10-01', '2026-10-31', '示缓 1 号', $2, $3)`, d.USCC, supervisedAt, head.ID)
	deferred := fee(supervisedAt.AddDate(0, 0, 1))
	if deferred >= shorter {
		t.Errorf("a month deferred, and the fee is %s of %s", deferred, shorter)
	}
	o.exec(t, `INSERT INTO ledger.regional_rule (region, back_payment_policy, interest_method, due_months, due_day) VALUES ('33', 'A', 'month_product', 1, 15)`)
	o.exec(t, `UPDATE complaints.supervised SET asked = asked + 1`)
	if later := fee(supervisedAt.AddDate(0, 0, 1)); later >= deferred {
		t.Errorf("due half a month later, and the fee is %s of %s", later, deferred)
	}
}

// A change that comes while a refresh runs is not lost: the refresh answers only what had been asked when it began.
func TestAChangeDuringARefreshIsSeen(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	head := o.staff(t, "zhao", lifecycle.Supervisor, "33")
	d := o.first(t, head)
	began, err := o.store.Supervised(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := o.store.SetDebtorState(t.Context(), head, d.USCC, d.Version, supervision.DebtorState{State: "bankrupt", DeclaredOn: calendar.NewDate(2026, 10, 1)}, supervisedAt); err != nil {
		t.Fatal(err)
	}
	if done, err := o.store.RefreshSupervised(t.Context(), began, began, store.LedgerFigures{Debtors: []supervision.DebtorFigures{{EmployerID: d.EmployerID, USCC: d.USCC, Name: d.Name, Region: d.Region, OwedAfter: d.OwedAfter, LateFee: d.LateFee,
		Lines: []supervision.DebtorLine{{Period: 202606, Insurance: 110, Owed: d.OwedAfter}}}}}); err != nil || !done {
		t.Fatal(done, err)
	}
	o.mustRefresh(t, supervisedAt)
	if got, err := o.store.Debtor(t.Context(), head, d.USCC, supervisedAt); err != nil || got.LateFee >= d.LateFee {
		t.Errorf("the bankruptcy was lost: %s, before %s (%v)", got.LateFee, d.LateFee, err)
	}
}
