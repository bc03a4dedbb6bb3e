package latefee

import (
	"sort"

	"shebao/shared/calendar"
	"shebao/shared/money"
)

// Policy says in which order a payment is booked. The two documents contradict each other; a region sets the one that it follows.
type Policy uint8

// The policies.
const (
	// Notice2001 books the current month first, then arrears: all of them at once when the rest covers them, else those from before the Regulation first
	// (劳社厅发〔2001〕4号 二(四)). It is the later document and the default.
	Notice2001 Policy = iota
	// Rolling1997 books arrears first, the oldest first, then the current month (滚动分配法: 劳办发〔1997〕116号).
	Rolling1997
)

// The modes of an Allocation.
const (
	ModeNone    = "none"                         // nothing was left for arrears, or there are none
	ModeAll     = "all_at_once"                  // what was left covered all arrears
	ModePartial = "partial_pre_regulation_first" // it covered a part: first the arrears from before the Regulation, then those since
	ModeRolling = "rolling_arrears_first"        // Rolling1997: arrears came before the current month
)

// Current is the Target of the line for the current month.
const Current = "current"

// Item is what is owed of one period, in fen.
type Item struct {
	Period calendar.Period
	Amount money.Fen
}

// Line is what of a payment is booked to one target: Current or a period as YYYY-MM; the amount, in fen, is always above zero.
type Line struct {
	Target string
	Amount money.Fen
}

// Allocation is a payment booked: the lines in the order of booking, and what is left when all is paid. Lines and LeftOver add up to the payment.
type Allocation struct {
	Mode     string
	Lines    []Line
	LeftOver money.Fen
}

// Allocate books a payment, in fen, to the current month and to arrears from before (pre) and since (post) the Regulation of 1999-01-22. Within each the
// oldest period goes first, which the notice of 2001 leaves open. Amounts below zero count as nothing.
func Allocate(policy Policy, payment, currentDue money.Fen, pre, post []Item) Allocation {
	b := booking{left: max(payment, 0)}
	arrears := append(oldestFirst(pre), oldestFirst(post)...)
	if policy == Rolling1997 {
		sort.SliceStable(arrears, func(i, j int) bool { return arrears[i].Period < arrears[j].Period })
		b.mode = ModeRolling
		b.bookAll(arrears)
		if len(b.lines) == 0 {
			b.mode = ModeNone
		}
		b.book(Current, currentDue)
		return b.allocation()
	}
	b.book(Current, currentDue)
	before := b.left
	b.mode = ModePartial
	if b.bookAll(arrears) {
		b.mode = ModeAll
	}
	if b.left == before { // no arrears line was booked
		b.mode = ModeNone
	}
	return b.allocation()
}

func oldestFirst(items []Item) []Item {
	sorted := append([]Item(nil), items...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].Period < sorted[j].Period })
	return sorted
}

type booking struct {
	mode  string
	lines []Line
	left  money.Fen
}

// book reports whether what is left covers the amount.
func (b *booking) book(target string, due money.Fen) bool {
	amount := min(b.left, max(due, 0))
	if amount > 0 {
		b.lines = append(b.lines, Line{target, amount})
		b.left -= amount
	}
	return amount >= due
}

func (b *booking) bookAll(items []Item) bool {
	covered := true
	for _, item := range items {
		covered = b.book(item.Period.String(), item.Amount) && covered
	}
	return covered
}

func (b *booking) allocation() Allocation {
	return Allocation{Mode: b.mode, Lines: b.lines, LeftOver: b.left}
}
