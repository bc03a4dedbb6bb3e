package complaints

import (
	"os"
	"path/filepath"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/ledger"
)

// A holiday notice that is imported while the desk runs moves the deadlines that its pages show, and says so.
func TestAnImportedNoticeReachesThePages(t *testing.T) {
	r := newRoom(t)
	r.file()
	li := r.staff("li", lifecycle.Investigator, "33")
	r.exec(`UPDATE complaints.complaint SET clock_from = date '2026-12-28', clock_days = 5, due = date '2027-01-05', provisional = true`)
	r.want(r.get(li, first), 200, "2027-01-05", "暂按一般工作日计算")
	book := ledger.New(r.pool, ledger.Keys{})
	if err := learnCalendar(t.Context(), r.cases, book, r.at); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "2027.csv")
	if err := os.WriteFile(file, []byte("日期,安排,依据\n2027-01-01,放假,节假日安排通知\n2027-01-04,放假,节假日安排通知\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := book.Import(t.Context(), ledger.Holidays, file, ledger.Options{Now: r.at}); err != nil {
		t.Fatal(err)
	}
	if err := learnCalendar(t.Context(), r.cases, book, r.at); err != nil {
		t.Fatal(err)
	}
	page := r.get(li, first)
	r.want(page, 200, "2027-01-06", "期限重新计算", "2027-01-05</span> → <span class=\"nowrap\">2027-01-06")
}
