package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"shebao/shared/calendar"
)

func TestParseDate(t *testing.T) {
	for in, want := range map[string]string{
		"2024-02-29": "2024-02-29", "20240229": "2024-02-29", "2024/02/29": "2024-02-29", "2000-02-29": "2000-02-29", "0001-01-01": "0001-01-01", "99991231": "9999-12-31",
		"2023-02-29": "", "1900-02-29": "", "2024-13-01": "", "2024-00-10": "", "2024-04-31": "", "2024-01-00": "", "0000-01-01": "",
		"": "", "2024-2-29": "", "2024-02/29": "", "2024.02.29": "", " 2024-02-29": "", "+2024-2-2": "", "2024-+2-02": "", "２０２４": "", "-0240229": "",
	} {
		d, err := calendar.ParseDate(in)
		if d.String() != want || (err == nil) != (want != "") {
			t.Errorf("%q: %s, %v, want %s", in, d, err, want)
		}
	}
}

func TestParsePeriod(t *testing.T) {
	for in, want := range map[string]string{
		"202509": "2025-09", "2025-09": "2025-09", "194910": "1949-10", "2999-12": "2999-12",
		"194909": "", "300001": "", "202500": "", "202513": "", "2025-9": "", "2025/09": "", "20259": "", "": "", "+20259": "", "2025-091": "",
	} {
		p, err := calendar.ParsePeriod(in)
		if p.String() != want || (err == nil) != (want != "") {
			t.Errorf("%q: %s, %v, want %s", in, p, err, want)
		}
	}
}

func TestTheDateIsThatOfShanghai(t *testing.T) {
	late := time.Date(2025, 12, 31, 16, 0, 0, 0, time.UTC)
	if d := calendar.DateOf(late); d != calendar.NewDate(2026, 1, 1) || !d.Midnight().Equal(late) {
		t.Error(d, d.Midnight())
	}
	if d := calendar.DateOf(late.Add(-time.Second)); d != calendar.NewDate(2025, 12, 31) {
		t.Error(d)
	}
}

func TestNothingIsEmpty(t *testing.T) {
	d, p := calendar.NewDate(2025, 1, 1), calendar.NewPeriod(2025, 1)
	if d.UnmarshalText(nil) != nil || p.UnmarshalText(nil) != nil || !d.IsZero() || p != 0 || d.String() != "" || p.String() != "" {
		t.Errorf("%q %q", d, p)
	}
}

// The numbers of 0001-01-01 and 9999-12-31.
const minNumber, maxNumber = -719_162, 2_932_896

func TestDatesCount(t *testing.T) {
	if first, last := calendar.DateOfNumber(minNumber), calendar.DateOfNumber(maxNumber); first != calendar.NewDate(1, 1, 1) || last != calendar.NewDate(9999, 12, 31) {
		t.Fatal(first, last)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(minNumber, maxNumber).Draw(t, "day")
		m := rapid.IntRange(minNumber, maxNumber).Draw(t, "other day")
		d, e := calendar.DateOfNumber(n), calendar.DateOfNumber(m)
		if d.Number() != n || calendar.DateOf(d.Midnight()) != d || d.AddDays(m-n) != e || e.Sub(d) != m-n {
			t.Fatalf("%s and %s are %d apart", d, e, e.Sub(d))
		}
		if d.Before(e) != (n < m) || d.After(e) != (n > m) || d.Compare(e) != -e.Compare(d) || (d.Compare(e) == 0) != (d == e) {
			t.Fatalf("%s and %s are not in order", d, e)
		}
		if d.AddDays(1).Weekday() != (d.Weekday()+1)%7 {
			t.Fatalf("%s is a %s", d, d.Weekday())
		}
		var back calendar.Date
		text, _ := d.MarshalText()
		if err := back.UnmarshalText(text); err != nil || back != d {
			t.Fatalf("%s reads back as %s, %v", d, back, err)
		}
	})
}

func TestPeriodsCount(t *testing.T) {
	draw := rapid.Custom(func(t *rapid.T) calendar.Period {
		return calendar.NewPeriod(rapid.IntRange(1950, 2998).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")))
	})
	rapid.Check(t, func(t *rapid.T) {
		p, q := draw.Draw(t, "period"), draw.Draw(t, "other period")
		if p.Add(q.Sub(p)) != q || p.Sub(q) != -q.Sub(p) || (p < q) != (p.Sub(q) < 0) {
			t.Fatalf("%s and %s are %d apart", p, q, q.Sub(p))
		}
		first, last := p.FirstDay(), p.LastDay()
		if first.Day != 1 || first.Period() != p || last.Period() != p || last.AddDays(1) != p.Add(1).FirstDay() || last.Sub(first)+1 != last.Day {
			t.Fatalf("%s is %s to %s", p, first, last)
		}
		var back calendar.Period
		text, _ := p.MarshalText()
		if err := back.UnmarshalText(text); err != nil || back != p {
			t.Fatalf("%s reads back as %s, %v", p, back, err)
		}
	})
}

func TestWorkdaysCount(t *testing.T) {
	china := calendar.China()
	rapid.Check(t, func(t *rapid.T) {
		start := calendar.NewDate(2004, 1, 1).AddDays(rapid.IntRange(0, 9500).Draw(t, "start"))
		n := rapid.IntRange(1, 300).Draw(t, "days")
		end, _ := china.Add(start, n)
		if workday, _ := china.IsWorkday(end); !workday {
			t.Fatalf("%d working days after %s is %s, a day of rest", n, start, end)
		}
		if got, _ := china.Count(start, end); got != n {
			t.Fatalf("%s to %s is %d, not %d", start, end, got, n)
		}
		rolled, _ := china.Roll(end.AddDays(1))
		if next, _ := china.Add(start, n+1); rolled != next {
			t.Fatalf("after %s comes %s, not %s", end, rolled, next)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2024-02-29", "20240229", "2024/02/29", "0000-00-00", "+024-01-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := calendar.ParseDate(s)
		if err != nil {
			if !d.IsZero() {
				t.Errorf("%q: %s with %v", s, d, err)
			}
			return
		}
		if again, err := calendar.ParseDate(d.String()); err != nil || again != d || calendar.DateOfNumber(d.Number()) != d {
			t.Errorf("%q is %s, which reads back as %s, %v", s, d, again, err)
		}
	})
}

func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"202509", "2025-09", "194909", "+20259"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := calendar.ParsePeriod(s)
		if err != nil {
			if p != 0 {
				t.Errorf("%q: %d with %v", s, p, err)
			}
			return
		}
		if again, err := calendar.ParsePeriod(p.String()); err != nil || again != p || calendar.NewPeriod(p.Year(), p.Month()) != p {
			t.Errorf("%q is %s, which reads back as %s, %v", s, p, again, err)
		}
	})
}
