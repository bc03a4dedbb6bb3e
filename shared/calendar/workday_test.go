package calendar_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"shebao/shared/calendar"
)

func TestWorkdayVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/working_days.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Add []struct {
			ID              string
			Start, Expected calendar.Date
			Days            int `json:"working_days"`
		} `json:"add_working_days"`
		Is []struct {
			Date calendar.Date
			Want bool `json:"is_working_day"`
		} `json:"is_working_day"`
		Natural []struct {
			ID       string
			Start    calendar.Date
			Days     int           `json:"natural_days"`
			Raw      calendar.Date `json:"raw_last_day"`
			Expected calendar.Date `json:"expected_after_roll"`
		} `json:"natural_day_limits"`
		Count []struct {
			From, To calendar.Date
			Want     int `json:"expected_working_days"`
		} `json:"count_working_days"`
	}
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	china := calendar.China()
	for _, v := range vectors.Add {
		if got, provisional := china.Add(v.Start, v.Days); got != v.Expected || provisional {
			t.Errorf("%s: %s %v, want %s", v.ID, got, provisional, v.Expected)
		}
	}
	for _, v := range vectors.Is {
		if got, provisional := china.IsWorkday(v.Date); got != v.Want || provisional {
			t.Errorf("%s: %v %v, want %v", v.Date, got, provisional, v.Want)
		}
	}
	for _, v := range vectors.Natural {
		if raw := v.Start.AddDays(v.Days); raw != v.Raw {
			t.Errorf("%s: raw %s, want %s", v.ID, raw, v.Raw)
		}
		if got, _ := china.AddNatural(v.Start, v.Days); got != v.Expected {
			t.Errorf("%s: %s, want %s", v.ID, got, v.Expected)
		}
	}
	for _, v := range vectors.Count {
		if got, _ := china.Count(v.From, v.To); got != v.Want {
			t.Errorf("%s to %s: %d, want %d", v.From, v.To, got, v.Want)
		}
	}
	if len(vectors.Add) < 10 || len(vectors.Is) < 12 || len(vectors.Natural) < 3 || len(vectors.Count) < 3 {
		t.Error("vectors are missing")
	}
}

func TestAYearWithoutANoticeIsProvisional(t *testing.T) {
	china := calendar.China()
	newYear := calendar.NewDate(2027, 1, 1)
	if workday, provisional := china.IsWorkday(newYear); workday || !provisional {
		t.Errorf("2027-01-01: %v %v", workday, provisional)
	}
	end, provisional := china.Add(calendar.NewDate(2026, 12, 30), 3)
	if !provisional || end != calendar.NewDate(2027, 1, 5) {
		t.Errorf("three days on: %s %v", end, provisional)
	}
	notice, err := calendar.ParseYear([]byte(`{"year":2027,"holidays":["01-01","01-04"],"workdays":["01-02"]}`))
	if err != nil {
		t.Fatal(err)
	}
	later, err := china.WithYear(notice)
	if err != nil {
		t.Fatal(err)
	}
	if end, provisional := later.Add(calendar.NewDate(2026, 12, 30), 3); provisional || end != calendar.NewDate(2027, 1, 5) {
		t.Errorf("with the notice: %s %v", end, provisional)
	}
	if _, err := calendar.ParseYear([]byte(`{"year":2027,"holidays":["02-30"]}`)); err == nil {
		t.Error("a day that does not exist was taken")
	}
}

func TestCountUndoesAdd(t *testing.T) {
	china, start := calendar.China(), calendar.NewDate(2024, 1, 1)
	for n := range 400 {
		end, _ := china.Add(start, n)
		if got, _ := china.Count(start, end); got != n {
			t.Fatalf("%d days end on %s, which counts %d", n, end, got)
		}
		back, _ := china.Add(end, -n)
		if n > 0 && back.After(start) && back != start {
			if got, _ := china.Count(back, end); got != n {
				t.Fatalf("%d days back from %s is %s", n, end, back)
			}
		}
	}
}

func FuzzParseYear(f *testing.F) {
	f.Add([]byte(`{"year":2027,"holidays":["01-01"],"workdays":["01-03"]}`))
	f.Add([]byte(`{"year":-1,"holidays":["02-30"]}`))
	f.Add([]byte(`{"year":99999999999,"workdays":[null]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		y, err := calendar.ParseYear(b)
		if err != nil {
			return
		}
		w, err := calendar.NewWorkdays(y)
		if err != nil {
			t.Fatalf("%s was read, and is then refused: %v", b, err)
		}
		for _, day := range y.Holidays {
			d, err := calendar.ParseDate(fmt.Sprintf("%04d-%s", y.Year, day))
			if err != nil {
				t.Fatalf("%s: %v", b, err)
			}
			if _, provisional := w.IsWorkday(d); provisional {
				t.Fatalf("%s: %s is still provisional", b, d)
			}
		}
	})
}
