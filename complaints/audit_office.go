package complaints

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/complaints/web"
	"shebao/frontend/locale"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/eligibility"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
)

// auditOffice is what the pages of audits call. It resolves the session first, so that nothing runs without a scope.
type auditOffice struct {
	store    *store.Store
	ledger   *ledger.Ledger
	eligible *eligibility.Room
	pool     *pgxpool.Pool
	days     int // working days for the answer to a request between regions
	few      func(ctx context.Context, c store.Case) (int, error)
}

// candidatesShown is how many proposals the plan's page lists.
const candidatesShown = 20

func (o auditOffice) Plan(ctx context.Context, session string, year int, now time.Time) (web.PlanFile, error) {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.PlanFile{}, err
	}
	var f web.PlanFile
	if f.YearPlan, err = o.store.YearPlan(ctx, who, year); err != nil {
		return f, err
	}
	if f.Progress, err = o.store.PlanProgress(ctx, who, year, calendar.DateOf(now)); err != nil {
		return f, err
	}
	f.Chosen, err = o.store.ChosenAudits(ctx, who, year)
	return f, err
}

func (o auditOffice) SetPlan(ctx context.Context, session string, p supervision.YearPlan, now time.Time) error {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return o.store.SetYearPlan(ctx, who, p, now)
}

func (o auditOffice) Candidates(ctx context.Context, session string, year int, byHeadcount bool, search string, now time.Time) ([]supervision.Candidate, error) {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	return o.store.Candidates(ctx, who, year, byHeadcount, search, candidatesShown, now)
}

func (o auditOffice) Choose(ctx context.Context, session string, in web.ChooseInput, now time.Time) ([]string, error) {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	return o.store.ChooseAudits(ctx, who, store.Choice{Year: in.Year, Kind: in.Kind, Employers: in.Employers, AuditOn: in.AuditOn, Words: func(c supervision.Candidate) string { return auditWords(in.Kind, c) }}, now)
}

// auditWords are what an audit's case says of itself: the kind and the reasons, as the plan shows them.
func auditWords(kind supervision.AuditKind, c supervision.Candidate) string {
	t := func(key string) string { return locale.Text(locale.Chinese, key) }
	words := make([]string, len(c.Reasons))
	for i, r := range c.Reasons {
		words[i] = t("audit.reason." + r.Word)
	}
	return locale.Text(locale.Chinese, "audit.words", t("audit.kind."+string(kind)), strings.Join(words, t("audit.and")))
}

func (o auditOffice) CaseAudit(ctx context.Context, session, number string, now time.Time) (web.Case, supervision.CaseAudit, []supervision.AuditorFile, error) {
	var a supervision.CaseAudit
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.Case{}, a, nil, err
	}
	c, _, err := o.store.CaseByNumber(ctx, who, number, now)
	if err != nil {
		return web.Case{}, a, nil, err
	}
	if a, err = o.store.CaseAudit(ctx, c, calendar.DateOf(now)); err != nil || who.Role != lifecycle.Supervisor {
		return shown(c), a, nil, err
	}
	files, err := o.store.Auditors(ctx, who, calendar.DateOf(now))
	var fit []supervision.AuditorFile
	for _, f := range files {
		if f.Unfit == "" && strings.HasPrefix(c.Region, f.Region) {
			fit = append(fit, f)
		}
	}
	return shown(c), a, fit, err
}

func (o auditOffice) AssignAuditors(ctx context.Context, session, number string, accounts []string, now time.Time) error {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	few, err := o.fewOf(ctx, who, number)
	if err != nil {
		return err
	}
	return o.store.AssignAuditors(ctx, who, number, accounts, few, now)
}

func (o auditOffice) RecordVisit(ctx context.Context, session, number string, v supervision.Visit, now time.Time) error {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	few, err := o.fewOf(ctx, who, number)
	if err != nil {
		return err
	}
	return o.store.RecordVisit(ctx, who, number, v, few, now)
}

// fewOf is how few people a case's employer has, see desk.few.
func (o auditOffice) fewOf(ctx context.Context, who store.Staff, number string) (int, error) {
	c, err := o.store.Peek(ctx, who, number)
	if err != nil {
		return 0, err
	}
	return o.few(ctx, c)
}

func (o auditOffice) VoidVisit(ctx context.Context, session, number string, id int64, reason string, now time.Time) error {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return o.store.VoidVisit(ctx, who, number, id, reason, now)
}

func (o auditOffice) Auditors(ctx context.Context, session string, now time.Time) ([]supervision.AuditorFile, error) {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	return o.store.Auditors(ctx, who, calendar.DateOf(now))
}

func (o auditOffice) Auditor(ctx context.Context, session, account string, now time.Time) (supervision.AuditorFile, error) {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return supervision.AuditorFile{}, err
	}
	return o.store.Auditor(ctx, who, account, calendar.DateOf(now))
}

func (o auditOffice) AddTraining(ctx context.Context, session, account string, t supervision.TrainingDone, now time.Time) error {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return o.store.AddTraining(ctx, who, account, t, now)
}

func (o auditOffice) AddExam(ctx context.Context, session, account string, x supervision.Exam, now time.Time) error {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return o.store.AddExam(ctx, who, account, x, now)
}

func (o auditOffice) AddCertificate(ctx context.Context, session, account string, k supervision.Certificate, now time.Time) error {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return o.store.AddCertificate(ctx, who, account, k, now)
}

func (o auditOffice) WithdrawCertificate(ctx context.Context, session, account string, id int32, now time.Time) error {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return o.store.WithdrawCertificate(ctx, who, account, id, now)
}

// requestsShown bounds a list of requests between regions.
const requestsShown = 500

func (o auditOffice) AssistanceRequests(ctx context.Context, session string, answered bool, now time.Time) ([]supervision.Assistance, error) {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	return o.store.AssistanceRequests(ctx, who, answered, requestsShown)
}

func (o auditOffice) AssistanceRequest(ctx context.Context, session string, id int64, now time.Time) (supervision.Assistance, error) {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return supervision.Assistance{}, err
	}
	a, err := o.store.AssistanceRequest(ctx, who, id)
	if err != nil || a.Person == 0 {
		return a, err
	}
	masked, err := o.ledger.MaskedPersons(ctx, []int64{a.Person})
	if err != nil {
		return a, err
	}
	a.Masked = masked[a.Person].Name + " " + masked[a.Person].Number
	return a, o.seen(ctx, who, "view assistance", a.Person, now)
}

func actor(who store.Staff) string { return fmt.Sprintf("staff:%d", who.ID) }

func subjectOf(person int64) string { return fmt.Sprintf("person:%d", person) }

// seen notes who looked at a person, who may read it in the portal.
func (o auditOffice) seen(ctx context.Context, who store.Staff, action string, person int64, now time.Time) error {
	return postgres.Classify(audit.Append(ctx, o.pool, audit.Entry{Stream: "complaints", At: now, Actor: actor(who), Role: string(who.Role), Action: action, Subject: subjectOf(person)}))
}

func (o auditOffice) BeginAssistance(ctx context.Context, session string, a supervision.Assistance, idNumber string, now time.Time) (int64, error) {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return 0, err
	}
	if idNumber != "" {
		if a.Person, err = o.pensioner(ctx, who, idNumber); err != nil {
			return 0, err
		}
	}
	return o.store.BeginAssistance(ctx, who, a, now)
}

// pensioner finds somebody who draws a pension within the scope by ID number. Error: fault.Invalid (id_number), alike for nobody, for somebody elsewhere and for
// somebody who draws none.
func (o auditOffice) pensioner(ctx context.Context, who store.Staff, idNumber string) (int64, error) {
	none := fault.InvalidFields(fault.Field{Name: "id_number", Key: "fault.eligible.person"})
	number, err := identity.ParseDocument("", strings.TrimSpace(idNumber))
	if err != nil {
		return 0, none
	}
	person, err := o.ledger.PersonByDocument(ctx, number)
	if fault.Is(err, fault.NotFound) {
		return 0, none
	}
	if err != nil {
		return 0, err
	}
	if person.Status != ledger.Retired {
		return 0, none
	}
	within, err := o.eligible.Within(ctx, person.ID, who.Region)
	if err != nil {
		return 0, err
	}
	if !within {
		return 0, none
	}
	return person.ID, nil
}

func (o auditOffice) AnswerAssistance(ctx context.Context, session string, id int64, version int, on calendar.Date, outcome, answer string, now time.Time) error {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return o.store.AnswerAssistance(ctx, who, o.eligible, id, version, on, outcome, answer, now)
}

func (o auditOffice) RemindAssistance(ctx context.Context, session string, id int64, version int, now time.Time) error {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return o.store.RemindAssistance(ctx, who, id, version, now)
}

func (o auditOffice) AssistanceDays() int { return o.days }

func (o auditOffice) Pensioners(ctx context.Context, session string, year int, now time.Time) (web.PensionerFile, error) {
	f := web.PensionerFile{ByWay: map[string]int{}}
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return f, err
	}
	upTo := calendar.DateOf(now)
	if upTo.Year != year {
		upTo = calendar.NewDate(year, time.December, 31)
	}
	if f.Coverage, err = o.store.HeadcountCoverage(ctx, who, upTo); err != nil {
		return f, err
	}
	counts, err := o.eligible.Counts(ctx, year, who.Region, upTo)
	if err != nil {
		return f, err
	}
	place := map[string]int{}
	for i, r := range f.Coverage {
		place[r.Region] = i
	}
	for _, c := range counts {
		i, known := place[c.Region]
		if !known {
			i = len(f.Coverage)
			f.Coverage = append(f.Coverage, supervision.RegionCoverage{Region: c.Region, Headcount: supervision.Coverage{Target: supervision.OnSiteTarget}, Pensioners: supervision.Coverage{Target: supervision.PensionerTarget}})
		}
		f.Coverage[i].Pensioners.Done = int64(c.Persons)
		f.NotMet += c.NotMet
		for way, n := range c.ByWay {
			f.ByWay[string(way)] += n
		}
	}
	f.Draws, err = o.store.Draws(ctx, who, year)
	if err != nil {
		return f, err
	}
	return f, o.maskDraws(ctx, f.Draws)
}

func (o auditOffice) maskDraws(ctx context.Context, draws []supervision.Draw) error {
	var ids []int64
	for _, d := range draws {
		for _, v := range d.Visits {
			ids = append(ids, v.Person)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	masked, err := o.ledger.MaskedPersons(ctx, ids)
	if err != nil {
		return err
	}
	for i := range draws {
		for j := range draws[i].Visits {
			v := &draws[i].Visits[j]
			v.Name, v.Number = masked[v.Person].Name, masked[v.Person].Number
		}
	}
	return nil
}

func (o auditOffice) Unconfirmed(ctx context.Context, session string, year int, after int64, limit int, now time.Time) ([]web.Unconfirmed, error) {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	if err := who.MayReadFigures(); err != nil {
		return nil, err
	}
	ids, err := o.eligible.Unconfirmed(ctx, year, who.Region, after, limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	masked, err := o.ledger.MaskedPersons(ctx, ids)
	if err != nil {
		return nil, err
	}
	last, err := o.ledger.LastEmployers(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]web.Unconfirmed, len(ids))
	for i, id := range ids {
		list[i] = web.Unconfirmed{ID: id, Name: masked[id].Name, Number: masked[id].Number, Employer: last[id].Name, Region: last[id].Region}
	}
	return list, nil
}

func (o auditOffice) DrawSample(ctx context.Context, session string, year, n int, now time.Time) error {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	from, err := o.eligible.SelfConfirmed(ctx, year, who.Region)
	if err != nil {
		return err
	}
	_, err = o.store.DrawSample(ctx, who, year, from, n, now)
	return err
}

func (o auditOffice) RecordSampleVisit(ctx context.Context, session string, draw int32, v supervision.SampleVisit, now time.Time) error {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return o.store.RecordSampleVisit(ctx, who, o.eligible, draw, v, now)
}

// ConfirmAtCounter records somebody who came in person. Errors: fault.Denied; fault.Invalid (id_number).
func (o auditOffice) ConfirmAtCounter(ctx context.Context, session, idNumber string, met bool, now time.Time) error {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	if who.Role != lifecycle.Investigator && who.Role != lifecycle.Supervisor {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	person, err := o.pensioner(ctx, who, idNumber)
	if err != nil {
		return err
	}
	return postgres.Tx(ctx, o.pool, func(tx pgx.Tx) error {
		if err := o.eligible.Record(ctx, tx, person, eligibility.Counter, met, calendar.DateOf(now), now); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: actor(who), Role: string(who.Role), Action: "confirm pension", Subject: subjectOf(person)})
	})
}

// AuditFigures of the asker's region, or of a part of it. Error: fault.Denied.
func (o auditOffice) AuditFigures(ctx context.Context, session, region string, span supervision.Span, now time.Time) (supervision.AuditFigures, error) {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return supervision.AuditFigures{}, err
	}
	if err := who.MayReadFigures(); err != nil {
		return supervision.AuditFigures{}, err
	}
	return o.store.AuditFigures(ctx, o.eligible, within(who.Region, region), span)
}

// within is a part of a region, or the region itself when it is none.
func within(region, part string) string {
	if strings.HasPrefix(part, region) {
		return part
	}
	return region
}

func (o auditOffice) StatementDuty(ctx context.Context, session string, year int, now time.Time) ([]ledger.Duty, error) {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	if err := who.MayReadFigures(); err != nil {
		return nil, err
	}
	return o.ledger.StatementDuty(ctx, year, who.Region)
}

func (o auditOffice) WithoutStatement(ctx context.Context, session string, year int, region string, after int64, limit int, now time.Time) ([]web.Unconfirmed, error) {
	who, err := o.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	if err := who.MayReadFigures(); err != nil {
		return nil, err
	}
	found, err := o.ledger.WithoutStatement(ctx, year, within(who.Region, region), after, limit)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	ids := make([]int64, len(found))
	for i, one := range found {
		ids[i] = one.PersonID
	}
	masked, err := o.ledger.MaskedPersons(ctx, ids)
	list := make([]web.Unconfirmed, len(found))
	for i, one := range found {
		list[i] = web.Unconfirmed{ID: one.PersonID, Name: masked[one.PersonID].Name, Number: masked[one.PersonID].Number, Employer: one.Employer, Region: one.Region}
	}
	return list, err
}
