package ledger

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"shebao/shared/fault"
)

// maxLine is the longest line that is taken for one, in bytes.
const maxLine = 1 << 20

// rowFile reads rows of a CSV or XLSX file, one at a time.
type rowFile struct {
	header []string
	size   int64
	read   func() int64 // bytes or rows consumed, of size
	next   func() (cells []string, line int, err error)
	close  func()
}

func unreadable(key string, cause error, args ...any) error {
	return fault.New(fault.Invalid, key, args...).Because(cause)
}

// openRows looks at the whole file first, so that one that cannot be read at all changes nothing. Errors: fault.Invalid (import.*).
func openRows(path string) (*rowFile, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, unreadable("import.open", err)
	case info.IsDir():
		return nil, unreadable("import.directory", nil)
	case info.Size() == 0:
		return nil, unreadable("import.empty", nil)
	}
	if strings.EqualFold(path[max(0, len(path)-5):], ".xlsx") {
		return openXLSX(path)
	}
	return openCSV(path, info.Size())
}

func openCSV(path string, size int64) (*rowFile, error) {
	utf8Text, err := inspect(path)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable("import.open", err)
	}
	counted := &countingReader{r: f}
	var text io.Reader = bufio.NewReaderSize(counted, 1<<16)
	if !utf8Text {
		text = simplifiedchinese.GB18030.NewDecoder().Reader(text)
	}
	text = skipBOM(text)
	reader := csv.NewReader(text)
	reader.FieldsPerRecord = -1
	reader.ReuseRecord = true
	file := &rowFile{size: size, read: func() int64 { return counted.n }, close: func() { _ = f.Close() }} // only read
	file.next = func() ([]string, int, error) {
		cells, err := reader.Read()
		if err != nil && !errors.Is(err, io.EOF) {
			var parse *csv.ParseError
			if errors.As(err, &parse) {
				return nil, 0, unreadable("import.quote", err, parse.StartLine)
			}
			return nil, 0, unreadable("import.open", err)
		}
		if err != nil {
			return nil, 0, io.EOF
		}
		line, _ := reader.FieldPos(0)
		return cells, line, nil
	}
	header, _, err := file.next()
	if err != nil {
		file.close()
		if errors.Is(err, io.EOF) {
			err = unreadable("import.empty", nil)
		}
		return nil, err
	}
	file.header = append([]string(nil), header...)
	return file, nil
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func skipBOM(r io.Reader) io.Reader {
	b := bufio.NewReaderSize(r, 1<<16)
	if start, err := b.Peek(3); err == nil && bytes.Equal(start, []byte("\xef\xbb\xbf")) {
		_, _ = b.Discard(3) // it was just peeked
	}
	return b
}

// inspect reads the file once: is it UTF-8 or GB18030, is there anything that no text holds. Errors: import.nul, import.line, import.encoding.
func inspect(path string) (utf8Text bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return false, unreadable("import.open", err)
	}
	defer func() { _ = f.Close() }() // only read
	lines := bufio.NewReaderSize(f, maxLine)
	utf8Text = true
	for number := 1; ; number++ {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return false, unreadable("import.line", nil, number)
		}
		if bytes.IndexByte(line, 0) >= 0 {
			return false, unreadable("import.nul", nil, number)
		}
		utf8Text = utf8Text && utf8.Valid(line)
		if !utf8Text {
			decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(line)
			if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
				return false, unreadable("import.encoding", err, number)
			}
		}
		if errors.Is(err, io.EOF) {
			return utf8Text, nil
		}
		if err != nil {
			return false, unreadable("import.open", err)
		}
	}
}

var formulaCell = regexp.MustCompile(`<c [^>]*r="([A-Z]+[0-9]+)"[^>]*><f[ >/]`)

// refuseFormulas: what a formula shows was computed by another program, perhaps long ago; only values are taken.
func refuseFormulas(path string) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return unreadable("import.xlsx", err)
	}
	defer func() { _ = archive.Close() }() // only read
	for _, entry := range archive.File {
		if !strings.HasPrefix(entry.Name, "xl/worksheets/sheet1") {
			continue
		}
		r, err := entry.Open()
		if err != nil {
			return unreadable("import.xlsx", err)
		}
		found := formulaCell.FindReaderSubmatchIndex(bufio.NewReader(r))
		_ = r.Close() // only read
		if found != nil {
			return unreadable("import.formula", nil)
		}
	}
	return nil
}

func openXLSX(path string) (*rowFile, error) {
	if err := refuseFormulas(path); err != nil {
		return nil, err
	}
	book, err := excelize.OpenFile(path, excelize.Options{UnzipXMLSizeLimit: 16 << 20, UnzipSizeLimit: 4 << 30})
	if err != nil {
		return nil, unreadable("import.xlsx", err)
	}
	rows, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		_ = book.Close() // only read
		return nil, unreadable("import.xlsx", err)
	}
	line := 0
	file := &rowFile{read: func() int64 { return int64(line) }, close: func() { _ = errors.Join(rows.Close(), book.Close()) }} // only read
	file.next = func() ([]string, int, error) {
		for rows.Next() {
			line++
			cells, err := rows.Columns(excelize.Options{RawCellValue: true})
			if err != nil {
				return nil, 0, unreadable("import.xlsx", fmt.Errorf("row %d: %w", line, err))
			}
			if len(cells) == 0 {
				continue
			}
			for len(cells) < len(file.header) { // trailing empty cells are not stored
				cells = append(cells, "")
			}
			return cells, line, nil
		}
		return nil, 0, io.EOF
	}
	header, _, err := file.next()
	if err != nil {
		file.close()
		return nil, unreadable("import.empty", nil)
	}
	file.header = append([]string(nil), header...)
	return file, nil
}
