package ledger_test

import (
	"archive/zip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"shebao/shared/fault"
	"shebao/shared/ledger"
)

// workbook writes rows to the first sheet of a workbook, after which change may alter it.
func workbook(t testing.TB, rows [][]any, change func(book *excelize.File, sheet string)) string {
	t.Helper()
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	sheet := book.GetSheetName(0)
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := book.SetSheetRow(sheet, cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(book, sheet)
	}
	path := filepath.Join(t.TempDir(), "book.xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func headerRow(header string) []any {
	var row []any
	for _, name := range strings.Split(strings.TrimSpace(header), ",") {
		row = append(row, name)
	}
	return row
}

// A workbook says the same as a CSV file, whether its cells are texts, numbers or dates.
func TestWorkbook(t *testing.T) {
	l := twoPeople(t)
	path := workbook(t, [][]any{
		headerRow(contributionHeader),
		{knownPerson, knownCode, 110, 202501, 18823, 3011.68, 3011.68, 1505.84, 1505.84, time.Date(2025, 1, 21, 0, 0, 0, 0, time.UTC)},
		{otherPerson, knownCode, "110", "202501", "18823.00", 3011.6799999999998, 3011.68, 0.1 + 1505.74, 1505.84, "2025-01-21"},
		{knownPerson, knownCode, 210, 202501, 18823, 94.12, 0, 94.12, 0}, // nothing in the last cell
		{},
		{knownPerson, knownCode, 999, 202501, 18823, 94.12, 0, 94.12, 0},
	}, func(book *excelize.File, _ string) {
		if _, err := book.NewSheet("说明"); err != nil {
			t.Fatal(err)
		}
		if err := book.SetCellFormula("说明", "A1", "1+1"); err != nil { // another sheet's affair
			t.Fatal(err)
		}
	})
	report := mustImport(t, l, ledger.Contributions, path)
	if report.Rows != 4 || report.Added != 3 || report.Rejected != 1 {
		t.Fatalf("%+v", report)
	}
	if bad := readRejects(t, report.RejectsFile)[0]; bad.line != 6 || bad.reason != "insurance" {
		t.Errorf("%+v", bad)
	}
	for _, number := range []string{knownPerson, otherPerson} {
		p, err := l.PersonByDocument(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		y, err := l.PersonYear(t.Context(), p.ID, 2025)
		if err != nil {
			t.Fatal(err)
		}
		if r := y.Rows[0]; r.Base != 1882300 || r.EmployerDue != 301168 || r.PersonDue != 150584 || r.PaidOn.String() != "2025-01-21" || !r.PaidInFull() {
			t.Errorf("%+v", r)
		}
	}
	if again := mustImport(t, l, ledger.Contributions, path); again.Unchanged != 3 || again.AccountsRun != 0 {
		t.Errorf("again: %+v", again)
	}
}

// repacked is a workbook some parts of which say something else.
func repacked(t testing.TB, book string, parts map[string]string) string {
	t.Helper()
	in, err := zip.OpenReader(book)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	path := filepath.Join(t.TempDir(), "repacked.xlsx")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	out := zip.NewWriter(file)
	for _, part := range in.File {
		content, changed := parts[part.Name]
		if !changed {
			err = out.Copy(part)
		} else if w, createErr := out.Create(part.Name); createErr != nil {
			err = createErr
		} else {
			_, err = io.WriteString(w, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(out.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUnreadableWorkbooks(t *testing.T) {
	l := twoPeople(t)
	good := workbook(t, [][]any{headerRow(employerHeader), {knownCode, "南湖电子有限公司", "330402"}}, nil)
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ path, key string }{
		"truncated":   {writeFile(t, "a.xlsx", string(whole[:len(whole)/2])), "import.xlsx"},
		"a CSV":       {writeFile(t, "b.XLSX", employerHeader), "import.xlsx"},
		"empty":       {writeFile(t, "c.xlsx", ""), "import.empty"},
		"no rows":     {workbook(t, nil, nil), "import.empty"},
		"header":      {workbook(t, [][]any{{"name"}}, nil), "import.header"},
		"no workbook": {repacked(t, good, map[string]string{"xl/workbook.xml": "<a/>"}), "import.xlsx"},
		"bomb":        {repacked(t, good, map[string]string{"xl/worksheets/sheet1.xml": strings.Repeat(" ", 80<<20)}), "import.unfolds"},
		"bomb beside": {repacked(t, good, map[string]string{"xl/styles.xml": strings.Repeat(" ", 65<<20)}), "import.unfolds"},
		"long cell":   {repacked(t, good, map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row><c><v>" + strings.Repeat("1", 2<<20) + "</v></c></row></sheetData></worksheet>"}), "import.line"},
		"formula": {workbook(t, [][]any{headerRow(employerHeader), {knownCode, "南湖电子有限公司", "330402"}}, func(book *excelize.File, sheet string) {
			if err := book.SetCellFormula(sheet, "B2", `="南湖"&"电子"`); err != nil {
				t.Fatal(err)
			}
		}), "import.formula"},
	} {
		_, err := l.Import(t.Context(), ledger.Employers, tc.path, ledger.Options{Now: now})
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Key != tc.key {
			t.Errorf("%s: %v, want %s", name, err, tc.key)
		}
	}
}
