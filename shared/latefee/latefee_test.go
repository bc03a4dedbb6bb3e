package latefee_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/latefee"
	"shebao/shared/money"
)

func day(y int, m time.Month, d int) calendar.Date { return calendar.NewDate(y, m, d) }

func read(t *testing.T, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/late_fee.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// yuan is exact fen as plain yuan.
func yuan(fen *big.Rat) string {
	s := new(big.Rat).Quo(fen, big.NewRat(100, 1)).FloatString(11)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

type segmentVector struct {
	Principal   *money.Fen
	From, To    calendar.Date
	Days        int
	Rate        string `json:"daily_rate"`
	Amount      *money.Fen
	AmountExact string `json:"amount_exact"`
}

type caseVector struct {
	ID        string
	Principal money.Fen
	First     calendar.Date `json:"first_day"`
	Last      calendar.Date `json:"last_day"`
	Days      int
	Rate      string    `json:"daily_rate"`
	Each      money.Fen `json:"principal_each"`
	DaysEach  []int     `json:"days_each"`
	PeriodEnd string    `json:"period_end"`
	Payments  []struct {
		Date   calendar.Date
		Amount money.Fen
	}
	Segments  []segmentVector
	Expected  *money.Fen
	Exact     string          `json:"expected_exact"`
	Capped    *money.Fen      `json:"expected_capped"`
	From2011  *money.Fen      `json:"expected_from_2011"`
	Segments2 []segmentVector `json:"expected_segments"`
}

func TestFeeVectors(t *testing.T) {
	var vectors struct{ Cases []caseVector }
	read(t, &vectors)
	if len(vectors.Cases) < 16 {
		t.Fatal("vectors are missing")
	}
	for _, v := range vectors.Cases {
		t.Run(v.ID, func(t *testing.T) {
			switch {
			case v.PeriodEnd != "":
				end, err := calendar.ParseDate(v.PeriodEnd)
				if err != nil {
					t.Fatal(err)
				}
				_, err = latefee.NationalRules().Compute(latefee.Claim{Principal: v.Principal, Period: end.Period(), FirstDay: day(1999, 2, 1), LastDay: day(1999, 2, 10)})
				if !errors.Is(err, latefee.ErrNeedsLocalRule) {
					t.Errorf("computed without a local rule: %v", err)
				}
			case v.From2011 != nil:
				checkWorkInjury(t, v)
			case v.DaysEach != nil:
				checkFlat(t, v, v.Each, v.DaysEach)
			case v.Days > 0:
				checkFlat(t, v, v.Principal, []int{v.Days})
			default:
				checkDated(t, v)
			}
		})
	}
}

func checkWorkInjury(t *testing.T, v caseVector) {
	claim := latefee.Claim{Principal: v.Principal, Insurance: contribution.WorkInjury, FirstDay: v.First, LastDay: v.Last}
	if _, err := latefee.NationalRules().Compute(claim); !errors.Is(err, latefee.ErrNeedsLocalRule) {
		t.Errorf("computed without a local rule: %v", err)
	}
	claim.FirstDay = latefee.WorkInjuryLaw
	fee, err := latefee.NationalRules().Compute(claim)
	if err != nil || fee.Amount != *v.From2011 {
		t.Errorf("from 2011: %s, %v, want %s", fee.Amount, err, v.From2011)
	}
	rules := latefee.NationalRules()
	rules.Local = []latefee.Regime{{ID: "local", Rate: 2_000_000, From: day(2004, 1, 1), To: day(2010, 12, 31), Basis: "a province's extension"}}
	claim.FirstDay = v.First
	if fee, err := rules.Compute(claim); err != nil || fee.Amount != 300 || len(fee.Segments) != 2 {
		t.Errorf("with a local rule: %+v, %v", fee, err)
	}
}

func checkFlat(t *testing.T, v caseVector, principal money.Fen, days []int) {
	rate, err := latefee.ParseDailyRate(v.Rate)
	if err != nil {
		t.Fatal(err)
	}
	var total money.Fen
	for _, n := range days {
		fee, err := latefee.Flat(principal, n, rate)
		if err != nil {
			t.Fatal(err)
		}
		total += fee.Amount
	}
	if total != *v.Expected {
		t.Errorf("%s, want %s", total, v.Expected)
	}
}

func checkDated(t *testing.T, v caseVector) {
	claim := latefee.Claim{Principal: v.Principal, FirstDay: v.First, LastDay: v.Last}
	for _, p := range v.Payments {
		claim.Payments = append(claim.Payments, latefee.Payment{On: p.Date, Amount: p.Amount})
	}
	fee, err := latefee.NationalRules().Compute(claim)
	if err != nil {
		t.Fatal(err)
	}
	if fee.Amount != *v.Expected || fee.Uncapped != fee.Amount || (v.Exact != "" && yuan(fee.Exact()) != v.Exact) {
		t.Errorf("%s, exactly %s, want %s %s", fee.Amount, yuan(fee.Exact()), v.Expected, v.Exact)
	}
	if v.Capped != nil {
		rules := latefee.NationalRules()
		rules.Capped = true
		if capped, err := rules.Compute(claim); err != nil || capped.Amount != *v.Capped || fee.Capped != *v.Capped || capped.Uncapped != fee.Amount {
			t.Errorf("capped %s, %v, want %s", capped.Amount, err, v.Capped)
		}
	}
	want := append(v.Segments, v.Segments2...)
	if len(fee.Segments) != len(want) {
		t.Fatalf("%d segments, want %d", len(fee.Segments), len(want))
	}
	for i, w := range want {
		got := fee.Segments[i]
		if got.From != w.From || got.To != w.To || got.Days != w.Days || (w.Rate != "" && got.Rate.String() != w.Rate) ||
			(w.Principal != nil && got.Principal != *w.Principal) || (w.Amount != nil && got.Amount != *w.Amount) || (w.AmountExact != "" && yuan(got.Exact()) != w.AmountExact) {
			t.Errorf("segment %d: %+v, want %+v", i, got, w)
		}
		if got.Basis == "" {
			t.Errorf("segment %d names no law", i)
		}
	}
}

func TestDailyRates(t *testing.T) {
	for _, s := range []string{"", "-0.1", "1e9", "1p9", "0x1", "1/2", "1.1", "0.0000000001", ".", "0.1.1", strings.Repeat("0", 99)} {
		if r, err := latefee.ParseDailyRate(s); err == nil {
			t.Errorf("%q is %s", s, r)
		}
	}
	r, err := latefee.ParseDailyRate("0.0005")
	if err != nil || r.String() != "0.0005" || r.PerMille() != "0.5" {
		t.Error(r, r.PerMille(), err)
	}
}

func FuzzParseDailyRate(f *testing.F) {
	for _, s := range []string{"0.0005", "0.002", "1", "", ".", "1e9", "0.0000000001", "-0", "99999999999999999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rate, err := latefee.ParseDailyRate(s)
		if err != nil {
			return
		}
		if rate < 0 || rate > 1_000_000_000 {
			t.Fatalf("%q is %d", s, rate)
		}
		if again, err := latefee.ParseDailyRate(rate.String()); err != nil || again != rate {
			t.Fatalf("%q is %d, written %q, read %d, %v", s, rate, rate.String(), again, err)
		}
	})
}
