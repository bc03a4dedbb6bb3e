package ledger_test

import (
	"strings"
	"testing"

	"shebao/shared/ledger"
)

// A changed row of a person or an employer keeps what it said, which file changed it; a file that says nothing new after all, though twice on the way, keeps nothing.
func TestFormerValuesAreKept(t *testing.T) {
	l, pool := newLedger(t)
	importTwoPeople(t, l)
	const row = "居民身份证," + knownPerson + ",姚文宇,女,1991-09-25,D22198987,10000005704,参保缴费,16491.92,2022-12-31\n"
	kept := func() (persons, employers int) {
		t.Helper()
		if err := pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM ledger.person_history), (SELECT count(*) FROM ledger.employer_history)`).Scan(&persons, &employers); err != nil {
			t.Fatal(err)
		}
		return persons, employers
	}
	wavering := writeFile(t, "p.csv", personHeader+strings.Replace(row, "姚文宇", "姚文雨", 1)+row)
	if report := mustImport(t, l, ledger.Persons, wavering); report.Changed != 0 || report.Added != 0 || report.Unchanged != 2 {
		t.Errorf("its last word is what stood there: %+v", report)
	}
	if report := mustImport(t, l, ledger.Employers, writeFile(t, "e.csv", employerHeader+knownCode+",南湖电器有限公司,330402,2005-01-10,正常,有限责任公司\n"+knownCode+",南湖电子有限公司,330402,2005-01-10,正常,有限责任公司\n")); report.Changed != 0 {
		t.Errorf("the employer's too: %+v", report)
	}
	if persons, employers := kept(); persons+employers != 0 {
		t.Errorf("%d and %d former values of nothing", persons, employers)
	}
	mustImport(t, l, ledger.Persons, writeFile(t, "renamed.csv", personHeader+strings.NewReplacer("姚文宇", "姚文玉", "10000005704", "10000005799").Replace(row)))
	mustImport(t, l, ledger.Employers, writeFile(t, "moved.csv", employerHeader+knownCode+",南湖电子股份有限公司,330403,2005-01-10,停业,股份有限公司\n"))
	if persons, employers := kept(); persons != 1 || employers != 1 {
		t.Errorf("%d and %d former values", persons, employers)
	}
	employer, err := l.EmployerByUSCC(t.Context(), identityUSCC(t, knownCode))
	if err != nil {
		t.Fatal(err)
	}
	former, err := l.FormerEmployers(t.Context(), employer.ID)
	if err != nil || len(former) != 1 || former[0].Name != "南湖电子有限公司" || former[0].Region != "330402" || former[0].Status != ledger.Running || former[0].File != "moved.csv" || !former[0].ChangedAt.Equal(now) {
		t.Errorf("%+v, %v", former, err)
	}
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+owedLine(knownPerson, "202503")))
	mustImport(t, l, ledger.Contributions, writeFile(t, "d.csv", contributionHeader+contributionLine(knownPerson, "202503", "2025-05-20")))
	mustImport(t, l, ledger.Events, writeFile(t, "v.csv", eventHeader+knownPerson+",T1,转入,2025-04-01,1.00,0.50,7.25,自杭城市,\n"))
	mustImport(t, l, ledger.Events, writeFile(t, "w.csv", eventHeader+knownPerson+",T1,转入,2025-04-01,1.00,0.50,7.25,自杭城市,撤销\n"))
	tables, err := l.ExportPerson(t.Context(), personID(t, l, knownPerson))
	if err != nil {
		t.Fatal(err)
	}
	text := asCSV(t, tables[4])
	for _, want := range []string{"renamed.csv,人员信息", "姓名 姚文宇", "手机号码 10000005704", "期初账户余额 16491.92", "d.csv,2025-03 企业职工基本养老保险 南湖电子股份有限公司", "单位应缴 800.00，单位实缴 0.00", "w.csv,账户变动 T1", "3月本金 7.25"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
	if len(tables[4].Rows) != 3 {
		t.Errorf("%d former values", len(tables[4].Rows))
	}
}
