package supervision_test

import (
	"testing"

	"pgregory.net/rapid"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/fault"
)

var today = calendar.NewDate(2026, 11, 24)

// Every state × action × who: only the rows of the table pass, the author never approves, the system only releases.
func TestTheWayOfAPublication(t *testing.T) {
	type step struct {
		from   supervision.EditionState
		action supervision.EditionAction
	}
	const author, other, system = 1, 2, 0
	passes := map[step][]int32{
		{supervision.Draft, supervision.Submit}: {author, other}, {supervision.Draft, supervision.Drop}: {author, other},
		{supervision.Review, supervision.Approve}: {other}, {supervision.Review, supervision.Return}: {author, other}, {supervision.Review, supervision.Drop}: {author, other},
		{supervision.Objection, supervision.Release}: {author, other, system}, {supervision.Objection, supervision.Drop}: {author, other},
		{supervision.Published, supervision.AskWithdraw}: {author, other},
	}
	for _, state := range []supervision.EditionState{supervision.Draft, supervision.Review, supervision.Objection, supervision.Published, supervision.Replaced, supervision.Withdrawn, supervision.Dropped} {
		for _, action := range supervision.EditionActions {
			for _, who := range []int32{author, other, system} {
				e := supervision.Edition{State: state, Author: author, Approver: other, ListsEmployers: true, ObjectionsTo: today.AddDays(-1)}
				got, err := supervision.Publish(e, action, who, "理由", today)
				want := false
				for _, may := range passes[step{state, action}] {
					want = want || may == who
				}
				if (err == nil) != want {
					t.Errorf("%s %s by %d: %v", state, action, who, err)
				}
				if err != nil && got != e {
					t.Errorf("%s %s was refused and changed", state, action)
				}
			}
		}
	}
}

func TestApprovalOpensAWindowForThoseListed(t *testing.T) {
	e := supervision.Edition{State: supervision.Review, Author: 1, ListsEmployers: true}
	e, err := supervision.Publish(e, supervision.Approve, 2, "", today)
	if err != nil || e.State != supervision.Objection || !e.ObjectionsTo.IsZero() {
		t.Fatalf("%+v %v", e, err)
	}
	e.Unserved = 1
	if _, err := supervision.Publish(e, supervision.Release, 0, "", today.AddDays(99)); fault.Of(err).Key != "fault.publication.unserved" {
		t.Errorf("with a letter that was not served: %v", err)
	}
	e.Unserved = 0
	if _, err := supervision.Publish(e, supervision.Release, 0, "", today.AddDays(99)); fault.Of(err).Key != "fault.publication.window" {
		t.Errorf("with no last day: %v", err)
	}
	e.ObjectionsTo = calendar.NewDate(2026, 12, 1)
	if _, err := supervision.Publish(e, supervision.Release, 0, "", e.ObjectionsTo); fault.Of(err).Key != "fault.publication.window" {
		t.Errorf("on the window's last day: %v", err)
	}
	e.OpenObjections = 1
	if _, err := supervision.Publish(e, supervision.Release, 0, "", e.ObjectionsTo.AddDays(1)); fault.Of(err).Key != "fault.publication.objections" {
		t.Errorf("with an open objection: %v", err)
	}
	e.OpenObjections = 0
	if e, err = supervision.Publish(e, supervision.Release, 0, "", e.ObjectionsTo.AddDays(1)); err != nil || e.State != supervision.Published {
		t.Errorf("%+v %v", e, err)
	}
	e, err = supervision.Publish(supervision.Edition{State: supervision.Review, Author: 1}, supervision.Approve, 2, "", today)
	if err != nil || e.State != supervision.Published {
		t.Errorf("figures without names need no window: %+v %v", e, err)
	}
	if _, err := supervision.Publish(supervision.Edition{State: supervision.Review, Author: 1}, supervision.Return, 2, "", today); !fault.Is(err, fault.Invalid) {
		t.Errorf("returned without a reason: %v", err)
	}
}

// No small cell is shown, and none can be found by subtraction from the total.
func TestSmallCellsAreHidden(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 12), 0, 12).Draw(t, "counts")
		disjoint := rapid.Bool().Draw(t, "disjoint")
		hidden := supervision.Suppressed(counts, nil, disjoint)
		small, n, shown, sum, most, largest := 0, 0, 0, 0, 0, 0
		for i, c := range counts {
			if supervision.Small(c) {
				small++
				if !hidden[i] {
					t.Fatalf("%v shows %d", counts, c)
				}
			}
			switch {
			case hidden[i]:
				n, sum, most = n+1, sum+c, max(most, c)
				if c >= supervision.SmallCell {
					largest = max(largest, c)
				}
				if c == 0 {
					t.Fatalf("%v hides an empty cell", counts)
				}
			case c > 0:
				shown++
				if c < largest {
					t.Fatalf("%v hides %d rather than %d: %v", counts, largest, c, hidden)
				}
			}
		}
		if small == 0 && n > 0 {
			t.Fatalf("%v hides %v for nobody", counts, hidden)
		}
		behind := most
		if disjoint {
			behind = sum
		}
		if n > 0 && shown > 0 && (n < 2 || behind < supervision.SmallCell) {
			t.Fatalf("%v (disjoint %v) hides only %v", counts, disjoint, hidden)
		}
	})
}

// What was published is withdrawn by two: one asks, another withdraws or keeps it; nobody does both.
func TestWithdrawingTakesTwo(t *testing.T) {
	e := supervision.Edition{State: supervision.Published, Author: 1, Approver: 2}
	if _, err := supervision.Publish(e, supervision.AskWithdraw, 1, "", today); !fault.Is(err, fault.Invalid) {
		t.Errorf("asked without a reason: %v", err)
	}
	asked, err := supervision.Publish(e, supervision.AskWithdraw, 1, "口径有误", today)
	if err != nil || asked.State != supervision.Published || asked.WithdrawBy != 1 {
		t.Fatalf("%+v %v", asked, err)
	}
	if _, err := supervision.Publish(asked, supervision.Withdraw, 1, "", today); fault.Of(err).Key != "fault.publication.withdraw.two" {
		t.Errorf("one did both: %v", err)
	}
	if _, err := supervision.Publish(asked, supervision.AskWithdraw, 2, "又", today); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked twice: %v", err)
	}
	if kept, err := supervision.Publish(asked, supervision.Keep, 2, "无误", today); err != nil || kept.WithdrawBy != 0 || kept.State != supervision.Published {
		t.Errorf("kept: %+v %v", kept, err)
	}
	if gone, err := supervision.Publish(asked, supervision.Withdraw, 2, "", today); err != nil || gone.State != supervision.Withdrawn {
		t.Errorf("withdrawn: %+v %v", gone, err)
	}
}
