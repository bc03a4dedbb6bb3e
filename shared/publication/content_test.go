package publication_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"shebao/shared/calendar"
	"shebao/shared/money"
	"shebao/shared/publication"
)

// Known answers: names sorted, no space, nothing escaped without need (RFC 8785 §3.2).
func TestCanonicalJSON(t *testing.T) {
	for in, want := range map[string]string{
		`{"b":1,"a":[true,null,"x"]}`:      `{"a":[true,null,"x"],"b":1}`,
		`{"a":"<>&\u2028\u0007\n\"\\é叶𠅤"}`: "{\"a\":\"<>&\u2028\\u0007\\n\\\"\\\\é叶𠅤\"}",
		`{"z":{"b":{},"a":[]},"n":-12}`:    `{"n":-12,"z":{"a":[],"b":{}}}`,
	} {
		got, err := publication.Canonical(json.RawMessage(in))
		if err != nil || string(got) != want {
			t.Errorf("%s gives %s, want %s (%v)", in, got, want, err)
		}
	}
}

// Whatever a document holds, reading and writing it again gives the same bytes: a hash can be checked by whoever reads.
func TestCanonicalJSONIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := publication.Edition{Format: publication.Format, Subject: publication.Arrears, Region: "33", Span: "2026Q3", Agency: rapid.String().Draw(t, "agency"), Body: publication.Body{Arrears: &publication.ArrearsList{
			Owed: money.Fen(rapid.Int64Range(0, 1<<40).Draw(t, "owed")), Employers: []publication.Debtor{{Name: rapid.String().Draw(t, "name"), Owed: money.Fen(rapid.Int64Range(0, 1<<40).Draw(t, "one"))}}}}}
		once, err := publication.Canonical(e)
		if err != nil {
			t.Fatal(err)
		}
		read, err := publication.ParseEdition(once)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := publication.Canonical(read)
		if err != nil || string(once) != string(twice) {
			t.Fatalf("%s\n%s\n%v", once, twice, err)
		}
	})
}

func figure(code, rate string, due money.Fen) publication.Figure {
	return publication.Figure{Code: code, Amounts: &publication.Amounts{Rate: rate, Due: due, Arrearage: &publication.Arrearage{}}}
}

func TestTheDifferenceToTheLastEdition(t *testing.T) {
	last := publication.Body{Collection: &publication.CollectionFigures{Total: figure("2026Q2", "91.00", 100), Regions: []publication.Figure{figure("3301", "90.00", 50), figure("3302", "92.00", 50)}}}
	draft := publication.Body{Collection: &publication.CollectionFigures{Total: figure("2026Q3", "89.00", 100), Regions: []publication.Figure{figure("3301", "90.00", 50), {Code: "3303", Suppressed: true}}}}
	want := []publication.Change{
		{What: "total", Field: "rate", Before: "91.00", After: "89.00"},
		{What: "region", Code: "3302", Field: "rate", Before: "92.00"}, {What: "region", Code: "3302", Field: "due", Before: "0.50"},
		{What: "region", Code: "3302", Field: "collected", Before: "0.00"}, {What: "region", Code: "3302", Field: "recovered", Before: "0.00"},
		{What: "region", Code: "3303", Field: "rate", After: "*"},
	}
	if got := publication.Compare(last, draft); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("figures:\n%v\nwant\n%v", got, want)
	}
	old := publication.Body{Arrears: &publication.ArrearsList{Count: 2, Owed: 300, Employers: []publication.Debtor{{USCC: "A", Name: "甲", Owed: 100}, {USCC: "B", Name: "乙", Owed: 200}}}}
	now := publication.Body{Arrears: &publication.ArrearsList{Count: 2, Owed: 250, Employers: []publication.Debtor{{USCC: "B", Name: "乙", Owed: 150}, {USCC: "C", Name: "丙", Owed: 100}}}}
	want = []publication.Change{{What: "total", Field: "owed", Before: "3.00", After: "2.50"}, {What: "employer", Code: "B", Name: "乙", Field: "owed", Before: "2.00", After: "1.50"},
		{What: "employer", Code: "C", Name: "丙", Field: "owed", After: "1.00"}, {What: "employer", Code: "A", Name: "甲", Field: "owed", Before: "1.00"}}
	if got := publication.Compare(old, now); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("employers:\n%v\nwant\n%v", got, want)
	}
	if got := publication.Compare(now, now); len(got) != 0 {
		t.Errorf("nothing changed: %v", got)
	}
	audit := publication.Body{Audit: &publication.AuditFigures{OnSite: 10}}
	if got := publication.Compare(audit, publication.Body{Audit: &publication.AuditFigures{OnSite: 12}}); len(got) != 1 || got[0].Code != "on_site" || got[0].After != "12" {
		t.Errorf("audit: %v", got)
	}
}

// Whatever is paid: what is left never exceeds what was published, totals are the sum of the lines, and following twice changes nothing more.
func TestFollowingPayments(t *testing.T) {
	day := calendar.NewDate(2026, 12, 3)
	rapid.Check(t, func(t *rapid.T) {
		var l publication.ArrearsList
		left := map[string]money.Fen{}
		for i := range rapid.IntRange(0, 6).Draw(t, "employers") {
			d := publication.Debtor{USCC: fmt.Sprint(i), Owed: money.Fen(rapid.Int64Range(1, 50).Draw(t, "owed"))}
			if n := rapid.Int64Range(-10, 60).Draw(t, "left"); n > 0 {
				left[d.USCC] = money.Fen(n)
			}
			l.Employers = append(l.Employers, d)
		}
		l.Sum()
		annotate := rapid.Bool().Draw(t, "annotate")
		got, paid, part := l.Settled(left, annotate, day)
		var sum money.Fen
		named := 0
		for _, d := range l.Employers {
			if now := min(left[d.USCC], d.Owed); now > 0 || annotate {
				named++
				sum += now
			}
		}
		if got.Count != named || len(got.Employers) != named || got.Owed != sum {
			t.Fatalf("%+v, want %d and %s", got, named, sum)
		}
		again, paidAgain, partAgain := got.Settled(left, annotate, day)
		if len(paidAgain)+len(partAgain) != 0 || fmt.Sprint(*again) != fmt.Sprint(*got) {
			t.Fatalf("again %v %v", paidAgain, partAgain)
		}
		if len(paid)+len(part) == 0 && got.Owed != l.Owed {
			t.Fatal("it changed without a word")
		}
	})
}

func TestKeys(t *testing.T) {
	for k, want := range map[publication.Key]bool{{Subject: publication.Audit, Region: "33", Span: "2026Q3"}: true, {Subject: publication.Arrears, Region: "330402", Span: "2026-07"}: true, {Subject: "x", Region: "33", Span: "2026Q3"}: false,
		{Subject: publication.Audit, Region: "3", Span: "2026Q3"}: false, {Subject: publication.Audit, Region: "33", Span: "2026-13"}: false, {Subject: publication.Audit, Region: "33", Span: "2026Q3/../x"}: false} {
		if k.Valid() != want {
			t.Errorf("%v", k)
		}
	}
	if _, err := publication.ParseEdition([]byte(`{"format":"other"}`)); err == nil {
		t.Error("another format was read")
	}
}
