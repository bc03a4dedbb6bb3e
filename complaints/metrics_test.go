package complaints

import (
	"testing"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/shared/calendar"
	"shebao/shared/intake"
	"shebao/shared/server"
)

// What the operator is told of the desk's work: how much and for how long, and nothing of whose.
func TestWorkThatWaitsAtTheDesk(t *testing.T) {
	r := newRoom(t)
	list := waiting(r.cases, server.Deps{DB: r.pool, Now: func() time.Time { return r.at }})
	expect := func(when, what string, n int64, oldest time.Time) {
		t.Helper()
		for _, w := range list {
			if w.What != what {
				continue
			}
			got, since, err := w.Count(t.Context())
			if err != nil || got != n || !since.Equal(oldest) {
				t.Errorf("%s: %d %s since %s, %v; want %d since %s", when, got, what, since, err, n, oldest)
			}
			return
		}
		t.Errorf("nothing is told of %s", what)
	}
	for _, what := range []string{"filings", "cases unclaimed", "cases overdue"} {
		expect("at first", what, 0, time.Time{})
	}
	filed := r.at
	if _, err := r.counter.File(t.Context(), intake.NewKey(), intake.TipOff{Channel: intake.Web, Kind: intake.Unpaid, EmployerName: "嘉兴示例单位", Region: "330402", Words: "三月起没交"}, nil,
		calendar.NewDate(2026, 12, 1), filed); err != nil {
		t.Fatal(err)
	}
	expect("filed", "filings", 1, filed)
	r.at = r.at.Add(time.Hour)
	if _, err := r.cases.TakeAll(t.Context(), r.at); err != nil {
		t.Fatal(err)
	}
	expect("taken", "filings", 0, time.Time{})
	expect("taken", "cases unclaimed", 1, filed)
	expect("taken", "cases overdue", 0, time.Time{})
	r.at = r.at.AddDate(0, 2, 0)
	var due time.Time
	if err := r.pool.QueryRow(t.Context(), `SELECT sort_due::timestamptz FROM complaints.complaint`).Scan(&due); err != nil {
		t.Fatal(err)
	}
	expect("two months later", "cases overdue", 1, due)
	r.staff("li", lifecycle.Investigator, "33")
	r.exec(`UPDATE complaints.complaint SET owner_id = (SELECT id FROM complaints.staff)`)
	expect("claimed", "cases unclaimed", 0, time.Time{})
}
