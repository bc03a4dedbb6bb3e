package ledger

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

func drawRow(t *rapid.T, year int) contribution.Row {
	fen := rapid.Map(rapid.Int64Range(0, int64(money.Limit)), func(n int64) money.Fen { return money.Fen(n) })
	row := contribution.Row{
		Period:      calendar.Period(year*100 + rapid.IntRange(1, 12).Draw(t, "month")),
		Insurance:   rapid.SampledFrom(contribution.Insurances[:]).Draw(t, "insurance"),
		EmployerID:  rapid.Int32Range(1, 1<<31-1).Draw(t, "employer"),
		Base:        fen.Draw(t, "base"),
		EmployerDue: fen.Draw(t, "employer due"), EmployerPaid: fen.Draw(t, "employer paid"),
		PersonDue: fen.Draw(t, "person due"), PersonPaid: fen.Draw(t, "person paid"),
	}
	if rapid.Bool().Draw(t, "in full") {
		row.EmployerPaid, row.PersonPaid = row.EmployerDue, row.PersonDue
	}
	if rapid.Bool().Draw(t, "paid") {
		row.PaidOn = calendar.DateOfNumber(rapid.IntRange(-30000, 60000).Draw(t, "paid on"))
	}
	return row
}

func drawDue(t *rapid.T) contribution.Due {
	return contribution.Due{MonthsLater: rapid.IntRange(0, 1).Draw(t, "due months"), Day: rapid.IntRange(0, 31).Draw(t, "due day")}
}

func drawYear(t *rapid.T) PersonYear {
	y := PersonYear{PersonID: 7, Year: rapid.IntRange(1949, 2999).Draw(t, "year"), Rows: []contribution.Row{}, Due: contribution.Dues{Due: drawDue(t)}}
	for range rapid.IntRange(0, 2).Draw(t, "others") {
		y.Due.Others = append(y.Due.Others, contribution.EmployerDue{Employer: rapid.Int32Range(1, 1<<31-1).Draw(t, "employer"), Due: drawDue(t)})
	}
	for range rapid.IntRange(0, 8).Draw(t, "rows") {
		y.Rows = append(y.Rows, drawRow(t, y.Year))
	}
	if y.HasAccount = rapid.Bool().Draw(t, "has account"); y.HasAccount {
		fen := rapid.Map(rapid.Int64(), func(n int64) money.Fen { return money.Fen(n) })
		a := account.Year{
			Year: y.Year, Opening: fen.Draw(t, "opening"), CreditedPersonal: fen.Draw(t, "own"), CreditedEmployer: fen.Draw(t, "employer's"),
			InterestOnOpening: fen.Draw(t, "on opening"), InterestOnCurrent: fen.Draw(t, "on current"), Adjustments: fen.Draw(t, "adjustments"),
			Closing: fen.Draw(t, "closing"), ClosingEmployer: fen.Draw(t, "closing employer's"), Rate: account.Rate(rapid.Int64Range(0, 1e9).Draw(t, "rate")),
			RateDocument: rapid.String().Draw(t, "document"), Provisional: rapid.Bool().Draw(t, "provisional"), Settled: rapid.Bool().Draw(t, "settled"),
		}
		for i := range a.Credits {
			a.Credits[i] = fen.Draw(t, "credit")
		}
		for range rapid.IntRange(0, 2).Draw(t, "shares") {
			a.Shares = append(a.Shares, rapid.String().Draw(t, "share"))
		}
		for range rapid.IntRange(0, 3).Draw(t, "events") {
			a.Events = append(a.Events, account.Booked{Kind: rapid.SampledFrom(account.EventKinds()).Draw(t, "kind"), On: calendar.DateOfNumber(rapid.IntRange(-30000, 60000).Draw(t, "on")),
				Amount: fen.Draw(t, "amount"), Note: rapid.String().Draw(t, "note")})
		}
		for range rapid.IntRange(0, 3).Draw(t, "rates") {
			a.Rates = append(a.Rates, account.RatePart{Months: account.Months{First: rapid.IntRange(1, 12).Draw(t, "first"), Last: rapid.IntRange(1, 12).Draw(t, "last")},
				Rate: account.Rate(rapid.Int64Range(0, 1e9).Draw(t, "rate")), Document: rapid.String().Draw(t, "document"), Provisional: rapid.Bool().Draw(t, "provisional")})
		}
		a.Region = rapid.SampledFrom([]string{"", "330402"}).Draw(t, "region")
		y.Account = a
	}
	return y
}

func TestAPackedYearReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawYear(t)
		packed := packYear(nil, want)
		got, err := unpackYear(want.PersonID, want.Year, packed)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v\n got %+v\nwant %+v", err, got, want)
		}
		if cut := rapid.IntRange(0, len(packed)-1).Draw(t, "cut"); cut < len(packed) {
			if _, err := unpackYear(want.PersonID, want.Year, packed[:cut]); err == nil {
				t.Fatalf("%d of %d bytes read back", cut, len(packed))
			}
		}
	})
}

// FuzzUnpackYear: damaged bytes are an error, never a crash; what reads at all packs to what reads the same.
func FuzzUnpackYear(f *testing.F) {
	f.Add(packYear(nil, PersonYear{Rows: []contribution.Row{{Period: 202501, Insurance: 110, EmployerID: 1, Base: 5, PaidOn: calendar.NewDate(2025, 1, 20)}}}))
	f.Add([]byte{packVersion, 200, 1})
	f.Fuzz(func(t *testing.T, packed []byte) {
		y, err := unpackYear(1, 2025, packed)
		if err != nil {
			return
		}
		again, err := unpackYear(1, 2025, packYear(nil, y))
		if err != nil || !reflect.DeepEqual(y, again) {
			t.Errorf("%v: %+v, then %+v", err, y, again)
		}
	})
}
