package account_test

import (
	"testing"

	"shebao/shared/account"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// Each case is one account of 2024 at 12 % a year, a percent a month, opened with 1000.00; what the year's end holds was worked out by hand.
func TestWhatEventsDoToAnAccount(t *testing.T) {
	type event = account.Event
	whole := rows(202401, 202412, 125000, 10000) // 100.00 a month: 78.00 of interest
	for name, c := range map[string]struct {
		rows                      []contribution.Row
		events                    []event
		adjusted, interest, holds money.Fen
	}{
		"nothing":                     {whole, nil, 0, 12000 + 7800, 100000 + 120000 + 19800},
		"moved here with both parts":  {nil, []event{{Kind: account.TransferIn, On: day(2024, 9, 3), Personal: 200000, Employer: 50000, Credits: [12]money.Fen{0: 10000, 7: 20000}}}, 280000, 42000 + 1200 + 1000, 100000 + 280000 + 44200},
		"moved away in May":           {whole, []event{{Kind: account.TransferOut, On: day(2024, 5, 10)}}, -150000, 700 + 600 + 500 + 400 + 300 + 200 + 100, 70000 + 2800},
		"moved away in two parts":     {rows(202401, 202408, 125000, 10000), []event{{Kind: account.TransferOut, On: day(2024, 9, 30)}, {Kind: account.TransferOut, On: day(2024, 5, 10)}}, -180000, 0, 0},
		"moved here, corrected, away": {nil, []event{{Kind: account.Correction, On: day(2024, 3, 1), Personal: -5000}, {Kind: account.TransferIn, On: day(2024, 2, 1), Personal: 7000}, {Kind: account.TransferOut, On: day(2024, 3, 1)}}, -100000, 0, 0},
		"corrected":                   {nil, []event{{Kind: account.Correction, On: day(2024, 1, 1), Personal: 300, Employer: -100}}, 200, 12000, 112200},
		"retired in August":           {rows(202401, 202408, 125000, 10000), []event{{Kind: account.Retirement, On: day(2024, 8, 20)}}, 0, 8000 + 3600, 100000 + 80000 + 11600},
		"settled abroad in August":    {rows(202401, 202408, 125000, 10000), []event{{Kind: account.Termination, On: day(2024, 8, 20)}}, 0, 8000 + 3600, 100000 + 80000 + 11600},
		"retired, then died":          {nil, []event{{Kind: account.Death, On: day(2024, 11, 2)}, {Kind: account.Retirement, On: day(2024, 8, 20)}}, 0, 8000, 108000},
		"before the opening":          {nil, []event{{Kind: account.Correction, On: day(2023, 12, 31), Personal: 900}}, 0, 12000, 112000},
		"retired before the opening":  {nil, []event{{Kind: account.Retirement, On: day(2022, 5, 31)}}, 0, 0, 100000},
	} {
		in := account.Input{Rates: localRates(t, map[int]string{2024: "0.12"}), OpeningOn: day(2023, 12, 31), OpeningPersonal: 100000, Rows: c.rows, Through: day(2024, 12, 31), Events: c.events}
		years, err := account.Run(in)
		if err != nil || len(years) != 1 {
			t.Errorf("%s: %d years, %v", name, len(years), err)
			continue
		}
		if y := years[0]; y.Adjustments != c.adjusted || y.Interest() != c.interest || y.Closing != c.holds || !y.Settled {
			t.Errorf("%s: adjustments %s, interest %s, closing %s; want %s, %s, %s", name, y.Adjustments, y.Interest(), y.Closing, c.adjusted, c.interest, c.holds)
		}
	}
}

// What comes after the end earns nothing by the annual method either: eight credits of 100.00 at 12 %, for eight months of the year; the ninth is only booked.
func TestTheAnnualMethodStopsAtTheEnd(t *testing.T) {
	years, err := account.Run(account.Input{Setting: account.Setting{Method: account.Annual}, Rates: localRates(t, map[int]string{2024: "0.12"}), OpeningOn: day(2023, 12, 31), OpeningPersonal: 100000, Through: day(2024, 12, 31),
		Rows: rows(202401, 202409, 125000, 10000), Events: []account.Event{{Kind: account.Retirement, On: day(2024, 8, 20)}}})
	if err != nil || years[0].InterestOnOpening != 8000 || years[0].InterestOnCurrent != 3466 || years[0].Closing != 100000+90000+11466 { // 800.00 × 12 % × 1.083 ÷ 2 × 8/12 = 34.656
		t.Errorf("%+v, %v", years, err)
	}
}

// An account that began here in July earns for half the year; what is moved to it earns for the whole.
func TestMoneyMovedIntoAYoungAccountEarnsTheWholeYear(t *testing.T) {
	years, err := account.Run(account.Input{Rates: localRates(t, map[int]string{2024: "0.12"}), OpeningOn: day(2024, 6, 30), OpeningPersonal: 100000, Through: day(2024, 12, 31),
		Events: []account.Event{{Kind: account.TransferIn, On: day(2024, 9, 1), Personal: 100000}, {Kind: account.TransferIn, On: day(2024, 6, 30), Personal: 100000}}})
	if err != nil || years[0].InterestOnOpening != 6000+12000 || years[0].Closing != 218000 {
		t.Errorf("%+v, %v", years, err)
	}
}

// The account of who has left or retired goes on only for what is booked to it, and who comes back begins again.
func TestAnAccountAfterItsEnd(t *testing.T) {
	in := account.Input{Rates: localRates(t, map[int]string{2021: "0.12", 2022: "0.12", 2023: "0.12", 2024: "0.12"}), OpeningOn: day(2020, 12, 31), OpeningPersonal: 100000, Through: day(2024, 12, 31)}
	late := rows(202106, 202106, 125000, 10000)
	late[0].PaidOn = day(2023, 3, 1)
	for name, c := range map[string]struct {
		rows  []contribution.Row
		event account.Event
		want  []money.Fen // closing balances from 2021 on
	}{
		"retired":                  {nil, account.Event{Kind: account.Retirement, On: day(2021, 6, 30)}, []money.Fen{106000}},
		"retired, made good later": {late, account.Event{Kind: account.Retirement, On: day(2021, 6, 30)}, []money.Fen{106000, 106000, 116000}},
		"moved away":               {nil, account.Event{Kind: account.TransferOut, On: day(2022, 6, 30)}, []money.Fen{112000, 0}},
		"moved away, came back":    {rows(202312, 202312, 125000, 10000), account.Event{Kind: account.TransferOut, On: day(2021, 6, 30)}, []money.Fen{0, 0, 10100, 11312}},
	} {
		in.Rows, in.Events = c.rows, []account.Event{c.event}
		years, err := account.Run(in)
		if err != nil {
			t.Fatal(name, err)
		}
		var got []money.Fen
		for _, y := range years {
			got = append(got, y.Closing)
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
			if after := c.event.Kind.Ends() && years[i].Year > c.event.On.Year; years[i].AfterEnd() != after || after && years[i].Interest() != 0 {
				t.Errorf("%s, %d: after the end is %v, by rate %s", name, years[i].Year, !after, years[i].Rate.Percent())
			}
		}
	}
	in.Rows, in.Events = nil, []account.Event{{Kind: account.TransferOut, On: day(2021, 6, 30)}, {Kind: account.Correction, On: day(2023, 2, 1), Personal: 500}}
	if years, err := account.Run(in); err != nil || len(years) != 4 || years[3].Closing != 560 {
		t.Errorf("corrected long after: %+v, %v", years, err)
	}
}
