package ledger

import (
	"encoding/csv"
	"errors"
	"os"
	"strconv"
	"strings"
)

// rejectFile collects refused rows beside the imported file; it appears under its name only when the import has ended, and not at all when
// every row was good. It holds values as they were, so that the agency can correct them, and is readable by its owner only.
type rejectFile struct {
	path string
	file *os.File
	csv  *csv.Writer
}

func (r *rejectFile) add(line int, p problem) error {
	if r.file == nil {
		file, err := os.OpenFile(r.path+".partial", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		r.file, r.csv = file, csv.NewWriter(file)
		if err := r.csv.Write([]string{"line", "reason", "field", "value", "sentence"}); err != nil {
			return err
		}
	}
	value := p.value
	if value != "" && strings.ContainsRune("=+-@\t\r", rune(value[0])) && strings.Trim(value, "-.0123456789") != "" {
		value = "'" + value // a spreadsheet would run it
	}
	return r.csv.Write([]string{strconv.Itoa(line), string(p.reason), p.field, value, p.reason.Sentence()})
}

// keep closes the file under its name and returns it; nothing refused leaves none, and removes that of an earlier run.
func (r *rejectFile) keep() (string, error) {
	if r.file == nil {
		if err := os.Remove(r.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		return "", nil
	}
	r.csv.Flush()
	if err := errors.Join(r.csv.Error(), r.file.Close()); err != nil {
		return "", err
	}
	r.file = nil
	return r.path, os.Rename(r.path+".partial", r.path)
}

// discard removes what an import that failed had written.
func (r *rejectFile) discard() {
	if r.file != nil {
		_ = r.file.Close()
		_ = os.Remove(r.path + ".partial") // the failure that led here says more
	}
}
