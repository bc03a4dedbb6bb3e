package complaints

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"shebao/complaints/lifecycle"
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
