package ledger_test

import (
	"strings"
	"testing"

	"shebao/shared/ledger"
)

// The parts of an opening balance earn apart, each rounded by itself: 78.61 and 52.41 at 2.62 %, where the sum would earn 131.01. A corrected part runs the account again, keeps what it
// was, and is exported; a file without the column says that nothing came from the employer.
func TestAnOpeningBalanceInTwoParts(t *testing.T) {
	l, pool := newLedger(t)
	importTwoPeople(t, l)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+contributionLine(knownPerson, "202512", "2025-12-20")))
	header := strings.TrimSpace(personHeader) + ",期初单位划转部分\n"
	row := func(part string) string {
		return "居民身份证," + knownPerson + ",姚文宇,女,1991-09-25,D22198987,,参保缴费,5000.40,2023-12-31," + part + "\n"
	}
	for _, c := range []struct {
		file              string
		interest, closing int
	}{
		{header + row("2000.20"), 13102, 500040 + 13102},
		{header + row(""), 13101, 500040 + 13101},
		{header + row("5000.40"), 13101, 500040 + 13101},
		{header + row("2000.20"), 13102, 500040 + 13102},
		{personHeader + strings.TrimSuffix(row(""), ",\n") + "\n", 13101, 500040 + 13101},
	} {
		if report := mustImport(t, l, ledger.Persons, writeFile(t, "p.csv", c.file)); report.Good != 1 || report.AccountsRun != 1 {
			t.Fatalf("%+v", report)
		}
		if a := accountOf(t, l, knownPerson, 2024); int(a.InterestOnOpening) != c.interest || int(a.Closing) != c.closing {
			t.Errorf("%s earns %s and holds %s", c.file, a.InterestOnOpening, a.Closing)
		}
	}
	mustImport(t, l, ledger.Persons, writeFile(t, "p.csv", header+row("2000.20")))
	if a := accountOf(t, l, knownPerson, 2024); a.ClosingEmployer != 200020+5241 {
		t.Errorf("of it %s came from the employer", a.ClosingEmployer)
	}
	var kept []int64
	if err := pool.QueryRow(t.Context(), `SELECT array_agg(opening_employer ORDER BY id) FROM ledger.person_history`).Scan(&kept); err != nil || len(kept) != 6 || kept[3] != 500040 {
		t.Errorf("kept %v, %v", kept, err)
	}
}
