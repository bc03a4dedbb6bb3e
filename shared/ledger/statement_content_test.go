package ledger

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/identity"
	"shebao/shared/money"
)

// What is counted in packed bytes is what the rows give, and what is behind them is read on.
func TestWalkingAPackedYearCountsItsRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := drawYear(t)
		for i := range y.Rows { // some are corrected to nothing, wholly or not quite
			for _, value := range []*money.Fen{&y.Rows[i].Base, &y.Rows[i].EmployerDue, &y.Rows[i].EmployerPaid, &y.Rows[i].PersonDue, &y.Rows[i].PersonPaid} {
				if rapid.IntRange(0, 3).Draw(t, "keep") > 0 {
					*value = 0
				}
			}
		}
		slices.SortStableFunc(y.Rows, compareKeys)
		var walked yearsBefore
		var employers []int32
		rest, err := walked.walk(y.Year, packYear(nil, y), &employers)
		if err != nil {
			t.Fatal(err)
		}
		shares, region, hasAccount, err := rest.shares()
		if err != nil || region != y.Account.Region || hasAccount != y.HasAccount || !slices.Equal(shares, y.Account.Shares) {
			t.Fatalf("%v %v, %v", shares, hasAccount, err)
		}
		if walked.months != monthsPaid(y.Rows) {
			t.Fatalf("%v, by the rows %v", walked.months, monthsPaid(y.Rows))
		}
		var want []int32
		for i, row := range y.Rows {
			if i == 0 && walked.since != row.Period {
				t.Fatalf("since %s, want %s", walked.since, row.Period)
			}
			if !slices.Contains(want, row.EmployerID) {
				want = append(want, row.EmployerID)
			}
		}
		if !slices.Equal(employers, want) {
			t.Fatalf("employers %v, want %v", employers, want)
		}
	})
}

func TestContentReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := drawYear(t)
		before := yearsBefore{since: 199801}
		for i := range before.months {
			before.months[i] = rapid.IntRange(0, 600).Draw(t, "months")
		}
		p := statementPerson{name: rapid.String().Draw(t, "name"), sex: identity.Female, status: Retired}
		if rapid.Bool().Draw(t, "born") {
			p.birth = calendar.Date{Year: y.Year, Month: 1, Day: 1}.AddDays(-rapid.IntRange(1, 40000).Draw(t, "age"))
		}
		employers := []StatementEmployer{{1, "91070101MA00000001", rapid.String().Draw(t, "employer")}}
		rules := []string{"full-month-1998", rapid.String().Draw(t, "rule")}
		basis := appendBasis(nil, p.name, "070106********8610", before, packYear(nil, y))
		content := appendContext(slices.Clone(basis), &p, "经办机构", employers, rules)
		if !sameBasis(content, basis) || sameBasis(content, appendBasis(nil, p.name+"x", "070106********8610", before, packYear(nil, y))) {
			t.Fatal("the basis is not told")
		}
		got, err := unpackContent(y.PersonID, y.Year, content)
		want := StatementContent{Name: p.name, MaskedID: "070106********8610", Sex: p.sex, BirthDate: p.birth, Status: p.status, Agency: "经办机构", InsuredSince: before.since,
			MonthsBefore: before.months, PersonYear: y, Employers: employers, Rules: rules}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v\n%+v\n%+v", err, got, want)
		}
	})
}

// FuzzContent: damaged bytes give an error or a content, never a crash and never endless memory.
func FuzzContent(f *testing.F) {
	y := PersonYear{PersonID: 1, Year: 2025, Rows: []contribution.Row{{Period: 202503, Insurance: contribution.EmployeePension, EmployerID: 4, Base: 500000, EmployerDue: 80000, PersonDue: 40000}}}
	p := statementPerson{name: "赵𬭎䶮", status: Contributing}
	f.Add(appendContext(appendBasis(nil, p.name, "0701", yearsBefore{since: 202503}, packYear(nil, y)), &p, "经办机构", nil, nil))
	f.Fuzz(func(t *testing.T, content []byte) {
		_, _ = unpackContent(1, 2025, content)
		var walked yearsBefore
		rest, err := walked.walk(2025, content, nil)
		if err == nil {
			_, _, _, _ = rest.shares()
		}
	})
}
