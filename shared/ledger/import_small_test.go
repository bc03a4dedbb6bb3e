package ledger_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/seal"
)

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func newLedger(t testing.TB) (*ledger.Ledger, *pgxpool.Pool) {
	t.Helper()
	pool := postgrestest.New(t, ledger.Migrations)
	master := make([]byte, 32)
	field, err := seal.NewFieldKey(master, "ledger")
	if err != nil {
		t.Fatal(err)
	}
	hash, err := seal.NewHashKey(master, "ledger")
	if err != nil {
		t.Fatal(err)
	}
	return ledger.New(pool, ledger.Keys{Field: field, Hash: hash, Statements: statementKeys(t, 7)}), pool
}

// smallSample copies the sample into a folder of the test's own, since rejects are written beside it.
func smallSample(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/small")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustImport(t testing.TB, l *ledger.Ledger, kind ledger.Kind, path string) ledger.Report {
	t.Helper()
	report, err := l.Import(t.Context(), kind, path, ledger.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

type expectation struct {
	Rows    int64 `json:"contribution_rows"`
	Good    int64 `json:"good_rows"`
	Rejects []struct {
		Line   int
		Reason string
	}
	Duplicates, Persons, Employers int64
	Arrears                        map[string]money.Fen `json:"arrears_by_employer"`
	Expected                       map[string]struct {
		Name  string
		Years map[string]struct {
			MonthsPaid    int `json:"months_paid"`
			MonthsArrears int `json:"months_arrears"`
			ByInsurance   map[string]struct {
				EmployerDue  money.Fen `json:"employer_due"`
				EmployerPaid money.Fen `json:"employer_paid"`
				PersonDue    money.Fen `json:"person_due"`
				PersonPaid   money.Fen `json:"person_paid"`
			} `json:"by_insurance"`
			Account struct {
				Opening, Credited, Closing money.Fen
				OnOpening                  money.Fen `json:"interest_on_opening"`
				OnCurrent                  money.Fen `json:"interest_on_current"`
			}
		}
	}
}

// The real-shaped sample must come out to the fen.
func TestSmallSample(t *testing.T) {
	l, pool := newLedger(t)
	dir := smallSample(t)
	var want expectation
	b, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	if r := mustImport(t, l, ledger.Employers, filepath.Join(dir, "employers.csv")); r.Added != want.Employers || r.Rejected != 0 {
		t.Errorf("employers: %+v", r)
	}
	if r := mustImport(t, l, ledger.Persons, filepath.Join(dir, "persons.csv")); r.Added != want.Persons || r.Rejected != 0 {
		t.Errorf("persons: %+v", r)
	}
	file := filepath.Join(dir, "contributions.csv")
	first := mustImport(t, l, ledger.Contributions, file)
	if first.Rows != want.Rows || first.Good != want.Good || first.Duplicates != want.Duplicates || first.Rejected != int64(len(want.Rejects)) {
		t.Errorf("contributions: %+v", first)
	}
	checkRejects(t, first.RejectsFile, want)
	checkPersons(t, l, want)
	checkArrears(t, l, want)
	again := mustImport(t, l, ledger.Contributions, file)
	if again.Added != 0 || again.Changed != 0 || again.AccountsRun != 0 || again.Good != want.Good {
		t.Errorf("the same file again: %+v", again)
	}
	checked, differ, err := l.Verify(t.Context())
	if err != nil || checked != want.Persons || len(differ) > 0 {
		t.Errorf("Verify: %d persons, %v differ, %v", checked, differ, err)
	}
	var history int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM ledger.contribution_history`).Scan(&history); err != nil || history != 0 {
		t.Errorf("history: %d, %v", history, err)
	}
}

func checkRejects(t *testing.T, file string, want expectation) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got := map[int]string{}
	for _, row := range rows[1:] {
		line, err := strconv.Atoi(row[0])
		if err != nil || row[4] == "" {
			t.Errorf("reject %v: %v", row, err)
		}
		got[line] = row[1]
	}
	for _, w := range want.Rejects {
		if got[w.Line] != w.Reason {
			t.Errorf("line %d: %q, want %q", w.Line, got[w.Line], w.Reason)
		}
	}
	if len(got) != len(want.Rejects) {
		t.Errorf("%d rejects, want %d", len(got), len(want.Rejects))
	}
}

func checkPersons(t *testing.T, l *ledger.Ledger, want expectation) {
	t.Helper()
	for number, p := range want.Expected {
		person, err := l.PersonByDocument(t.Context(), number)
		if err != nil || person.Name != p.Name {
			t.Fatalf("a person: %v", err)
		}
		for text, w := range p.Years {
			year, _ := strconv.Atoi(text)
			got, err := l.PersonYear(t.Context(), person.ID, year)
			if err != nil {
				t.Fatalf("person %d, %d: %v", person.ID, year, err)
			}
			a := got.Account
			if a.Opening != w.Account.Opening || a.Credited() != w.Account.Credited || a.InterestOnOpening != w.Account.OnOpening ||
				a.InterestOnCurrent != w.Account.OnCurrent || a.Closing != w.Account.Closing {
				t.Errorf("person %d, %d: account %+v, want %+v", person.ID, year, a, w.Account)
			}
			sums := map[string]contribution.Row{}
			paid, owed := map[calendar.Period]bool{}, map[calendar.Period]bool{}
			for _, r := range got.Rows {
				key := strconv.Itoa(int(r.Insurance))
				s := sums[key]
				s.EmployerDue += r.EmployerDue
				s.EmployerPaid += r.EmployerPaid
				s.PersonDue += r.PersonDue
				s.PersonPaid += r.PersonPaid
				sums[key] = s
				if r.Insurance == contribution.EmployeePension {
					if r.PaidInFull() {
						paid[r.Period] = true
					} else {
						owed[r.Period] = true
					}
				}
			}
			if len(paid) != w.MonthsPaid || len(owed) != w.MonthsArrears {
				t.Errorf("person %d, %d: %d paid, %d owed, want %d, %d", person.ID, year, len(paid), len(owed), w.MonthsPaid, w.MonthsArrears)
			}
			for key, s := range w.ByInsurance {
				if g := sums[key]; g.EmployerDue != s.EmployerDue || g.EmployerPaid != s.EmployerPaid || g.PersonDue != s.PersonDue || g.PersonPaid != s.PersonPaid {
					t.Errorf("person %d, %d, %s: %+v, want %+v", person.ID, year, key, g, s)
				}
			}
		}
	}
}

func checkArrears(t *testing.T, l *ledger.Ledger, want expectation) {
	t.Helper()
	for code, owed := range want.Arrears {
		employer, err := l.SearchEmployers(t.Context(), "湘湖精密", 3)
		if err != nil || len(employer) == 0 {
			t.Errorf("search: %v, %v", employer, err)
		}
		e, err := l.EmployerByUSCC(t.Context(), identityUSCC(t, code))
		if err != nil {
			t.Fatal(err)
		}
		lines, err := l.EmployerArrears(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		var total money.Fen
		for _, line := range lines {
			total += line.Owed
		}
		if total != owed {
			t.Errorf("%s owes %s, want %s", code, total, owed)
		}
	}
}
