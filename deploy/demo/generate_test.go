package demo_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"shebao/deploy/demo"
	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/ledger"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/seal"
)

var (
	today = calendar.NewDate(2026, 11, 23)
	kinds = []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions, ledger.Events}
)

func TestTheSameEveryTime(t *testing.T) {
	var files [2][]byte
	for i := range files {
		dir := t.TempDir()
		if _, err := demo.Write(dir, today); err != nil {
			t.Fatal(err)
		}
		for _, kind := range kinds {
			text, err := os.ReadFile(filepath.Join(dir, string(kind)+".csv"))
			if err != nil {
				t.Fatal(err)
			}
			files[i] = append(files[i], text...)
		}
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("another run invents another agency")
	}
}

// Everything that is invented goes through the import without a refused row, and every persona's record shows what the demo says it shows.
func TestPersonasShowWhatTheySay(t *testing.T) {
	ctx := t.Context()
	field, err1 := seal.NewFieldKey(make([]byte, 32), "ledger")
	hash, err2 := seal.NewHashKey(make([]byte, 32), "ledger")
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	l := ledger.New(postgrestest.New(t, ledger.Migrations), ledger.Keys{Field: field, Hash: hash})
	dir := t.TempDir()
	personas, err := demo.Write(dir, today)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds {
		report, err := l.Import(ctx, kind, filepath.Join(dir, string(kind)+".csv"), ledger.Options{Now: today.Midnight().Add(9 * time.Hour)})
		if err != nil || report.Rejected+report.Duplicates+report.Superseded != 0 || report.Added != report.Rows || report.Rows == 0 {
			t.Fatalf("%s: %+v, %v", kind, report, err)
		}
	}
	reach, err := l.DataDate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]facts{}
	for _, persona := range personas {
		p, err := l.PersonByDocument(ctx, persona.Number)
		if err != nil || p.Name != persona.Name {
			t.Fatalf("%s: %v", persona.Shows, err)
		}
		years, err := l.PersonYears(ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		f := factsOf(p, years, reach)
		months, err := l.EmployerMonths(ctx, f.employer, reach.Period(), reach.Period())
		if err != nil {
			t.Fatal(err)
		}
		for _, month := range months {
			f.headcount = month.Headcount
		}
		shown[persona.Shows] = f
	}
	for shows, holds := range map[string]func(f facts) bool{
		"全部足额":    func(f facts) bool { return f.owing == 0 && f.late == 0 && f.paid > 24 },
		"中间缺月":    func(f facts) bool { return f.owing == 2 && !f.owesLately },
		"单位欠缴":    func(f facts) bool { return f.owesLately },
		"后来补缴":    func(f facts) bool { return f.owing == 0 && f.late == 2 },
		"一个月两家单位": func(f facts) bool { return f.together > 1 },
		"换过地方":    func(f facts) bool { return f.employers == 2 && f.together == 1 },
		"已退休": func(f facts) bool {
			return f.status == ledger.Retired && f.event == account.Retirement && f.accounts == 3
		},
		"从外地转入":      func(f facts) bool { return f.event == account.TransferIn && f.paid > 10 },
		"2006 年前的账户": func(f facts) bool { return f.share11 && f.firstYear == 2004 },
		"只有三人的单位":    func(f facts) bool { return f.owing > 0 && f.headcount == 3 },
		"名字中有生僻字":    func(f facts) bool { return f.rare },
	} {
		if f, ok := shown[shows]; !ok || !holds(f) {
			t.Errorf("%s: %v %+v", shows, ok, f)
		}
	}
}

// facts is what a record shows of the pension.
type facts struct {
	paid, late, owing int
	owesLately        bool
	employer          int32 // the last one
	headcount         int   // its, in the last month
	employers         int
	together          int // most employers in one month
	firstYear         int
	share11           bool
	status            ledger.PersonStatus
	event             account.EventKind
	accounts          int  // years of the account
	rare              bool // a character outside the basic plane
}

func factsOf(p ledger.Person, years []ledger.PersonYear, reach calendar.Date) facts {
	f := facts{status: p.Status, firstYear: years[0].Year}
	employers, months := map[int32]bool{}, map[calendar.Period]int{}
	for _, y := range years {
		if y.HasAccount {
			f.accounts++
		}
		for _, e := range y.Account.Events {
			f.event = e.Kind
		}
		for _, share := range y.Account.Shares {
			f.share11 = f.share11 || share == "share-11-1998"
		}
		for _, r := range y.Rows {
			if r.Insurance != contribution.EmployeePension {
				continue
			}
			f.employer, employers[r.EmployerID] = r.EmployerID, true
			months[r.Period]++
			f.together = max(f.together, months[r.Period])
			switch status := contribution.StatusOf(r, y.Due.Of(r.EmployerID), reach); {
			case status == contribution.BackPaid:
				f.late++
			case status.Owing():
				f.owing++
				f.owesLately = f.owesLately || r.Period.Add(3) >= reach.Period()
			case status == contribution.Paid:
				f.paid++
			}
		}
	}
	f.employers = len(employers)
	for _, r := range p.Name {
		f.rare = f.rare || r > 0xFFFF
	}
	return f
}
