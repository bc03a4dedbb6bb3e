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

// A row that was corrected to nothing is not a month of insurance; whatever stands in it makes it one.
func TestARowCorrectedToNothing(t *testing.T) {
	reach := calendar.NewDate(2026, 10, 31)
	for want, r := range map[contribution.Status]contribution.Row{
		contribution.None: {Period: 202601}, contribution.Paid: {Period: 202601, Base: 500000}, contribution.Arrears: {Period: 202601, PersonDue: 1},
	} {
		if got := contribution.StatusOf(r, contribution.Due{}, reach); got != want {
			t.Errorf("%+v is %s, want %s", r, got, want)
		}
	}
}
