package ledger

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"shebao/shared/calendar"
	"shebao/shared/money"
)

var rowHeader = strings.Split("id_number,uscc,insurance,period,base,employer_due,employer_paid,person_due,person_paid,paid_on", ",")

func rowReader(t interface{ Fatal(...any) }) *contributionReader {
	columns, err := columnsOf(Contributions, rowHeader)
	if err != nil {
		t.Fatal(err)
	}
	return newContributionReader(columns, calendar.NewDate(2026, 11, 23), map[string]int32{"91350100M000100Y43": 1, "91070102MAXG612DD9": 2})
}

// sameEitherWay: a reader that has met the cells takes short cuts; what it says is what one says that meets them for the first time.
func sameEitherWay(t interface {
	Fatal(...any)
	Errorf(string, ...any)
}, cells [][]byte) {
	var first, second, long stagedRow
	reader := rowReader(t)
	bad1 := reader.read(cells, &first)
	bad2 := reader.read(cells, &second)
	bad3 := rowReader(t).long(cells, &long)
	if (bad1 == nil) != (bad3 == nil) || (bad2 == nil) != (bad3 == nil) || bad3 != nil && (*bad1 != *bad3 || *bad2 != *bad3) {
		t.Errorf("%q: %v, then %v, the long way %v", cells, bad1, bad2, bad3)
		return
	}
	if bad3 == nil && (first.row != long.row || second.row != long.row || first.person != second.person || first.person.number != long.person.number) {
		t.Errorf("%q: %+v, then %+v, the long way %+v", cells, first, second, long)
	}
	if bad3 == nil && (long.row.EmployerPaid > long.row.EmployerDue || long.row.PersonPaid > long.row.PersonDue || long.row.Base < 0 || long.row.EmployerPaid < 0 ||
		long.row.PersonPaid < 0 || (long.row.Paid() == 0) != long.row.PaidOn.IsZero() || long.row.EmployerDue > money.Limit) {
		t.Errorf("%q: %+v must not be taken", cells, long.row)
	}
}

func TestShortCutsSayTheSame(t *testing.T) {
	amount := rapid.OneOf(rapid.StringMatching(`[0-9]{1,12}\.[0-9]{2}`), rapid.SampledFrom([]string{"0.00", "100.00", "100", "100.0", ".50", "-1.00", "1.005", " 2.00", "３.00", "", "99999999999999.99", "1,000.00"}))
	person := rapid.SampledFrom([]string{"07010219910925762X", "07010219910925762x", " 070102198201027603", "070102198201027604", "E12345678", "", "070102198201"})
	code := rapid.SampledFrom([]string{"91350100M000100Y43", "91350100m000100y43", "91070102MAXG612DD9", "91350211M000100Y43", ""})
	kind := rapid.SampledFrom([]string{"110", "210", "失业", "999", " 310", ""})
	period := rapid.SampledFrom([]string{"202501", "2025-01", "202513", "203001", "２０２５０１", ""})
	day := rapid.SampledFrom([]string{"2025-01-20", "20250120", "2025/01/20", "2025-02-30", "2026-11-24", ""})
	rapid.Check(t, func(t *rapid.T) {
		cells := [][]byte{[]byte(person.Draw(t, "person")), []byte(code.Draw(t, "code")), []byte(kind.Draw(t, "insurance")), []byte(period.Draw(t, "period"))}
		for range 5 {
			cells = append(cells, []byte(amount.Draw(t, "amount")))
		}
		if rapid.Bool().Draw(t, "paid in full") {
			cells[6], cells[8] = cells[5], cells[7]
		}
		sameEitherWay(t, append(cells, []byte(day.Draw(t, "day"))))
	})
}

// FuzzContributionRow: no cell makes the row parser fail, and short cuts never change what it says.
func FuzzContributionRow(f *testing.F) {
	f.Add("07010219910925762X,91350100M000100Y43,110,202501,5000.00,800.00,800.00,400.00,400.00,2025-01-20")
	f.Add("07010219910925762x, 91350100m000100y43 ,失业,2025-01,5000,0.1,0,.4,0,")
	f.Fuzz(func(t *testing.T, line string) {
		reader := newCSVReader(strings.NewReader(line))
		rec, err := reader.next()
		if err == nil && len(rec.cells) == len(rowHeader) {
			sameEitherWay(t, rec.cells)
		}
	})
}
