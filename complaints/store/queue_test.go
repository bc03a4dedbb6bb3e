package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
)

// tip files one tip-off and takes it; the case is numbered in order.
func (d desk) tip(t *testing.T, change func(*intake.TipOff)) {
	t.Helper()
	tip := intake.TipOff{Channel: intake.Web, Kind: intake.Unpaid, EmployerName: "嘉兴南湖电子有限公司", Region: "330402"}
	change(&tip)
	if _, err := d.counter.File(t.Context(), intake.NewKey(), tip, nil, calendar.NewDate(2026, 11, 30), now); err != nil {
		t.Fatal(err)
	}
	if _, err := d.TakeAll(t.Context(), now); err != nil {
		t.Fatal(err)
	}
}

func (d desk) numbers(t *testing.T, who store.Staff, f store.Filter) []string {
	t.Helper()
	list, _, err := d.Queue(t.Context(), who, f, now, 100)
	if err != nil {
		t.Fatal(err)
	}
	var numbers []string
	for _, c := range list {
		numbers = append(numbers, c.Number)
	}
	return numbers
}

// Page by page every case comes once and in the order of its deadline, those without one last, whatever the size of a page.
func TestPagesFollowEachOther(t *testing.T) {
	d := newDesk(t)
	d.file(t, "330402", 23)
	if _, err := d.pool.Exec(t.Context(), `UPDATE complaints.complaint SET due = CASE WHEN id % 4 = 0 THEN NULL ELSE date '2026-12-01' + (id * 7 % 5)::int END, state = CASE WHEN id % 4 = 0 THEN 'suspended' ELSE state END`); err != nil {
		t.Fatal(err)
	}
	who := d.staff(t, "li", lifecycle.Investigator, "33")
	for _, size := range []int{1, 4, 23, 50} {
		var seen []store.Case
		f := store.Filter{View: "all"}
		for {
			list, more, err := d.Queue(t.Context(), who, f, now, size)
			if err != nil {
				t.Fatal(err)
			}
			seen = append(seen, list...)
			if !more {
				break
			}
			last := list[len(list)-1]
			f.AfterDue, f.AfterID = last.Due, last.ID
		}
		if len(seen) != 23 {
			t.Fatalf("pages of %d show %d cases", size, len(seen))
		}
		if !slices.IsSortedFunc(seen, func(a, b store.Case) int {
			if a.Due.IsZero() != b.Due.IsZero() {
				if a.Due.IsZero() {
					return 1
				}
				return -1
			}
			if n := a.Due.Compare(b.Due); n != 0 {
				return n
			}
			return int(a.ID - b.ID)
		}) {
			t.Errorf("pages of %d are out of order", size)
		}
	}
}

// Every count is the length of its list.
func TestCountsAreTheLists(t *testing.T) {
	d := newDesk(t)
	d.file(t, "330402", 20)
	d.file(t, "330106", 5)
	who := d.staff(t, "li", lifecycle.Supervisor, "3304")
	if _, err := d.pool.Exec(t.Context(), `
		UPDATE complaints.complaint SET due = CASE WHEN id % 5 < 4 THEN date '2026-11-19' + id::int END, owner_id = CASE WHEN id % 3 = 0 THEN $1::int END, alarm = id % 4,
			state = (ARRAY['received', 'accepted', 'investigating', 'notified', 'closed'])[1 + id % 5], received_at = received_at + id * interval '1 minute'`, who.ID); err != nil {
		t.Fatal(err)
	}
	who.SignedInBefore = now.Add(10 * time.Minute)
	counts, err := d.Counts(t.Context(), who, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, view := range store.Views() {
		n, counted := counts[view]
		if list := d.numbers(t, who, store.Filter{View: string(view)}); counted && len(list) != n {
			t.Errorf("%s counts %d and lists %d", view, n, len(list))
		}
	}
	if counts[store.Overdue] == 0 || counts[store.Fresh] == 0 || counts[store.Mine] == 0 {
		t.Errorf("counts %v", counts)
	}
}

func TestFilters(t *testing.T) {
	d := newDesk(t)
	d.tip(t, func(t *intake.TipOff) { t.Words = "工资条扣了社保，查不到缴费" })
	d.tip(t, func(t *intake.TipOff) {
		t.Channel, t.Kind, t.EmployerName = intake.Phone, intake.Fraud, "湖州纺织厂"
	})
	d.tip(t, func(t *intake.TipOff) {
		t.Region, t.EmployerName, t.Words = "330106", "杭州西湖软件公司", "工资条"
	})
	who := d.staff(t, "li", lifecycle.Supervisor, "33")
	if err := d.Tag(t.Context(), who, "2026-000002", "群体", now); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), who, "2026-000002", "已电话联系财务负责人", false, now); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		f    store.Filter
		want []string
	}{
		{store.Filter{View: "all", Search: "南湖电子"}, []string{"2026-000001"}},
		{store.Filter{View: "all", Search: "工资条"}, []string{"2026-000001", "2026-000003"}},
		{store.Filter{View: "all", Search: "工资条 查不到"}, []string{"2026-000001"}},
		{store.Filter{View: "all", Search: "工资条，扣了社保"}, []string{"2026-000001"}},
		{store.Filter{View: "all", Search: "财务负责人"}, []string{"2026-000002"}},
		{store.Filter{View: "all", Search: "2026-000003"}, []string{"2026-000003"}},
		{store.Filter{View: "all", Search: "没有这个词"}, nil},
		{store.Filter{View: "all", Tag: "群体"}, []string{"2026-000002"}},
		{store.Filter{View: "all", Channel: "phone"}, []string{"2026-000002"}},
		{store.Filter{View: "all", Route: "fund_supervision_tipoff", Kind: "fraud"}, []string{"2026-000002"}},
		{store.Filter{View: "all", Region: "3301"}, []string{"2026-000003"}},
		{store.Filter{View: "all", Owner: -1, State: "received"}, []string{"2026-000001", "2026-000002", "2026-000003"}},
		{store.Filter{View: "all", DueFrom: calendar.NewDate(2026, 12, 24)}, nil},
	} {
		if got := d.numbers(t, who, test.f); !slices.Equal(got, test.want) {
			t.Errorf("%+v lists %v, want %v", test.f, got, test.want)
		}
	}
	if _, _, err := d.Queue(t.Context(), who, store.Filter{View: "all", Search: "社"}, now, 10); !fault.Is(err, fault.Invalid) {
		t.Errorf("one character: %v", err)
	}
	elsewhere := d.staff(t, "elsewhere", lifecycle.Investigator, "3301")
	if got := d.numbers(t, elsewhere, store.Filter{View: "all", Search: "工资条"}); !slices.Equal(got, []string{"2026-000003"}) {
		t.Errorf("another region finds %v", got)
	}
	if got := d.numbers(t, d.staff(t, "admin", lifecycle.Sysadmin, ""), store.Filter{View: "all", Search: "工资条"}); len(got) > 0 {
		t.Errorf("an administrator finds %v", got)
	}
}

// Clocks call by themselves, once each, whoever sweeps and however often; what nobody has calls first.
func TestTheSweepCallsOnce(t *testing.T) {
	d := newDesk(t)
	d.file(t, "330402", 6)
	who := d.staff(t, "li", lifecycle.Investigator, "33")
	if _, err := d.pool.Exec(t.Context(), `
		UPDATE complaints.complaint SET owner_id = CASE WHEN id % 2 = 0 THEN $1::int END, clock_from = due, clock_days = 0,
			due = CASE WHEN id <= 2 THEN date '2026-11-20' WHEN id <= 4 THEN date '2026-11-25' ELSE date '2026-12-20' END`, who.ID); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	called := 0
	for range 4 {
		wait.Go(func() {
			n, err := d.Sweep(t.Context(), now)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			called += n
			mu.Unlock()
		})
	}
	wait.Wait()
	if n, err := d.Sweep(t.Context(), now); err != nil || called+n != 4 {
		t.Errorf("%d calls and then %d, %v", called, n, err)
	}
	rows := fmt.Sprint(d.value(t, `SELECT string_agg(complaint_id || what, ' ' ORDER BY complaint_id) FROM complaints.event WHERE staff_id IS NULL AND what <> 'received'`))
	if rows != "1breached 2breached 3escalated 4warned" {
		t.Error(rows)
	}
	for id, due := range map[int]calendar.Date{1: calendar.NewDate(2026, 11, 20), 3: calendar.NewDate(2026, 11, 25), 5: calendar.NewDate(2026, 12, 20)} {
		want := lifecycle.Watch(due, false, calendar.DateOf(now), lifecycle.Rules{Workdays: d.Workdays(), Settings: lifecycle.DefaultSettings()})
		if got := d.value(t, fmt.Sprintf(`SELECT alarm::int FROM complaints.complaint WHERE id = %d`, id)); fmt.Sprint(got) != fmt.Sprint(int(want)) {
			t.Errorf("case %d: alarm %v, the rules say %d", id, got, want)
		}
	}
	if n, err := d.Sweep(t.Context(), now.AddDate(0, 0, 5)); err != nil || n != 2 {
		t.Errorf("five days later %d calls, %v", n, err)
	}
}

func (d desk) value(t *testing.T, sql string) (v any) {
	t.Helper()
	if err := d.pool.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAssigning(t *testing.T) {
	d := newDesk(t)
	d.file(t, "330402", 2)
	head, li := d.staff(t, "head", lifecycle.Supervisor, "33"), d.staff(t, "li", lifecycle.Investigator, "3304")
	other := d.staff(t, "other", lifecycle.Investigator, "3301")
	if err := d.Assign(t.Context(), head, "2026-000001", "li", now); err != nil {
		t.Fatal(err)
	}
	if got := d.numbers(t, li, store.Filter{View: "mine"}); !slices.Equal(got, []string{"2026-000001"}) {
		t.Errorf("has %v", got)
	}
	for _, test := range []struct {
		by       store.Staff
		number   string
		to       string
		kind     fault.Kind
		whatever string
	}{
		{head, "2026-000001", "other", fault.Denied, "who could not see it"}, {head, "2026-000001", "nobody", fault.Denied, "an unknown account"},
		{li, "2026-000002", "head", fault.Denied, "an investigator gives it to somebody else"}, {li, "2026-000001", "li", fault.Denied, "taken from whoever has it"},
		{other, "2026-000001", "other", fault.NotFound, "another region"},
	} {
		if err := d.Assign(t.Context(), test.by, test.number, test.to, now); !fault.Is(err, test.kind) {
			t.Errorf("%s: %v", test.whatever, err)
		}
	}
	before := d.value(t, `SELECT due::text || version FROM complaints.complaint WHERE id = 2`)
	if err := d.Assign(t.Context(), li, "2026-000002", "li", now); err != nil {
		t.Error(err)
	}
	if after := d.value(t, `SELECT due::text || version FROM complaints.complaint WHERE id = 2`); after != before {
		t.Errorf("assigning moved %v to %v", before, after)
	}
}

func TestSavedViewsAreTheirOwners(t *testing.T) {
	d := newDesk(t)
	li, wang := d.staff(t, "li", lifecycle.Investigator, "33"), d.staff(t, "wang", lifecycle.Investigator, "33")
	for _, query := range []string{"view=all", "view=mine&state=suspended"} {
		if err := d.SaveView(t.Context(), li, "中止的", query); err != nil {
			t.Fatal(err)
		}
	}
	saved, err := d.SavedViews(t.Context(), li)
	if err != nil || len(saved) != 1 || saved[0].Query != "view=mine&state=suspended" {
		t.Fatalf("%v, %v", saved, err)
	}
	if err := d.DropView(t.Context(), wang, saved[0].ID); err != nil {
		t.Fatal(err)
	}
	if others, _ := d.SavedViews(t.Context(), wang); len(others) > 0 {
		t.Errorf("another sees %v", others)
	}
	if saved, _ = d.SavedViews(t.Context(), li); len(saved) != 1 {
		t.Error("another has dropped it")
	}
	if err := d.SaveView(t.Context(), li, " ", "x"); !fault.Is(err, fault.Invalid) {
		t.Errorf("no name: %v", err)
	}
}

// What the intake accepts waits for an investigator, and the intake does not claim it again.
func TestTheIntakeHandsOn(t *testing.T) {
	d := newDesk(t)
	d.file(t, "330402", 1)
	hu, li := d.staff(t, "hu", lifecycle.Intake, "33"), d.staff(t, "li", lifecycle.Investigator, "33")
	number, err := d.ClaimNext(t.Context(), hu, now)
	if err != nil {
		t.Fatal(err)
	}
	d.act(t, hu, number, lifecycle.Input{Action: lifecycle.Accept})
	if got := d.numbers(t, li, store.Filter{View: "waiting"}); !slices.Equal(got, []string{number}) {
		t.Errorf("waiting: %v", got)
	}
	if _, err := d.ClaimNext(t.Context(), hu, now); !fault.Is(err, fault.NotFound) {
		t.Errorf("claimed again by the intake: %v", err)
	}
	if got, err := d.ClaimNext(t.Context(), li, now); err != nil || got != number {
		t.Errorf("%s, %v", got, err)
	}
}

// Who claims gets the case that is due first of those in the own region that nobody has: the overdue before all others, of the same day the earliest; never one of a conflict of interest.
func TestWhatIsDueFirstIsClaimedFirst(t *testing.T) {
	d := newDesk(t)
	d.file(t, "330402", 5)
	d.file(t, "330106", 1)
	li := d.staff(t, "li", lifecycle.Investigator, "3304")
	if _, err := d.pool.Exec(t.Context(), `UPDATE complaints.complaint SET due = (ARRAY[date '2026-12-01', '2026-11-20', '2026-12-01', '2026-11-25', '2026-11-24', '2026-11-01'])[id]`); err != nil {
		t.Fatal(err)
	}
	if err := d.Declare(t.Context(), li, store.Declared{Account: "li", Case: "2026-000004", Ground: "kin"}, now); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2026-000002", "2026-000005", "2026-000001", "2026-000003", ""} {
		got, err := d.ClaimNext(t.Context(), li, now)
		if got != want || (want == "") != fault.Is(err, fault.NotFound) {
			t.Errorf("claimed %q, want %q, %v", got, want, err)
		}
	}
}
