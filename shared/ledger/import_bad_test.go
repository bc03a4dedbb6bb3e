package ledger_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/ledger"
)

func identityUSCC(t testing.TB, s string) identity.USCC {
	t.Helper()
	code, err := identity.ParseUSCC(s)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// Files that cannot be read at all give a clear error and change nothing.
func TestUnreadableFiles(t *testing.T) {
	l, pool := newLedger(t)
	dir := t.TempDir()
	header := "统一社会信用代码,单位名称,行政区划代码\n"
	good := "91350100M000100Y43,南湖电子有限公司,070110\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(header)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ content, key string }{
		"empty":     {"", "import.empty"},
		"nul":       {header + good + "a\x00b,c,d\n", "import.nul"},
		"line":      {header + good + strings.Repeat("x", 10<<20), "import.line"},
		"encoding":  {gb + "\xff\xff\xff,\xfe\n", "import.encoding"},
		"truncated": {header + good + "91350100M000100Y43,\"南湖", "import.quote"},
		"header":    {"单位名称,行政区划代码\n", "import.header"},
		"twice":     {"uscc,统一社会信用代码,name,region\n", "import.header_twice"},
	} {
		path := filepath.Join(dir, name+".csv")
		if err := os.WriteFile(path, []byte(tc.content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := l.Import(t.Context(), ledger.Employers, path, ledger.Options{Now: now})
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Key != tc.key {
			t.Errorf("%s: %v, want %s", name, err, tc.key)
		}
	}
	if _, err := l.Import(t.Context(), ledger.Employers, dir, ledger.Options{Now: now}); fault.Of(err).Key != "import.directory" {
		t.Errorf("a directory: %v", err)
	}
	pipe := filepath.Join(dir, "pipe.csv")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Import(t.Context(), ledger.Employers, pipe, ledger.Options{Now: now}); fault.Of(err).Key != "import.irregular" {
		t.Errorf("a pipe to which nobody writes: %v", err)
	}
	var n int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM ledger.employer`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d employers, %v: something changed", n, err)
	}
}

// A corrected row replaces the old one, which stays in the history, and the account follows.
func TestACorrectedRowReplacesAndKeepsHistory(t *testing.T) {
	l, pool := newLedger(t)
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	mustImport(t, l, ledger.Employers, write("e.csv", "uscc,name,region\n91350100M000100Y43,南湖电子有限公司,070110\n"))
	mustImport(t, l, ledger.Persons, write("p.csv", "\ufeffid_number,name\n07010219910925762x,姚文宇\n"))
	header := "id_number,uscc,insurance,period,base,employer_due,employer_paid,person_due,person_paid,paid_on,memo\n"
	line := "07010219910925762X,91350100M000100Y43,110,202501,5000,800.00,"
	r := mustImport(t, l, ledger.Contributions, write("c.csv", header+line+"0,400.00,0,,\n"))
	if r.Added != 1 || len(r.UnknownColumns) != 1 {
		t.Errorf("first: %+v", r)
	}
	r = mustImport(t, l, ledger.Contributions, write("c.csv", header+line+"800.00,400.00,400.00,2025/03/20,\n"))
	if r.Changed != 1 || r.Added != 0 {
		t.Errorf("correction: %+v", r)
	}
	var owed int64
	if err := pool.QueryRow(t.Context(), `SELECT employer_due - employer_paid FROM ledger.contribution_history`).Scan(&owed); err != nil || owed != 80000 {
		t.Errorf("history: %d, %v", owed, err)
	}
	p, err := l.PersonByDocument(t.Context(), "07010219910925762X")
	if err != nil {
		t.Fatal(err)
	}
	y, err := l.PersonYear(t.Context(), p.ID, 2025)
	if err != nil || y.Account.Credits[2] != 40000 {
		t.Errorf("credited in the month of payment: %+v, %v", y.Account, err)
	}
}
