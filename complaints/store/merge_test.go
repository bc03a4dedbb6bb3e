package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/receipt"
)

// reporters files several tip-offs about one employer and returns their receipts.
func (d desk) reporters(t *testing.T, n int) []receipt.Code {
	t.Helper()
	var codes []receipt.Code
	for range n {
		code, err := d.counter.File(t.Context(), intake.NewKey(), intake.TipOff{Channel: intake.Web, Kind: intake.Unpaid, EmployerName: "嘉兴南湖电子有限公司", Region: "330402"}, nil, calendar.NewDate(2026, 11, 30), now)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, code)
	}
	if _, err := d.TakeAll(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	return codes
}

func (d desk) act(t *testing.T, who store.Staff, number string, in lifecycle.Input) {
	t.Helper()
	c, _, err := d.CaseByNumber(t.Context(), who, number, now)
	if err == nil {
		err = d.Act(t.Context(), who, number, c.Version, in, now)
	}
	if err != nil {
		t.Fatalf("%s %s: %v", in.Action, number, err)
	}
}

// Three reports become one case: each reporter keeps receipt, mailbox and clock, hears how far the one inquiry is, and gets the result.
func TestManyReportsOneCase(t *testing.T) {
	d := newDesk(t)
	codes := d.reporters(t, 3)
	li, head := d.staff(t, "li", lifecycle.Investigator, "33"), d.staff(t, "head", lifecycle.Supervisor, "33")
	d.act(t, li, "2026-000001", lifecycle.Input{Action: lifecycle.Accept})
	d.act(t, li, "2026-000001", lifecycle.Input{Action: lifecycle.Investigate})
	for _, number := range []string{"2026-000002", "2026-000003"} {
		if err := d.Merge(t.Context(), li, number, "2026-000001", now); err != nil {
			t.Fatal(err)
		}
	}
	box := func(i int) *intake.Mailbox {
		t.Helper()
		m, err := d.counter.Open(t.Context(), codes[i])
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if m := box(1); m.Status != intake.Investigating || m.PromisedBy.IsZero() {
		t.Errorf("a follower's reporter reads %s by %s", m.Status, m.PromisedBy)
	}
	if err := d.WriteAll(t.Context(), li, "2026-000001", "正在核对名册", now); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), li, "2026-000003", "只给第三位", true, now); err != nil {
		t.Fatal(err)
	}
	d.act(t, li, "2026-000001", lifecycle.Input{Action: lifecycle.ProposeDecision, Reason: "r", Text: "已责令补缴", Ground: "unpaid"})
	if m := box(0); len(m.Messages) != 1 || m.Status != intake.Investigating {
		t.Errorf("a proposal reached the reporter: %v %s", m.Messages, m.Status)
	}
	d.act(t, head, "2026-000001", lifecycle.Input{Action: lifecycle.Approve})
	d.act(t, li, "2026-000001", lifecycle.Input{Action: lifecycle.Close, Text: "已补缴"})
	for i, want := range [][]string{{"正在核对名册", "已责令补缴", "已补缴"}, {"正在核对名册", "已责令补缴", "已补缴"}, {"正在核对名册", "只给第三位", "已责令补缴", "已补缴"}} {
		m := box(i)
		var got []string
		for _, message := range m.Messages {
			got = append(got, message.Text)
		}
		if !slices.Equal(got, want) || m.Status != intake.Closed {
			t.Errorf("reporter %d reads %v, %s, want %v", i+1, got, m.Status, want)
		}
	}
	if got := d.value(t, `SELECT count(*) FROM complaints.complaint WHERE state = 'closed' AND due IS NULL`); got != int64(3) {
		t.Errorf("%v are closed", got)
	}
}

// Undoing a merge gives back state, clock, owner and what the reporter was told.
func TestUndoingAMerge(t *testing.T) {
	d := newDesk(t)
	codes := d.reporters(t, 2)
	li := d.staff(t, "li", lifecycle.Investigator, "33")
	d.act(t, li, "2026-000001", lifecycle.Input{Action: lifecycle.Accept})
	row := `SELECT concat_ws('|', state, due, clock_duty, clock_from, clock_days, owner_id, lead_id, (SELECT status || promised_by FROM intake.mailbox m WHERE m.id = mailbox_id)) FROM complaints.complaint WHERE id = 2`
	before := d.value(t, row)
	if err := d.Merge(t.Context(), li, "2026-000002", "2026-000001", now); err != nil {
		t.Fatal(err)
	}
	if merged := d.value(t, row); merged == before {
		t.Fatal("nothing was merged")
	}
	if err := d.Unmerge(t.Context(), li, "2026-000002", now); err != nil {
		t.Fatal(err)
	}
	if after := d.value(t, row); after != before {
		t.Errorf("%v, want %v", after, before)
	}
	if m, err := d.counter.Open(t.Context(), codes[1]); err != nil || m.Status != intake.Received {
		t.Errorf("the reporter reads %v, %v", m, err)
	}
	if err := d.Unmerge(t.Context(), li, "2026-000002", now); !fault.Is(err, fault.Conflict) {
		t.Errorf("undone twice: %v", err)
	}
	if err := d.Merge(t.Context(), li, "2026-000002", "2026-000001", now); err != nil {
		t.Errorf("merged again: %v", err)
	}
}

func TestWhatCannotBeMerged(t *testing.T) {
	d := newDesk(t)
	d.reporters(t, 3)
	d.file(t, "330106", 1)
	li, far := d.staff(t, "li", lifecycle.Investigator, "3304"), d.staff(t, "far", lifecycle.Investigator, "3301")
	if err := d.Merge(t.Context(), li, "2026-000002", "2026-000001", now); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		who          store.Staff
		number, into string
		kind         fault.Kind
	}{
		{li, "2026-000001", "2026-000001", fault.Conflict}, {li, "2026-000001", "2026-000003", fault.Conflict}, {li, "2026-000003", "2026-000002", fault.Conflict}, {li, "2026-000002", "2026-000003", fault.Conflict},
		{li, "2026-000003", "2026-000004", fault.NotFound}, {far, "2026-000004", "2026-000001", fault.NotFound}, {far, "2026-000002", "2026-000004", fault.NotFound},
	} {
		if err := d.Merge(t.Context(), test.who, test.number, test.into, now); !fault.Is(err, test.kind) {
			t.Errorf("%s into %s by %s: %v", test.number, test.into, test.who.Account, err)
		}
	}
	if err := d.Unmerge(t.Context(), far, "2026-000002", now); !fault.Is(err, fault.NotFound) {
		t.Errorf("undone from another region: %v", err)
	}
}

func TestDuplicatesAreSuggested(t *testing.T) {
	d := newDesk(t)
	for _, tip := range []intake.TipOff{
		{EmployerName: "嘉兴南湖电子有限公司", From: 202605},
		{EmployerName: "嘉兴南湖电子有限责任公司", From: 202601, To: 202607},
		{EmployerName: "嘉兴市南湖电子公司"},
		{EmployerName: "嘉兴南湖电子有限公司", From: 202401, To: 202412},
		{EmployerName: "嘉兴秀洲纺织有限公司"},
		{EmployerName: "嘉兴南湖电子有限公司", Region: "330106"},
	} {
		d.tip(t, func(into *intake.TipOff) {
			into.EmployerName, into.From, into.To = tip.EmployerName, tip.From, tip.To
			if tip.Region != "" {
				into.Region = tip.Region
			}
		})
	}
	who := d.staff(t, "li", lifecycle.Investigator, "3304")
	c, _, err := d.CaseByNumber(t.Context(), who, "2026-000001", now)
	if err != nil {
		t.Fatal(err)
	}
	found, err := d.RelatedTo(t.Context(), who, c, now)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, r := range found {
		got[strings.TrimPrefix(r.Number, "2026-00000")] = r.Duplicate
	}
	want := map[string]bool{"2": true, "3": true, "4": false}
	if len(got) != len(want) {
		t.Errorf("found %v", got)
	}
	for number, duplicate := range want {
		if d, ok := got[number]; !ok || d != duplicate {
			t.Errorf("case %s: found %t, duplicate %t", number, ok, d)
		}
	}
}

// Two who merge each other's lead at the same moment do not wait for each other for ever, and no circle comes of it.
func TestMergingAtOnce(t *testing.T) {
	d := newDesk(t)
	d.reporters(t, 2)
	who := d.staff(t, "li", lifecycle.Investigator, "33")
	done := make(chan error, 2)
	for _, pair := range [][2]string{{"2026-000001", "2026-000002"}, {"2026-000002", "2026-000001"}} {
		go func() { done <- d.Merge(context.Background(), who, pair[0], pair[1], now) }()
	}
	err := errors.Join(<-done, <-done)
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("both: %v", err)
	}
	if n := d.value(t, `SELECT count(*) FROM complaints.complaint WHERE lead_id IS NOT NULL`); n != int64(1) {
		t.Errorf("%v follow", n)
	}
}
