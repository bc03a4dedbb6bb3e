package complaints

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/arrears"
	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// chance does random things to a ledger and a desk, as an agency's year does.
type chance struct {
	office
	*rand.Rand
	t          *testing.T
	at         time.Time
	dir        string
	persons    []string // ID numbers
	codes      []string // employers that files name
	head, peer store.Staff
	payments   []ledger.Payment
	n          int
}

const small = "../shared/ledger/testdata/small/"

func newChance(t *testing.T, seed uint64) *chance {
	c := &chance{office: newOffice(t), Rand: rand.New(rand.NewPCG(seed, 7)), t: t, at: supervisedAt, dir: t.TempDir()}
	c.head, c.peer = c.staff(t, "zhao", lifecycle.Supervisor, ""), c.staff(t, "wang", lifecycle.Supervisor, "")
	for kind, into := range map[ledger.Kind]*[]string{ledger.Employers: &c.codes, ledger.Persons: &c.persons} {
		content, err := os.ReadFile(small + string(kind) + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		c.takes(kind, string(content))
		rows, err := csv.NewReader(strings.NewReader(string(content))).ReadAll() // what is read of it is ASCII
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			*into = append(*into, row[map[ledger.Kind]int{ledger.Employers: 0, ledger.Persons: 1}[kind]])
		}
	}
	c.persons = c.persons[:12]
	return c
}

// takes imports a file.
func (c *chance) takes(kind ledger.Kind, content string) {
	c.t.Helper()
	c.n++
	path := filepath.Join(c.dir, fmt.Sprintf("%d.csv", c.n))
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
	if report, err := c.ledger.Import(c.t.Context(), kind, path, ledger.Options{Now: c.at}); err != nil || report.Rejected > 0 {
		c.t.Fatalf("%s: %+v, %v", kind, report, err)
	}
}

func pick[T any](c *chance, of []T) T { return of[c.IntN(len(of))] }

// contributions come in a file: new months and corrected ones, paid on time, late, in part or not at all.
func (c *chance) contributions() {
	lines := map[string]string{}
	for range 40 {
		period, base := calendar.NewPeriod(2025, 8).Add(c.IntN(14)), money.Fen(300_000+c.IntN(1_700_000))
		due, own := base*16/100, base*8/100
		paid, ownPaid, on := due, own, period.FirstDay().AddDays(c.IntN(90)).String()
		switch c.IntN(4) {
		case 0:
			paid, ownPaid, on = 0, 0, ""
		case 1:
			paid = due / 2
		}
		key := fmt.Sprintf("%s,%s,%d,%d", pick(c, c.persons), pick(c, c.codes), pick(c, []int{110, 110, 310}), period)
		lines[key] = fmt.Sprintf("%s,%s,%s,%s,%s,%s,%s", key, base, due, paid, own, ownPaid, on)
	}
	var file strings.Builder
	file.WriteString("id_number,uscc,insurance,period,base,employer_due,employer_paid,person_due,person_paid,paid_on\n")
	for _, line := range lines {
		file.WriteString(line + "\n")
	}
	c.takes(ledger.Contributions, file.String())
}

// moved: an employer has another seat and name.
func (c *chance) moved() {
	c.takes(ledger.Employers, fmt.Sprintf("uscc,name,region\n%s,改名%d公司,%s\n", pick(c, c.codes), c.n, pick(c, []string{"330106", "330402", "070110"})))
}

// dueDay: a region sets until when a month's payment is on time.
func (c *chance) dueDay() {
	c.takes(ledger.Rules, fmt.Sprintf("region,back_payment_policy,interest_method,due\n%s,A,month_product,%s\n", pick(c, []string{"", "330000", "330402", "070000"}), pick(c, []string{"当月末", "当月20日", "次月15日"})))
}

func (c *chance) inLedger(do func(tx pgx.Tx) error) bool {
	c.t.Helper()
	err := postgres.Tx(c.t.Context(), c.pool, do)
	if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
		c.t.Fatal(err)
	}
	return err == nil
}

// pays books money to some of what an employer owes.
func (c *chance) pays() {
	d, ok := c.owing()
	if !ok {
		return
	}
	owed, err := c.ledger.PersonsOwed(c.t.Context(), d.EmployerID, 0, 999912)
	if err != nil || len(owed) == 0 {
		c.t.Fatal(owed, err)
	}
	c.n++
	p := ledger.Payment{ID: fmt.Sprint("P", c.n), EmployerID: d.EmployerID, PaidOn: calendar.DateOf(c.at).AddDays(-c.IntN(40))}
	all := c.IntN(3) == 0
	for _, o := range owed {
		if all || c.IntN(2) == 0 {
			p.Lines = append(p.Lines, ledger.PaymentLine{PersonID: o.PersonID, Period: o.Period, Insurance: o.Insurance, EmployerPart: o.EmployerOwed, PersonPart: o.PersonOwed})
		}
	}
	if len(p.Lines) > 0 && c.inLedger(func(tx pgx.Tx) error { _, err := c.ledger.RecordPayment(c.t.Context(), tx, p, c.at); return err }) {
		c.payments = append(c.payments, p)
	}
}

// bounces takes a payment out again.
func (c *chance) bounces() {
	if len(c.payments) > 0 {
		c.bounce(pick(c, c.payments))
	}
}

func (c *chance) bounce(p ledger.Payment) {
	c.inLedger(func(tx pgx.Tx) error { _, err := c.ledger.ReversePayment(c.t.Context(), tx, p, c.at); return err })
}

// bookings come many between two refreshes: one bounces at once, and another is for the same months.
func (c *chance) bookings() {
	for range 3 {
		if c.pays(); len(c.payments) > 0 && c.IntN(3) > 0 {
			c.bounce(c.payments[len(c.payments)-1])
		}
	}
}

// assessed: an audit found truer bases for some months.
func (c *chance) assessed() {
	var employer int32
	err := c.pool.QueryRow(c.t.Context(), `SELECT employer_id FROM ledger.contribution GROUP BY 1 ORDER BY 1 OFFSET $1 LIMIT 1`, c.IntN(6)).Scan(&employer)
	if err != nil {
		c.t.Fatal(err)
	}
	rows, err := c.pool.Query(c.t.Context(), `SELECT person_id, period, insurance, base + 100000, 16000::bigint, 8000::bigint FROM ledger.contribution WHERE employer_id = $1 ORDER BY md5(concat(person_id, period, insurance, $2::integer)) LIMIT 3`, employer, c.n)
	if err != nil {
		c.t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ledger.AssessedLine])
	if err != nil {
		c.t.Fatal(err)
	}
	c.n++
	c.inLedger(func(tx pgx.Tx) error {
		_, err := c.ledger.Assess(c.t.Context(), tx, fmt.Sprint("A", c.n), employer, lines, c.at)
		return err
	})
}

// owing is some employer of the register that owes.
func (c *chance) owing() (d supervision.Debtor, ok bool) {
	list, _, _, err := c.store.Debtors(c.t.Context(), c.head, supervision.DebtorFilter{Limit: 100})
	if err != nil {
		c.t.Fatal(err)
	}
	if len(list) == 0 {
		return d, false
	}
	return pick(c, list), true
}

// bankrupt: a court declares it, and what is owed is written off.
func (c *chance) bankrupt() {
	d, ok := c.owing()
	if !ok {
		return
	}
	version := d.Version
	must := func(err error) {
		c.t.Helper()
		if err != nil && !fault.Is(err, fault.Invalid) {
			c.t.Fatal(err)
		}
		if err == nil {
			version++
		}
	}
	must(c.store.SetDebtorState(c.t.Context(), c.head, d.USCC, version, supervision.DebtorState{State: "bankrupt", DeclaredOn: calendar.DateOf(c.at).AddDays(-c.IntN(60))}, c.at))
	must(c.store.RequestWriteOff(c.t.Context(), c.head, d.USCC, version, d.Open(), "财产不足清偿", c.at))
	list, err := c.store.WriteOffs(c.t.Context(), d.EmployerID)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, w := range list {
		for i := len(w.Approvals); i < len(supervision.WriteOffOrder); i++ {
			must(c.store.ApproveWriteOff(c.t.Context(), []store.Staff{c.head, c.head, c.peer}[i], d.USCC, version, w.ID, supervision.WriteOffApproval{Authority: supervision.WriteOffOrder[i], Document: "示文 1 号", ApprovedOn: calendar.DateOf(c.at)}, c.at))
		}
	}
}

// setting: a region counts fees otherwise.
func (c *chance) setting() {
	region := pick(c, []string{"", "33", "3304", "07"})
	setting, err := c.store.MoneySetting(c.t.Context(), region)
	if err != nil {
		c.t.Fatal(err)
	}
	setting.Arrears.EndDay = pick(c, []string{arrears.DayBeforePayment, arrears.ThroughPaymentDay})
	var seen int
	if err := c.pool.QueryRow(c.t.Context(), `SELECT coalesce(max(version), 0) FROM complaints.money_setting WHERE region = $1`, region).Scan(&seen); err != nil {
		c.t.Fatal(err)
	}
	if err := c.store.SaveMoneySetting(c.t.Context(), c.head, region, seen, setting, c.at); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chance) aDayPasses() { c.at = c.at.AddDate(0, 0, 1) }

// shown is all that a refresh is answerable for, one row a line.
func (c *chance) shown() string {
	c.t.Helper()
	return c.lines(`
		SELECT concat_ws(' ', employer_id, uscc, name, region, ownership, headcount, owed_before, owed_after, late_fee, fee_unruled, first_period, last_period, level) FROM complaints.debtor WHERE cleared_on IS NULL
		UNION ALL SELECT concat('line ', l) FROM complaints.debtor_line l
		UNION ALL SELECT concat('flow ', f) FROM complaints.collection_flow f
		UNION ALL SELECT concat('sign ', s) FROM complaints.employer_sign s
		UNION ALL SELECT concat('pensioners ', p) FROM complaints.pensioner_count p ORDER BY 1`)
}

func (c *chance) lines(sql string, args ...any) string {
	c.t.Helper()
	rows, err := c.pool.Query(c.t.Context(), sql, args...)
	if err != nil {
		c.t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// fromNothing forgets every figure, so that the next refresh makes all of them anew; what supervisors have entered stays.
func (c *chance) fromNothing() {
	for _, sql := range []string{
		`UPDATE complaints.debtor SET name = '', region = '', ownership = '', headcount = 0, owed_before = 0, owed_after = 0, late_fee = 0, fee_unruled = 0, first_period = 0, last_period = 0, level = 0, cleared_on = coalesce(cleared_on, '2000-01-01')`,
		`DELETE FROM complaints.debtor_sheet`, `DELETE FROM complaints.collection_flow`, `DELETE FROM complaints.employer_sign`, `DELETE FROM complaints.pensioner_count`,
		`UPDATE complaints.supervised SET run = 0, last_run = 0, data_date = NULL, on_day = NULL, at = NULL`,
	} {
		c.exec(c.t, sql)
	}
}

// Whatever happens to the ledger and the desk, in whatever order, a refresh leaves what a rebuild from nothing makes, and that is what the contribution rows say.
func TestARefreshIsARebuild(t *testing.T) {
	c := newChance(t, 20261124)
	c.contributions()
	c.mustRefresh(t, c.at)
	steps := map[string]func(){"contributions": c.contributions, "employer": c.moved, "due day": c.dueDay, "payment": c.pays, "reversal": c.bounces, "bookings": c.bookings, "assessment": c.assessed, "bankruptcy": c.bankrupt, "fee setting": c.setting, "day": c.aDayPasses}
	names := []string{"contributions", "employer", "due day", "payment", "payment", "reversal", "bookings", "assessment", "bankruptcy", "fee setting", "day"}
	changed := map[string]int{}
	before := c.shown()
	for i := range 60 {
		name := pick(c, names)
		if i < len(names) {
			name = names[i]
		}
		last, err := c.store.Supervised(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		steps[name]()
		c.at = c.at.Add(time.Minute)
		_, booked, err := c.ledger.BookedSince(t.Context(), ledger.State{Run: last.Run, Last: last.Last, DataDate: last.DataDate}, 202609, c.at)
		if whole := slices.Contains([]string{"contributions", "employer", "due day", "assessment"}, name); err != nil || booked == whole {
			t.Errorf("step %d, %s: told by its bookings %v, %v", i, name, booked, err)
		}
		if _, err := c.refresh(t.Context(), c.at); err != nil {
			t.Fatal(err)
		}
		after := c.shown()
		if after != before {
			changed[name]++
		}
		state, err := c.ledger.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 {
			c.fromNothing()
			c.mustRefresh(t, c.at)
			if anew := c.shown(); anew != after {
				t.Fatalf("step %d, %s: refreshed\n%s\nrebuilt\n%s", i, name, after, anew)
			}
		}
		for what, pair := range map[string][2]string{
			"owed": {`SELECT concat_ws(' ', employer_id, period, insurance, persons, owed) FROM complaints.debtor_line WHERE $1::date IS NOT NULL ORDER BY employer_id, period, insurance`,
				`SELECT concat_ws(' ', employer_id, period, insurance, count(*), sum(employer_due + person_due - employer_paid - person_paid)) FROM ledger.contribution
				WHERE employer_due + person_due > employer_paid + person_paid AND (make_date(period / 100, period % 100, 1) + interval '1 month')::date + 30 < $1::date GROUP BY employer_id, period, insurance ORDER BY employer_id, period, insurance`},
			"flows": {`SELECT concat_ws(' ', region, insurance, period, received, due, paid) FROM complaints.collection_flow WHERE $1::date IS NOT NULL ORDER BY region, insurance, period, received`,
				`SELECT concat_ws(' ', e.region, c.insurance, c.period, r.received, sum(employer_due + person_due), sum(employer_paid + person_paid)) FROM ledger.contribution c JOIN ledger.employer e ON e.id = c.employer_id,
					LATERAL (SELECT CASE WHEN employer_paid + person_paid = 0 THEN 0 ELSE coalesce(to_char(paid_on, 'YYYYMM')::integer, period) END AS received) r
				WHERE $1::date IS NOT NULL GROUP BY e.region, c.insurance, c.period, r.received HAVING sum(employer_due + person_due) > 0 ORDER BY e.region, c.insurance, c.period, r.received`},
		} {
			if shown, truth := c.lines(pair[0], state.DataDate.Time()), c.lines(pair[1], state.DataDate.Time()); shown != truth {
				t.Fatalf("step %d, %s: %s\n%s\nthe rows say\n%s", i, name, what, shown, truth)
			}
		}
		before = after
	}
	c.exec(t, `INSERT INTO ledger.import_run (kind, file, started_at) VALUES ('contributions', 'x', $1)`, c.at)
	last, err := c.store.Supervised(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]bool{time.Hour: false, 25 * time.Hour: true} {
		if _, booked, err := c.ledger.BookedSince(t.Context(), ledger.State{Run: last.Run, Last: last.Last, DataDate: last.DataDate}, 202609, c.at.Add(after)); err != nil || booked != want {
			t.Errorf("%s after an import began that has not ended: %v, %v", after, booked, err)
		}
	}
	for _, name := range names {
		if changed[name] == 0 {
			t.Errorf("%s has never changed anything: %v", name, changed)
		}
	}
}
