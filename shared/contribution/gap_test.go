package contribution_test

import (
	"slices"
	"testing"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
)

func TestGapsAreWrittenAndReadBack(t *testing.T) {
	reach := calendar.NewDate(2026, 10, 31)
	rows := []contribution.Row{
		{Period: 202608, Insurance: 310, EmployerID: 1, EmployerDue: 100},
		{Period: 202607, Insurance: 110, EmployerID: 1, EmployerDue: 100, EmployerPaid: 40},
		{Period: 202607, Insurance: 310, EmployerID: 1, EmployerDue: 100, EmployerPaid: 100},
		{Period: 202607, Insurance: 110, EmployerID: 2, EmployerDue: 100}, // another employer's
		{Period: 202610, Insurance: 110, EmployerID: 1, EmployerDue: 100}, // pending: not judged yet
		{Period: 202601, Insurance: 110, EmployerID: 1, EmployerDue: 100}, // before the reported months
	}
	got := contribution.Gaps(rows, 1, 202607, 0, reach)
	want := []contribution.Gap{{Period: 202607, Insurance: 110, Status: contribution.Part}, {Period: 202608, Insurance: 310, Status: contribution.Arrears}}
	if !slices.Equal(got, want) {
		t.Errorf("gaps are %v, want %v", got, want)
	}
	line := contribution.WriteGaps(got)
	if line != "202607/110/part 202608/310/arrears" || !slices.Equal(contribution.ReadGaps(line), want) {
		t.Errorf("written as %q, read as %v", line, contribution.ReadGaps(line))
	}
	if left := contribution.ReadGaps("x 1/2 202607/110/paid 202607/a/part 202607/110/part"); len(left) != 1 {
		t.Errorf("of rubbish %v was read", left)
	}
}
