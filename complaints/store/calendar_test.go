package store_test

import (
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/shared/calendar"
	"shebao/shared/intake"
	"shebao/shared/seal"
)

func (d desk) learn(t *testing.T, s *store.Store, w *calendar.Workdays, want int) {
	t.Helper()
	if n, err := s.Learn(t.Context(), w, now); err != nil || n != want {
		t.Errorf("%d moved, %v, want %d", n, err, want)
	}
}

func notice(t *testing.T, w *calendar.Workdays, year int, off ...string) *calendar.Workdays {
	t.Helper()
	more, err := w.WithYear(calendar.YearData{Year: year, Holidays: off})
	if err != nil {
		t.Fatal(err)
	}
	return more
}

// A holiday notice that comes late moves what was provisional, tells the reporter, and nothing else; a correction moves what was certain. Of several processes each
// learns, and what one has moved the others leave.
func TestLearningOfAYear(t *testing.T) {
	d := newDesk(t)
	d.file(t, "330402", 3)
	if _, err := d.pool.Exec(t.Context(), `UPDATE complaints.complaint SET clock_from = date '2026-12-28', clock_days = 5, due = date '2027-01-05', provisional = true, alarm = 1 WHERE id <= 2`); err != nil {
		t.Fatal(err)
	}
	if _, err := d.pool.Exec(t.Context(), `UPDATE complaints.complaint SET state = 'suspended', paused_on = date '2026-12-29', due = NULL WHERE id = 2`); err != nil {
		t.Fatal(err)
	}
	field, err := seal.NewFieldKey(make([]byte, 32), "complaints")
	if err != nil {
		t.Fatal(err)
	}
	key, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	other := store.New(d.pool, intake.NewDesk(d.pool, key), lifecycle.Rules{Workdays: calendar.China(), Settings: lifecycle.DefaultSettings()}, seal.NewSlow(), field)
	d.learn(t, d.Store, calendar.China(), 0)
	before := d.value(t, `SELECT string_agg(c::text, E'\n' ORDER BY id) FROM complaints.complaint c WHERE id > 1`)
	w := notice(t, calendar.China(), 2027, "01-01", "01-02", "01-03", "01-04")
	d.learn(t, d.Store, w, 1)
	d.learn(t, d.Store, w, 0)
	d.learn(t, other, w, 0)
	if other.Workdays() != w {
		t.Error("the other process counts by its old calendar")
	}
	who := d.staff(t, "li", lifecycle.Investigator, "33")
	c, events, err := d.CaseByNumber(t.Context(), who, "2026-000001", now)
	if err != nil || c.Due != calendar.NewDate(2027, 1, 6) || c.Provisional || c.Version != 1 || c.Alarm != lifecycle.Calm {
		t.Errorf("due %s, provisional %t, version %d, alarm %d, %v", c.Due, c.Provisional, c.Version, c.Alarm, err)
	}
	if last := events[len(events)-1]; last.What != "recomputed" || last.Text != "2027-01-05 → 2027-01-06" {
		t.Errorf("the timeline says %+v", last)
	}
	if got := d.value(t, `SELECT m.promised_by::text FROM intake.mailbox m JOIN complaints.complaint c ON c.mailbox_id = m.id WHERE c.id = 1`); got != "2027-01-06" {
		t.Errorf("promised by %v", got)
	}
	if after := d.value(t, `SELECT string_agg(c::text, E'\n' ORDER BY id) FROM complaints.complaint c WHERE id > 1`); after != before {
		t.Errorf("what is paused or ends this year moved:\n%v\n%v", before, after)
	}
	w = notice(t, w, 2026, "11-25") // an extraordinary day of rest, and no make-up days
	d.learn(t, other, w, 1)         // the third case, filed this week
	d.learn(t, d.Store, w, 0)
	if got := d.value(t, `SELECT due::text FROM complaints.complaint WHERE id = 3`); got != "2026-12-01" {
		t.Errorf("after the correction the third is due %v", got)
	}
}
