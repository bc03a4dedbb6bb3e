package arrears_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"shebao/complaints/arrears"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/latefee"
	"shebao/shared/money"
)

func day(y int, m time.Month, d int) calendar.Date { return calendar.NewDate(y, m, d) }

func TestComputeTellsEveryLine(t *testing.T) {
	line := arrears.Line{Period: 201604, Insurance: contribution.EmployeePension, Persons: 1, Due: 114187}
	for _, c := range []struct {
		name     string
		set      func(in *arrears.Input)
		owed     money.Fen
		fee      money.Fen
		days     int
		why      string
		segments int
	}{
		{"published example: 39 days from the second month to the day before payment", func(in *arrears.Input) {
			in.Setting.FirstDay, in.Setting.EndDay = arrears.SecondMonth, arrears.DayBeforePayment
		}, 114187, 2227, 39, "", 1},
		{"through the day of payment, from the day after the due date", func(*arrears.Input) {}, 114187, 4054, 71, "", 1},
		{"due by the 15th of the next month in its region", func(in *arrears.Input) { in.Setting.Due = contribution.Due{MonthsLater: 1, Day: 15} }, 114187, 3197, 56, "", 1},
		{"paid within its region's due date", func(in *arrears.Input) {
			in.Setting.Due, in.PaidOn = contribution.Due{MonthsLater: 1, Day: 15}, day(2016, 5, 15)
		}, 114187, 0, 0, arrears.WhyCurrent, 0},
		{"paid within its due date", func(in *arrears.Input) { in.PaidOn = day(2016, 4, 30) }, 114187, 0, 0, arrears.WhyCurrent, 0},
		{"deferred throughout", func(in *arrears.Input) {
			in.Facts.Deferred = []latefee.Span{{From: day(2016, 5, 1), To: day(2016, 12, 31)}}
		}, 114187, 0, 0, arrears.WhyDeferred, 0},
		{"deferred for May", func(in *arrears.Input) {
			in.Facts.Deferred = []latefee.Span{{From: day(2016, 5, 1), To: day(2016, 5, 31)}}
		}, 114187, 2284, 40, "", 1},
		{"bankrupt in May: counted to the day before", func(in *arrears.Input) { in.Facts.Declared = day(2016, 5, 11) }, 114187, 571, 10, "", 1},
		{"bankrupt before the month: nothing is due", func(in *arrears.Input) { in.Facts.Declared = day(2016, 3, 20) }, 0, 0, 0, arrears.WhyNotDue, 0},
		{"before the Regulation without a local rule", func(in *arrears.Input) { in.Lines[0].Period = 199811 }, 114187, 0, 0, arrears.WhyLocalRule, 0},
		{"across the change of the rate", func(in *arrears.Input) { in.Lines[0].Period = 201105 }, 114187, 111732, 1867, "", 2},
		{"the same, capped at the principal", func(in *arrears.Input) {
			in.Lines[0].Period, in.Setting.Capped = 200905, true
		}, 114187, 114187, 2597, "", 2},
	} {
		in := arrears.Input{PaidOn: day(2016, 7, 10), Lines: []arrears.Line{line}, Setting: arrears.Default()}
		c.set(&in)
		got, err := arrears.Compute(in)
		if err != nil || len(got.Rows) != 1 {
			t.Errorf("%s: %v, %d rows", c.name, err, len(got.Rows))
			continue
		}
		row, days := got.Rows[0], 0
		for _, s := range row.Segments {
			days += s.Days
			if s.Basis == "" || s.Regime == "" {
				t.Errorf("%s: a line without its basis", c.name)
			}
		}
		if row.Owed != c.owed || row.Fee != c.fee || days != c.days || row.Why != c.why || len(row.Segments) != c.segments || got.Sum.Fee != c.fee || got.Sum.Owed != c.owed {
			t.Errorf("%s: owed %s, fee %s in %d days, %d lines, %q; sum %+v", c.name, row.Owed, row.Fee, days, len(row.Segments), row.Why, got.Sum)
		}
		if row.Capped > row.Owed || row.Uncapped < row.Capped {
			t.Errorf("%s: capped %s of %s, uncapped %s", c.name, row.Capped, row.Owed, row.Uncapped)
		}
	}
}

// Whatever groups the rows, the sums are the same; splitting the days of a fee changes nothing before rounding.
func TestSumsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := arrears.Input{PaidOn: day(2026, 11, 24), Lines: drawLines(t), Setting: drawSetting(t)}
		got, err := arrears.Compute(in)
		if err != nil {
			t.Fatal(err)
		}
		var byPeriod, byInsurance, byClass money.Fen
		for _, g := range got.ByPeriod() {
			byPeriod += g.Total()
		}
		for _, g := range got.ByInsurance() {
			byInsurance += g.Total()
		}
		for _, class := range []string{arrears.Current, arrears.PreRegulation, arrears.PostRegulation} {
			s := got.ByClass(class)
			byClass += s.Total()
		}
		if total := got.Sum.Total(); byPeriod != total || byInsurance != total || byClass != total {
			t.Fatalf("total %s, by period %s, by insurance %s, by class %s", total, byPeriod, byInsurance, byClass)
		}
		for _, row := range got.Rows {
			var parts money.Fen
			for i, s := range row.Segments {
				parts += s.Amount
				if s.To.Sub(s.From)+1 != s.Days || (i > 0 && !s.From.After(row.Segments[i-1].To)) {
					t.Fatalf("days of %+v", row.Segments)
				}
			}
			if d := parts - row.Uncapped; d > money.Fen(len(row.Segments)) || -d > money.Fen(len(row.Segments)) {
				t.Fatalf("lines add to %s, the fee is %s", parts, row.Uncapped)
			}
		}
	})
}

func drawSetting(t *rapid.T) arrears.Setting {
	s := arrears.Default()
	pick := func(field string) string { return rapid.SampledFrom(arrears.Choices(field)).Draw(t, field) }
	s.EndDay, s.FirstDay, s.Stop, s.Order, s.FeeOrder, s.Rounding = pick("end_day"), pick("first_day"), pick("stop"), pick("order"), pick("fee_order"), pick("rounding")
	s.Capped = rapid.Bool().Draw(t, "capped")
	return s
}

var somePeriods = []calendar.Period{199806, 199901, 199902, 200512, 201105, 201106, 201107, 202001, 202609, 202610, 202611, 202612}

func drawLines(t *rapid.T) []arrears.Line {
	n := rapid.IntRange(0, 12).Draw(t, "lines")
	var lines []arrears.Line
	for range n {
		due := money.Fen(rapid.Int64Range(0, 5_000_000).Draw(t, "due"))
		lines = append(lines, arrears.Line{Period: rapid.SampledFrom(somePeriods).Draw(t, "period"), Insurance: rapid.SampledFrom(contribution.Insurances[:]).Draw(t, "insurance"),
			Persons: 1, Due: due, Paid: money.Fen(rapid.Int64Range(0, int64(due)).Draw(t, "paid")), Gap: money.Fen(rapid.Int64Range(0, 1000).Draw(t, "gap"))})
	}
	return lines
}

func TestRecomputeByTheTrueBase(t *testing.T) {
	pension := arrears.Declared{PersonID: 7, Period: 202601, Insurance: contribution.EmployeePension, Base: 480000, EmployerDue: 76800, PersonDue: 38400, EmployerPaid: 76800, PersonPaid: 38400}
	other := pension
	other.PersonID = 8
	setting := arrears.Default()
	setting.Limits = []arrears.BaseLimit{{From: 202601, Min: 480000, Max: 2000000}}
	for _, c := range []struct {
		name          string
		findings      []arrears.Finding
		seven, eight  money.Fen
		change        func(*arrears.Setting)
		sevenTrueBase money.Fen
	}{
		{"nothing found", nil, 0, 0, nil, 0},
		{"one person's base of 9,000", []arrears.Finding{{PersonID: 7, From: 202601, To: 202612, Base: 900000}}, 144000 - 76800 + 72000 - 38400, 0, nil, 900000},
		{"everybody, and one of them more", []arrears.Finding{{From: 202601, To: 202601, Base: 600000}, {PersonID: 7, From: 202601, To: 202601, Base: 900000}}, 100800, 96000 - 76800 + 48000 - 38400, nil, 900000},
		{"one of them more, said first", []arrears.Finding{{PersonID: 7, From: 202601, To: 202601, Base: 900000}, {From: 202601, To: 202601, Base: 600000}}, 100800, 28800, nil, 900000},
		{"above the highest base", []arrears.Finding{{PersonID: 7, From: 202601, To: 202601, Base: 9900000}}, 320000 - 76800 + 160000 - 38400, 0, nil, 2000000},
		{"below what was declared", []arrears.Finding{{PersonID: 7, From: 202601, To: 202601, Base: 100}}, 0, 0, nil, 480000},
		{"another year", []arrears.Finding{{PersonID: 7, From: 202501, To: 202512, Base: 900000}}, 0, 0, nil, 0},
		{"up to the jiao", []arrears.Finding{{PersonID: 7, From: 202601, To: 202601, Base: 900001}}, 144010 - 76800 + 72010 - 38400, 0, func(s *arrears.Setting) { s.Rounding = arrears.RoundJiao }, 900001},
	} {
		s := setting
		if c.change != nil {
			c.change(&s)
		}
		lines, err := arrears.Recompute(s, []arrears.Declared{pension, other}, c.findings)
		if err != nil {
			t.Fatal(err)
		}
		if lines[0].Owed() != c.seven || lines[1].Owed() != c.eight || lines[0].TrueBase != c.sevenTrueBase {
			t.Errorf("%s: %s and %s, base %s", c.name, lines[0].Owed(), lines[1].Owed(), lines[0].TrueBase)
		}
		gathered, total := arrears.Gather(lines), money.Fen(0)
		for _, l := range gathered {
			total += l.Principal()
		}
		if total != c.seven+c.eight {
			t.Errorf("%s: gathered %s", c.name, total)
		}
	}
	setting.Rates = nil
	lines, err := arrears.Recompute(setting, []arrears.Declared{pension}, []arrears.Finding{{From: 202601, To: 202601, Base: 900000}})
	if err != nil || !lines[0].NoRate || lines[0].Owed() != 0 {
		t.Errorf("without a rate: %+v, %v", lines, err)
	}
}

func TestListsOfASettingReadBack(t *testing.T) {
	rates, err := arrears.ParseRates("110 2019-05 16 8\n\n410 199901 0.45 0\n")
	if err != nil || len(rates) != 2 || rates[1].Employer != 4500 || arrears.FormatRates(rates) != "110 2019-05 16 8\n410 1999-01 0.45 0\n" {
		t.Errorf("%+v, %v", rates, err)
	}
	limits, err := arrears.ParseLimits("2025-07 4812 24930.5")
	if err != nil || arrears.FormatLimits(limits) != "2025-07 4812.00 24930.50\n" {
		t.Errorf("%+v, %v", limits, err)
	}
	local, err := arrears.ParseLocal("1995-01-01 1999-01-21 0.002 某省 规定")
	if err != nil || arrears.FormatLocal(local) != "1995-01-01 1999-01-21 0.002 某省 规定\n" {
		t.Errorf("%+v, %v", local, err)
	}
	for _, text := range []string{"110", "111 2019-05 16 8", "110 2019-13 16 8", "110 2019-05 1e1 8", "110 2019-05 101 8", "110 2019-05 -1 8", "110 2019-05 0.00001 8"} {
		if _, err := arrears.ParseRates(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	if _, err := arrears.ParseLimits("2025-07 5 4"); err == nil {
		t.Error("a highest base below the lowest was taken")
	}
	if _, err := arrears.ParseLocal("1999-01-21 1995-01-01 0.002 x"); err == nil {
		t.Error("a last day before the first was taken")
	}
	s := arrears.Default()
	s.Order = "newest first"
	if wrong := s.Wrong(); !slices.Equal(wrong, []string{"order"}) || len(arrears.Default().Wrong()) > 0 {
		t.Errorf("%v", wrong)
	}
}

func FuzzParseRates(f *testing.F) {
	f.Add("110 2019-05 16 8")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := arrears.ParseRates(text)
		if err != nil {
			return
		}
		again, err := arrears.ParseRates(arrears.FormatRates(list))
		if err != nil || !slices.Equal(list, again) {
			t.Errorf("%q: %+v, then %+v, %v", text, list, again, err)
		}
	})
}

func FuzzParseFindings(f *testing.F) {
	f.Add("* 2026-01 2026-06 9000\n12 202607 202607 8000.50")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := arrears.ParseFindings(text)
		if err != nil {
			return
		}
		for _, found := range list {
			if found.To < found.From || found.Base <= 0 || found.PersonID < 0 {
				t.Errorf("%q: %+v", text, found)
			}
		}
		again, err := arrears.ParseFindings(arrears.FormatFindings(list))
		if err != nil || !slices.Equal(list, again) {
			t.Errorf("%q: %+v, then %+v, %v", text, list, again, err)
		}
	})
}
