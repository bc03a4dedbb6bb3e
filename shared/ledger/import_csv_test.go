package ledger

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/simplifiedchinese"

	"shebao/shared/fault"
)

type plainRecord struct {
	line  int
	cells string
}

func readAll(r *csvReader) (records []plainRecord, err error) {
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return records, err
		}
		cells := string(bytes.Join(rec.cells, []byte("|")))
		if rec.broken {
			cells = "broken"
		}
		records = append(records, plainRecord{rec.line, cells})
	}
}

func TestRecordsAndTheirLines(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     []plainRecord
	}{
		{"plain", "a,b\n1,2\n", []plainRecord{{1, "a|b"}, {2, "1|2"}}},
		{"no end of line", "a,b\r\n1,2", []plainRecord{{1, "a|b"}, {2, "1|2"}}},
		{"empty lines count but are left out", "a\n\n\r\nb\n", []plainRecord{{1, "a"}, {4, "b"}}},
		{"byte order mark", "\ufeff姓名,b\n", []plainRecord{{1, "姓名|b"}}},
		{"quotes", "a,\"b,\"\"c\"\"\",d\n\"\",e\n", []plainRecord{{1, `a|b,"c"|d`}, {2, "|e"}}},
		{"lines in a cell", "\"a\nb\r\nc\",d\ne,f\n", []plainRecord{{1, "a\nb\r\nc|d"}, {4, "e|f"}}},
		{"a quote inside a plain cell is a character", "5\" disk,b\nc,d\n", []plainRecord{{1, "5\" disk|b"}, {2, "c|d"}}},
		{"a stray quote costs its own line only", "a,\"b,c\nd,\"e\",f\ng,h,i\n", []plainRecord{{1, "broken"}, {2, "d|e|f"}, {3, "g|h|i"}}},
		{"a quoted cell at the very end", "a,\"b\"", []plainRecord{{1, "a|b"}}},
		{"an empty cell at the end", "a,\n,\n", []plainRecord{{1, "a|"}, {2, "|"}}},
	} {
		for _, in := range []io.Reader{strings.NewReader(tc.in), iotest.OneByteReader(strings.NewReader(tc.in))} {
			got, err := readAll(newCSVReader(in))
			if err != nil || !slices.Equal(got, tc.want) {
				t.Errorf("%s: %v, %v, want %v", tc.name, got, err, tc.want)
			}
		}
	}
}

func TestBothEncodingsReadTheSame(t *testing.T) {
	text := "姓名,单位\n叶𠅤,\"湘湖,精密\"\n王䶮,a\n赵𬭎,b\n"
	coded, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	want, err := readAll(newCSVReader(strings.NewReader(text)))
	if err != nil || len(want) != 4 || want[1].cells != "叶𠅤|湘湖,精密" {
		t.Fatalf("%v, %v", want, err)
	}
	got, err := readAll(newCSVReader(strings.NewReader(coded)))
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("GB18030: %v, %v", got, err)
	}
	late := "a,b\n" + strings.Repeat("1,2\n", 1<<19) // more than a buffer before the first character beyond ASCII
	got, err = readAll(newCSVReader(strings.NewReader(late + coded)))
	if err != nil || got[len(got)-1].cells != "赵𬭎|b" {
		t.Errorf("late GB18030: %v", err)
	}
}

func TestUnreadableText(t *testing.T) {
	for name, tc := range map[string]struct {
		in, key string
		line    int
	}{
		"NUL":             {"a\nb\nc\x00\n", "import.nul", 3},
		"UTF-16":          {"\xff\xfea\x00", "import.utf16", 0},
		"UTF-16 mark":     {"\xfe\xff汉", "import.utf16", 0},
		"line":            {"a\n" + strings.Repeat("x", 10<<20), "import.line", 2},
		"quote":           {"a\nb,\"c\nd\n", "import.quote", 2},
		"endless quote":   {"a\n\"" + strings.Repeat("x\n", 5<<20), "import.quote", 2},
		"neither":         {"a\n\xff\xff\n", "import.encoding", 2},
		"Latin after all": {"姓名\n\xe9t\xe9\n" + strings.Repeat("a\n", 10), "import.encoding", 0},
	} {
		_, err := readAll(newCSVReader(strings.NewReader(tc.in)))
		f := fault.Of(err)
		if f == nil || f.Kind != fault.Invalid || f.Key != tc.key || tc.line > 0 && (len(f.Args) != 1 || f.Args[0] != tc.line) {
			t.Errorf("%s: %v %v, want %s at %d", name, err, f, tc.key, tc.line)
		}
	}
}

// FuzzRecords: whatever encoding/csv reads without complaint is read the same here, and nothing makes the reader fail otherwise than by a fault.
func FuzzRecords(f *testing.F) {
	f.Add("a,b\n\"c\nd\",\"\"\"e\"\n")
	f.Add("a,\"b\n")
	f.Add("\xef\xbb\xbfa\r\n\r\nb")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := readAll(newCSVReader(strings.NewReader(in)))
		if err != nil {
			if fault.Of(err).Kind != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		if strings.Contains(in, "\r") || !strings.HasPrefix(in, "a") { // encoding/csv rewrites \r\n inside cells, and knows no marks
			return
		}
		reader := csv.NewReader(strings.NewReader(in))
		reader.FieldsPerRecord = -1
		want, err := reader.ReadAll()
		if err != nil || notUTF8(in) {
			return
		}
		if len(got) != len(want) {
			t.Fatalf("%q: %d records, encoding/csv reads %d", in, len(got), len(want))
		}
		for i, cells := range want {
			if got[i].cells != strings.Join(cells, "|") {
				t.Errorf("%q: record %d: %q, encoding/csv reads %q", in, i, got[i].cells, cells)
			}
		}
	})
}

// notUTF8 reports text that would be decoded.
func notUTF8(in string) bool { return strings.ToValidUTF8(in, "") != in }
