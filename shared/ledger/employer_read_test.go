package ledger_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

func sampleLedger(t testing.TB) *ledger.Ledger {
	t.Helper()
	l, _ := newLedger(t)
	dir := smallSample(t)
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions} {
		mustImport(t, l, kind, filepath.Join(dir, string(kind)+".csv"))
	}
	return l
}

func TestSearchEmployers(t *testing.T) {
	l := sampleLedger(t)
	for _, tc := range []struct{ words, want string }{
		{"湘湖精密机械有限责任公司", "湘湖精密机械有限责任公司"},
		{"湘湖", "湘湖精密机械有限责任公司"},
		{"湖", "湘湖精密机械有限责任公司"},
		{" 西溪 餐饮 ", "西溪餐饮管理有限公司"},
		{"西溪餐饮公司", "西溪餐饮管理有限公司"},
		{"杭城纺识有限公司", "杭城纺织有限公司"}, // a wrong character
		{"余杭塘软件（有限）", "余杭塘软件有限公司"},
	} {
		found, err := l.SearchEmployers(t.Context(), tc.words, 3)
		if err != nil || len(found) == 0 || found[0].Name != tc.want {
			t.Errorf("%s: %v, %v", tc.words, found, err)
		}
	}
	for _, words := range []string{"", " （） ", "南湖电子", "%", "'"} {
		if found, err := l.SearchEmployers(t.Context(), words, 3); err != nil || len(found) != 0 {
			t.Errorf("%q: %v, %v", words, found, err)
		}
	}
	if found, err := l.SearchEmployers(t.Context(), "有限公司", 2); err != nil || len(found) != 2 {
		t.Errorf("limit: %v, %v", found, err)
	}
}

func TestEmployers(t *testing.T) {
	l := sampleLedger(t)
	e, err := l.EmployerByUSCC(t.Context(), identityUSCC(t, "91070110MAC171HU4B"))
	if err != nil || e.Name != "西溪餐饮管理有限公司" || e.Status != ledger.Bankrupt || e.RegisteredOn.String() != "2008-04-10" || e.Region != "070110" {
		t.Errorf("%+v, %v", e, err)
	}
	same, err := l.Employer(t.Context(), e.ID)
	if err != nil || same != e {
		t.Errorf("%+v, %v", same, err)
	}
	all, err := l.Employers(t.Context(), []int32{e.ID, 1 << 30})
	if err != nil || len(all) != 1 || all[e.ID] != e {
		t.Errorf("%+v, %v", all, err)
	}
	_, err1 := l.Employer(t.Context(), 1<<30)
	_, err2 := l.EmployerByUSCC(t.Context(), "91350100M000100Y43")
	if !fault.Is(err1, fault.NotFound) || !fault.Is(err2, fault.NotFound) {
		t.Error(errors.Join(err1, err2))
	}
}

// The desk's evidence: months, headcount, what is owed, and by whom; each adds up to the others.
func TestEmployerMonthsAndArrears(t *testing.T) {
	l := sampleLedger(t)
	e, err := l.EmployerByUSCC(t.Context(), "91070102MAXG612DD9")
	if err != nil {
		t.Fatal(err)
	}
	months, err := l.EmployerMonths(t.Context(), e.ID, 202501, 202512)
	if err != nil || len(months) != 12 {
		t.Fatal(months, err)
	}
	lines, err := l.EmployerArrears(t.Context(), e.ID)
	if err != nil {
		t.Fatal(err)
	}
	owed, err := l.PersonsOwed(t.Context(), e.ID, 202503, 202503)
	if err != nil {
		t.Fatal(err)
	}
	var march, byLine, byPerson money.Fen
	people := map[int64]bool{}
	for _, m := range months {
		if (m.PersonsOwed > 0) != (m.Owed > 0) || m.PersonsOwed > m.Headcount || m.AverageBase < 300000 || m.AverageBase > 3000000 {
			t.Errorf("%+v", m)
		}
		if owes := m.Period >= 202503 && m.Period <= 202506; owes != (m.Owed > 0) {
			t.Errorf("%s: owed %s", m.Period, m.Owed)
		}
		if m.Period == 202503 {
			march = m.Owed
		}
	}
	for _, line := range lines {
		if line.Owed != line.Due-line.Paid || line.Persons == 0 {
			t.Errorf("%+v", line)
		}
		if line.Period == 202503 {
			byLine += line.Owed
		}
	}
	for _, line := range owed {
		byPerson += line.Owed()
		people[line.PersonID] = true
	}
	if march == 0 || march != byLine || march != byPerson || len(people) != months[2].PersonsOwed {
		t.Errorf("march: %s by month, %s by line, %s by person of %d people, %d by month", march, byLine, byPerson, len(people), months[2].PersonsOwed)
	}
	if !slices.IsSortedFunc(lines, func(a, b ledger.ArrearsLine) int {
		return strings.Compare(fmt.Sprint(int(a.Period), int(a.Insurance)), fmt.Sprint(int(b.Period), int(b.Insurance)))
	}) {
		t.Error("lines are not ascending")
	}
}

// A packed row that no longer is what the truth says is found.
func TestVerifyFindsDamage(t *testing.T) {
	l, pool := newLedger(t)
	dir := smallSample(t)
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions} {
		mustImport(t, l, kind, filepath.Join(dir, string(kind)+".csv"))
	}
	for _, damage := range []string{
		`UPDATE ledger.person_year SET packed = '\x07' || packed WHERE person_id = 7 AND year = 2024`,
		`DELETE FROM ledger.person_year WHERE person_id = 8 AND year = 2025`,
		`INSERT INTO ledger.person_year (person_id, year, packed) SELECT person_id, 1999, packed FROM ledger.person_year WHERE person_id = 9 AND year = 2024`,
		`UPDATE ledger.contribution SET base = base + 1 WHERE person_id = 10 AND period = 202501 AND insurance = 110`,
		`UPDATE ledger.person SET opening_balance = opening_balance + 1 WHERE id = 11`,
	} {
		if tag, err := pool.Exec(t.Context(), damage); err != nil || tag.RowsAffected() != 1 {
			t.Fatal(tag, err)
		}
	}
	checked, differ, err := l.Verify(t.Context())
	if err != nil || checked != 120 || fmt.Sprint(differ) != "[7 8 9 10 11]" {
		t.Errorf("%d checked, %v differ, %v", checked, differ, err)
	}
	if _, err := l.PersonYear(t.Context(), 7, 2024); err == nil || fault.Of(err).Kind != fault.Internal {
		t.Errorf("a damaged row reads as %v", err)
	}
	if _, err := l.Totals(t.Context(), 202512); err == nil || !strings.Contains(err.Error(), "year 2024 of person 7") {
		t.Errorf("a damaged row is summed: %v", err)
	}
	if err := l.Mend(t.Context(), differ); err != nil {
		t.Fatal(err)
	}
	if _, differ, err = l.Verify(t.Context()); err != nil || len(differ) > 0 {
		t.Errorf("mended, and %v differ, %v", differ, err)
	}
}

func TestNobodyIsNotFound(t *testing.T) {
	l := sampleLedger(t)
	_, err1 := l.Person(t.Context(), 1<<40)
	_, err2 := l.PersonByDocument(t.Context(), "11010519491231002X")
	_, err3 := l.PersonYear(t.Context(), 1, 1999)
	for _, err := range []error{err1, err2, err3} {
		if !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	}
	if years, err := l.PersonYears(t.Context(), 1<<40); err != nil || len(years) != 0 {
		t.Errorf("%v, %v", years, err)
	}
}

// Nothing in the tables shows an ID number or a mobile.
func TestNumbersAreSealed(t *testing.T) {
	l, pool := newLedger(t)
	dir := smallSample(t)
	mustImport(t, l, ledger.Persons, filepath.Join(dir, "persons.csv"))
	var text string
	if err := pool.QueryRow(t.Context(), `SELECT string_agg(p::text, ' ') FROM ledger.person p`).Scan(&text); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"070122198908103150", "10000009711"} {
		if strings.Contains(text, secret) || strings.Contains(text, hex.EncodeToString([]byte(secret))) { // bytes are shown in hex
			t.Errorf("%d characters that must be sealed stand in the table", len(secret))
		}
	}
	p, err := l.PersonByDocument(t.Context(), "070122198908103150")
	if err != nil || p.Mobile != "10000009711" || p.Name != "叶𠅤" {
		t.Errorf("%v", err)
	}
}
