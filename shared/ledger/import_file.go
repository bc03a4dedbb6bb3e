package ledger

import (
	"io"
	"os"
	"strings"

	"shebao/shared/fault"
)

// rowFile reads rows of a CSV or XLSX file, one at a time, in memory that does not grow with it.
type rowFile struct {
	header  []string
	serials bool         // dates may be a spreadsheet's day numbers
	size    int64        // bytes, or 0 when unknown
	read    func() int64 // of size
	next    func() (record, error)
	close   func()
}

func unreadable(key string, cause error, args ...any) error {
	return fault.New(fault.Invalid, key, args...).Because(cause)
}

// openRows opens a file and reads its header. Errors: fault.Invalid (import.*).
func openRows(path string) (*rowFile, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, unreadable("import.open", err)
	case info.IsDir():
		return nil, unreadable("import.directory", nil)
	case !info.Mode().IsRegular(): // a pipe would be waited for without end
		return nil, unreadable("import.irregular", nil)
	case info.Size() == 0:
		return nil, unreadable("import.empty", nil)
	}
	open := openCSV
	if strings.HasSuffix(strings.ToLower(path), ".xlsx") {
		open = openXLSX
	}
	file, err := open(path, info.Size())
	if err != nil {
		return nil, err
	}
	header, err := file.next()
	if err == io.EOF {
		err = unreadable("import.empty", nil)
	} else if err == nil && header.broken {
		err = unreadable("import.quote", nil, header.line)
	}
	if err != nil {
		file.close()
		return nil, err
	}
	for _, cell := range header.cells {
		file.header = append(file.header, string(cell))
	}
	return file, nil
}

func openCSV(path string, size int64) (*rowFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable("import.open", err)
	}
	reader := newCSVReader(f)
	return &rowFile{size: size, read: func() int64 { return reader.read }, next: reader.next, close: func() { _ = f.Close() }}, nil // only read
}
