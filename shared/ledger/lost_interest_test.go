package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// Half of 2019 is unpaid for one person (vector AR02b: 57.83 to the end of 2019): only where the region books by policy B, and only the months that are made good by this employer.
func TestInterestThatThePayerOwes(t *testing.T) {
	l, pool := newLedger(t)
	importTwoPeople(t, l)
	mustImport(t, l, ledger.Persons, writeFile(t, "p.csv", "id_number,name\n"+knownPerson+",叶建国\n")) // no balance brought from before
	var file strings.Builder
	file.WriteString(contributionHeader)
	for month := 1; month <= 12; month++ {
		paid, on := "0.00", ""
		if month > 6 {
			paid, on = "160.00", fmt.Sprintf("2019-%02d-20", month)
		}
		fmt.Fprintf(&file, "%s,%s,110,2019%02d,2000.00,320.00,%s,160.00,%s,%s\n", knownPerson, knownCode, month, strings.Replace(paid, "160", "320", 1), paid, on)
	}
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", file.String()))
	employer, err := l.EmployerByUSCC(t.Context(), identityUSCC(t, knownCode))
	if err != nil {
		t.Fatal(err)
	}
	var months []ledger.LateMonth
	for month := calendar.Period(201901); month <= 201906; month++ {
		months = append(months, ledger.LateMonth{PersonID: personID(t, l, knownPerson), Period: month, Insurance: 110, EmployerOwed: 32000, PersonOwed: 16000})
	}
	lost := func(paidOn calendar.Date, months ...ledger.LateMonth) ledger.LostInterest {
		t.Helper()
		got, err := l.LostInterest(t.Context(), employer.ID, paidOn, months)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := lost(calendar.NewDate(2020, 5, 20), months...); got != (ledger.LostInterest{}) {
		t.Errorf("under policy A: %+v", got)
	}
	mustImport(t, l, ledger.Rules, writeFile(t, "r.csv", "行政区划代码,补缴记账办法,计息办法\n,B,月积数法\n"))
	for paidOn, want := range map[calendar.Date]ledger.LostInterest{
		calendar.NewDate(2020, 5, 20):  {Amount: 5783, Persons: 1, Months: 6}, // 160.00 × (12+11+10+9+8+7) × 7.61 % ÷ 12, beside the half year that is there
		calendar.NewDate(2019, 11, 20): {},
	} {
		if got := lost(paidOn, months...); got != want {
			t.Errorf("paid on %s: %+v, want %+v", paidOn, got, want)
		}
	}
	if got := lost(calendar.NewDate(2020, 5, 20), ledger.LateMonth{PersonID: months[0].PersonID, Period: 201901, Insurance: 110, EmployerOwed: 32000, PersonOwed: 32000}); got.Amount != 2435 { // 45.66 of interest rather than 21.31
		t.Errorf("a month of twice the base: %+v", got)
	}
	half := months[0]
	half.Charged = 1000 // it was made good before, and is no longer: what that payer was charged is not lost again
	if got := lost(calendar.NewDate(2020, 5, 20), append([]ledger.LateMonth{half}, months[1:]...)...); got != (ledger.LostInterest{Amount: 5783 - 1000, Persons: 1, Months: 6}) {
		t.Errorf("a month that was charged before: %+v", got)
	}
	each := func(paidOn calendar.Date, months ...ledger.LateMonth) (list []money.Fen) {
		t.Helper()
		if err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) (err error) {
			list, err = l.LostInterestByMonth(t.Context(), tx, employer.ID, paidOn, months)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return list
	}
	if got := each(calendar.NewDate(2020, 5, 20), half, months[1], months[2], months[3], months[4], months[5]); !slices.Equal(got, []money.Fen{1217 - 1000, 1117, 1014, 913, 812, 710}) {
		t.Errorf("month by month: %s", got)
	}
}
