package complaints

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"shebao/complaints/arrears"
	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/complaints/store"
	"shebao/shared/calendar"
	"shebao/shared/intake"
)

// Looking, noting, writing, tagging, assigning, a message that comes in and a declared conflict move no deadline and no promise; a clock that calls by itself does not either.
func TestNothingButAStepMovesADeadline(t *testing.T) {
	r := newRoom(t)
	_, code := r.file()
	li, head := r.staff("li", lifecycle.Investigator, "33"), r.staff("head", lifecycle.Supervisor, "33")
	clock := func() string {
		t.Helper()
		return r.value(`SELECT concat_ws(' ', c.state, c.due, c.clock_duty, c.clock_from, c.clock_days, c.clock_unit, c.paused_on, c.tell_by, c.extended, m.promised_by, m.status)
			FROM complaints.complaint c JOIN intake.mailbox m ON m.id = c.mailbox_id`)
	}
	before := clock()
	for _, do := range []struct {
		what string
		do   func()
	}{
		{"looking", func() {
			for _, tab := range []string{"", "/evidence", "/calc", "/notices", "/payments", "/related"} {
				r.want(r.get(li, first+tab), 200)
			}
		}},
		{"a note", func() { r.want(r.post(li, first+"/write", "note", "电话核实过"), 303) }},
		{"a message to the reporter", func() {
			r.want(r.post(li, "/queue/bulk", "do", "reply", "reply", "请补充工资条", "case", "2026-000001"), 200, "办成 1 件")
		}},
		{"a tag", func() {
			r.want(r.post(li, "/queue/bulk", "do", "tag", "tag", "群体", "case", "2026-000001"), 200, "办成 1 件")
		}},
		{"assigning", func() {
			r.want(r.post(head, "/queue/bulk", "do", "assign", "account", "li", "case", "2026-000001"), 200, "办成 1 件")
		}},
		{"a message from the reporter", func() {
			box, err := r.counter.Open(t.Context(), code)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.counter.Write(t.Context(), box, intake.NewKey(), "工资条在附件里", r.at); err != nil {
				t.Fatal(err)
			}
			if _, err := r.cases.TakeAll(t.Context(), r.at); err != nil {
				t.Fatal(err)
			}
		}},
		{"a refused step", func() { r.want(r.post(li, first+"/act", "version", "1", "action", "reject"), 422) }},
		{"the clock's own call", func() {
			if n, err := r.cases.Sweep(t.Context(), r.at.AddDate(0, 0, 5)); err != nil || n != 1 {
				t.Errorf("%d calls, %v", n, err)
			}
		}},
	} {
		do.do()
		if after := clock(); after != before {
			t.Errorf("%s moved %s to %s", do.what, before, after)
		}
	}
	r.want(r.post(li, first+"/act", "version", r.value(`SELECT version FROM complaints.complaint`), "action", "accept"), 303)
	if clock() == before {
		t.Error("accepting moves nothing")
	}
}

// Without Redis there are no live updates: browsers are told to ask later, and every change is made all the same.
func TestLiveUpdatesWithoutRedis(t *testing.T) {
	r := newRoom(t)
	r.file()
	li := r.staff("li", lifecycle.Investigator, "33")
	r.want(r.get(li, "/queue/events"), 204)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	gone := changes{redis.NewClient(&redis.Options{Addr: address, DialTimeout: 100 * time.Millisecond, MaxRetries: -1})}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := gone.Watch(ctx); err == nil {
		t.Error("changes are watched where nobody is")
	}
	r.cases.OnChange(gone.publish)
	who, err := r.cases.StaffOf(t.Context(), li, r.at)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.cases.ClaimNext(t.Context(), who, r.at); err != nil {
		t.Errorf("claimed while Redis is away: %v", err)
	}
}

// A case as it is kept: its clock stops and goes on with the days that were left, is made longer once and not after its end, and is over with a hand-over; the reporter's promise
// goes with it.
func TestAKeptClockStopsGoesOnAndIsMadeLongerOnce(t *testing.T) {
	r := newRoom(t)
	_, code := r.file()
	r.file()
	li, head := r.staff("li", lifecycle.Investigator, "33"), r.staff("head", lifecycle.Supervisor, "33")
	agency := notice.DefaultAgency()
	agency.Name, agency.Series, agency.Address, agency.Contact, agency.Phone = "嘉兴市示例社会保险中心", "嘉社稽", "演示路 1 号", "稽核科", "0573-0000000"
	if err := r.cases.InstallMoneySetting(t.Context(), "33", store.MoneySetting{Arrears: arrears.Default(), Agency: agency}, r.at); err != nil {
		t.Fatal(err)
	}
	w := r.cases.Workdays()
	step := func(number string, session string, status int, action string, fields ...string) answer {
		t.Helper()
		version := r.value(`SELECT version FROM complaints.complaint WHERE number = $1`, number)
		a := r.post(session, "/cases/"+number+"/act", append([]string{"version", version, "action", action, "reason", "内部理由", "text", "告诉您一声。", "ground", "unpaid", "to", "市医疗保障局"}, fields...)...)
		r.want(a, status)
		return a
	}
	due := func(number string) calendar.Date {
		t.Helper()
		d, _ := calendar.ParseDate(r.value(`SELECT coalesce(due::text, '') FROM complaints.complaint WHERE number = $1`, number))
		return d
	}
	promised := func() calendar.Date {
		t.Helper()
		m, err := r.counter.Open(t.Context(), code)
		if err != nil {
			t.Fatal(err)
		}
		return m.PromisedBy
	}
	const one, two = "2026-000001", "2026-000002"
	for _, number := range []string{one, two} {
		step(number, li, 303, "accept")
		step(number, li, 303, "investigate")
	}
	accepted := calendar.DateOf(r.at)
	if want, _ := w.Add(accepted, 60); due(one) != want || promised() != want { // 劳动保障监察条例 art. 17
		t.Fatalf("due %s, promised %s, want %s", due(one), promised(), want)
	}
	r.at = r.at.AddDate(0, 0, 20)
	left, _ := w.Count(calendar.DateOf(r.at), due(one))
	step(one, li, 403, "suspend") // a supervisor's
	step(one, head, 303, "suspend")
	if !due(one).IsZero() {
		t.Errorf("paused, and due %s", due(one))
	}
	r.want(r.get(li, "/cases/"+one), 200, "期限已停")
	r.at = r.at.AddDate(0, 0, 30)
	if n, err := r.cases.Sweep(t.Context(), r.at); err != nil || n != 0 {
		t.Errorf("a paused clock calls: %d, %v", n, err)
	}
	step(one, li, 303, "resume")
	if got, _ := w.Count(calendar.DateOf(r.at), due(one)); got != left || promised() != due(one) {
		t.Errorf("%d days were left, %d are; promised %s, due %s", left, got, promised(), due(one))
	}
	before := due(one)
	step(one, head, 303, "extend")
	if got, _ := w.Count(before, due(one)); got != 30 {
		t.Errorf("extended by %d days", got)
	}
	r.want(step(one, head, 409, "extend"), 409, "已经延长过一次")
	step(one, li, 303, "transfer")
	if !due(one).IsZero() || r.value(`SELECT state FROM complaints.complaint WHERE number = $1`, one) != "transferred_out" {
		t.Errorf("handed over, and due %s", due(one))
	}
	r.at = due(two).AddDays(1).Midnight().Add(10 * time.Hour)
	r.want(step(two, head, 409, "extend"), 409, "期限已过")
}
