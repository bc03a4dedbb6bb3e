package supervision_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/fault"
)

// audited is an edition of audit figures: one line, told or left out.
func audited(region string, from, to calendar.Period, told bool) supervision.Sheet {
	return supervision.Sheet{Total: supervision.Line{Region: region, Span: supervision.Span{From: from, To: to}, Amounts: told, Arrears: told}, Parts: []string{"3301", "3304"}}
}

func at(region string, from, to calendar.Period) supervision.Place {
	return supervision.Place{Region: region, From: from, To: to}
}

// What an edition would give away is named with the published figures that it would follow from, and no others; whoever kept an edition that was withdrawn counts as knowing it.
func TestWhatWouldFollowIsNamed(t *testing.T) {
	july, august, september := audited("33", 202607, 202607, true), audited("33", 202608, 202608, true), audited("33", 202609, 202609, false)
	other, quarter := audited("3301", 202607, 202607, true), audited("33", 202607, 202609, true)
	for _, c := range []struct {
		name   string
		shelf  supervision.Shelf
		secret supervision.Place
		by     []supervision.Place
	}{
		{"months beside their quarter", supervision.Shelf{Now: []supervision.Sheet{july, august, september, other}}, at("33", 202609, 202609), []supervision.Place{at("33", 202607, 202607), at("33", 202608, 202608)}},
		{"a month was withdrawn", supervision.Shelf{Now: []supervision.Sheet{july, september}, Before: []supervision.Sheet{august}}, at("33", 202609, 202609), []supervision.Place{at("33", 202607, 202607), at("33", 202608, 202608)}},
		{"a month is not told", supervision.Shelf{Now: []supervision.Sheet{july, september}}, supervision.Place{}, nil},
		{"all months are told", supervision.Shelf{Now: []supervision.Sheet{july, august, audited("33", 202609, 202609, true)}}, supervision.Place{}, nil},
		{"the month was told once, and is left out now", supervision.Shelf{Now: []supervision.Sheet{july, august, september}, Before: []supervision.Sheet{audited("33", 202609, 202609, true)}}, at("33", 202609, 202609),
			[]supervision.Place{at("33", 202607, 202607), at("33", 202608, 202608)}}, // the figure as it was corrected is new
	} {
		got := supervision.Discloses(quarter, c.shelf)
		switch {
		case (got == nil) != (c.by == nil):
			t.Errorf("%s: %+v", c.name, got)
		case got != nil && (*got.Secret != c.secret || !slices.Equal(got.By, c.by) || got.Place != at("33", 202607, 202609)):
			t.Errorf("%s: %+v follows from %+v", c.name, *got.Secret, got.By)
		}
	}
	draft := quarter
	left, refused := supervision.Withhold(&draft, supervision.Shelf{Now: []supervision.Sheet{july, august, september}})
	if left != nil || refused == nil || *refused.Secret != at("33", 202609, 202609) {
		t.Errorf("the total itself gives it away: %+v %+v", left, refused)
	}
}

// Of a draft's lines the one that a secret follows from is left out, and says so; what has nothing to do with it stays.
func TestWhatIsLeftOutSaysWhy(t *testing.T) {
	q2, q3 := supervision.Quarter(2026, 2), supervision.Quarter(2026, 3)
	line := func(region string, span supervision.Span, payers int, told bool) supervision.Line {
		return supervision.Line{Region: region, Span: span, Payers: payers, Late: payers, Amounts: told, Arrears: told}
	}
	province := supervision.Sheet{Total: line("33", q3, 99, true), Regions: []supervision.Line{line("3301", q3, 9, true), line("3302", q3, 3, false), line("3304", q3, 6, false)}}
	city := supervision.Sheet{Total: line("3304", q3, 6, true), Course: []supervision.Line{line("3304", q2, 7, true)}}
	_, refused := supervision.Withhold(&city, supervision.Shelf{Now: []supervision.Sheet{province}})
	if refused == nil || *refused.Secret != at("3302", 202607, 202609) || refused.Place != at("3304", 202607, 202609) || !slices.Equal(refused.By, []supervision.Place{at("33", 202607, 202609), at("3301", 202607, 202609)}) {
		t.Errorf("the city: %+v", refused)
	}
	province.Regions[2].Amounts = true // but not its arrears
	city = supervision.Sheet{Total: line("3304", q3, 6, true), Course: []supervision.Line{line("3304", q2, 7, true)}}
	left, refused := supervision.Withhold(&city, supervision.Shelf{Now: []supervision.Sheet{{Total: province.Total, Regions: []supervision.Line{province.Regions[0], {Region: "3302", Span: q3, Payers: 3, Late: 3, Amounts: true}, province.Regions[2]}}}})
	if refused != nil || len(left) == 0 || !left[0].Arrears || !left[0].Owed || *left[0].Secret != at("3302", 202607, 202609) || city.Total.Arrears || !city.Total.Amounts {
		t.Errorf("the city of which the arrears are left out: %+v %+v", left, refused)
	}
	err := fmt.Errorf("draft: %w", fault.New(fault.Conflict, "fault.publication.disclosed").Because(supervision.Disclosed{Cause: supervision.Cause{Few: 3}}))
	var d supervision.Disclosed
	if !errors.As(err, &d) || d.Few != 3 {
		t.Error("the cause is lost on its way to the page")
	}
}
