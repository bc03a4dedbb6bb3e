package complaints

import (
	"testing"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/publication"
)

// announcedTo is the last day to object to what was announced on 24 November: 30 days of announcement (民事诉讼法 art. 95), then five working days.
var announcedTo = calendar.NewDate(2026, 12, 31)

// held waits with a list in its window: three employers, none of them told yet.
func (o office) held(t *testing.T) (k publication.Key, id int32, a, b store.Staff, letters []store.Letter) {
	t.Helper()
	o.mustRefresh(t, supervisedAt)
	a, b = o.staff(t, "zhao", lifecycle.Supervisor, "33"), o.staff(t, "wang", lifecycle.Supervisor, "33")
	k = publication.Key{Subject: publication.Arrears, Region: "33", Span: "2026Q3"}
	id = o.draft(t, a, k, 1_00)
	o.mustActOn(t, a, id, supervision.Submit, supervisedAt)
	o.mustActOn(t, b, id, supervision.Approve, supervisedAt)
	letters, err := o.store.Letters(t.Context(), a, id)
	if err != nil || len(letters) != 3 {
		t.Fatalf("%d letters, %v", len(letters), err)
	}
	return k, id, a, b, letters
}

// serveBy records a service in a way on the day of the approval.
func (o office) serveBy(t *testing.T, who store.Staff, id int32, uscc string, way notice.Way) {
	t.Helper()
	v := store.Service{Way: way, DoneOn: calendar.DateOf(supervisedAt), Receiver: "收发室", Witness: "见证人", Announced: notice.Announced{Why: notice.Failed, Place: "示例日报", Course: "两次邮寄被退回"}}
	if err := o.store.ServeLetters(t.Context(), who, id, o.edition(t, who, id).Version, uscc, v, supervisedAt); err != nil {
		t.Fatal(err)
	}
}

// mustHold tries to publish at an instant: the system by itself, and a supervisor by hand.
func (o office) mustHold(t *testing.T, k publication.Key, id int32, who store.Staff, at time.Time) {
	t.Helper()
	if n, err := o.store.ReleaseEditions(t.Context(), at); err != nil || n != 0 {
		t.Errorf("%s: the system published %d lists, %v", calendar.DateOf(at), n, err)
	}
	if err := o.actOn(t, who, id, supervision.Release, at); !fault.Is(err, fault.Conflict) {
		t.Errorf("%s: released by hand: %v", calendar.DateOf(at), err)
	}
	if _, err := publication.NewReader(o.pool).Open(t.Context(), k); !fault.Is(err, fault.NotFound) {
		t.Errorf("%s: the list can be read: %v", calendar.DateOf(at), err)
	}
}

// One employer of three can be reached by an announcement only: the whole list is held until that has run its days and the window after it is over, and that employer may object to the last day.
func TestAListIsHeldUntilAnAnnouncementIsOver(t *testing.T) {
	o := newOffice(t)
	k, id, a, b, letters := o.held(t)
	gone := letters[0].Entry.USCC
	o.serveBy(t, a, id, letters[1].Entry.USCC, notice.Direct)
	o.serveBy(t, a, id, letters[2].Entry.USCC, notice.Left)
	o.mustHold(t, k, id, b, supervisedAt.AddDate(0, 6, 0)) // whatever time passes, while one is not told
	o.serveBy(t, a, id, gone, notice.Announcement)
	if e := o.edition(t, a, id); e.ObjectionsTo != announcedTo || e.Unserved != 0 {
		t.Fatalf("the window ends on %s, %d are not served", e.ObjectionsTo, e.Unserved)
	}
	for day := calendar.DateOf(supervisedAt); !day.After(announcedTo); day = day.AddDays(1) {
		o.mustHold(t, k, id, b, day.Midnight().Add(23*time.Hour+59*time.Minute))
	}
	if err := o.counter.Object(t.Context(), letters[1].Entry.USCC, letters[1].Code, []byte("late"), "迟了", nil, announcedTo.Midnight()); fault.Of(err).Key != "fault.publication.closed" {
		t.Errorf("who was served on the first day objects on the announcement's last: %v", err)
	}
	if err := o.counter.Object(t.Context(), gone, letters[0].Code, []byte("form"), "刚刚看到公告，已经缴清。", nil, announcedTo.Midnight().Add(23*time.Hour)); err != nil {
		t.Fatalf("who was announced objects on the last day: %v", err)
	}
	o.mustHold(t, k, id, b, announcedTo.AddDays(1).Midnight()) // until it is decided
	filed, err := o.store.Objections(t.Context(), b, id)
	if err != nil || len(filed) != 1 {
		t.Fatalf("%d objections, %v", len(filed), err)
	}
	if err := o.store.DecideObjection(t.Context(), b, id, filed[0].ID, false, "没有查到缴款。", announcedTo.AddDays(1).Midnight()); err != nil {
		t.Fatal(err)
	}
	if n, err := o.store.ReleaseEditions(t.Context(), announcedTo.AddDays(1).Midnight()); err != nil || n != 1 {
		t.Fatalf("the day after: %d lists, %v", n, err)
	}
	if list := o.published(t, k).Edition.Arrears; list.Count != 3 {
		t.Errorf("%d are named", list.Count)
	}
}

// Each way of service holds the list for its own time; who was served wrongly is served anew, and the list waits for that.
func TestEachWayOfServiceHoldsTheList(t *testing.T) {
	o := newOffice(t)
	k, id, a, b, letters := o.held(t)
	one := letters[0].Entry.USCC
	o.serveBy(t, a, id, letters[1].Entry.USCC, notice.Post)
	o.serveBy(t, a, id, letters[2].Entry.USCC, notice.Post)
	last := map[notice.Way]calendar.Date{notice.Announcement: announcedTo}
	for _, way := range notice.Ways {
		want, ok := last[way]
		if !ok {
			want = calendar.NewDate(2026, 12, 1)
		}
		o.serveBy(t, a, id, one, way)
		if e := o.edition(t, a, id); e.ObjectionsTo != want {
			t.Errorf("served by %s, the window ends on %s, want %s", way, e.ObjectionsTo, want)
		}
		o.mustHold(t, k, id, b, want.Midnight().Add(23*time.Hour))
		if err := o.store.VoidLetterService(t.Context(), a, id, o.edition(t, a, id).Version, one, "误登记", supervisedAt); err != nil {
			t.Fatal(err)
		}
		o.mustHold(t, k, id, b, announcedTo.AddDays(60).Midnight())
	}
	o.serveBy(t, a, id, one, notice.Direct)
	if n, err := o.store.ReleaseEditions(t.Context(), calendar.NewDate(2026, 12, 2).Midnight()); err != nil || n != 1 {
		t.Errorf("served at last: %d lists, %v", n, err)
	}
}

// A holiday notice that comes while a window runs gives the employers its days; one that takes days away does not shorten what they were told.
func TestAHolidayNoticeLengthensAWindow(t *testing.T) {
	o := newOffice(t)
	k, id, a, b, letters := o.held(t)
	learn := func(days calendar.YearData) {
		t.Helper()
		w, err := calendar.China().WithYear(days)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.store.Learn(t.Context(), w, supervisedAt); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.store.Learn(t.Context(), calendar.China(), supervisedAt); err != nil {
		t.Fatal(err)
	}
	o.serveBy(t, a, id, "", notice.Announcement) // served on Thursday, 24 December
	learn(calendar.YearData{Year: 2026, Holidays: []string{"12-30", "12-31"}})
	lengthened := calendar.NewDate(2027, 1, 5) // New Year is off without a notice
	if e := o.edition(t, a, id); e.ObjectionsTo != lengthened {
		t.Errorf("the window ends on %s", e.ObjectionsTo)
	}
	o.mustHold(t, k, id, b, lengthened.Midnight())
	l, err := o.counter.Listing(t.Context(), letters[0].Entry.USCC, letters[0].Code)
	if err != nil || l.ObjectionsTo != lengthened || !l.Open(lengthened) {
		t.Errorf("the employer reads %s, %v", l.ObjectionsTo, err)
	}
	learn(calendar.YearData{Year: 2026})
	if e := o.edition(t, a, id); e.ObjectionsTo != lengthened {
		t.Errorf("shortened to %s", e.ObjectionsTo)
	}
	events, err := o.store.EditionEvents(t.Context(), id)
	if err != nil || events[0].What != "extended" || events[0].Note != "2026-12-31 → 2027-01-05" || len(events) < 3 || events[3].What == "extended" {
		t.Errorf("%+v %v", events[:4], err)
	}
}
