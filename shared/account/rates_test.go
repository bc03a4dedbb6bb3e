package account_test

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"shebao/shared/account"
	"shebao/shared/contribution"
)

type rateVector struct {
	Year    int
	Percent string `json:"rate_percent"`
	Status  string
	Use     string
}

// What was published is final; what was not, and what each province had set before 2016, is provisional until a region gives its own.
func TestRateVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/credited_rates.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		National  []rateVector `json:"national_employees"`
		Local     []rateVector `json:"local_pre_2016"`
		Reference struct {
			Percents map[string]string `json:"rates_percent"`
		} `json:"reference_pre_2016_unofficial"`
	}
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors.National) < 11 || len(vectors.Local) < 7 || len(vectors.Reference.Percents) < 20 {
		t.Fatal("vectors are missing")
	}
	national, last := account.NationalRates(), ""
	for _, v := range vectors.National {
		entry, provisional, ok := national.Of("330106", contribution.EmployeePension, v.Year)
		if strings.HasPrefix(v.Status, "UNOFFICIAL") { // never used as final: the last published one stands in
			if !ok || !provisional || entry.Rate.Percent() != last {
				t.Errorf("%d: %s, provisional %v; want %s for now", v.Year, entry.Rate.Percent(), provisional, last)
			}
			continue
		}
		if !ok || provisional || entry.Rate.Percent() != v.Percent || entry.Document == "" {
			t.Errorf("%d: %s, provisional %v, want %s", v.Year, entry.Rate.Percent(), provisional, v.Percent)
		}
		last = v.Percent
	}
	for text, percent := range vectors.Reference.Percents {
		year, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		entry, provisional, ok := national.Of("410102", contribution.EmployeePension, year)
		if !ok || !provisional || entry.Rate.Percent() != percent || !strings.Contains(entry.Document, "非官方") {
			t.Errorf("%d: %s (%s), provisional %v, want %s for reference", year, entry.Rate.Percent(), entry.Document, provisional, percent)
		}
	}
	for _, v := range vectors.Local {
		if v.Year == 0 {
			continue // of years that ran from July, below
		}
		own := national.With(account.RateEntry{Region: "22", From: day(v.Year, 1, 1), To: day(v.Year, 12, 31), Rate: percentRate(t, v.Percent), Final: true, Document: "吉林省公布"})
		if entry, provisional, ok := own.Of("220102", contribution.EmployeePension, v.Year); !ok || provisional || entry.Rate.Percent() != v.Percent {
			t.Errorf("Jilin %d: %s, provisional %v", v.Year, entry.Rate.Percent(), provisional)
		}
		if entry, provisional, _ := own.Of("330106", contribution.EmployeePension, v.Year); !provisional || entry.Document == "吉林省公布" {
			t.Errorf("%d elsewhere: %s, provisional %v", v.Year, entry.Rate.Percent(), provisional)
		}
	}
	henan := account.NewRates(account.RateEntry{Region: "41", From: day(1996, 7, 1), To: day(1997, 6, 30), Rate: percentRate(t, "9.6"), Final: true, Document: "豫劳险〔1997〕15号"})
	if entry, provisional, ok := henan.Of("410102", contribution.EmployeePension, 1996); !ok || provisional || entry.Rate.Percent() != "9.60" {
		t.Errorf("Henan 1996: %s, provisional %v", entry.Rate.Percent(), provisional)
	}
	if entry, provisional, ok := henan.Of("410102", contribution.EmployeePension, 1997); !ok || !provisional || entry.Rate.Percent() != "9.60" {
		t.Errorf("Henan 1997: %s, provisional %v", entry.Rate.Percent(), provisional)
	}
	if _, _, ok := henan.Of("410102", contribution.EmployeePension, 1995); ok {
		t.Error("a rate from before its first day")
	}
}

func percentRate(t *testing.T, percent string) account.Rate {
	t.Helper()
	for len(percent) < 4 || percent[len(percent)-3] != '.' {
		if !strings.Contains(percent, ".") {
			percent += "."
		}
		percent += "0"
	}
	digits := strings.Replace(percent, ".", "", 1)
	return rate(t, "0."+strings.Repeat("0", 4-len(digits))+digits)
}

// Rates that were published late make a provisional year final: nothing of it is remembered.
func TestARateThatComesLateRunsTheYearAgain(t *testing.T) {
	in := account.Input{Rates: account.NationalRates(), OpeningOn: day(2025, 12, 31), OpeningPersonal: 100000, Through: day(2026, 12, 31)}
	before, err1 := account.Run(in)
	in.Rates = in.Rates.With(account.RateEntry{From: day(2026, 1, 1), To: day(2026, 12, 31), Rate: rate(t, "0.026"), Final: true, Document: "公布后导入"})
	after, err2 := account.Run(in)
	if err1 != nil || err2 != nil || !before[0].Provisional || before[0].Closing != 101500 || after[0].Provisional || after[0].Closing != 102600 {
		t.Errorf("%+v, %v; then %+v, %v", before, err1, after, err2)
	}
}

func FuzzParseRate(f *testing.F) {
	for _, s := range []string{"0.0397", "1", "0", "1e-3", ".5", "5.", "0.0000000001", "9999999999999999999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := account.ParseRate(s)
		if err != nil {
			return
		}
		if r < 0 || r > 1_000_000_000 {
			t.Fatalf("%q is %d", s, r)
		}
		if percent := r.Percent(); strings.Contains(percent, "e") || !strings.Contains(percent, ".") {
			t.Fatalf("%q reads %q", s, percent)
		}
	})
}
