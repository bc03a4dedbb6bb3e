package complaints

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/frontend/fonts"
	"shebao/shared/calendar"
	"shebao/shared/document"
	"shebao/shared/eligibility"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// AuditCast are the accounts that play the demo's auditors: two supervisors of the same region, of whom the second audits too, an auditor of the region, and one of a part of
// it whose certificate ends soon.
type AuditCast struct{ Head, Second, Auditor, Expiring string }

// PlayAudits gives a demo's supervisors a year of audits: files, a plan that is half done, visits, requests between regions of which one is nearly due, and pensioners who
// confirmed and were visited. Everything goes through the same steps as in earnest, each at its own time. The ledger is filled already.
func PlayAudits(ctx context.Context, c Config, pool *pgxpool.Pool, book *ledger.Ledger, cast AuditCast, now time.Time) error {
	cases, err := c.store(pool)
	if err != nil {
		return err
	}
	press, err := document.Open(c.document, fonts.NotoSerifSC)
	if err != nil {
		return err
	}
	p := auditPlay{ctx: ctx, store: cases, desk: desk{cases, book, press, c.smallEmployer}, eligible: eligibility.New(pool), pool: pool, now: now, year: calendar.DateOf(now).Year}
	if _, err := (supervise{store: cases, ledger: book, levels: c.levels, eligible: p.eligible}).refresh(ctx, now); err != nil {
		return err
	}
	for account, into := range map[string]*store.Staff{cast.Head: &p.head, cast.Second: &p.second, cast.Auditor: &p.auditor, cast.Expiring: &p.expiring} {
		if *into, err = cases.StaffByAccount(ctx, account); err != nil {
			return err
		}
	}
	for _, step := range []func() error{p.files, p.plan, p.requests, p.confirmations} {
		if err := step(); err != nil {
			return fmt.Errorf("play audits: %w", err)
		}
	}
	return nil
}

type auditPlay struct {
	ctx                             context.Context
	store                           *store.Store
	desk                            desk
	eligible                        *eligibility.Room
	pool                            *pgxpool.Pool
	head, second, auditor, expiring store.Staff
	now                             time.Time
	year                            int
}

func (p auditPlay) ago(days int) time.Time { return p.now.AddDate(0, 0, -days) }

func (p auditPlay) day(days int) calendar.Date { return calendar.DateOf(p.now).AddDays(-days) }

// files: three who may be sent, one of them not for long.
func (p auditPlay) files() error {
	for _, f := range []struct {
		by      store.Staff
		account string
		score   int
		until   calendar.Date
	}{{p.head, p.auditor.Account, 92, p.day(-900)}, {p.head, p.second.Account, 88, p.day(-700)}, {p.head, p.expiring.Account, 85, p.day(-38)}} {
		if err := p.store.AddTraining(p.ctx, f.by, f.account, supervision.TrainingDone{EndedOn: p.day(250), Days: 3, Subject: "社会保险稽核办法和查账方法集中培训"}, p.now); err != nil {
			return err
		}
		if err := p.store.AddExam(p.ctx, f.by, f.account, supervision.Exam{HeldOn: p.day(249), Score: f.score, Passed: true}, p.now); err != nil {
			return err
		}
		if err := p.store.AddCertificate(p.ctx, f.by, f.account, supervision.Certificate{Number: "浙稽" + p.day(245).String()[:4] + f.account, Issued: p.day(245), Expires: f.until}, p.now); err != nil {
			return err
		}
	}
	return p.store.AddExam(p.ctx, p.second, p.head.Account, supervision.Exam{HeldOn: p.day(249), Score: 54}, p.now)
}

// plan: eight chosen of sixteen, as far as the year has room for them; the oldest are decided, and two of them closed. Those that come so far are of employers that owe nothing
// before, so that what the audit found is all that there is.
func (p auditPlay) plan() error {
	set := p.ago(200)
	year := p.year
	if err := p.store.SetYearPlan(p.ctx, p.head, supervision.YearPlan{Year: year, Targets: [3]int{10, 4, 2}, Subject: "餐饮和建筑业缴费人数、缴费基数"}, set); err != nil {
		return err
	}
	for i, kind := range []supervision.AuditKind{supervision.Routine, supervision.Routine, supervision.Routine, supervision.Special, supervision.Special, supervision.Routine} {
		chosen := 130 - 15*i // most lie in the quarter that is published
		if i == 5 {
			chosen = 20
		}
		list, err := p.store.Candidates(p.ctx, p.head, year, kind == supervision.Routine, "", 100, p.ago(chosen))
		if kind == supervision.Routine {
			list = slices.DeleteFunc(list, func(c supervision.Candidate) bool { return c.Owed > 0 })
		}
		if err != nil || len(list) == 0 {
			return err
		}
		numbers, err := p.store.ChooseAudits(p.ctx, p.head, store.Choice{Year: year, Kind: kind, Employers: []int32{list[0].EmployerID}, AuditOn: p.day(chosen - 8),
			Words: func(c supervision.Candidate) string { return auditWords(kind, c) }}, p.ago(chosen))
		if err != nil {
			return err
		}
		if i == 5 { // the last one waits for its day
			continue
		}
		if err := p.audit(numbers[0], chosen, list[0].Headcount, i); err != nil {
			return err
		}
	}
	return nil
}

// auditPayBase is the true base that the demo's auditors found on pay sheets.
const auditPayBase money.Fen = 11_800_00

// audit lets two go there: the first finds nothing; the second and third find bases that are too low, of which the second employer pays the difference.
func (p auditPlay) audit(number string, chosen, headcount, i int) error {
	if err := p.store.AssignAuditors(p.ctx, p.head, number, []string{p.auditor.Account, p.second.Account}, 0, p.ago(chosen-1)); err != nil {
		return err
	}
	papers := func(ago int, paper PlayedPaper) error {
		return p.desk.playPaper(p.ctx, p.auditor, number, paper, p.ago(ago))
	}
	if err := errors.Join(papers(chosen-1, PlayedPaper{Issue: notice.AuditNotice}), papers(chosen-2, PlayedPaper{Serve: notice.Direct})); err != nil {
		return err
	}
	if err := p.store.Act(p.ctx, p.auditor, number, 0, lifecycle.Input{Action: lifecycle.Investigate}, p.ago(chosen-3)); err != nil {
		return err
	}
	visit := supervision.Visit{On: p.day(chosen - 8), Found: headcount, Checked: headcount}
	if i > 0 {
		visit.Underreported = min(2*i, headcount)
	}
	if err := p.store.RecordVisit(p.ctx, p.auditor, number, visit, 0, p.ago(chosen-9)); err != nil || i > 2 {
		return err
	}
	ground, paper := lifecycle.Ground("no_violation"), notice.CleanResult
	if i > 0 {
		ground, paper = "base_low", notice.AuditOpinion
		if err := papers(chosen-10, PlayedPaper{Reckon: true, Base: auditPayBase, Persons: visit.Underreported}); err != nil {
			return err
		}
	}
	if err := p.store.EndAudit(p.ctx, p.auditor, number, p.day(chosen-14), p.ago(chosen-14)); err != nil {
		return err
	}
	proposal := Played{Case: number, At: p.ago(chosen - 15), Input: lifecycle.Input{Action: lifecycle.ProposeDecision, Ground: ground, Reason: "名册、工资表与台账核对"}}
	if err := p.desk.play(p.ctx, p.auditor, proposal); err != nil {
		return err
	}
	if err := p.store.Act(p.ctx, p.head, number, 0, lifecycle.Input{Action: lifecycle.Approve}, p.ago(chosen-17)); err != nil {
		return err
	}
	if err := errors.Join(papers(chosen-17, PlayedPaper{Issue: paper}), papers(chosen-18, PlayedPaper{Serve: notice.Direct})); err != nil {
		return err
	}
	if err := p.store.Act(p.ctx, p.auditor, number, 0, lifecycle.Input{Action: lifecycle.Notify}, p.ago(chosen-18)); err != nil || i > 1 {
		return err
	}
	end := lifecycle.Input{Action: lifecycle.Close}
	if i > 0 {
		if err := papers(chosen-26, PlayedPaper{Pays: "示例银行回单 " + number}); err != nil {
			return err
		}
		end.Reason = "单位已按真实工资补缴差额"
	}
	return p.store.Act(p.ctx, p.auditor, number, 0, end, p.ago(chosen-28))
}

// requests: one of ours nearly due, one of theirs with time left, one answered.
func (p auditPlay) requests() error {
	near := calendar.DateOf(p.now)
	for due, _ := supervision.AssistanceBy(near, supervision.AssistanceDays, p.store.Workdays()); due.After(p.day(-3)); due, _ = supervision.AssistanceBy(near, supervision.AssistanceDays, p.store.Workdays()) {
		near = near.AddDays(-1)
	}
	for i, a := range []supervision.Assistance{
		{Out: true, Matter: "contribution", Other: "安徽省示例县社会保险事业管理中心", Document: "浙示稽协〔" + p.day(0).String()[:4] + "〕12 号", Words: "我市一家建筑公司在贵县设有项目部，请协查项目部本年度参保人数。", BeganOn: near},
		{Matter: "employer", Other: "江苏省示例市社会保险基金管理中心", Document: "苏示稽协〔" + p.day(0).String()[:4] + "〕5 号", Words: "请协查贵地一家物流公司派驻我市人员的参保地和缴费基数。", BeganOn: p.day(6)},
		{Matter: "contribution", Other: "江西省示例区社会保险事业管理局", Document: "赣示稽协〔" + p.day(0).String()[:4] + "〕3 号", Words: "请提供一名转移人员在贵地的缴费月数，名单另附。", BeganOn: p.day(40)},
	} {
		a.Days = supervision.AssistanceDays
		id, err := p.store.BeginAssistance(p.ctx, p.auditor, a, p.now)
		if err != nil {
			return err
		}
		if i == 2 {
			if err := p.store.AnswerAssistance(p.ctx, p.auditor, p.eligible, id, 1, p.day(25), "answered", "已按名单函复，缴费 38 个月。", p.now); err != nil {
				return err
			}
		}
	}
	return nil
}

// confirmations: two thirds of the pensioners, by every way; a sample was drawn and partly visited.
func (p auditPlay) confirmations() error {
	all, err := p.eligible.Unconfirmed(p.ctx, p.year, p.head.Region, 0, 100_000)
	if err != nil {
		return err
	}
	for i, person := range all {
		switch i % 6 {
		case 0, 1:
			err = p.eligible.Confirm(p.ctx, person, eligibility.Portal, p.ago(30+i%60))
		case 2:
			err = p.eligible.Confirm(p.ctx, person, eligibility.Phone, p.ago(30+i%60))
		case 3:
			err = postgres.Tx(p.ctx, p.pool, func(tx pgx.Tx) error {
				return p.eligible.Record(p.ctx, tx, person, eligibility.Counter, true, p.day(30+i%60), p.ago(30+i%60))
			})
		}
		if err != nil {
			return err
		}
	}
	from, err := p.eligible.SelfConfirmed(p.ctx, p.year, p.head.Region)
	if err != nil || len(from) == 0 {
		return err
	}
	if _, err := p.store.DrawSample(p.ctx, p.head, p.year, from, 8, p.ago(20)); err != nil {
		return err
	}
	draws, err := p.store.Draws(p.ctx, p.head, p.year)
	if err != nil || len(draws) == 0 {
		return err
	}
	for i, v := range draws[0].Visits[:len(draws[0].Visits)/2] {
		v.VisitedOn, v.Met = p.day(10), i > 0
		if !v.Met {
			v.Note, v.Overpaid, v.PaidBack = "家属未报去世，已停发并追回部分", 1_260_000, 420_000
		}
		if err := p.store.RecordSampleVisit(p.ctx, p.auditor, p.eligible, draws[0].ID, v, p.now); err != nil {
			return err
		}
	}
	return nil
}
