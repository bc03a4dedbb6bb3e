package portal_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"shebao/shared/ledger"
	"shebao/shared/pdf/pdftest"
)

// A year may lose all that it held, as when a transfer was entered by mistake: the page says so in place of a figure, the paper too, and the one with figures is replaced.
func TestAYearThatHoldsNothingAnyMore(t *testing.T) {
	s := newSite(t)
	events := func(state string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "events.csv")
		if err := os.WriteFile(path, []byte("id_number,number,kind,on,personal,note,state\n"+number+",T1,转入,2026-04-01,1234.56,自邻市,"+state+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if report, err := s.book.Import(t.Context(), ledger.Events, path, ledger.Options{Now: s.now}); err != nil || report.Rejected > 0 {
			t.Fatalf("%+v, %v", report, err)
		}
	}
	events("")
	b := s.signedIn()
	has(t, "the year", b.page("/statement/2026"), "1,234.56")
	b.pdf("/statement/2026.pdf")
	events("撤销")
	has(t, "before the next issue", b.page("/statement/2026"), "这一年已经没有缴费和账户变动", "下载时出具新的一份", "/statement/2025")
	lacks(t, "before the next issue", b.page("/statement/2026"), "1,234.56")
	s.now = s.now.Add(time.Minute)
	paper := pdftest.Open(t, b.pdf("/statement/2026.pdf")).Text()
	has(t, "the paper", paper, "2026年已没有缴费记录和个人账户变动", "第1份及以前")
	lacks(t, "the paper", paper, "1,234.56", "本年末")
	list := s.issued(2026)
	if len(list) != 2 || !list[0].Emptied() || list[1].SupersededAt.IsZero() {
		t.Fatalf("%+v", list)
	}
	has(t, "the page", b.page("/statement/2026"), "现在有效的一份说明这一年已无记录", list[0].Code.Grouped())
	has(t, "the list", b.page("/me/documents"), "本年已无记录", "已被取代")
	has(t, "the JSON list", b.page("/api/v1/documents"), `"emptied":true`, `"emptied":false`)
	has(t, "the old code", s.browser().page("/verify/"+list[1].Code.String()), "是真的，但已于")
	has(t, "the new code", s.browser().page("/verify/"+list[0].Code.String()), "是真的，现在有效", "2026 年已没有缴费和账户变动")
	b.cookies["lang"] = "en"
	has(t, "in English", b.page("/statement/2026"), "nothing on record of this year any more")
	if status, _ := b.do("GET", "/statement/2019", nil); status != 404 {
		t.Errorf("a year that never held anything: %d", status)
	}
}
