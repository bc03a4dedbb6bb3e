package complaints

import (
	"fmt"
	"testing"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/eligibility"
	"shebao/shared/fault"
	"shebao/shared/money"
)

var auditedOn = calendar.DateOf(supervisedAt)

// certified gives somebody a file with which they may be assigned, until a day.
func (o office) certified(t *testing.T, by store.Staff, account string, until calendar.Date) {
	t.Helper()
	since := auditedOn.AddDays(-300)
	if err := o.store.AddTraining(t.Context(), by, account, supervision.TrainingDone{EndedOn: since, Days: 3, Subject: "稽核业务"}, supervisedAt); err != nil {
		t.Fatal(err)
	}
	if err := o.store.AddExam(t.Context(), by, account, supervision.Exam{HeldOn: since, Score: 88, Passed: true}, supervisedAt); err != nil {
		t.Fatal(err)
	}
	if err := o.store.AddCertificate(t.Context(), by, account, supervision.Certificate{Number: "稽证" + account, Issued: since, Expires: until}, supervisedAt); err != nil {
		t.Fatal(err)
	}
}

// planned sets a plan and puts employers into it; the audits are on the day.
func (o office) planned(t *testing.T, head store.Staff, kind supervision.AuditKind, auditOn calendar.Date, employers ...int32) []string {
	t.Helper()
	plan, err := o.store.YearPlan(t.Context(), head, auditedOn.Year)
	if err != nil {
		t.Fatal(err)
	}
	plan.Targets, plan.Subject = [3]int{4, 2, 1}, "建筑业"
	if err := o.store.SetYearPlan(t.Context(), head, plan, supervisedAt); err != nil {
		t.Fatal(err)
	}
	numbers, err := o.store.ChooseAudits(t.Context(), head, store.Choice{Year: auditedOn.Year, Kind: kind, Employers: employers, AuditOn: auditOn, Words: func(c supervision.Candidate) string { return c.Name }}, supervisedAt)
	if err != nil {
		t.Fatal(err)
	}
	return numbers
}

// The rule of the pure room and the one that the database keeps say the same of every file.
func TestTheDatabaseKnowsWhoIsUnfit(t *testing.T) {
	o := newOffice(t)
	head := o.staff(t, "head", lifecycle.Supervisor, "33")
	today := calendar.NewDate(2026, 11, 24)
	n := 0
	for _, days := range []int{0, 2, 3} {
		for _, passed := range []bool{false, true} {
			for _, issued := range []int{-1, 0, 1, 400} { // days ago; 400: none
				for _, expires := range []int{-1, 0, 1, 400} { // days from today; 400: without end
					n++
					who := o.staff(t, fmt.Sprintf("a%d", n), lifecycle.Investigator, "33")
					file := supervision.Training{Days: days, ExamPassed: passed}
					if days > 0 {
						o.exec(t, `INSERT INTO complaints.audit_training (staff_id, ended_on, days, subject, recorded_by, recorded_at) VALUES ($1, '2026-11-24', $2, 'x', $3, now())`, who.ID, days, head.ID)
					}
					o.exec(t, `INSERT INTO complaints.audit_exam (staff_id, held_on, score, passed, recorded_by, recorded_at) VALUES ($1, '2026-11-01', 60, $2, $3, now())`, who.ID, passed, head.ID)
					if issued != 400 {
						file.Certificate, file.Issued = who.Account, today.AddDays(-issued)
						if expires != 400 {
							file.Expires = today.AddDays(expires)
						}
						if !file.Expires.IsZero() && file.Expires.Before(file.Issued) {
							continue
						}
						o.exec(t, `INSERT INTO complaints.audit_certificate (staff_id, number, issued_on, expires_on, recorded_by, recorded_at) VALUES ($1, $2, $3::date, $4::date, $5, now())`,
							who.ID, who.Account, file.Issued.String(), orNull(file.Expires), head.ID)
					}
					var got string
					if err := o.pool.QueryRow(t.Context(), `SELECT complaints.audit_unfit($1, '2026-11-24')`, who.ID).Scan(&got); err != nil {
						t.Fatal(err)
					}
					if want := supervision.Unfit(file, today); got != want {
						t.Errorf("%+v: the database says %q, the rule %q", file, got, want)
					}
				}
			}
		}
	}
}

func orNull(d calendar.Date) *string {
	if d.IsZero() {
		return nil
	}
	s := d.String()
	return &s
}

// Who may not be assigned cannot be, whichever way is tried: by assignment, by giving the case, by claiming it, by taking it up, by SQL.
func TestWhoIsUnfitGetsNoAudit(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	head, other := o.staff(t, "head", lifecycle.Supervisor, "33"), o.staff(t, "other", lifecycle.Supervisor, "33")
	fit := o.staff(t, "fit", lifecycle.Investigator, "33")
	o.staff(t, "fit2", lifecycle.Investigator, "33")
	lapsed, raw := o.staff(t, "lapsed", lifecycle.Investigator, "33"), o.staff(t, "raw", lifecycle.Investigator, "33")
	o.certified(t, head, "fit", calendar.Date{})
	o.certified(t, head, "fit2", auditedOn)
	o.certified(t, head, "lapsed", auditedOn.AddDays(-1))
	number := o.planned(t, head, supervision.Routine, auditedOn.AddDays(10), 4)[0]
	for _, bad := range []struct {
		accounts []string
		kind     fault.Kind
	}{{[]string{"fit"}, fault.Invalid}, {[]string{"fit", "lapsed"}, fault.Invalid}, {[]string{"fit", "raw"}, fault.Invalid}, {[]string{"fit", "nobody"}, fault.Denied}, {nil, fault.Invalid}} {
		if err := o.store.AssignAuditors(t.Context(), head, number, bad.accounts, 0, supervisedAt); !fault.Is(err, bad.kind) {
			t.Errorf("%v are assigned: %v", bad.accounts, err)
		}
	}
	if err := o.store.AssignAuditors(t.Context(), fit, number, []string{"fit", "fit2"}, 0, supervisedAt); !fault.Is(err, fault.Denied) {
		t.Errorf("an investigator assigns: %v", err)
	}
	for _, who := range []store.Staff{lapsed, raw} {
		if err := o.store.Assign(t.Context(), head, number, who.Account, supervisedAt); !fault.Is(err, fault.Denied) {
			t.Errorf("the audit is given to %s: %v", who.Account, err)
		}
		if got, err := o.store.ClaimNext(t.Context(), who, supervisedAt); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s claims %s: %v", who.Account, got, err)
		}
		if err := o.store.Act(t.Context(), who, number, 1, lifecycle.Input{Action: lifecycle.Investigate}, supervisedAt); !fault.Is(err, fault.Denied) {
			t.Errorf("%s takes it up: %v", who.Account, err)
		}
		if _, err := o.pool.Exec(t.Context(), `INSERT INTO complaints.audit_assignment SELECT id, $1, '2026-11-24', $2, now() FROM complaints.complaint`, who.ID, head.ID); err == nil {
			t.Errorf("the database takes %s", who.Account)
		}
	}
	if err := o.store.AssignAuditors(t.Context(), head, number, []string{"fit", "fit2"}, 0, supervisedAt); err != nil {
		t.Fatal(err)
	}
	if err := o.store.Act(t.Context(), fit, number, 0, lifecycle.Input{Action: lifecycle.Investigate}, supervisedAt); err != nil {
		t.Errorf("who is fit takes it up: %v", err)
	}
	o.exec(t, `UPDATE complaints.audit_certificate SET expires_on = '2031-01-01' WHERE staff_id = $1`, fit.ID)
	after := time.Date(2031, 1, 2, 2, 0, 0, 0, time.UTC)
	for i, want := range []int{1, 0} {
		if i == 0 {
			if n, err := o.store.ReturnUnfitAudits(t.Context(), supervisedAt); err != nil || n != 0 {
				t.Errorf("%d are returned while the certificate holds, %v", n, err)
			}
		}
		if n, err := o.store.ReturnUnfitAudits(t.Context(), after); err != nil || n != want {
			t.Errorf("%d are returned after the certificate, %v, want %d", n, err, want)
		}
	}
	if list, _, err := o.store.Queue(t.Context(), head, store.Filter{View: "raised"}, after, 10); err != nil || len(list) != 1 || list[0].Owner != 0 || list[0].Number != number {
		t.Errorf("the supervisor is told of %+v, %v", list, err)
	}
	if _, events, err := o.store.CaseByNumber(t.Context(), head, number, after); err != nil || events[len(events)-1].What != "unfit" {
		t.Errorf("on the case stands %+v, %v", events, err)
	}
	if err := o.store.AddExam(t.Context(), other, "other", supervision.Exam{HeldOn: auditedOn, Score: 100, Passed: true}, supervisedAt); !fault.Is(err, fault.Denied) {
		t.Errorf("somebody examines themselves: %v", err)
	}
	if err := o.store.AddCertificate(t.Context(), head, "raw", supervision.Certificate{Number: "1", Issued: auditedOn}, supervisedAt); !fault.Is(err, fault.Conflict) {
		t.Errorf("a certificate without training: %v", err)
	}
	files, err := o.store.Auditors(t.Context(), head, auditedOn)
	if err != nil || len(files) != 6 || files[0].Account != "fit2" || !files[0].Ending(auditedOn) || files[0].OpenAudits != 1 {
		t.Errorf("files %+v, %v", files, err)
	}
	full, err := o.store.Auditor(t.Context(), head, "fit2", auditedOn)
	if err != nil || len(full.Trainings) != 1 || len(full.Exams) != 1 || len(full.Certificates) != 1 {
		t.Fatalf("%+v, %v", full, err)
	}
	if err := o.store.WithdrawCertificate(t.Context(), head, "fit2", full.Certificates[0].ID, supervisedAt); err != nil {
		t.Fatal(err)
	}
	if full, err = o.store.Auditor(t.Context(), head, "fit2", auditedOn); err != nil || full.Unfit != "certificate" {
		t.Errorf("after it was withdrawn: %+v, %v", full, err)
	}
}

// From the plan to the report: what is chosen becomes a case, the visit counts for the headcount, and the quarter's figures are those of the rows.
func TestThePlanBecomesCasesAndFigures(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	head, second := o.staff(t, "head", lifecycle.Supervisor, "33"), o.staff(t, "second", lifecycle.Supervisor, "33")
	for _, a := range []string{"li", "wang"} {
		o.staff(t, a, lifecycle.Investigator, "33")
		o.certified(t, head, a, calendar.Date{})
	}
	li, err := o.store.StaffByAccount(t.Context(), "li")
	if err != nil {
		t.Fatal(err)
	}
	ranked, err := o.store.Candidates(t.Context(), head, 2026, false, "", 10, supervisedAt)
	if err != nil || len(ranked) != 5 || ranked[0].EmployerID != 1 || ranked[0].Points <= ranked[4].Points || len(ranked[0].Reasons) < 2 || ranked[0].Headcount != 6 {
		t.Fatalf("ranked %+v, %v", ranked, err)
	}
	if _, err := o.store.ChooseAudits(t.Context(), head, store.Choice{Year: 2026, Kind: supervision.Routine, Employers: []int32{1}, AuditOn: auditedOn.AddDays(10)}, supervisedAt); !fault.Is(err, fault.Conflict) {
		t.Errorf("without a plan: %v", err)
	}
	numbers := o.planned(t, head, supervision.Special, auditedOn.AddDays(3), 1, 2)
	for why, choice := range map[string]store.Choice{"too soon": {Employers: []int32{3}, AuditOn: auditedOn.AddDays(2)}, "nobody": {AuditOn: auditedOn.AddDays(9)}} {
		choice.Year, choice.Kind = 2026, supervision.Routine
		if _, err := o.store.ChooseAudits(t.Context(), head, choice, supervisedAt); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", why, err)
		}
	}
	if _, err := o.store.ChooseAudits(t.Context(), head, store.Choice{Year: 2026, Kind: supervision.Routine, Employers: []int32{1}, AuditOn: auditedOn.AddDays(9)}, supervisedAt); !fault.Is(err, fault.NotFound) {
		t.Errorf("twice: %v", err)
	}
	c, _, err := o.store.CaseByNumber(t.Context(), head, numbers[0], supervisedAt)
	if err != nil || c.State != lifecycle.Accepted || c.Route != lifecycle.Audit || c.Due != auditedOn || c.EmployerUSCC != steel {
		t.Fatalf("the case %+v, %v", c, err)
	}
	visit := supervision.Visit{On: auditedOn, Found: 9, Checked: 8, Unregistered: 2, Underreported: 1}
	if err := o.store.RecordVisit(t.Context(), li, numbers[0], visit, 0, supervisedAt); !fault.Is(err, fault.Conflict) {
		t.Errorf("a visit before the inquiry: %v", err)
	}
	if err := o.store.AssignAuditors(t.Context(), head, numbers[0], []string{"li", "wang"}, 0, supervisedAt); err != nil {
		t.Fatal(err)
	}
	act := func(who store.Staff, in lifecycle.Input) {
		t.Helper()
		if err := o.store.Act(t.Context(), who, numbers[0], 0, in, supervisedAt); err != nil {
			t.Fatal(in.Action, err)
		}
	}
	act(li, lifecycle.Input{Action: lifecycle.Investigate})
	for _, bad := range []supervision.Visit{{On: auditedOn.AddDays(1)}, {On: auditedOn, Found: 3, Checked: 4}, {On: auditedOn, Found: 3, Checked: 2, Unregistered: 3}, {On: auditedOn, Refused: true}} {
		if err := o.store.RecordVisit(t.Context(), li, numbers[0], bad, 0, supervisedAt); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v is taken: %v", bad, err)
		}
	}
	for _, v := range []supervision.Visit{visit, {On: auditedOn, Found: 100, Checked: 100, Refused: true, Note: "拒签"}} {
		if err := o.store.RecordVisit(t.Context(), li, numbers[0], v, 0, supervisedAt); err != nil {
			t.Fatal(err)
		}
	}
	a, err := o.store.CaseAudit(t.Context(), c, auditedOn)
	if err != nil || len(a.Visits) != 2 || a.Visits[1].Declared != 6 || len(a.Visits[1].Auditors) != 2 || a.Kind != supervision.Special {
		t.Fatalf("%+v, %v", a, err)
	}
	if err := o.store.VoidVisit(t.Context(), li, numbers[0], a.Visits[0].ID, "多写了零", supervisedAt); err != nil {
		t.Fatal(err)
	}
	act(li, lifecycle.Input{Action: lifecycle.ProposeDecision, Reason: "查实", Ground: "base_low"})
	act(second, lifecycle.Input{Action: lifecycle.Approve})
	o.exec(t, `INSERT INTO complaints.calculation (complaint_id, employer_uscc, paid_on, rule_version, findings, input, result, owed, fee, data_date, kept_at, kept_by)
		SELECT id, employer_uscc, '2026-11-24', '', '{}', '{}', '{}', 70000, 0, '2026-11-20', now(), $2 FROM complaints.complaint WHERE number = $1`, numbers[0], li.ID)
	o.exec(t, `INSERT INTO complaints.payment (complaint_id, employer_uscc, paid_on, amount, way, voucher, mode, principal, fee_paid, left_over, rule_version, booked, registered_at, registered_by)
		SELECT id, employer_uscc, '2026-11-24', 50000, 'transfer', 'v1', '', 48000, 2000, 0, '', '[]', now(), $2 FROM complaints.complaint WHERE number = $1`, numbers[0], li.ID)
	f, err := o.store.AuditFigures(t.Context(), o.eligible, "33", supervision.Quarter(2026, 4))
	if err != nil {
		t.Fatal(err)
	}
	if f.Plan[1] != (supervision.AuditProgress{Planned: 2, Chosen: 2, Begun: 1, Done: 1}) || f.Plan[0].Planned != 4 || f.Begun != 1 || f.Violations != 1 || f.Clean != 0 {
		t.Errorf("progress %+v", f)
	}
	if f.Employers != 1 || f.Checked != 8 || f.Unregistered != 2 || f.Headcount != (supervision.Coverage{Done: 8, Of: 30, Target: 60}) {
		t.Errorf("headcount %+v", f)
	}
	if f.Found != 70000 || f.Recovered != 48000 || f.LateFees != 2000 || f.Auditors != 2 || f.Fit != 2 || f.TrainingDays != 6 || f.Passed != 2 {
		t.Errorf("money and auditors %+v", f)
	}
	if g, err := o.store.AuditFigures(t.Context(), o.eligible, "3301", supervision.Quarter(2026, 4)); err != nil || g.Checked != 0 || g.Found != 0 || g.Headcount.Of != 12 {
		t.Errorf("another city: %+v, %v", g, err)
	}
	if g, err := o.store.AuditFigures(t.Context(), o.eligible, "33", supervision.Quarter(2026, 3)); err != nil || g.Begun != 0 || g.Headcount.Done != 0 || g.Plan[1].Chosen != 0 {
		t.Errorf("the quarter before: %+v, %v", g, err)
	}
	coverage, err := o.store.HeadcountCoverage(t.Context(), head, auditedOn)
	if err != nil || len(coverage) != 3 || coverage[1].Region != "330402" || coverage[1].Headcount.Done != 8 || coverage[1].Headcount.Of != 12 {
		t.Errorf("coverage %+v, %v", coverage, err)
	}
	chosen, err := o.store.ChosenAudits(t.Context(), head, 2026)
	if err != nil || len(chosen) != 2 || chosen[1].Checked != 8 || chosen[1].Auditors != 2 || chosen[0].State != "accepted" {
		t.Errorf("chosen %+v, %v", chosen, err)
	}
}

// An audit on tip-off works on the tip-off's own case.
func TestAnAuditOnTipOffIsTheTipOff(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	head := o.staff(t, "head", lifecycle.Supervisor, "33")
	o.exec(t, `INSERT INTO complaints.complaint (number, submission_id, mailbox_id, channel, route, kind, region, employer_uscc, employer_name, from_period, to_period, words, state, due, received_at, clock_from, clock_days, clock_unit)
		VALUES ('2026-000099', 1, 1, 'web', 'audit_tipoff', 'unpaid', '330402', $1, '单位0', 0, 0, '', 'accepted', '2026-12-30', $2, '2026-11-20', 60, 'WD')`, steel, supervisedAt)
	if numbers := o.planned(t, head, supervision.TipOff, auditedOn.AddDays(5), 1); len(numbers) != 1 || numbers[0] != "2026-000099" {
		t.Errorf("the case is %v", numbers)
	}
	f, err := o.store.AuditFigures(t.Context(), o.eligible, "", supervision.Quarter(2026, 4))
	if err != nil || f.Plan[2].Chosen != 1 || f.TipOffs != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}

// Requests between regions have their clocks; what another region found about our pensioner is a confirmation; late answers are counted.
func TestAssistanceHasItsClock(t *testing.T) {
	o := newOffice(t)
	li, head := o.staff(t, "li", lifecycle.Investigator, "33"), o.staff(t, "head", lifecycle.Supervisor, "33")
	far, admin := o.staff(t, "far", lifecycle.Investigator, "3301"), o.staff(t, "admin", lifecycle.Sysadmin, "")
	o.pensioner(t, 71)
	sent := calendar.NewDate(2026, 9, 24)
	ask := supervision.Assistance{Out: true, Matter: "pensioner", Other: "安徽省某县社保中心", Document: "浙社协〔2026〕7号", Words: "请核实是否健在", Person: 71, BeganOn: sent, Days: supervision.AssistanceDays}
	if _, err := o.store.BeginAssistance(t.Context(), admin, ask, supervisedAt); !fault.Is(err, fault.Denied) {
		t.Errorf("an administrator asks: %v", err)
	}
	for field, change := range map[string]func(a *supervision.Assistance){"words": func(a *supervision.Assistance) { a.Words = "身份证 070122198908103150" }, "other": func(a *supervision.Assistance) { a.Other = " " },
		"days": func(a *supervision.Assistance) { a.Days = 0 }, "began_on": func(a *supervision.Assistance) { a.BeganOn = auditedOn.AddDays(1) }, "matter": func(a *supervision.Assistance) { a.Matter = "" }} {
		bad := ask
		change(&bad)
		if _, err := o.store.BeginAssistance(t.Context(), li, bad, supervisedAt); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[0].Name != field {
			t.Errorf("a bad %s: %v", field, err)
		}
	}
	out, err := o.store.BeginAssistance(t.Context(), li, ask, supervisedAt)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.store.BeginAssistance(t.Context(), li, ask, supervisedAt); !fault.Is(err, fault.Conflict) {
		t.Errorf("twice: %v", err)
	}
	in, err := o.store.BeginAssistance(t.Context(), li, supervision.Assistance{Matter: "employer", Other: "江苏省某市社保中心", Document: "苏社协〔2026〕3号", Words: "请协查单位参保人数", BeganOn: sent, Days: supervision.AssistanceDays}, supervisedAt)
	if err != nil {
		t.Fatal(err)
	}
	list, err := o.store.AssistanceRequests(t.Context(), head, false, 10)
	if err != nil || len(list) != 2 || list[0].Due != calendar.NewDate(2026, 10, 29) { // the national holiday lies between
		t.Errorf("open %+v, %v", list, err)
	}
	if _, err := o.store.AssistanceRequest(t.Context(), far, out); !fault.Is(err, fault.NotFound) {
		t.Errorf("another city opens it: %v", err)
	}
	if err := o.store.RemindAssistance(t.Context(), li, in, 1, supervisedAt); !fault.Is(err, fault.Conflict) {
		t.Errorf("we urge ourselves: %v", err)
	}
	if err := o.store.RemindAssistance(t.Context(), li, out, 1, supervisedAt); err != nil {
		t.Error(err)
	}
	if err := o.store.AnswerAssistance(t.Context(), li, o.eligible, out, 1, auditedOn, "met", "健在", supervisedAt); !fault.Is(err, fault.Conflict) {
		t.Errorf("an old version: %v", err)
	}
	for _, outcome := range []string{"", "answered", "gone"} {
		if err := o.store.AnswerAssistance(t.Context(), li, o.eligible, out, 2, auditedOn, outcome, "x", supervisedAt); !fault.Is(err, fault.Invalid) {
			t.Errorf("outcome %q: %v", outcome, err)
		}
	}
	if err := o.store.AnswerAssistance(t.Context(), li, o.eligible, out, 2, auditedOn, "met", "健在", supervisedAt); err != nil {
		t.Fatal(err)
	}
	if err := o.store.AnswerAssistance(t.Context(), li, o.eligible, in, 1, auditedOn, "answered", "参保 20 人", supervisedAt); err != nil {
		t.Fatal(err)
	}
	if known, err := o.eligible.Of(t.Context(), 71); err != nil || len(known) != 1 || known[0].Way != eligibility.Assistance || !known[0].Met {
		t.Errorf("the pensioner %+v, %v", known, err)
	}
	q3, err := o.store.AuditFigures(t.Context(), o.eligible, "33", supervision.Quarter(2026, 3))
	if err != nil || q3.AskedIn != 1 || q3.AskedOut != 1 || q3.Unanswered != 0 {
		t.Errorf("third quarter %+v, %v", q3, err)
	}
	q4, err := o.store.AuditFigures(t.Context(), o.eligible, "33", supervision.Quarter(2026, 4))
	if err != nil || q4.AskedIn != 0 || q4.Answered != 1 || q4.AnsweredLate != 1 || q4.Pensioners.Done != 1 {
		t.Errorf("fourth quarter %+v, %v", q4, err)
	}
}

// pensioner adds somebody who draws a pension and worked for the first employer.
func (o office) pensioner(t *testing.T, id int64) {
	t.Helper()
	o.exec(t, `INSERT INTO ledger.person (id, id_hash, id_sealed, id_type, name, sex, card_number, status, opening_balance, content_hash) OVERRIDING SYSTEM VALUE VALUES ($1, $2, '', '居民身份证', '退休人', '女', '', 3, 0, '')`, id, []byte(fmt.Sprint(id)))
	o.exec(t, `INSERT INTO ledger.last_employer VALUES ($1, 1)`, id)
}

// A sample is drawn of those who confirmed by themselves, nobody twice; what the visit finds stands against their word.
func TestSelfConfirmedPensionersAreVisited(t *testing.T) {
	o := newOffice(t)
	head, li := o.staff(t, "head", lifecycle.Supervisor, "33"), o.staff(t, "li", lifecycle.Investigator, "33")
	for id := int64(71); id < 81; id++ {
		o.pensioner(t, id)
		if err := o.eligible.Confirm(t.Context(), id, eligibility.Portal, supervisedAt); err != nil {
			t.Fatal(err)
		}
	}
	o.mustRefresh(t, supervisedAt)
	seen := map[int64]bool{}
	for _, n := range []int{6, 6} {
		from, err := o.eligible.SelfConfirmed(t.Context(), 2026, "33")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.store.DrawSample(t.Context(), head, 2026, from, n, supervisedAt); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.store.DrawSample(t.Context(), head, 2026, []int64{71}, 1, supervisedAt); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody is drawn twice: %v", err)
	}
	if _, err := o.store.DrawSample(t.Context(), li, 2026, []int64{90}, 1, supervisedAt); !fault.Is(err, fault.Denied) {
		t.Errorf("an investigator draws: %v", err)
	}
	draws, err := o.store.Draws(t.Context(), head, 2026)
	if err != nil || len(draws) != 2 || len(draws[0].Visits) != 4 || len(draws[1].Visits) != 6 || draws[1].Of != 10 {
		t.Fatalf("%+v, %v", draws, err)
	}
	for _, d := range draws {
		var list []int64
		for _, v := range d.Visits {
			if seen[v.Person] {
				t.Errorf("%d is drawn twice", v.Person)
			}
			seen[v.Person] = true
			list = append(list, v.Person)
		}
		if d.Of == 10 { // the kept seed gives the same people again
			if again := supervision.Sample([]int64{71, 72, 73, 74, 75, 76, 77, 78, 79, 80}, 6, d.Seed); fmt.Sprint(again) != fmt.Sprint(list) {
				t.Errorf("drawn %v, again %v", list, again)
			}
		}
	}
	v := draws[0].Visits[0]
	for _, bad := range []supervision.SampleVisit{{Person: v.Person}, {Person: v.Person, VisitedOn: auditedOn, Met: true, Overpaid: 1}, {Person: v.Person, VisitedOn: auditedOn, Note: "x", Overpaid: 1, PaidBack: 2}, {Person: v.Person, VisitedOn: auditedOn}} {
		if err := o.store.RecordSampleVisit(t.Context(), li, o.eligible, draws[0].ID, bad, supervisedAt); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if err := o.store.RecordSampleVisit(t.Context(), li, o.eligible, draws[1].ID, supervision.SampleVisit{Person: v.Person, VisitedOn: auditedOn, Met: true}, supervisedAt); !fault.Is(err, fault.NotFound) {
		t.Errorf("of another sample: %v", err)
	}
	found := supervision.SampleVisit{Person: v.Person, VisitedOn: auditedOn, Note: "已去世", Overpaid: money.Fen(900_00), PaidBack: 100_00}
	if err := o.store.RecordSampleVisit(t.Context(), li, o.eligible, draws[0].ID, found, supervisedAt); err != nil {
		t.Fatal(err)
	}
	f, err := o.store.AuditFigures(t.Context(), o.eligible, "33", supervision.Quarter(2026, 4))
	if err != nil || f.Drawn != 10 || f.Visited != 1 || f.NotMet != 1 || f.Overpaid != 900_00 || f.PaidBack != 100_00 || f.ByPortal != 10 || f.Pensioners != (supervision.Coverage{Done: 10, Of: 10, Target: 60}) {
		t.Errorf("%+v, %v", f, err)
	}
}
