package account_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"shebao/shared/account"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// A year's parts: what is in force in each month, the more particular first, and what was published last where nothing is.
func TestARateThatChangesWithinAYear(t *testing.T) {
	table := account.NationalRates().With(localEntry(t, "41", "1996-07-01", "1997-06-30", "0.096"), localEntry(t, "41", "1997-07-01", "1998-06-30", "0.07"), localEntry(t, "41", "2015-07-01", "2016-06-30", "0.04"),
		localEntry(t, "4401", "2024-01-01", "2024-06-30", "0.03"), localEntry(t, "4401", "2024-07-01", "2024-12-31", "0.02"), localEntry(t, "", "2026-01-01", "2026-06-15", "0.015"))
	type part struct {
		first, last int
		percent     string
		provisional bool
	}
	for _, tc := range []struct {
		region string
		year   int
		want   []part
	}{
		{"410102", 1997, []part{{1, 6, "9.60", false}, {7, 12, "7.00", false}}},
		{"410102", 1998, []part{{1, 6, "7.00", false}, {7, 12, "4.47", true}}}, // the rest by the reference figure of the year
		{"410102", 2015, []part{{1, 6, "3.50", true}, {7, 12, "4.00", false}}},
		{"410102", 2016, []part{{1, 12, "8.31", false}}}, // one rate for all from then on
		{"440106", 2024, []part{{1, 6, "3.00", false}, {7, 12, "2.00", false}}},
		{"330402", 2024, []part{{1, 12, "2.62", false}}},
		{"330402", 2026, []part{{1, 5, "1.50", false}, {6, 12, "1.50", true}}},
		{"330402", 1950, nil},
	} {
		got := table.In(tc.region, contribution.EmployeePension, tc.year)
		if len(got) != len(tc.want) {
			t.Errorf("%s %d: %+v", tc.region, tc.year, got)
			continue
		}
		for i, want := range tc.want {
			if p := got[i]; p.First != want.first || p.Last != want.last || p.Rate.Percent() != want.percent || p.Provisional != want.provisional || p.Document == "" {
				t.Errorf("%s %d, part %d: %+v, want %+v", tc.region, tc.year, i, p, want)
			}
		}
	}
	alone := account.NewRates(localEntry(t, "", "1996-07-01", "1997-06-30", "0.096"))
	if got := alone.In("410102", contribution.EmployeePension, 1996); len(got) != 2 || got[0].Rate != got[1].Rate || !got[0].Provisional || got[1].Provisional {
		t.Errorf("before every known rate: %+v", got)
	}
}

// The year's account by two rates, computed by hand: 10,000.00 from January, 400.00 a month; 3 % to June, 2 % from July.
func TestAYearOfTwoRates(t *testing.T) {
	rates := account.NewRates(localEntry(t, "", "2024-01-01", "2024-06-30", "0.03"), localEntry(t, "", "2024-07-01", "2024-12-31", "0.02"))
	in := account.Input{Rates: rates, OpeningOn: day(2023, 12, 31), OpeningPersonal: 1000000, Rows: rows(202401, 202412, 500000, 40000), Through: day(2024, 12, 31)}
	years, err := account.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	// On the opening 10,000 × (6×3 + 6×2) ‰ ÷ 1.2 = 250.00. In the first half month n earns (7−n) months at 3 % and six at 2 %: 21 and 36; in the second 21 at 2 %: 400 × (21×3 + 57×2) % ÷ 12 = 59.00.
	y := years[0]
	if y.InterestOnOpening != 25000 || y.InterestOnCurrent != 5900 || y.Closing != 1000000+480000+30900 || len(y.Rates) != 2 || y.Rates[0].Last != 6 || y.Rate.Percent() != "2.00" || y.Provisional {
		t.Errorf("by the month: %+v", y)
	}
	in.Method = account.Annual // 4,800 × 2.5 % × 1.083 ÷ 2 = 64.98
	if years, err = account.Run(in); err != nil || years[0].InterestOnOpening != 25000 || years[0].InterestOnCurrent != 6498 {
		t.Errorf("by the year: %+v, %v", years, err)
	}
	in.Method = account.MonthProduct
	in.Events = []account.Event{{Kind: account.Retirement, On: day(2024, 8, 31)}}
	in.Rows = in.Rows[:8]
	// Six months at 3 %, two at 2 %: 10,000 × 22 ‰ ÷ 1.2 = 183.33; 400 × (21×3 + (12+3)×2) % ÷ 12 = 31.00.
	if years, err = account.Run(in); err != nil || years[0].InterestOnOpening != 18333 || years[0].InterestOnCurrent != 3100 || years[0].Rates[1].Last != 8 {
		t.Errorf("to August: %+v, %v", years, err)
	}
	in.Events[0].On = day(2024, 5, 31)
	in.Rows = in.Rows[:5]
	if years, err = account.Run(in); err != nil || years[0].Rates != nil || years[0].Rate.Percent() != "3.00" {
		t.Errorf("to May, which one rate counts: %+v, %v", years, err)
	}
}

// Twelve rates: the interest is what exact arithmetic gives, rounded once; where all are one rate, it is that of the year to the fen; and the account adds up.
func TestEachMonthEarnsByItsOwnRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rates account.MonthRates
		one := rapid.Bool().Draw(t, "one rate")
		for m := range rates {
			rates[m] = account.Rate(rapid.Int64Range(0, 120_000_000).Draw(t, "rate"))
			if one {
				rates[m] = rates[0]
			}
		}
		opening := money.Fen(rapid.Int64Range(-1e6, 1e12).Draw(t, "opening"))
		var credits [12]money.Fen
		for m := range credits {
			credits[m] = money.Fen(rapid.Int64Range(-1e6, 1e9).Draw(t, "credit"))
		}
		last := rapid.IntRange(1, 12).Draw(t, "last")
		months := account.Months{First: rapid.IntRange(1, last).Draw(t, "first"), Last: last}
		got, err := account.InterestByMonth(account.MonthProduct, opening, credits, rates, months)
		if err != nil {
			t.Fatal(err)
		}
		onOpening, onCurrent := new(big.Rat), new(big.Rat)
		for m := 1; m <= last; m++ {
			twelfth := big.NewRat(int64(rates[m-1]), 12_000_000_000)
			if m >= months.First {
				onOpening.Add(onOpening, new(big.Rat).Mul(opening.Rat(), twelfth))
			}
			for n := 1; n <= m; n++ {
				onCurrent.Add(onCurrent, new(big.Rat).Mul(credits[n-1].Rat(), twelfth))
			}
		}
		wantOpening, err1 := money.Round(onOpening)
		wantCurrent, err2 := money.Round(onCurrent)
		if err1 != nil || err2 != nil || got.OnOpening != wantOpening || got.OnCurrent != wantCurrent {
			t.Fatalf("%+v, want %s and %s", got, wantOpening, wantCurrent)
		}
		byYear, err := account.InterestByMonth(account.Annual, opening, credits, rates, months)
		sum, err4 := money.Sum(credits[:last]...)
		if err != nil || err4 != nil {
			t.Fatal(err, err4)
		}
		mean := new(big.Rat) // of the months that it lives, over twelve
		for m := months.First; m <= last; m++ {
			mean.Add(mean, big.NewRat(int64(rates[m-1]), 12_000_000_000))
		}
		want, err := money.Round(mean.Mul(mean, sum.Rat()).Mul(mean, big.NewRat(1083, 2000)))
		if err != nil || byYear.OnCurrent != want || byYear.OnOpening != wantOpening {
			t.Fatalf("by the year %+v, want %s", byYear, want)
		}
		if one {
			if whole, err := account.InterestOf(account.MonthProduct, opening, credits, rates[0], months); err != nil || whole != got {
				t.Fatalf("%+v, of one rate %+v, %v", got, whole, err)
			}
		}
	})
}
