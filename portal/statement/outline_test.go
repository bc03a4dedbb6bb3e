package statement

import (
	"bytes"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

func outlineOf(months ...outlined) Outline { return Outline{months} }

func TestWhatChangedBetweenTwoVisits(t *testing.T) {
	at := func(p calendar.Period, s contribution.Status, owed money.Fen) outlined { return outlined{p, s, owed} }
	before := outlineOf(at(202501, contribution.Paid, 0), at(202502, contribution.Arrears, 500), at(202503, contribution.Arrears, 700), at(202504, contribution.Pending, 0), at(202505, contribution.Pending, 0),
		at(202506, contribution.Paid, 0), at(202507, contribution.Part, 100), at(202509, contribution.Paid, 0))
	now := outlineOf(at(202501, contribution.Paid, 0), at(202502, contribution.BackPaid, 0), at(202503, contribution.Part, 200), at(202504, contribution.Paid, 0), at(202505, contribution.Arrears, 900),
		at(202506, contribution.Part, 50), at(202507, contribution.Part, 300), at(202508, contribution.Paid, 0), at(202510, contribution.Pending, 0))
	want := []Change{{NowOwed, []calendar.Period{202505, 202506}, 950}, {NowMore, []calendar.Period{202507}, 200}, {NowPart, []calendar.Period{202503}, 500}, {NowGood, []calendar.Period{202502}, 500},
		{NowPaid, []calendar.Period{202504, 202508}, 0}, {NowChanged, []calendar.Period{202509}, 0}}
	if got := now.Since(before); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestOutlinesComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var o Outline
		period := calendar.Period(199201)
		for range rapid.IntRange(0, 40).Draw(t, "months") {
			period = period.Add(rapid.IntRange(1, 14).Draw(t, "step"))
			o.months = append(o.months, outlined{period, contribution.Status(rapid.IntRange(1, len(severity)-1).Draw(t, "status")), money.Fen(rapid.Int64Range(0, int64(money.Limit)).Draw(t, "owed"))})
		}
		back, err := DecodeOutline(o.Encode())
		if err != nil || !bytes.Equal(back.Encode(), o.Encode()) || len(back.Since(o)) != 0 || len(o.Since(Outline{})) > len(changeKinds) {
			t.Fatalf("%v: %v", err, back)
		}
	})
}

func FuzzDecodeOutline(f *testing.F) {
	f.Add(outlineOf(outlined{202501, contribution.Part, 12345}).Encode())
	f.Add([]byte{outlineVersion, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := DecodeOutline(b)
		if err == nil {
			_ = o.Since(Outline{}) // whatever is stored, telling what changed does not fail
		}
	})
}
