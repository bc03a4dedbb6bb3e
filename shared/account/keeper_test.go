package account_test

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// places are three regions: employer 1 pays to the first, which keeps accounts as everywhere, 2 to one that books late months as on time and counts by the year, 3 to one with rates and a due
// date of its own.
type places struct{}

var regions = [...]string{"110101", "330402", "440106"}

func (places) RegionOf(employer int32) string { return regions[employer-1] }

func (places) SettingOf(region string) account.Setting {
	switch region {
	case regions[1]:
		return account.Setting{Region: region, Method: account.Annual, Policy: account.CreditAsOnTime}
	case regions[2]:
		return account.Setting{Region: region, Due: contribution.Due{MonthsLater: 1, Day: 15}}
	}
	return account.Setting{Region: region}
}

func localEntry(t require, region, from, to, r string) account.RateEntry {
	first, err1 := calendar.ParseDate(from)
	last, err2 := calendar.ParseDate(to)
	parsed, err3 := account.ParseRate(r)
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	return account.RateEntry{Region: region, From: first, To: last, Rate: parsed, Final: true, Document: region + " " + from}
}

type require interface{ Fatal(...any) }

func placesRates(t require) account.Rates {
	return account.NationalRates().With(localEntry(t, "44", "2019-01-01", "2019-12-31", "0.05"), localEntry(t, "44", "2021-07-01", "2022-06-30", "0.06"), localEntry(t, "44", "2022-07-01", "2022-12-31", "0.01"))
}

// month is a paid pension month at an employer.
func monthAt(employer int32, p calendar.Period) contribution.Row {
	return contribution.Row{Period: p, Insurance: contribution.EmployeePension, EmployerID: employer, Base: 500000, PersonDue: 40000, PersonPaid: 40000, PaidOn: p.LastDay()}
}

func regionsOf(years []account.Year) (list []string) {
	for _, y := range years {
		list = append(list, y.Region)
	}
	return list
}

// Each year is made by the region that keeps the account at its end, with its rate and method; a region that keeps it as everywhere is not named.
func TestEachYearIsMadeByTheRegionThatKeptIt(t *testing.T) {
	var list []contribution.Row
	for p := calendar.Period(201901); p <= 202212; p = p.Add(1) {
		employer := int32(3)
		switch {
		case p >= 202206:
			employer = 1
		case p >= 202003:
			employer = 2
		}
		list = append(list, monthAt(employer, p))
	}
	in := account.Input{Places: places{}, Rates: placesRates(t), OpeningOn: day(2017, 12, 31), OpeningPersonal: 1000000, Rows: list, Through: day(2023, 12, 31)}
	years, err := account.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	// 2018 is before the first contribution, and was kept by the region of it, by the national rate; nobody has paid in 2023.
	if got, want := regionsOf(years), []string{"", regions[2], regions[1], regions[1], "", ""}; !slices.Equal(got, want) {
		t.Errorf("kept by %q, want %q", got, want)
	}
	for i, percent := range []string{"8.29", "5.00", "6.04", "6.69", "6.12", "3.97"} {
		if y := years[i]; y.Rate.Percent() != percent || y.Provisional || len(y.Rates) > 0 {
			t.Errorf("%d at %s, want %s: %+v", y.Year, y.Rate.Percent(), percent, y.Rates)
		}
	}
	if got := years[2].InterestOnCurrent; got != 1569917/100 { // 4,800 × 6.04 % × 1.083 ÷ 2, as the year counts it
		t.Errorf("2020 by the year: %s", got)
	}
	if got := years[4].InterestOnCurrent; got != 40000*78*612/120000 {
		t.Errorf("2022 by the month: %s", got)
	}
}

// A late payment is on time, and booked, by the rule of the region that it is paid to, wherever the worker is now.
func TestALatePaymentIsBookedByTheRegionThatItIsPaidTo(t *testing.T) {
	late := func(employer int32, p calendar.Period, on calendar.Date) contribution.Row {
		r := monthAt(employer, p)
		r.PaidOn = on
		return r
	}
	in := account.Input{Places: places{}, Rates: account.NationalRates(), OpeningOn: day(2018, 12, 31), Through: day(2021, 12, 31), Rows: []contribution.Row{
		late(2, 201903, day(2021, 4, 10)), late(3, 201904, day(2019, 5, 15)), late(3, 201905, day(2019, 6, 16)), late(1, 202001, day(2021, 8, 1)), monthAt(1, 202002)}}
	years, err := account.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	want := map[calendar.Period]money.Fen{201903: 40000, 201904: 40000, 201906: 40000, 202002: 40000, 202108: 40000}
	for _, y := range years {
		for m, credit := range y.Credits {
			if p := calendar.Period(y.Year*100 + m + 1); credit != want[p] {
				t.Errorf("%s: %s, want %s", p, credit, want[p])
			}
		}
	}
	if y := years[0]; y.Region != regions[2] || !slices.Contains(y.Shares, account.AsOnTimeRule.ID) { // kept by the third, and one month booked by the second
		t.Errorf("2019 by %q, %q", y.Region, y.Shares)
	}
}

// Whoever pays in two regions at once has one account, and it stays where it was; a row that was corrected to nothing moves nothing.
func TestASecondEmployerElsewhereMovesNoAccount(t *testing.T) {
	list := []contribution.Row{monthAt(2, 201901), monthAt(3, 201902), monthAt(2, 201902), monthAt(3, 202001), monthAt(2, 202101), monthAt(3, 202101)}
	void := monthAt(1, 202112)
	void.Base, void.PersonDue, void.PersonPaid = 0, 0, 0
	list = append(list, void)
	for until, want := range map[calendar.Period]string{201901: regions[1], 201902: regions[1], 202001: regions[2], 202101: regions[2], 202112: regions[2]} {
		var some []contribution.Row
		for _, r := range list {
			if r.Period <= until {
				some = append(some, r)
			}
		}
		slices.Reverse(some)
		if got := account.KeeperOf(some, places{}); got != want {
			t.Errorf("to %s: %s, want %s", until, got, want)
		}
	}
	first := []contribution.Row{monthAt(3, 201901), monthAt(2, 201901)}
	if got := account.KeeperOf(first, places{}); got != regions[1] {
		t.Errorf("two at once from the beginning, of one base: %s", got)
	}
	first[0].Base++
	if got := account.KeeperOf(first, places{}); got != regions[2] {
		t.Errorf("two at once from the beginning, the one of the larger base: %s", got)
	}
}

// A transfer that names its region takes the account over before anything is paid there, and the year of the transfer is that region's whole.
func TestATransferNamesWhoTakesTheAccountOver(t *testing.T) {
	in := account.Input{Places: places{}, Rates: placesRates(t), OpeningOn: day(2018, 12, 31), OpeningPersonal: 1000000, Through: day(2020, 12, 31), Rows: []contribution.Row{monthAt(1, 201901), monthAt(1, 201911), monthAt(2, 202001)},
		Events: []account.Event{{Kind: account.TransferOut, On: day(2019, 11, 30)}, {Kind: account.TransferIn, On: day(2019, 11, 30), Personal: 1000000, Credits: [12]money.Fen{0: 40000, 10: 40000}, Region: regions[2]}}}
	years, err := account.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	if y := years[0]; y.Region != regions[2] || y.Rate.Percent() != "5.00" || y.InterestOnOpening != 50000 || y.Adjustments != 0 {
		t.Errorf("2019: %+v", y)
	}
	if y := years[1]; y.Region != regions[1] {
		t.Errorf("2020 is that of the contributions: %+v", y)
	}
	in.Events[1].Region = ""
	if years, err = account.Run(in); err != nil || years[0].Region != "" || years[0].Rate.Percent() != "7.61" {
		t.Errorf("without a name: %+v, %v", years, err)
	}
}

// drawMonths are pension months of some years at any of the employers, some twice at once, some late.
func drawMonths(t *rapid.T, label string, from, to int) (list []contribution.Row) {
	for range rapid.IntRange(1, 30).Draw(t, label) {
		p := calendar.NewPeriod(rapid.IntRange(from, to).Draw(t, "year"), 1).Add(rapid.IntRange(0, 11).Draw(t, "month"))
		r := monthAt(int32(rapid.IntRange(1, 3).Draw(t, "employer")), p)
		r.Base = money.Fen(rapid.IntRange(1, 1_000_000).Draw(t, "base"))
		r.PersonDue = money.Fen(rapid.IntRange(0, 100_000).Draw(t, "paid"))
		r.PersonPaid = r.PersonDue
		if slices.ContainsFunc(list, func(o contribution.Row) bool { return o.Period == p && o.EmployerID == r.EmployerID }) {
			continue
		}
		if rapid.IntRange(0, 4).Draw(t, "late") == 0 {
			r.PaidOn = r.PaidOn.AddDays(rapid.IntRange(1, 300).Draw(t, "days"))
		}
		list = append(list, r)
	}
	return list
}

// Whatever somebody earns later, and wherever: a year that is over stays as it was, to the last field.
func TestAMoveNeverChangesAYearThatIsOver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := drawMonths(t, "before", 2018, 2020), drawMonths(t, "after", 2021, 2023)
		in := account.Input{Places: places{}, Rates: placesRates(t), OpeningOn: day(2017, 6, 30), OpeningPersonal: money.Fen(rapid.IntRange(0, 1e9).Draw(t, "opening")), Rows: before, Through: day(2020, 12, 31)}
		then, err := account.Run(in)
		if err != nil {
			t.Fatal(err)
		}
		in.Rows, in.Through = append(after, before...), day(2024, 12, 31)
		now, err := account.Run(in)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(then, now[:len(then)]) {
			t.Fatalf("was %+v\nis %+v", then, now[:len(then)])
		}
		for _, y := range now {
			if y.Closing != y.Opening+y.Credited()+y.Interest()+y.Adjustments {
				t.Fatalf("%+v does not add up", y)
			}
		}
		in.Rows = rapid.Permutation(in.Rows).Draw(t, "order")
		if again, err := account.Run(in); err != nil || !reflect.DeepEqual(again, now) {
			t.Fatalf("another order gives %+v, not %+v, %v", again, now, err)
		}
	})
}
