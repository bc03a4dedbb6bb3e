package ledger

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"shebao/shared/calendar"
)

// The largest workbook that is opened: what a sheet may unfold to, and what of a part is held in memory before it goes to disk. The texts that cells share are parsed to ten times their size
// when they are held in memory, so that not much may be.
const (
	maxUnfolded = 4 << 30
	maxInMemory = 2 << 20
	// A part of a workbook that is larger unfolds to no more than so many times its packed size: rows of people and amounts unfold to ten or twenty times theirs.
	maxPart  = 64 << 20
	maxRatio = 200
)

// openXLSX reads the first sheet of a workbook. Errors: import.xlsx, import.formula, import.line, import.unfolds.
func openXLSX(file string, _ int64) (*rowFile, error) {
	if err := refuseFormulas(file); err != nil {
		return nil, err
	}
	book, err := excelize.OpenFile(file, excelize.Options{UnzipXMLSizeLimit: maxInMemory, UnzipSizeLimit: maxUnfolded, RawCellValue: true})
	if err != nil {
		return nil, unreadable("import.xlsx", err)
	}
	rows, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		_ = book.Close() // only read
		return nil, unreadable("import.xlsx", err)
	}
	x := &xlsxReader{rows: rows}
	return &rowFile{serials: true, read: func() int64 { return 0 }, next: x.next, close: func() { _ = errors.Join(rows.Close(), book.Close()) }}, nil // only read
}

type xlsxReader struct {
	rows  *excelize.Rows
	line  int
	width int // cells of the header
	cells [][]byte
}

func (x *xlsxReader) next() (record, error) {
	for x.rows.Next() {
		x.line++
		texts, err := x.rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return record{}, unreadable("import.xlsx", fmt.Errorf("row %d: %w", x.line, err))
		}
		if len(texts) == 0 {
			continue
		}
		x.cells = x.cells[:0]
		for _, text := range texts {
			x.cells = append(x.cells, []byte(asShown(text)))
		}
		if x.width == 0 {
			x.width = len(x.cells)
		}
		for len(x.cells) < x.width { // empty cells at the end are not stored
			x.cells = append(x.cells, nil)
		}
		return record{line: x.line, cells: x.cells, whole: true}, nil
	}
	if err := x.rows.Error(); err != nil {
		return record{}, unreadable("import.xlsx", err)
	}
	return record{}, io.EOF
}

// asShown undoes what a spreadsheet does to numbers: it keeps them in binary and writes 3011.68 as 3011.6799999999998. Fifteen digits are
// all that it vouches for and shows; no amount that has them is changed.
func asShown(text string) string {
	if len(text) < 17 || strings.Count(text, ".") != 1 || strings.Trim(text, "-0123456789.") != "" {
		return text
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	short := strconv.FormatFloat(n, 'g', 15, 64)
	if strings.Contains(short, "e") {
		return text
	}
	return short
}

// serialDate reads a date that a spreadsheet keeps as the number of days since 1899-12-30, from 1927 to 2173: such a number is no date of any other form.
func serialDate(text string) (calendar.Date, bool) {
	if len(text) != 5 || text < "10000" {
		return calendar.Date{}, false
	}
	days, err := strconv.Atoi(text)
	if err != nil {
		return calendar.Date{}, false
	}
	return calendar.NewDate(1899, 12, 30).AddDays(days), true
}

// refuseBombs: a file of two megabytes may unfold to two gigabytes. The sizes that the archive names hold, since its reader gives no more. Error: import.unfolds.
func refuseBombs(archive *zip.Reader) error {
	for _, part := range archive.File {
		limit := uint64(maxPart)
		if strings.HasPrefix(part.Name, "xl/worksheets/") || part.Name == "xl/sharedStrings.xml" { // what goes to disk
			limit = max(limit, maxRatio*part.CompressedSize64)
		}
		if part.UncompressedSize64 > limit {
			return unreadable("import.unfolds", nil)
		}
	}
	return nil
}

// refuseFormulas: what a formula shows was computed by another program, perhaps long ago; only values are taken. Nor is a workbook opened that is a bomb, or a cell of which is
// longer than a record may be. Errors: import.xlsx, import.formula, import.line, import.unfolds.
func refuseFormulas(file string) error {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return unreadable("import.xlsx", err)
	}
	defer func() { _ = archive.Close() }() // only read
	if err := refuseBombs(&archive.Reader); err != nil {
		return err
	}
	name, err := firstSheet(&archive.Reader)
	if err != nil {
		return unreadable("import.xlsx", err)
	}
	sheet, err := archive.Open(name)
	if err != nil {
		return unreadable("import.xlsx", err)
	}
	defer func() { _ = sheet.Close() }() // only read
	in := bufio.NewReaderSize(sheet, 1<<16)
	row, length := 0, 0
	for {
		tag, err := in.ReadSlice('>')
		if length += len(tag); length > maxRecord {
			return unreadable("import.line", nil, row)
		}
		if err == nil {
			length = 0
		}
		switch open := bytes.LastIndexByte(tag, '<'); {
		case open < 0:
		case bytes.HasPrefix(tag[open:], []byte("<row")):
			row++
		case bytes.HasPrefix(tag[open:], []byte("<f>")), bytes.HasPrefix(tag[open:], []byte("<f ")), bytes.HasPrefix(tag[open:], []byte("<f/")):
			return unreadable("import.formula", nil, row)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return unreadable("import.xlsx", err)
		}
	}
}

// firstSheet is the part of the archive that holds the first sheet.
func firstSheet(archive *zip.Reader) (string, error) {
	var book struct {
		Sheets []struct {
			ID string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var links struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		}
	}
	for name, into := range map[string]any{"xl/workbook.xml": &book, "xl/_rels/workbook.xml.rels": &links} {
		part, err := archive.Open(name)
		if err != nil {
			return "", err
		}
		err = xml.NewDecoder(io.LimitReader(part, maxInMemory)).Decode(into)
		if err := errors.Join(err, part.Close()); err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, link := range links.Relationship {
		if len(book.Sheets) > 0 && link.ID == book.Sheets[0].ID {
			if strings.HasPrefix(link.Target, "/") {
				return link.Target[1:], nil
			}
			return path.Join("xl", link.Target), nil
		}
	}
	return "", errors.New("the workbook has no sheet")
}
