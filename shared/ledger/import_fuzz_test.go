package ledger

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/seal"
)

// FuzzRowsOfEveryKind: no cell of any kind of file makes its row parser fail, and whatever is taken is within its bounds.
func FuzzRowsOfEveryKind(f *testing.F) {
	f.Add("居民身份证,07010219910925762X,姚文宇,女,1991-09-25,D22198987,10000005704,参保缴费,16491.92,2022-12-31")
	f.Add("91350100M000100Y43,南湖电子有限公司,330402,2005-01-10,正常,有限责任公司")
	f.Add("410000,110,,1996-07-01,1997-06-30,9.6,否,某省人社厅")
	f.Add("330000,2025,1.50,是,某省人社厅")
	f.Add(",A,月积数法")
	f.Add("2027-02-07,上班,国办发明电〔2026〕1号")
	f.Add("07010219910925762x, 91350100m000100y43 ,失业,2025-01,5000,0.1,0,.4,0,")
	f.Add("07010219910925762x,T1,转入,2024-09-03,100.00,0.5,转入,有效,1,2,,,,,,,,,,3")
	f.Add("\xff,\x00,１２３４,\u3000,９９９９９９９９９９９９９９９.９９")
	today := calendar.DateOf(benchNow)
	hash, err := seal.NewHashKey(make([]byte, 32), "ledger")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, line string) {
		rec, err := newCSVReader(strings.NewReader(line + "\n")).next()
		if err != nil {
			return
		}
		for _, kind := range Kinds {
			known := knownColumns(kind)
			header := make([]string, len(known))
			for i, k := range known {
				header[i] = k.english
			}
			c, err := columnsOf(kind, header)
			if err != nil {
				t.Fatal(err)
			}
			cells := rec.cells
			for len(cells) < len(header) {
				cells = append(cells, nil)
			}
			run := &importRun{ledger: &Ledger{keys: Keys{Hash: hash}}, columns: c, today: today}
			in := row{cells: cells[:len(header)], columns: c}
			switch kind {
			case Persons:
				if p, bad := run.person(in.cells); bad == nil && (p.Name == "" || p.OpeningBalance < 0 || len(p.IDNumber) < 5 || p.BirthDate.After(today)) {
					t.Fatalf("%q became %+v", line, p)
				}
			case Employers:
				if e, bad := run.employer(in.cells); bad == nil && (len(e.USCC) != 18 || len(e.Region) != 6 || e.Name == "" || e.Status == 0) {
					t.Fatalf("%q became %+v", line, e)
				}
			case Rates:
				region, rate := in.regionPrefix("region"), in.percent("rate")
				from, to := in.inForce(today)
				if in.problem == nil && (len(region) > 6 || to.Year > today.Year || from.Year < 1990 || to.Before(from) || rate < 0 || rate > 1_000_000_000) {
					t.Fatalf("%q became %q %v %v %d", line, region, from, to, rate)
				}
			case Holidays:
				if day, _, source := in.holiday(today); in.problem == nil && (day.IsZero() || source == "") {
					t.Fatalf("%q became %v", line, day)
				}
			case Events:
				var e eventRow
				if bad := run.event(in.cells, &e); bad == nil && (e.number == "" || e.event.Kind == 0 || e.event.On.After(today) || e.event.Personal < 0 && e.event.Kind != account.Correction) {
					t.Fatalf("%q became %+v", line, e)
				}
			case Contributions:
				var s stagedRow
				r := newContributionReader(c, today, map[string]int32{"91350100M000100Y43": 1})
				if bad := r.read(in.cells, &s); bad == nil && (s.row.EmployerPaid > s.row.EmployerDue || s.row.PersonPaid > s.row.PersonDue || s.row.Base < 0 || s.row.PaidOn.After(today)) {
					t.Fatalf("%q became %+v", line, s.row)
				}
			}
		}
	})
}

// FuzzWorkbook: no file makes the reader of workbooks fail in another way than by saying so, and it ends.
func FuzzWorkbook(f *testing.F) {
	book := excelize.NewFile()
	for cell, value := range map[string]any{"A1": "uscc", "B1": "name", "C1": "region", "A2": "91350100M000100Y43", "B2": "南湖电子有限公司", "C2": 330402} {
		if err := book.SetCellValue("Sheet1", cell, value); err != nil {
			f.Fatal(err)
		}
	}
	var whole bytes.Buffer
	if _, err := book.WriteTo(&whole); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add(whole.Bytes()[:whole.Len()/2])
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "book.xlsx")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := openRows(path)
		if err != nil {
			if fault.Of(err) == nil || fault.Of(err).Kind != fault.Invalid {
				t.Fatalf("%v", err)
			}
			return
		}
		defer file.close()
		for {
			if _, err := file.next(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				if fault.Of(err) == nil {
					t.Fatalf("%v", err)
				}
				return
			}
		}
	})
}
