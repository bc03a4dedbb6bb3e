package complaints

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/eligibility"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/postgres"
	"shebao/shared/postgres/embedded"
	"shebao/shared/publication"
	"shebao/shared/seal"
)

// The register and the quarter's figures over a million contribution rows, against one set-based statement each over the same rows, in turn, in one run. Only ratios count, of the time and of the CPU
// seconds, which are those of the program and of its database server together; one below its limit fails.
// go test -run '^$' -bench Supervise -benchtime 1x -timeout 30m ./complaints

const (
	benchEmployers = 2_000
	benchPersons   = 16_667 // × 12 months × 5 insurances = 1,000,020 rows
	benchRounds    = 5
)

var benchAt = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// agencyBench is a province on a server of its own that keeps what it has committed: one employer in twelve owes for its last months.
type agencyBench struct {
	supervise
	pool *pgxpool.Pool
	dir  string
}

func newAgencyBench(b *testing.B) agencyBench {
	b.Helper()
	dir, err := os.MkdirTemp("", "shebao-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // the server runs as another user than root
		b.Fatal(err)
	}
	server, err := embedded.Start(b.Context(), embedded.Options{Dir: filepath.Join(dir, "pg")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Stop() })
	pool, err := postgres.Open(b.Context(), server.URL("postgres"), "", "bench")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	if err := postgres.Migrate(b.Context(), pool, audit.Migrations(), ledger.Migrations, eligibility.Migrations(), intake.Migrations(), publication.Migrations(), Migrations()); err != nil {
		b.Fatal(err)
	}
	key, err1 := seal.GenerateKey()
	field, err2 := seal.NewFieldKey(make([]byte, 32), "complaints")
	hash, err3 := seal.NewHashKey(make([]byte, 32), "ledger")
	if err1 != nil || err2 != nil || err3 != nil {
		b.Fatal(err1, err2, err3)
	}
	cases := store.New(pool, intake.NewDesk(pool, key), lifecycle.Rules{Workdays: calendar.China(), Settings: lifecycle.DefaultSettings()}, seal.NewSlow(), field)
	a := agencyBench{supervise{cases, ledger.New(pool, ledger.Keys{Field: field, Hash: hash}), supervision.NationalLevels(), eligibility.New(pool)}, pool, filepath.Join(dir, "pg")}
	a.exec(b, `INSERT INTO ledger.employer (uscc, name, name_grams, region, status, ownership)
		SELECT '91330000MA' || lpad(n::text, 8, '0'), '示例单位' || n, '{}', '33' || lpad((1 + n % 11)::text, 2, '0') || lpad((1 + n / 11 % 8)::text, 2, '0'), 1, '有限责任公司' FROM generate_series(1, $1::int) n`, benchEmployers)
	a.exec(b, `INSERT INTO ledger.contribution (person_id, base, employer_due, employer_paid, person_due, person_paid, period, employer_id, paid_on, run_id, insurance)
		SELECT p, due * 6, due, CASE WHEN owes THEN 0 ELSE due END, due / 2, CASE WHEN owes THEN 0 ELSE due / 2 END, m, e,
			CASE WHEN NOT owes THEN make_date(m / 100, m % 100, 1 + p % 28) + CASE WHEN e % 10 = 3 THEN 60 ELSE 0 END END, 1, i
		FROM generate_series(1, $1::int) p, generate_series(202510, 202609) m, unnest(ARRAY[110, 210, 310, 410, 510]) i,
			LATERAL (SELECT 1 + p % $2::int AS e, 60000 + p % 900 * 100 + i AS due) k, LATERAL (SELECT e % 12 = 0 AND m >= 202604 AS owes) o
		WHERE m % 100 BETWEEN 1 AND 12`, benchPersons, benchEmployers)
	a.exec(b, `INSERT INTO ledger.employment SELECT DISTINCT employer_id, person_id FROM ledger.contribution`)
	a.pack(b)
	a.exec(b, `UPDATE ledger.reach SET data_date = '2026-11-20'`)
	a.exec(b, `CREATE TABLE public.line (LIKE complaints.debtor_line); CREATE TABLE public.figure (region text, insurance smallint, due bigint, collected bigint, recovered bigint, opening bigint)`)
	return a
}

func (a agencyBench) exec(b *testing.B, sql string, args ...any) {
	b.Helper()
	if _, err := a.pool.Exec(b.Context(), sql, args...); err != nil {
		b.Fatal(err)
	}
}

// pack brings the packed years in step with the rows, as an import does, and leaves no work behind that either side would pay for.
func (a agencyBench) pack(b *testing.B) {
	b.Helper()
	persons := make([]int64, benchPersons)
	for i := range persons {
		persons[i] = int64(i + 1)
	}
	if err := a.ledger.Mend(b.Context(), persons); err != nil {
		b.Fatal(err)
	}
	a.exec(b, `VACUUM ANALYZE`)
}

// month is what a month's file changes: every employer's rows of one month, 83,335 of them. One employer in twelve pays a part of what it owes or takes it back; the others' money comes at another day.
func (a agencyBench) month(b *testing.B) {
	b.Helper()
	a.exec(b, `UPDATE ledger.contribution SET employer_paid = CASE WHEN employer_id % 12 <> 0 THEN employer_due WHEN employer_paid = 0 THEN employer_due / 2 ELSE 0 END,
		paid_on = CASE WHEN employer_id % 12 <> 0 THEN make_date(2026, 9, 1) + (paid_on - make_date(2026, 9, 1) + 35) % 70 WHEN employer_paid = 0 THEN date '2026-11-01' END WHERE period = 202609`)
	a.pack(b)
}

// pays books what the employer that owes most owes for one of its months.
func (a agencyBench) pays(b *testing.B, at time.Time) {
	b.Helper()
	var employer int32
	var period calendar.Period
	if err := a.pool.QueryRow(b.Context(), `SELECT employer_id, min(period) FROM complaints.debtor_line GROUP BY 1 ORDER BY sum(owed) DESC LIMIT 1`).Scan(&employer, &period); err != nil {
		b.Fatal(err)
	}
	owed, err := a.ledger.PersonsOwed(b.Context(), employer, period, period)
	if err != nil || len(owed) == 0 {
		b.Fatal(owed, err)
	}
	p := ledger.Payment{ID: at.String(), EmployerID: employer, PaidOn: calendar.DateOf(at)}
	for _, o := range owed {
		p.Lines = append(p.Lines, ledger.PaymentLine{PersonID: o.PersonID, Period: o.Period, Insurance: o.Insurance, EmployerPart: o.EmployerOwed, PersonPart: o.PersonOwed})
	}
	err = postgres.Tx(b.Context(), a.pool, func(tx pgx.Tx) error { _, err := a.ledger.RecordPayment(b.Context(), tx, p, at); return err })
	if err != nil {
		b.Fatal(err)
	}
}

// cpu is the processor time that this program and its database server have taken so far.
func (a agencyBench) cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	sum := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	content, err := os.ReadFile(filepath.Join(a.dir, "postmaster.pid"))
	if err != nil {
		b.Fatal(err)
	}
	server, _, _ := strings.Cut(string(content), "\n")
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range all {
		content, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(content), ") ")
		words := strings.Fields(rest) // from the third field of proc(5): state, parent, …; utime is the 14th, those of children that were waited for the 16th
		pid := filepath.Base(filepath.Dir(path))
		if words[1] != server && pid != server {
			continue
		}
		fields := words[11:13]
		if pid == server {
			fields = words[11:15]
		}
		for _, f := range fields {
			ticks, err := strconv.ParseInt(f, 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			sum += time.Duration(ticks) * time.Second / 100 // USER_HZ
		}
	}
	return sum
}

// against prepares, does limit and project in turn, and fails when the median of the limit's time or CPU time is less than least times the project's.
func (a agencyBench) against(b *testing.B, what string, least float64, prepare, limit, project func()) {
	b.Helper()
	var took, spent [2][]time.Duration
	for range benchRounds {
		prepare()
		for i, work := range []func(){limit, project} {
			a.exec(b, `CHECKPOINT`)
			began, before := time.Now(), a.cpu(b)
			work()
			took[i], spent[i] = append(took[i], time.Since(began)), append(spent[i], a.cpu(b)-before)
		}
	}
	median := func(d []time.Duration) float64 {
		slices.Sort(d)
		return d[len(d)/2].Seconds()
	}
	ratio, cpu := median(took[0])/median(took[1]), median(spent[0])/median(spent[1])
	b.ReportMetric(ratio, what+"-ratio")
	b.ReportMetric(cpu, what+"-cpu-ratio")
	b.Logf("%s: %.2f of the limit, %.2f by CPU: %.2f s, of the limit %.2f s", what, ratio, cpu, median(spent[1]), median(spent[0]))
	if min(ratio, cpu) < least {
		b.Errorf("%s is %.2f of its limit, %.2f by CPU, wanted %.2f", what, ratio, cpu, least)
	}
}

// bareRegister is the register's lines with a plain late fee, in one statement.
const bareRegister = `
	INSERT INTO public.line SELECT c.employer_id, c.period, c.insurance, count(*), sum(c.employer_due - c.employer_paid + c.person_due - c.person_paid),
		round(sum(c.employer_due - c.employer_paid + c.person_due - c.person_paid) * 0.0005 * (date '2026-11-24' - (make_date(c.period / 100, c.period % 100, 1) + interval '1 month')::date + 1))
	FROM ledger.contribution c JOIN ledger.employer e ON e.id = c.employer_id
	WHERE (c.employer_paid <> c.employer_due OR c.person_paid <> c.person_due) AND c.period <= 202609 GROUP BY 1, 2, 3`

// bareQuarter is one quarter's figures by city and insurance, in one statement.
const bareQuarter = `
	INSERT INTO public.figure SELECT left(e.region, 4), c.insurance, coalesce(sum(c.employer_due + c.person_due) FILTER (WHERE c.period BETWEEN 202607 AND 202609), 0),
		coalesce(sum(c.employer_paid + c.person_paid) FILTER (WHERE c.period BETWEEN 202607 AND 202609 AND c.paid_on <= '2026-09-30'), 0),
		coalesce(sum(c.employer_paid + c.person_paid) FILTER (WHERE c.period < 202607 AND c.paid_on BETWEEN '2026-07-01' AND '2026-09-30'), 0),
		coalesce(sum(c.employer_due + c.person_due - CASE WHEN c.paid_on < '2026-07-01' THEN c.employer_paid + c.person_paid ELSE 0 END) FILTER (WHERE c.period < 202607), 0)
	FROM ledger.contribution c JOIN ledger.employer e ON e.id = c.employer_id GROUP BY 1, 2`

func BenchmarkSupervise(b *testing.B) {
	a := newAgencyBench(b)
	head := store.Staff{ID: 1, Role: lifecycle.Supervisor, Region: "33"}
	quarter := supervision.Quarter(2026, 3)
	at := benchAt
	refresh := func() {
		if done, err := a.refresh(b.Context(), at); err != nil || !done {
			b.Fatal(done, err)
		}
	}
	figures := func() (sum supervision.Figures) {
		flows, err := a.store.CollectionFlows(b.Context(), head, "", 4, 0, quarter.From)
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range flows {
			sum.Add(quarter, f.Flow)
		}
		return sum
	}
	for b.Loop() {
		register := func() { a.exec(b, `TRUNCATE public.line`); a.exec(b, bareRegister) }
		bare := func() { a.exec(b, `TRUNCATE public.figure`); a.exec(b, bareQuarter) }
		imported := func() {
			at = at.Add(time.Second)
			a.exec(b, `INSERT INTO ledger.import_run (kind, file, started_at, finished_at) VALUES ('contributions', 'x', now(), now())`)
		}
		a.against(b, "rebuild", 1, func() {
			a.exec(b, `TRUNCATE complaints.debtor, complaints.collection_flow, complaints.employer_sign CASCADE`)
			imported()
		}, func() { register(); bare() }, refresh)
		a.against(b, "import", 1, func() { a.month(b); imported() }, func() { register(); bare() }, refresh)
		a.against(b, "payment", 5, func() { at = at.Add(time.Second); a.pays(b, at) }, func() { register(); bare() }, refresh)
		register()
		bare()
		a.agree(b, figures())
		a.against(b, "week", 1, func() {}, func() {
			for range 7 {
				register()
			}
		}, func() {
			for range 7 { // late fees grow by the day
				at = at.AddDate(0, 0, 1)
				refresh()
			}
		})
		a.against(b, "quarter", 10, func() {}, bare, func() { figures() })
		a.agree(b, figures())
	}
}

// agree: what was measured is the same on both sides.
func (a agencyBench) agree(b *testing.B, got supervision.Figures) {
	b.Helper()
	var want supervision.Figures
	var bare, lines, rows int
	var owed, shown money.Fen
	err := a.pool.QueryRow(b.Context(), `SELECT (SELECT count(*) FROM ledger.contribution), sum(due)::bigint, sum(collected)::bigint, sum(recovered)::bigint, sum(opening)::bigint FROM public.figure`).
		Scan(&rows, &want.Due, &want.Collected, &want.Recovered, &want.Opening)
	if err != nil || got != want || rows < 1_000_000 {
		b.Errorf("%d rows: the desk says %+v, the statement %+v (%v)", rows, got, want, err)
	}
	err = a.pool.QueryRow(b.Context(), `SELECT (SELECT count(*) FROM public.line), (SELECT sum(owed)::bigint FROM public.line), count(*), sum(owed)::bigint FROM complaints.debtor_line`).Scan(&bare, &owed, &lines, &shown)
	if err != nil || bare != lines || owed != shown || lines == 0 {
		b.Error(fmt.Sprintf("the register has %d lines on %s, the statement %d on %s", lines, shown, bare, owed), err)
	}
}
