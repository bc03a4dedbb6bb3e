package ledger_test

import (
	"context"
	"testing"
	"time"

	"shebao/shared/calendar"
	"shebao/shared/ledger"
)

const notice2027 = "国办发明电〔2026〕9号"

// A year's notice that comes while the program runs is known at once; the same file twice changes nothing, a corrected one corrects the whole year, and a file with a bad row
// takes nothing.
func TestHolidaysAreTakenByTheYear(t *testing.T) {
	l := twoPeople(t)
	workdays := func() *calendar.Workdays {
		t.Helper()
		w, err := l.Workdays(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	is := func(day string, want, guess bool) {
		t.Helper()
		d, err := calendar.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		if got, provisional := workdays().IsWorkday(d); got != want || provisional != guess {
			t.Errorf("%s: worked %t, provisional %t", day, got, provisional)
		}
	}
	if workdays().Version() != calendar.China().Version() {
		t.Error("without an import it is not the built-in calendar")
	}
	is("2027-01-04", true, true)
	file := writeFile(t, "h.csv", "日期,安排,依据\n2027-01-01,放假,"+notice2027+"\n2027-01-04,放假,"+notice2027+"\n2027/01/09,上班,"+notice2027+"\n2027-01-01,放假,"+notice2027+"\n")
	report := mustImport(t, l, ledger.Holidays, file)
	if report.Added != 3 || report.Duplicates != 1 || report.Rejected != 0 {
		t.Errorf("%+v", report)
	}
	is("2027-01-04", false, false)
	is("2027-01-09", true, false)
	is("2026-10-10", true, false) // the built-in years stay
	first := workdays().Version()
	if report = mustImport(t, l, ledger.Holidays, file); report.Added != 0 || report.Changed != 0 || report.Unchanged != 3 || workdays().Version() != first {
		t.Errorf("again: %+v", report)
	}
	report = mustImport(t, l, ledger.Holidays, writeFile(t, "bad.csv", holidayHeader+"2027-01-01,放假,"+notice2027+"\n2027-01-32,放假,"+notice2027+"\n"))
	if report.Rejected != 1 || report.Added+report.Changed != 0 || workdays().Version() != first {
		t.Errorf("with a bad row: %+v", report)
	}
	report = mustImport(t, l, ledger.Holidays, writeFile(t, "new.csv", holidayHeader+"2027-01-01,放假,"+notice2027+"\n2027-01-05,放假,"+notice2027+"\n"))
	if report.Added != 1 || report.Unchanged != 1 {
		t.Errorf("corrected: %+v", report)
	}
	is("2027-01-04", true, false)
	is("2027-01-05", false, false)
	is("2027-01-09", false, false)
	mustImport(t, l, ledger.Holidays, writeFile(t, "2026.csv", holidayHeader+"2026-12-31,放假,国办发明电〔2026〕10号\n"))
	is("2026-12-31", false, false)
	is("2026-10-10", false, false) // in place of what the program was built with
	days := l.Calendar()
	if days.Now() != calendar.China() {
		t.Error("before the first look it is not the built-in calendar")
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- days.Keep(ctx) }()
	for end := time.Now().Add(time.Minute); days.Now().Version() != workdays().Version() && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	if err := <-ended; err != nil || days.Now().Version() != workdays().Version() {
		t.Errorf("a serving process has not learned: %v", err)
	}
}
