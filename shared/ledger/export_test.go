package ledger_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

func asCSV(t testing.TB, table ledger.Table) string {
	t.Helper()
	var b bytes.Buffer
	if err := ledger.WriteCSV(&b, table); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A person's record that is exported and imported again, as CSV or as a workbook, changes nothing.
func TestAnExportedRecordReadsBack(t *testing.T) {
	l, _ := newLedger(t)
	dir := smallSample(t)
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions} {
		mustImport(t, l, kind, filepath.Join(dir, string(kind)+".csv"))
	}
	p, err := l.PersonByDocument(t.Context(), "070122198908103150") // 叶𠅤
	if err != nil {
		t.Fatal(err)
	}
	tables, err := l.ExportPerson(t.Context(), p.ID)
	if err != nil || len(tables) != 5 {
		t.Fatal(tables, err)
	}
	for i, kind := range []ledger.Kind{ledger.Persons, ledger.Contributions} {
		again := mustImport(t, l, kind, writeFile(t, "again.csv", asCSV(t, tables[i])))
		if again.Rejected != 0 || again.Unchanged != again.Rows || again.Rows == 0 {
			t.Errorf("%s: %+v", kind, again)
		}
	}
	if rows := len(tables[1].Rows); rows != 180 {
		t.Errorf("%d contributions, want 180", rows)
	}
	if account := asCSV(t, tables[2]); !strings.Contains(account, "2023,62477.94,18070.08,0.00,2480.37,388.58,0.00,83416.97,0.00,3.97,") {
		t.Error(account)
	}
	var book bytes.Buffer
	if err := ledger.WriteXLSX(&book, tables[1], tables[0], tables[2]); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "record.xlsx")
	if err := os.WriteFile(path, book.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if again := mustImport(t, l, ledger.Contributions, path); again.Rejected != 0 || again.Unchanged != 180 {
		t.Errorf("workbook: %+v", again)
	}
	if _, err := l.ExportPerson(t.Context(), 1<<40); fault.Of(err).Kind != fault.NotFound {
		t.Errorf("nobody's record: %v", err)
	}
}

// An employer's arrears come out as the expectation of the sample says, masked, and add up.
func TestExportedArrears(t *testing.T) {
	l, _ := newLedger(t)
	dir := smallSample(t)
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions} {
		mustImport(t, l, kind, filepath.Join(dir, string(kind)+".csv"))
	}
	employer, err := l.EmployerByUSCC(t.Context(), "91070110MAC171HU4B")
	if err != nil {
		t.Fatal(err)
	}
	tables, err := l.ExportArrears(t.Context(), employer.ID)
	if err != nil || len(tables) != 2 {
		t.Fatal(tables, err)
	}
	total := tables[0].Rows[len(tables[0].Rows)-1]
	if total[7] != money.Fen(5355278) || total[2] != "合计" {
		t.Errorf("total: %v", total)
	}
	var sum money.Fen
	for _, row := range tables[1].Rows {
		sum += row[8].(money.Fen)
		if number := row[2].(string); len(number) != 18 || !strings.Contains(number, "********") {
			t.Fatal("an ID number is not masked")
		}
	}
	if sum != 5355278 {
		t.Errorf("by person: %s", sum)
	}
	if _, err := l.ExportArrears(t.Context(), 1<<30); fault.Of(err).Kind != fault.NotFound {
		t.Errorf("nobody's arrears: %v", err)
	}
}

// Texts that a spreadsheet would run are harmless in both formats; amounts stay amounts.
func TestExportsHoldNoFormulas(t *testing.T) {
	table := ledger.Table{Name: "t", Title: "表", Header: []string{"单位", "金额"}, Rows: [][]any{{"=HYPERLINK(\"x\")", money.Fen(-5)}, {"+1", money.Fen(301168)}, {"@a", money.Fen(0)}}}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(asCSV(t, table), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]string{{"单位", "金额"}, {`'=HYPERLINK("x")`, "-0.05"}, {"'+1", "3011.68"}, {"'@a", "0.00"}} {
		if strings.Join(rows[i], "|") != strings.Join(want, "|") {
			t.Errorf("%q, want %q", rows[i], want)
		}
	}
	var b bytes.Buffer
	if err := ledger.WriteXLSX(&b, table); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	formula, err1 := book.GetCellFormula("表", "A2")
	text, err2 := book.GetCellValue("表", "A2")
	amount, err3 := book.GetCellValue("表", "B3", excelize.Options{RawCellValue: true})
	if formula != "" || text != `=HYPERLINK("x")` || amount != "3011.68" || err1 != nil || err2 != nil || err3 != nil {
		t.Errorf("%q %q %q %v %v %v", formula, text, amount, err1, err2, err3)
	}
}
