package account_test

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

func rate(t testing.TB, s string) account.Rate {
	t.Helper()
	r, err := account.ParseRate(s)
	if err != nil {
		t.Fatal(s, err)
	}
	return r
}

func monthly(credits map[string]money.Fen) (list [12]money.Fen) {
	for month, amount := range credits {
		n, _ := strconv.Atoi(month)
		list[n-1] = amount
	}
	return list
}

func TestInterestVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/account_interest.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Cases []struct {
			ID, Method string
			Inputs     struct {
				Opening  money.Fen
				Credits  map[string]money.Fen `json:"credits_by_month"`
				Credited money.Fen            `json:"credited_in_year"`
				Rate     string               `json:"annual_rate"`
				Through  int                  `json:"through_month"`
				Monthly  money.Fen            `json:"monthly_credit"`
				Rates    map[string]string
			}
			Expected struct {
				OnOpening money.Fen  `json:"interest_on_opening"`
				OnCurrent money.Fen  `json:"interest_on_current"`
				Component *money.Fen `json:"closing_component_rounding"`
				Single    *money.Fen `json:"closing_single_rounding"`
				Balance   *money.Fen
				Years     []struct {
					Year    int
					Closing money.Fen
				}
			}
		}
	}
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	tested := 0
	for _, v := range vectors.Cases {
		in, credits := v.Inputs, monthly(v.Inputs.Credits)
		months := account.WholeYear
		method := account.MonthProduct
		var closing *money.Fen
		switch v.Method {
		case "month_product":
			closing = v.Expected.Component
		case "month_product_partial":
			months.Last, closing = in.Through, v.Expected.Balance
		case "annual":
			method, credits, closing = account.Annual, [12]money.Fen{in.Credited}, v.Expected.Single
		default:
			continue
		}
		tested++
		got, err := account.InterestOf(method, in.Opening, credits, rate(t, in.Rate), months)
		if err != nil {
			t.Errorf("%s: %v", v.ID, err)
			continue
		}
		principal, _ := money.Sum(credits[:]...)
		if got.OnOpening != v.Expected.OnOpening || got.OnCurrent != v.Expected.OnCurrent || in.Opening+principal+got.OnOpening+got.OnCurrent != *closing {
			t.Errorf("%s: %+v closing %s, want %s + %s = %s", v.ID, got, in.Opening+principal+got.OnOpening+got.OnCurrent, v.Expected.OnOpening, v.Expected.OnCurrent, closing)
		}
	}
	if tested < 14 {
		t.Errorf("only %d vectors were tested", tested)
	}
}

// rows makes one paid pension row a month.
func rows(from, to calendar.Period, base, person money.Fen) (list []contribution.Row) {
	for p := from; p <= to; p = p.Add(1) {
		list = append(list, contribution.Row{Period: p, Insurance: contribution.EmployeePension, EmployerID: 1, Base: base, PersonDue: person, PersonPaid: person, PaidOn: p.LastDay()})
	}
	return list
}

func day(y int, m time.Month, d int) calendar.Date { return calendar.NewDate(y, m, d) }

func TestTenYearChain(t *testing.T) {
	years, err := account.Run(account.Input{Rates: account.NationalRates(), OpeningOn: day(2015, 12, 31), Rows: rows(201601, 202512, 500000, 40000), Through: day(2025, 12, 31)})
	if err != nil {
		t.Fatal(err)
	}
	want := map[int]money.Fen{2016: 501606, 2017: 1035832, 2018: 1623256, 2019: 2246572, 2020: 2877969, 2021: 3567899, 2022: 4282166, 2023: 4942490}
	if len(years) != 10 {
		t.Fatalf("%d years", len(years))
	}
	for _, y := range years {
		if closing, ok := want[y.Year]; ok && y.Closing != closing || y.Provisional || !y.Settled {
			t.Errorf("%d: %s provisional %v settled %v, want %s", y.Year, y.Closing, y.Provisional, y.Settled, closing)
		}
	}
}

func localRates(t *testing.T, rates map[int]string) account.Rates {
	var entries []account.RateEntry
	for year, r := range rates {
		entries = append(entries, account.RateEntry{From: day(year, 1, 1), To: day(year, 12, 31), Rate: rate(t, r), Final: true})
	}
	return account.NewRates(entries...)
}

func TestElevenPercentBecomesEight(t *testing.T) {
	in := account.Input{Rates: localRates(t, map[int]string{2004: "0.0198", 2005: "0.0225", 2006: "0.0252"}), OpeningOn: day(2003, 12, 31), Rows: rows(200401, 200612, 100000, 8000), Through: day(2006, 12, 31)}
	years, err := account.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []money.Fen{133416, 270027, 374142} {
		if years[i].Closing != want {
			t.Errorf("%d: %s, want %s", years[i].Year, years[i].Closing, want)
		}
	}
	in.Rows = append(in.Rows, rows(199712, 199712, 100000, 4000)...)
	in.Rows[len(in.Rows)-1].PaidOn = day(2005, 3, 1)
	if _, err := account.Run(in); !errors.Is(err, account.ErrLocalRule) {
		t.Errorf("a contribution of 1997 paid in 2005: %v", err)
	}
}

func TestPartsAreComputedApartAndAdded(t *testing.T) {
	in := account.Input{Rates: localRates(t, map[int]string{2001: "0.0225"}), OpeningOn: day(2000, 12, 31), OpeningPersonal: 300020, OpeningEmployer: 200020, Through: day(2001, 12, 31)}
	in.Rows = rows(200101, 200112, 100000, 5000) // 11 % is 110.00: 50.00 own, 60.00 from the employer
	years, err := account.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	if y := years[0]; y.Closing != 644899 || y.ClosingEmployer != 277398 {
		t.Errorf("closing %s, employer's part %s", y.Closing, y.ClosingEmployer)
	}
}

func TestLatePaymentsByPolicy(t *testing.T) {
	all := rows(201901, 202012, 200000, 16000)
	for i := range 6 {
		all[6+i].PaidOn = day(2020, 5, 20)
	}
	in := account.Input{Rates: account.NationalRates(), OpeningOn: day(2018, 12, 31), Rows: all, Through: day(2020, 12, 31)}
	a, err := account.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	if a[1].Credits[4] != 112000 {
		t.Errorf("policy A books %s in May 2020", a[1].Credits[4])
	}
	in.Policy = account.CreditAsOnTime
	b, err := account.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	if b[0].Closing != 199914 || b[1].Closing != 410271 {
		t.Errorf("policy B: %s, %s", b[0].Closing, b[1].Closing)
	}
}

func TestMoneyTransferredWithinAYearEarnsTheWholeYear(t *testing.T) {
	in := account.Input{Rates: localRates(t, map[int]string{2024: "0.0262"}), OpeningOn: day(2023, 12, 31), Through: day(2024, 12, 31),
		Events: []account.Event{{Kind: account.TransferIn, On: day(2024, 9, 1), Personal: 1000000}}}
	years, err := account.Run(in)
	if err != nil || years[0].Closing != 1026200 || years[0].Adjustments != 1000000 || !slices.Contains(years[0].Shares, account.TransferRule.ID) {
		t.Errorf("%+v, %v", years, err)
	}
}

// Wherever within a year an account moves, and whatever is booked late or corrected: sender and receiver together credit what one agency would have.
func TestATransferLosesNoInterest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const year = 2019
		opening := money.Fen(rapid.Int64Range(0, 1e9).Draw(t, "opening"))
		list := rows(201901, 201912, 500000, money.Fen(rapid.IntRange(0, 300000).Draw(t, "paid")))
		left := calendar.Period(201900 + rapid.IntRange(1, 12).Draw(t, "leaves")).LastDay()
		whole := account.Input{Rates: account.NationalRates(), OpeningOn: day(year-1, 12, 31), OpeningPersonal: opening, Rows: list, Through: day(year, 12, 31)}
		sender, receiver := whole, whole
		sender.Rows, receiver.Rows = list[:left.Month], list[left.Month:]
		sender.Events = []account.Event{{Kind: account.TransferOut, On: left}}
		sent, err := account.Run(sender)
		if err != nil {
			t.Fatal(err)
		}
		if y := sent[0]; len(sent) != 1 || y.Interest() != 0 || y.Closing != 0 || !y.Settled || y.Adjustments != -y.Opening-y.Credited() {
			t.Fatalf("the sender keeps the year's interest: %+v", y)
		}
		receiver.OpeningPersonal = 0
		receiver.Events = []account.Event{{Kind: account.TransferIn, On: left, Personal: sent[0].Opening, Credits: sent[0].Credits}}
		received, err1 := account.Run(receiver)
		unmoved, err2 := account.Run(whole)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if got, want := received[0], unmoved[0]; got.Closing != want.Closing || got.Interest() != want.Interest() || got.Closing != got.Opening+got.Credited()+got.Interest()+got.Adjustments {
			t.Fatalf("%+v, unmoved %+v", got, want)
		}
	})
}

func TestRetirementEndsTheYear(t *testing.T) {
	in := account.Input{Rates: localRates(t, map[int]string{2024: "0.0262"}), OpeningOn: day(2024, 12, 31), OpeningPersonal: 8000000, Rows: rows(202501, 202508, 500000, 40000), Through: day(2026, 3, 31), Events: []account.Event{{Kind: account.Retirement, On: day(2025, 8, 31)}}}
	years, err := account.Run(in)
	if err != nil || len(years) != 1 || years[0].Closing != 8462877 || !years[0].Provisional {
		t.Errorf("%+v, %v", years, err)
	}
}

func TestARunningYearHasNoInterestYet(t *testing.T) {
	years, err := account.Run(account.Input{Rates: account.NationalRates(), OpeningOn: day(2024, 12, 31), OpeningPersonal: 100000, Rows: rows(202501, 202603, 500000, 40000), Through: day(2026, 3, 31)})
	if err != nil || len(years) != 2 {
		t.Fatal(years, err)
	}
	if y := years[1]; y.Settled || y.Interest() != 0 || y.Credited() != 120000 || !y.Provisional {
		t.Errorf("%+v", y)
	}
}

func TestRegionsOwnRatesGoFirst(t *testing.T) {
	rates := account.NationalRates().With(account.RateEntry{Region: "22", From: day(2005, 1, 1), To: day(2005, 12, 31), Rate: rate(t, "0.0226"), Final: true})
	if e, provisional, _ := rates.Of("220102", contribution.EmployeePension, 2005); e.Rate.Percent() != "2.26" || provisional {
		t.Errorf("Jilin: %s %v", e.Rate.Percent(), provisional)
	}
	if e, provisional, _ := rates.Of("330106", contribution.EmployeePension, 2005); e.Rate.Percent() != "2.25" || !provisional {
		t.Errorf("elsewhere: %s %v", e.Rate.Percent(), provisional)
	}
	if e, provisional, _ := rates.Of("220102", contribution.EmployeePension, 2026); e.Rate.Percent() != "1.50" || !provisional {
		t.Errorf("2026: %s %v", e.Rate.Percent(), provisional)
	}
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []contribution.Row
		for _, p := range rapid.SliceOfNDistinct(rapid.IntRange(0, 59), 0, 40, rapid.ID[int]).Draw(t, "months") {
			r := rows(calendar.Period(202001).Add(p), calendar.Period(202001).Add(p), 500000, money.Fen(rapid.IntRange(0, 300000).Draw(t, "paid")))[0]
			r.PersonDue += money.Fen(rapid.SampledFrom([]int{0, 0, 0, 5}).Draw(t, "owed"))
			r.PaidOn = r.PaidOn.AddDays(rapid.IntRange(-20, 400).Draw(t, "late"))
			list = append(list, r)
		}
		in := account.Input{Rates: account.NationalRates(), OpeningOn: day(2019, 12, 31), OpeningPersonal: money.Fen(rapid.IntRange(0, 1e9).Draw(t, "opening")), Rows: list, Through: day(2025, 12, 31)}
		in.Setting.Policy = account.Policy(rapid.IntRange(0, 1).Draw(t, "policy"))
		in.Setting.Method = account.Method(rapid.IntRange(0, 1).Draw(t, "method"))
		for range rapid.IntRange(0, 4).Draw(t, "events") {
			e := account.Event{Kind: account.EventKind(rapid.IntRange(1, 5).Draw(t, "kind")), On: day(2019, 7, 1).AddDays(rapid.IntRange(0, 2400).Draw(t, "on"))}
			switch e.Kind {
			case account.TransferIn:
				e.Personal, e.Employer = money.Fen(rapid.IntRange(0, 1e8).Draw(t, "moved")), money.Fen(rapid.IntRange(0, 1e8).Draw(t, "moved employer"))
				e.Credits[rapid.IntRange(0, 11).Draw(t, "month")] = money.Fen(rapid.IntRange(0, 1e6).Draw(t, "credit"))
			case account.Correction:
				e.Personal = money.Fen(rapid.IntRange(-1e6, 1e6).Draw(t, "correction"))
			}
			in.Events = append(in.Events, e)
		}
		years, err := account.Run(in)
		if err != nil {
			t.Fatal(err)
		}
		before := in.OpeningPersonal
		for _, y := range years {
			var booked money.Fen
			for _, c := range y.Credits {
				booked += c
			}
			var moved money.Fen
			for _, e := range y.Events {
				moved += e.Amount
			}
			if moved != y.Adjustments || y.Opening != before || y.Closing != y.Opening+y.Credited()+y.Interest()+y.Adjustments || booked != y.Credited() {
				t.Fatalf("%+v does not add up", y)
			}
			before = y.Closing
		}
		for i := range list { // the order in which rows came does not matter
			j := rapid.IntRange(0, i).Draw(t, "j")
			list[i], list[j] = list[j], list[i]
		}
		again, err := account.Run(in)
		if err != nil || len(again) != len(years) || again[len(again)-1].Closing != before {
			t.Fatalf("another order gives %+v, %v", again, err)
		}
	})
}

func TestLostInterest(t *testing.T) {
	all := rows(201901, 202012, 200000, 16000)
	for i := range 6 {
		all[i].PaidOn = day(2020, 5, 20)
	}
	in := account.Input{Rates: account.NationalRates(), OpeningOn: day(2018, 12, 31), Rows: all, Through: day(2020, 12, 31)}
	if got, err := account.LostInterest(in, day(2020, 5, 20), all[:6]); err != nil || got != 5783 {
		t.Errorf("%s, %v", got, err)
	}
}

// Made good one after the other, in whatever order, late months lose what they lose together, to the fen; those of the year of payment lose nothing.
func TestLostInterestMonthByMonth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := calendar.Period(rapid.SampledFrom([]int{200401, 201801, 202006}).Draw(t, "from"))
		all := rows(from, from.Add(rapid.IntRange(0, 90).Draw(t, "months")), money.Fen(rapid.Int64Range(1, 2_000_000).Draw(t, "base")), money.Fen(rapid.Int64Range(0, 160_000).Draw(t, "own")))
		paidOn := day(from.Year()+rapid.IntRange(0, 8).Draw(t, "years"), 5, 20)
		var late []contribution.Row
		for i := range all {
			if all[i].Period < paidOn.Period() && rapid.IntRange(0, 3).Draw(t, "late") == 0 {
				all[i].PaidOn = paidOn
				late = append(late, all[i])
			}
		}
		in := account.Input{Setting: account.Setting{Region: "330400", Method: account.Method(rapid.IntRange(0, 1).Draw(t, "method"))}, Rates: account.NationalRates(), OpeningOn: day(from.Year()-1, 12, 31),
			OpeningPersonal: money.Fen(rapid.Int64Range(0, 5_000_000).Draw(t, "opening")), Rows: all, Through: day(2026, 12, 31)}
		whole, err := account.LostInterest(in, paidOn, late)
		if err != nil {
			t.Fatal(err)
		}
		late = rapid.Permutation(late).Draw(t, "order")
		each, err := account.LostInterestEach(in, paidOn, late)
		if err != nil || len(each) != len(late) {
			t.Fatal(each, err)
		}
		var sum money.Fen
		for i, lost := range each {
			if sum += lost; lost < 0 || lost > 0 && late[i].Period.Year() >= paidOn.Year {
				t.Fatalf("%s loses %s", late[i].Period, lost)
			}
		}
		if sum != whole {
			t.Fatalf("one by one %s, together %s", sum, whole)
		}
	})
}

// A month before the agency's opening balance that is made good after its day is in no opening balance: under policy B it comes into it with the interest up to there.
func TestMonthsBeforeTheOpeningBalanceMadeGoodAfterIt(t *testing.T) {
	late := rows(202211, 202211, 125000, 10000)
	late[0].PaidOn = day(2023, 3, 10)
	onTime := rows(202212, 202212, 125000, 10000) // came with the due date in the next month: the agency's balance has it
	onTime[0].PaidOn = day(2023, 1, 10)
	in := account.Input{Setting: account.Setting{Due: contribution.Due{MonthsLater: 1, Day: 15}}, Rates: account.NationalRates(), OpeningOn: day(2022, 12, 31), OpeningPersonal: 100000, Rows: append(late, onTime...), Through: day(2023, 12, 31)}
	for policy, want := range map[account.Policy][3]money.Fen{
		account.CreditOnPayment: {100000, 10000, 100000 + 3970 + 10000 + 331}, // 1000.00 × 3.97 %; 100.00 × 10 months
		account.CreditAsOnTime:  {110102, 0, 110102 + 4371},                   // 100.00 × 2 months of 6.12 % with the opening
	} {
		in.Policy = policy
		years, err := account.Run(in)
		if err != nil || len(years) != 1 || years[0].Opening != want[0] || years[0].Credited() != want[1] || years[0].Closing != want[2] {
			t.Errorf("policy %d: %+v, %v", policy, years, err)
		}
	}
	for paid, want := range map[calendar.Date]money.Fen{day(2023, 3, 10): 102, day(2024, 3, 10): 102 + 401, day(2022, 12, 1): 0} { // 101.02 × 3.97 %, as part of 1101.02
		in.Rows[0].PaidOn = paid
		if got, err := account.LostInterest(in, paid, in.Rows[:1]); err != nil || got != want {
			t.Errorf("lost until %s: %s, %v, want %s", paid, got, err, want)
		}
	}
}

func TestRatesAreWrittenWithTwoDecimalsOrAsManyAsTheyHave(t *testing.T) {
	for rate, want := range map[account.Rate]string{0: "0.00", 39_700_000: "3.97", 15_000_000: "1.50", 25_012_500: "2.50125", 1: "0.0000001", 1_000_000_000: "100.00"} {
		if got := rate.Percent(); got != want {
			t.Errorf("%d: %s, want %s", rate, got, want)
		}
	}
}
