package ledger

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// The invented register: benchFiles makes the persons and the first employer.
const (
	propertyPersons = 4
	secondCode      = "91070102MAXG612DD9"
)

// drawFile draws rows with keys of their own: paid on time, late, in a later year, in part or not at all.
func drawFile(t *rapid.T) []string {
	type key struct {
		person, insurance, employer int
		period                      calendar.Period
	}
	keys := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) key {
		return key{rapid.IntRange(0, propertyPersons-1).Draw(t, "person"), rapid.SampledFrom([]int{110, 110, 310}).Draw(t, "insurance"), rapid.IntRange(0, 1).Draw(t, "employer"),
			calendar.NewPeriod(2023, 1).Add(rapid.IntRange(0, 35).Draw(t, "month"))}
	}), 20, 60, rapid.ID).Draw(t, "keys")
	var lines []string
	for _, k := range keys {
		base := money.Fen(rapid.IntRange(300000, 2000000).Draw(t, "base"))
		due, own := base*16/100, base*8/100
		paid, ownPaid, on := due, own, k.period.FirstDay().AddDays(rapid.IntRange(-20, 700).Draw(t, "days")).String()
		switch rapid.IntRange(0, 5).Draw(t, "state") {
		case 0:
			paid, ownPaid, on = 0, 0, ""
		case 1:
			paid = due / 2
		}
		lines = append(lines, fmt.Sprintf("%s,%s,%d,%d,%s,%s,%s,%s,%s,%s", benchNumber(k.person), []string{"91350100M000100Y43", secondCode}[k.employer], k.insurance, k.period,
			base, due, paid, own, ownPaid, on))
	}
	return lines
}

func importLines(t testing.TB, l *Ledger, lines []string) Report {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.csv")
	if err := os.WriteFile(path, []byte(strings.Join(rowHeader, ",")+"\n"+strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := l.Import(t.Context(), Contributions, path, Options{Now: benchNow})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func propertyLedger(t testing.TB) (*Ledger, *pgxpool.Pool) {
	t.Helper()
	l, pool := insideLedger(t)
	benchFiles(t, l, propertyPersons, 1)
	path := filepath.Join(t.TempDir(), "e.csv")
	if err := os.WriteFile(path, []byte("uscc,name,region\n"+secondCode+",杭城纺织有限公司,330106\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Import(t.Context(), Employers, path, Options{Now: benchNow}); err != nil {
		t.Fatal(err)
	}
	return l, pool
}

func emptied(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), benchClear+`; UPDATE ledger.reach SET data_date = NULL, accounts_through = NULL, accounts_filled = NULL`); err != nil {
		t.Fatal(err)
	}
}

// regionalRules gives the two employers' regions rules of their own: the one's rate changes in summer, the other counts by the year and books late months as if they had come on time.
func regionalRules(t testing.TB, l *Ledger) {
	t.Helper()
	for kind, content := range map[Kind]string{
		Rules: "region,back_payment_policy,interest_method,due\n330106,B,annual,next-15\n",
		Rates: "region,from,to,rate,provisional,source\n330402,2023-01-01,2023-06-30,5,no,a\n330402,2023-07-01,2024-06-30,6,no,b\n330106,2024-03-01,2025-12-31,4,yes,c\n",
	} {
		path := filepath.Join(t.TempDir(), "r.csv")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if report, err := l.Import(t.Context(), kind, path, Options{Now: benchNow}); err != nil || report.Rejected > 0 {
			t.Fatalf("%+v, %v", report, err)
		}
	}
}

// The same rows in any order, in one file or in several, some of them twice, give the same ledger, of one region and of two between which people move; its packed rows are what the truth gives, its accounts add up to the fen,
// and what a statement adds up is what the truth adds up.
func TestAnyOrderGivesTheSameLedger(t *testing.T) {
	l, pool := propertyLedger(t)
	files := rapid.Custom(drawFile)
	for seed := range 24 {
		if seed == 12 {
			regionalRules(t, l)
		}
		lines := files.Example(seed)
		emptied(t, pool)
		importLines(t, l, lines)
		want := digest(t, pool)
		checkTotals(t, l, pool)
		emptied(t, pool)
		order := rand.New(rand.NewPCG(1, uint64(seed)))
		order.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		first, second := order.IntN(len(lines)), order.IntN(len(lines))
		importLines(t, l, lines[:first])
		importLines(t, l, append(lines[second:len(lines):len(lines)], lines[second]))
		importLines(t, l, lines)
		if got := digest(t, pool); got != want {
			t.Errorf("seed %d: another order gives another ledger", seed)
		}
	}
}

func checkTotals(t *testing.T, l *Ledger, pool *pgxpool.Pool) {
	t.Helper()
	if checked, differ, err := l.Verify(t.Context()); err != nil || checked != propertyPersons || len(differ) > 0 {
		t.Errorf("verify: %d persons, %v differ, %v", checked, differ, err)
	}
	for id := int64(1); id <= propertyPersons; id++ {
		years, err := l.PersonYears(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var due, paid, credited, closing money.Fen
		for _, y := range years {
			a := y.Account
			if a.Closing != a.Opening+a.Credited()+a.Interest()+a.Adjustments {
				t.Errorf("person %d, %d: the account does not add up: %+v", id, y.Year, a)
			}
			if closing != 0 && a.Opening != closing {
				t.Errorf("person %d, %d: opens with %s, closed with %s", id, y.Year, a.Opening, closing)
			}
			var months money.Fen
			for _, credit := range a.Credits {
				months += credit
			}
			if months != a.Credited() {
				t.Errorf("person %d, %d: months credit %s, the year %s", id, y.Year, months, a.Credited())
			}
			closing, credited = a.Closing, credited+a.Credited()
			for _, r := range y.Rows {
				due, paid = due+r.Due(), paid+r.Paid()
			}
		}
		var wantDue, wantPaid, wantCredited money.Fen
		err = pool.QueryRow(t.Context(), `
			SELECT coalesce(sum(employer_due + person_due), 0)::bigint, coalesce(sum(employer_paid + person_paid), 0)::bigint,
				coalesce(sum(person_paid) FILTER (WHERE insurance = $2 AND employer_paid = employer_due AND person_paid = person_due), 0)::bigint
			FROM ledger.contribution WHERE person_id = $1`, id, contribution.EmployeePension).Scan(&wantDue, &wantPaid, &wantCredited)
		if err != nil {
			t.Fatal(err)
		}
		if due != wantDue || paid != wantPaid || credited != wantCredited {
			t.Errorf("person %d: due %s paid %s credited %s, the truth says %s %s %s", id, due, paid, credited, wantDue, wantPaid, wantCredited)
		}
	}
}

// A file that says several things about one key: the last is kept, the others are history, and saying it all again changes nothing.
func TestAFileThatContradictsItself(t *testing.T) {
	l, pool := propertyLedger(t)
	head := benchNumber(0) + ",91350100M000100Y43,110,202501,5000.00,800.00,"
	unpaid, part, whole := head+"0.00,400.00,0.00,", head+"0.00,400.00,400.00,2025-01-20", head+"800.00,400.00,400.00,2025-02-20"
	first := importLines(t, l, []string{unpaid, part, unpaid, whole})
	if first.Rows != 4 || first.Added != 1 || first.Duplicates != 1 || first.Superseded != 2 || first.Good != 3 || first.Unchanged != 0 {
		t.Errorf("first: %+v", first)
	}
	again := importLines(t, l, []string{unpaid, part, unpaid, whole})
	if again.Added != 0 || again.Changed != 0 || again.Superseded != 2 || again.Unchanged != 1 || again.AccountsRun != 0 {
		t.Errorf("again: %+v", again)
	}
	back := importLines(t, l, []string{whole, unpaid})
	if back.Changed != 1 || back.Superseded != 1 {
		t.Errorf("back: %+v", back)
	}
	rows, err := pool.Query(t.Context(), `SELECT replaced_run_id, ordinal, employer_paid + person_paid FROM ledger.contribution_history ORDER BY replaced_run_id, ordinal`)
	if err != nil {
		t.Fatal(err)
	}
	var said []int64
	for rows.Next() {
		var run, ordinal int
		var paid int64
		if err := rows.Scan(&run, &ordinal, &paid); err != nil {
			t.Fatal(err)
		}
		said = append(said, paid)
	}
	if fmt.Sprint(said) != "[0 40000 120000]" || rows.Err() != nil { // both that the first file replaced, then the one that the last file found
		t.Errorf("history: %v, %v", said, rows.Err())
	}
}

// Balances earn interest whether or not their person is in the file that reaches another year.
func TestAnotherYearRunsEverybodysAccount(t *testing.T) {
	l, _ := propertyLedger(t)
	line := func(period int, on string) string {
		return fmt.Sprintf("%s,91350100M000100Y43,110,%d,5000.00,800.00,800.00,400.00,400.00,%s", benchNumber(0), period, on)
	}
	importLines(t, l, []string{line(202312, "2023-12-20")})
	if y, err := l.PersonYear(t.Context(), 2, 2023); err != nil || !y.Account.Settled || y.Account.InterestOnOpening != 18349 { // 4621.93 × 3.97 %
		t.Errorf("2023 of somebody who is in no file: %+v, %v", y, err)
	}
	importLines(t, l, []string{line(202406, "2024-06-20")})
	if y, err := l.PersonYear(t.Context(), 2, 2024); err != nil || y.Account.Settled || y.Account.Opening != 462193+18349 {
		t.Errorf("2024, under way: %+v, %v", y, err)
	}
	if d, err := l.DataDate(t.Context()); err != nil || d.String() != "2024-06-30" {
		t.Errorf("data date %s, %v", d, err)
	}
	importLines(t, l, []string{line(202305, "2023-05-20")}) // an older file does not bring the data back
	if d, err := l.DataDate(t.Context()); err != nil || d.String() != "2024-06-30" {
		t.Errorf("data date %s, %v", d, err)
	}
	if _, differ, err := l.Verify(t.Context()); err != nil || len(differ) > 0 {
		t.Errorf("verify: %v, %v", differ, err)
	}
}
