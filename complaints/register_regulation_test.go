package complaints

import (
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/calendar"
)

// What was owed before the Regulation (征缴暂行条例, in force on 22 January 1999) stands apart from what came after, and its fee is left to a local rule: December 1998 is before, January 1999 after.
func TestArrearsOfBeforeTheRegulationStandApart(t *testing.T) {
	o := newOffice(t)
	head := o.staff(t, "zhao", lifecycle.Supervisor, "33")
	o.exec(t, `INSERT INTO ledger.contribution (person_id, base, employer_due, employer_paid, person_due, person_paid, period, employer_id, run_id, insurance)
		SELECT 101, 60000, due, 0, 0, 0, p, 1, 1, 110 FROM (VALUES (199811, 100), (199812, 2000), (199901, 30000), (199902, 400000)) AS owed (p, due)`)
	o.imported(t)
	o.mustRefresh(t, supervisedAt)
	d := o.first(t, head)
	if d.OwedBefore != 21_00 || d.Owed() != d.OwedBefore+d.OwedAfter || d.FirstPeriod != calendar.NewPeriod(1998, 11) {
		t.Errorf("before %s, after %s, since %s", d.OwedBefore, d.OwedAfter, d.FirstPeriod)
	}
	if d.FeeUnruled != d.OwedBefore {
		t.Errorf("without a rule for their fee: %s of %s", d.FeeUnruled, d.OwedBefore)
	}
	whole, err := o.store.Debtor(t.Context(), head, d.USCC, supervisedAt)
	if err != nil || len(whole.Lines) < 4 || whole.Lines[0].FeeKnown || whole.Lines[1].FeeKnown || !whole.Lines[2].FeeKnown || whole.Lines[3].LateFee == 0 {
		t.Errorf("line by line: %+v, %v", whole.Lines[:min(4, len(whole.Lines))], err)
	}
}
