package money_test

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"shebao/shared/money"
)

func TestParseSaysWhatIsWrong(t *testing.T) {
	for in, want := range map[string]error{
		"": money.ErrText, "1,000.00": money.ErrText, "1e3": money.ErrText, ".5": money.ErrText, "5.": money.ErrText, "abc": money.ErrText, "--1": money.ErrText, "１": money.ErrText,
		"1.005": money.ErrDecimals, "10000000000001": money.ErrOverflow, "99999999999999999999": money.ErrOverflow,
	} {
		if _, err := money.Parse(in); !errors.Is(err, want) {
			t.Errorf("Parse(%q) = %v, want %v", in, err, want)
		}
	}
	for in, want := range map[string]money.Fen{"0": 0, "1141.87": 114187, "-3": -300, "0.5": 50, "+2.10": 210, "0001.230": 123, "10000000000000": 1e15} {
		if got, err := money.Parse(in); err != nil || got != want {
			t.Errorf("Parse(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
}

func TestGrouped(t *testing.T) {
	for in, want := range map[money.Fen]string{0: "0.00", 8643217: "86,432.17", -450500: "-4,505.00", 100000000: "1,000,000.00", 99999: "999.99"} {
		if got := in.Grouped(); got != want {
			t.Errorf("%d: %s, want %s", in, got, want)
		}
	}
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := money.Fen(rapid.Int64Range(-1e15, 1e15).Draw(t, "amount"))
		if back, err := money.Parse(amount.String()); err != nil || back != amount {
			t.Fatalf("%s reads back as %d, %v", amount, back, err)
		}
		numerator := rapid.Int64Range(-1e12, 1e12).Draw(t, "numerator")
		denominator := rapid.Int64Range(1, 1e13).Draw(t, "denominator")
		exact := new(big.Rat).Mul(amount.Rat(), big.NewRat(numerator, denominator))
		want, wantErr := money.Round(exact)
		got, err := money.MulDiv(amount, numerator, denominator)
		if (err == nil) != (wantErr == nil) || err == nil && got != want {
			t.Fatalf("MulDiv(%d, %d, %d) = %d, %v, want %d, %v", amount, numerator, denominator, got, err, want, wantErr)
		}
	})
}

func TestSumOverflow(t *testing.T) {
	if _, err := money.Sum(1<<62, 1<<62); !errors.Is(err, money.ErrOverflow) {
		t.Error(err)
	}
	if total, err := money.Sum(100, -250); err != nil || total != -150 {
		t.Error(total, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("1141.87")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := money.Parse(s)
		if err != nil {
			return
		}
		if back, err := money.Parse(n.String()); err != nil || back != n {
			t.Errorf("%q → %d → %d, %v", s, n, back, err)
		}
	})
}
