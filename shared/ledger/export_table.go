package ledger

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"shebao/shared/calendar"
	"shebao/shared/money"
)

// Table is one table of an export: a CSV file of its own, or a sheet of a workbook.
type Table struct {
	Name   string // of the file, without its ending
	Title  string // of the sheet
	Header []string
	Rows   [][]any // string, int, money.Fen, Share or calendar.Date
}

// Share is a part of a whole in hundredths of a percent.
type Share int64

// String writes it with two decimals, such as 96.83%.
func (s Share) String() string { return money.Fen(s).String() + "%" }

// WriteCSV writes a table as UTF-8 with a byte order mark, without which spreadsheets take Chinese for something else. Amounts are yuan with two decimals.
func WriteCSV(w io.Writer, table Table) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("export %s: %w", table.Name, err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	_ = out.Write(table.Header) // Flush says what went wrong
	cells := make([]string, len(table.Header))
	for _, row := range table.Rows {
		for i, value := range row {
			cells[i] = plainText(value)
		}
		_ = out.Write(cells) // as above
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("export %s: %w", table.Name, err)
	}
	return nil
}

func plainText(value any) string {
	if text, ok := value.(string); ok {
		return harmless(text)
	}
	return fmt.Sprint(value)
}

// harmless keeps a text from being run as a formula by the spreadsheet that opens the file.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// WriteXLSX writes tables as the sheets of one workbook.
func WriteXLSX(w io.Writer, tables ...Table) error {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }() // only temporary files
	if err := writeSheets(book, tables); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if _, err := book.WriteTo(w); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func writeSheets(book *excelize.File, tables []Table) error {
	yuan, percent := "#,##0.00", "0.00%"
	var s sheetStyles
	var err error
	for _, style := range []struct {
		into *int
		of   excelize.Style
	}{{&s.amount, excelize.Style{CustomNumFmt: &yuan}}, {&s.share, excelize.Style{CustomNumFmt: &percent}}, {&s.head, excelize.Style{Font: &excelize.Font{Bold: true}}}} {
		if *style.into, err = book.NewStyle(&style.of); err != nil {
			return err
		}
	}
	first := book.GetSheetName(0)
	for i, table := range tables {
		if i == 0 {
			err = book.SetSheetName(first, table.Title)
		} else {
			_, err = book.NewSheet(table.Title)
		}
		if err != nil {
			return err
		}
		if err := writeSheet(book, table, s); err != nil {
			return fmt.Errorf("sheet %s: %w", table.Title, err)
		}
	}
	return nil
}

// sheetStyles of headings, amounts and shares.
type sheetStyles struct{ head, amount, share int }

// widest a column may be, in digits; a longer text runs on.
const widest = 48

// widthOf a column is that of its longest value; a Chinese character takes two digits' room.
func widthOf(table Table, column int) float64 {
	width := func(text string) (n int) {
		for _, r := range text {
			if n++; r > 0x2e80 {
				n++
			}
		}
		return n
	}
	most := width(table.Header[column])
	for _, row := range table.Rows {
		if amount, ok := row[column].(money.Fen); ok {
			most = max(most, width(amount.Grouped()))
			continue
		}
		most = max(most, width(fmt.Sprint(row[column])))
	}
	return float64(min(widest, max(10, most+2)))
}

func writeSheet(book *excelize.File, table Table, s sheetStyles) error {
	sheet, err := book.NewStreamWriter(table.Title)
	if err != nil {
		return err
	}
	for i := range table.Header {
		if err := sheet.SetColWidth(i+1, i+1, widthOf(table, i)); err != nil {
			return err
		}
	}
	if err := sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	cells := make([]any, len(table.Header))
	for i, name := range table.Header {
		cells[i] = excelize.Cell{StyleID: s.head, Value: name}
	}
	if err := sheet.SetRow("A1", cells); err != nil {
		return err
	}
	for n, row := range table.Rows {
		for i, value := range row {
			switch value := value.(type) {
			case money.Fen:
				// A sheet keeps numbers in binary; to fifteen digits, which is all that one shows, it is this amount.
				cells[i] = excelize.Cell{StyleID: s.amount, Value: float64(value) / 100}
			case Share:
				cells[i] = excelize.Cell{StyleID: s.share, Value: float64(value) / 10_000}
			case calendar.Date:
				cells[i] = value.String()
			default: // a text stays a text in a workbook, whatever it begins with
				cells[i] = value
			}
		}
		at, err := excelize.CoordinatesToCellName(1, n+2)
		if err != nil {
			return err
		}
		if err := sheet.SetRow(at, cells); err != nil {
			return err
		}
	}
	return sheet.Flush()
}
