package complaints

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/arrears"
	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/frontend/fonts"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/document"
	"shebao/shared/eligibility"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/publication"
	"shebao/shared/seal"
)

var supervisedAt = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// office is a desk over a small ledger: five employers in two cities, three of them in arrears.
type office struct {
	supervise
	pool    *pgxpool.Pool
	counter *publication.Counter // where listed employers object
	window  *publication.Window
}

const steel = "91330402MA10000010" // the first employer

func newOffice(t *testing.T) office {
	t.Helper()
	pool := postgrestest.New(t, audit.Migrations(), ledger.Migrations, eligibility.Migrations(), intake.Migrations(), publication.Migrations(), Migrations())
	key, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	field, err := seal.NewFieldKey(bytes.Repeat([]byte{2}, 32), "complaints")
	if err != nil {
		t.Fatal(err)
	}
	hash, err := seal.NewHashKey(bytes.Repeat([]byte{3}, 32), "ledger")
	if err != nil {
		t.Fatal(err)
	}
	cases := store.New(pool, intake.NewDesk(pool, key), lifecycle.Rules{Workdays: calendar.China(), Settings: lifecycle.DefaultSettings()}, seal.NewSlow(), field)
	window := publication.NewWindow(key, hash)
	cases.Publish(window, supervision.ObjectionDays, false, printer(t))
	agency := notice.DefaultAgency()
	agency.Name, agency.Series, agency.Address, agency.Contact, agency.Phone = "示例省社会保险中心", "示社稽", "示例路 1 号", "稽核科", "12333"
	if err := cases.InstallMoneySetting(t.Context(), "", store.MoneySetting{Arrears: arrears.Default(), Agency: agency}, supervisedAt); err != nil {
		t.Fatal(err)
	}
	o := office{supervise{cases, ledger.New(pool, ledger.Keys{Field: field, Hash: hash}), []supervision.Level{{Name: "prefecture", Amount: 500_00}, {Name: "province", Amount: 1_000_000_00}}, eligibility.New(pool)}, pool, publication.NewCounter(pool, key.Public(), hash), window}
	for i, region := range []string{"330402", "330402", "330411", "330106", "330106"} {
		o.exec(t, `INSERT INTO ledger.employer (uscc, name, name_grams, region, status, ownership) VALUES ($1, $2, '{}', $3, 1, '有限责任公司')`, fmt.Sprintf("91%sMA1000001%d", region, i), fmt.Sprintf("单位%d", i), region)
	}
	o.exec(t, `INSERT INTO ledger.contribution (person_id, base, employer_due, employer_paid, person_due, person_paid, period, employer_id, paid_on, run_id, insurance)
		SELECT e.id * 100 + n, 600000, 96000, CASE WHEN owes THEN 0 ELSE 96000 END, 48000, CASE WHEN owes THEN 0 ELSE 48000 END, p, e.id,
			CASE WHEN owes THEN NULL ELSE make_date(p / 100, p % 100, 20) END, 1, i
		FROM ledger.employer e, generate_series(1, 6) n, generate_series(202601, 202609) p, unnest(ARRAY[110, 310]) i, LATERAL (SELECT e.id <= 3 AND p >= 202605 + e.id AS owes) o`)
	o.exec(t, `INSERT INTO ledger.employment SELECT DISTINCT employer_id, person_id FROM ledger.contribution`)
	o.exec(t, `UPDATE ledger.reach SET data_date = '2026-11-20'`)
	o.imported(t)
	return o
}

// printer prints as the desk does.
func printer(t *testing.T) func(notice.Paper, time.Time) ([]byte, error) {
	t.Helper()
	press, err := document.Open(document.Config{}, fonts.NotoSerifSC)
	if err != nil {
		t.Fatal(err)
	}
	return func(p notice.Paper, now time.Time) ([]byte, error) { return press.Render(printed(p, now)) }
}

func (o office) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := o.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (o office) staff(t *testing.T, account string, role lifecycle.Role, region string) store.Staff {
	t.Helper()
	var who store.Staff
	err := o.pool.QueryRow(t.Context(), `INSERT INTO complaints.staff (account, name, role, region, password_hash, password_salt, totp_secret) VALUES ($1, $1, $2, $3, '', '', '') RETURNING id`, account, string(role), region).Scan(&who.ID)
	if err != nil {
		t.Fatal(err)
	}
	who.Account, who.Name, who.Role, who.Region = account, account, role, region
	return who
}

func (o office) mustRefresh(t *testing.T, at time.Time) {
	t.Helper()
	if done, err := o.refresh(t.Context(), at); err != nil || !done {
		t.Fatalf("refreshed %v, %v", done, err)
	}
}

// imported packs what a test has written into the contribution rows and marks another import, as the ledger does.
func (o office) imported(t *testing.T) {
	t.Helper()
	rows, err := o.pool.Query(t.Context(), `SELECT DISTINCT person_id FROM ledger.contribution ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	persons, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		t.Fatal(err)
	}
	if err := o.ledger.Mend(t.Context(), persons); err != nil {
		t.Fatal(err)
	}
	o.exec(t, `INSERT INTO ledger.import_run (kind, file, started_at, finished_at) VALUES ('contributions', 'x', now(), now())`)
}

// The register says what one statement over the truth says; what is pending is not in it; a second look without news does nothing.
func TestTheRegisterIsTheLedger(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	var count, wantCount int
	var owed, wantOwed money.Fen
	if err := o.pool.QueryRow(t.Context(), `SELECT count(*), sum(owed_before + owed_after) FROM complaints.debtor`).Scan(&count, &owed); err != nil {
		t.Fatal(err)
	}
	err := o.pool.QueryRow(t.Context(), `SELECT count(DISTINCT employer_id), sum(employer_due + person_due - employer_paid - person_paid) FROM ledger.contribution WHERE employer_due > employer_paid AND period <= 202609`).Scan(&wantCount, &wantOwed)
	if err != nil || count != wantCount || owed != wantOwed || count != 3 {
		t.Errorf("%d employers owe %s, want %d and %s (%v)", count, owed, wantCount, wantOwed, err)
	}
	if done, err := o.refresh(t.Context(), supervisedAt.Add(time.Hour)); err != nil || done {
		t.Errorf("without news it refreshed: %v %v", done, err)
	}
	if done, err := o.refresh(t.Context(), supervisedAt.Add(24*time.Hour)); err != nil || !done {
		t.Errorf("a day later the late fee has grown: %v %v", done, err)
	}
	o.exec(t, `UPDATE ledger.reach SET data_date = '2026-10-20'`)
	o.mustRefresh(t, supervisedAt)
	if err := o.pool.QueryRow(t.Context(), `SELECT max(last_period) FROM complaints.debtor`).Scan(&count); err != nil || count != 202608 {
		t.Errorf("with data to 2026-10-20 the last month that counts is %d, %v", count, err)
	}
}

func TestPayingClearsAndIsWrittenDown(t *testing.T) {
	o := newOffice(t)
	head := o.staff(t, "zhao", lifecycle.Supervisor, "33")
	o.mustRefresh(t, supervisedAt)
	list, count, total, err := o.store.Debtors(t.Context(), head, supervision.DebtorFilter{Limit: 10})
	if err != nil || count != 3 || len(list) != 3 || list[0].Owed() < list[2].Owed() || total != list[0].Owed()+list[1].Owed()+list[2].Owed() {
		t.Fatalf("%d of %d, %s, %v", len(list), count, total, err)
	}
	if list[0].Level != 1 || list[0].LateFee == 0 || list[0].OwedBefore != 0 || list[0].Headcount != 6 {
		t.Errorf("the first: %+v", list[0])
	}
	o.exec(t, `UPDATE ledger.contribution SET employer_paid = employer_due, person_paid = person_due, paid_on = '2026-11-23' WHERE employer_id = $1`, list[0].EmployerID)
	o.imported(t)
	o.mustRefresh(t, supervisedAt)
	d, err := o.store.Debtor(t.Context(), head, list[0].USCC, supervisedAt)
	if err != nil || d.Owed() != 0 || d.ClearedOn != calendar.DateOf(supervisedAt) || len(d.Lines) != 0 || d.LateFee != 0 {
		t.Errorf("after paying: %+v %v", d, err)
	}
	events, err := o.store.DebtorEvents(t.Context(), d.EmployerID)
	if err != nil || len(events) != 2 || events[0].What != "cleared" || events[1].What != "listed" || events[0].By != "" {
		t.Errorf("history %+v %v", events, err)
	}
	if _, n, _, err := o.store.Debtors(t.Context(), head, supervision.DebtorFilter{Cleared: true, Limit: 10}); err != nil || n != 1 {
		t.Errorf("%d have paid up, %v", n, err)
	}
}

func TestTheRegisterIsFoundAndPaged(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	head := o.staff(t, "zhao", lifecycle.Supervisor, "33")
	seen := map[string]bool{}
	f := supervision.DebtorFilter{Limit: 1}
	for range 5 {
		list, _, _, err := o.store.Debtors(t.Context(), head, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			if seen[d.USCC] {
				t.Errorf("%s stands on two pages", d.USCC)
			}
			seen[d.USCC], f.After = true, d.EmployerID
		}
	}
	if len(seen) != 3 {
		t.Errorf("pages hold %d", len(seen))
	}
	for search, want := range map[string]int{"单位1": 1, "单位": 3, "没有": 0, "91330411ma10000012": 1, "%": 0} {
		if _, n, _, err := o.store.Debtors(t.Context(), head, supervision.DebtorFilter{Search: search, Limit: 10}); err != nil || n != want {
			t.Errorf("%q finds %d, want %d (%v)", search, n, want, err)
		}
	}
	for _, who := range []store.Staff{o.staff(t, "elsewhere", lifecycle.Supervisor, "3301"), o.staff(t, "admin", lifecycle.Sysadmin, ""), o.staff(t, "intake", lifecycle.Intake, "")} {
		if _, n, sum, err := o.store.Debtors(t.Context(), who, supervision.DebtorFilter{Limit: 10}); err != nil || n != 0 || sum != 0 {
			t.Errorf("%s sees %d (%v)", who.Account, n, err)
		}
		if _, err := o.store.Debtor(t.Context(), who, steel, supervisedAt); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s opens one: %v", who.Account, err)
		}
	}
}

func TestOnlySupervisorsChangeTheRegister(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	auditor, head := o.staff(t, "auditor", lifecycle.Auditor, ""), o.staff(t, "zhao", lifecycle.Supervisor, "33")
	d, _, _, err := o.store.Debtors(t.Context(), head, supervision.DebtorFilter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	uscc := d[0].USCC
	bankrupt := supervision.DebtorState{State: "bankrupt", AcceptedOn: calendar.NewDate(2026, 9, 1), DeclaredOn: calendar.NewDate(2026, 10, 1)}
	if err := o.store.SetDebtorState(t.Context(), auditor, uscc, 1, bankrupt, supervisedAt); !fault.Is(err, fault.Denied) {
		t.Errorf("an auditor changes it: %v", err)
	}
	if err := o.store.SetDebtorState(t.Context(), head, uscc, 1, supervision.DebtorState{State: "merged"}, supervisedAt); len(fault.Of(err).Fields) != 2 {
		t.Errorf("a merger without day and successor: %v", err)
	}
	if err := o.store.SetDebtorState(t.Context(), head, uscc, 1, bankrupt, supervisedAt); err != nil {
		t.Fatal(err)
	}
	if err := o.store.SetDebtorState(t.Context(), head, uscc, 1, bankrupt, supervisedAt); !fault.Is(err, fault.Conflict) {
		t.Errorf("an old version: %v", err)
	}
	before := d[0].LateFee
	o.imported(t)
	o.mustRefresh(t, supervisedAt)
	now, err := o.store.Debtor(t.Context(), head, uscc, supervisedAt)
	if err != nil || now.LateFee >= before || now.State != "bankrupt" {
		t.Errorf("the bankruptcy does not stop the fee: %s, before %s, %v", now.LateFee, before, err)
	}
}

func TestAPlanIsFollowedInTheLedger(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	head := o.staff(t, "zhao", lifecycle.Supervisor, "33")
	list, _, _, err := o.store.Debtors(t.Context(), head, supervision.DebtorFilter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	d := list[0]
	signed := calendar.NewDate(2026, 11, 10)
	plan := supervision.Spread(d.Owed(), signed.AddDays(5), 2)
	if err := o.store.SignPlan(t.Context(), head, d.USCC, d.Version, signed, plan, supervisedAt); err != nil {
		t.Fatal(err)
	}
	if err := o.store.SignPlan(t.Context(), head, d.USCC, d.Version+1, signed, plan, supervisedAt); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second plan: %v", err)
	}
	standing := func() supervision.Standing {
		t.Helper()
		plans, err := o.store.Plans(t.Context(), d.EmployerID)
		if err != nil || len(plans) != 1 || len(plans[0].Instalments) != 2 {
			t.Fatal(plans, err)
		}
		opened, err := o.store.Debtor(t.Context(), head, d.USCC, supervisedAt)
		if err != nil {
			t.Fatal(err)
		}
		receipts, err := planReceipts(t.Context(), o.ledger, d.EmployerID, opened.Lines, plans[0])
		if err != nil {
			t.Fatal(err)
		}
		return supervision.Stand(plans[0].Instalments, receipts, calendar.DateOf(supervisedAt))
	}
	if s := standing(); s.State != supervision.PlanLate || s.DueNow != plan[0].Amount {
		t.Errorf("unpaid: %+v", s)
	}
	o.exec(t, `UPDATE ledger.contribution SET employer_paid = employer_due, person_paid = person_due, paid_on = '2026-11-14' WHERE employer_id = $1 AND period IN (202606, 202607) AND paid_on IS NULL`, d.EmployerID)
	o.imported(t)
	o.mustRefresh(t, supervisedAt)
	if s := standing(); s.State != supervision.PlanRunning || s.DueNow != 0 {
		t.Errorf("half paid: %+v", s)
	}
	if err := o.store.EndPlan(t.Context(), head, d.USCC, d.Version+1, "重新协商", supervisedAt); err != nil {
		t.Error(err)
	}
}

// What the desk shows of a quarter is what one statement over the truth says.
func TestCollectionIsTheLedger(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	head := o.staff(t, "zhao", lifecycle.Supervisor, "3304")
	q := supervision.Quarter(2026, 3)
	flows, err := o.store.CollectionFlows(context.Background(), head, "", 4, 0, q.From)
	if err != nil {
		t.Fatal(err)
	}
	var got supervision.Figures
	for _, f := range flows {
		if f.Region != "3304" {
			t.Errorf("region %s is out of scope", f.Region)
		}
		got.Add(q, f.Flow)
	}
	var want supervision.Figures
	err = o.pool.QueryRow(t.Context(), `
		SELECT sum(employer_due + person_due) FILTER (WHERE period BETWEEN 202607 AND 202609), sum(employer_paid + person_paid) FILTER (WHERE period BETWEEN 202607 AND 202609 AND paid_on <= '2026-09-30'),
			coalesce(sum(employer_paid + person_paid) FILTER (WHERE period < 202607 AND paid_on BETWEEN '2026-07-01' AND '2026-09-30'), 0),
			coalesce(sum(employer_due + person_due - CASE WHEN paid_on < '2026-07-01' THEN employer_paid + person_paid ELSE 0 END) FILTER (WHERE period < 202607), 0)
		FROM ledger.contribution c JOIN ledger.employer e ON e.id = c.employer_id WHERE e.region LIKE '3304%'`).Scan(&want.Due, &want.Collected, &want.Recovered, &want.Opening)
	if err != nil || got != want || want.Due == 0 || want.Opening == 0 {
		t.Errorf("figures %+v, want %+v (%v)", got, want, err)
	}
	if !got.Below(supervision.Current, supervision.SubsidyLine) {
		t.Errorf("rate %s is not under the line", got.Rate(supervision.Current).Percent())
	}
}
