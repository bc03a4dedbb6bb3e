package ledger_test

import (
	"strings"
	"testing"

	"shebao/shared/account"
	"shebao/shared/ledger"
)

// A transfer from one region of the ledger to another, both of one day, names who takes the account over: the year is that region's though nothing is paid there yet, its rates run the account
// again, and what was said reads back.
func TestATransferBetweenTwoRegionsOfTheLedger(t *testing.T) {
	l := twoPeople(t)
	farEmployer(t, l)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+lineAt(knownPerson, knownCode, "202401", "2024-01-20")+lineAt(otherPerson, knownCode, "202512", "2025-12-20")))
	before := accountOf(t, l, knownPerson, 2024)
	const header = "id_number,number,kind,on,personal,month_1,note,region\n"
	file := header + knownPerson + ",T1,转出,2024-11-30,,,往广州,\n" + knownPerson + ",T2,转入,2024-11-30," + before.Opening.String() + ",400.00,自嘉兴,440106\n"
	if report := mustImport(t, l, ledger.Events, writeFile(t, "e.csv", file)); report.Rejected != 0 || report.Added != 2 {
		t.Fatalf("%+v", report)
	}
	if a := accountOf(t, l, knownPerson, 2024); a.Region != "440106" || a.Rate.Percent() != "9.00" || a.Adjustments != 0 || a.InterestOnCurrent != 40000*9*1083/200000 || a.InterestOnOpening != (before.Opening*9+50)/100 {
		t.Errorf("%+v", a)
	}
	if a := accountOf(t, l, knownPerson, 2023); a.Region != "" || a.Rate.Percent() != "3.97" {
		t.Errorf("the year before: %+v", a)
	}
	if again := mustImport(t, l, ledger.Events, writeFile(t, "e.csv", file)); again.Unchanged != 2 {
		t.Errorf("%+v", again)
	}
	if report := mustImport(t, l, ledger.Rates, writeFile(t, "r.csv", rateHeader+"440000,2024,8,否,广东省更正\n")); report.AccountsRun != 1 {
		t.Errorf("%d accounts are run", report.AccountsRun)
	}
	if a := accountOf(t, l, knownPerson, 2024); a.Rate.Percent() != "8.00" {
		t.Errorf("%+v", a)
	}
	tables, err := l.ExportPerson(t.Context(), personID(t, l, knownPerson))
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if table.Name == "events" {
			if same := mustImport(t, l, ledger.Events, writeFile(t, "again.csv", asCSV(t, table))); same.Unchanged != 2 {
				t.Errorf("exported and imported: %+v", same)
			}
		}
	}
	report, err := l.Import(t.Context(), ledger.Events, writeFile(t, "e.csv", header+knownPerson+",T3,转出,2024-12-30,,,,440106\n"+knownPerson+",T4,转入,2024-12-30,1.00,,,4401\n"), ledger.Options{Now: now})
	if err != nil || report.Reasons[ledger.ReasonRegion] != 2 {
		t.Errorf("a region where none belongs, and one that is none: %+v, %v", report, err)
	}
	mustImport(t, l, ledger.Events, writeFile(t, "e.csv", strings.ReplaceAll(file, ",440106", ",")))
	if a := accountOf(t, l, knownPerson, 2024); a.Region != "" || len(a.Events) != 2 || a.Events[0].Kind != account.TransferIn {
		t.Errorf("%+v", a)
	}
}
