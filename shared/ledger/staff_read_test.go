package ledger_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// What is counted of an employer's people is what their rows say one by one; who has no row in a month and rows before and after is missing in it.
func TestStaffMonthsAreWhatTheRowsSay(t *testing.T) {
	l, pool := newLedger(t)
	dir := smallSample(t)
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions} {
		mustImport(t, l, kind, filepath.Join(dir, string(kind)+".csv"))
	}
	e, err := l.EmployerByUSCC(t.Context(), "91070102MAXG612DD9")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `DELETE FROM ledger.contribution WHERE employer_id = $1 AND (person_id + period) % 7 = 0`, e.ID); err != nil { // some are missing in every month
		t.Fatal(err)
	}
	type month struct{ base, owed, paid money.Fen }
	people := map[int64]map[calendar.Period]month{}
	rows, err := pool.Query(t.Context(), `SELECT person_id, period, base, employer_due + person_due - employer_paid - person_paid, employer_paid + person_paid FROM ledger.contribution WHERE employer_id = $1`, e.ID)
	if err != nil {
		t.Fatal(err)
	}
	var person int64
	var period calendar.Period
	var base, owed, paid money.Fen
	if _, err := pgx.ForEachRow(rows, []any{&person, &period, &base, &owed, &paid}, func() error {
		if people[person] == nil {
			people[person] = map[calendar.Period]month{}
		}
		m := people[person][period]
		people[person][period] = month{max(m.base, base), m.owed + owed, m.paid + paid}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	const from, to = 202306, 202509
	want := map[calendar.Period]ledger.StaffMonth{}
	for p := calendar.Period(from); p <= to; p = p.Add(1) {
		s := ledger.StaffMonth{Period: p}
		for _, months := range people {
			m, insured := months[p]
			before, after := false, false
			for q := range months {
				before, after = before || q < p, after || q > p
			}
			switch {
			case insured:
				s.Insured, s.BaseSum = s.Insured+1, s.BaseSum+m.base
				if s.Insured == 1 || m.base < s.Lowest {
					s.Lowest, s.AtLowest = m.base, 0
				}
				if m.base == s.Lowest {
					s.AtLowest++
				}
				if m.owed > 0 {
					s.Owing++
				}
				if m.owed > 0 && m.paid == 0 {
					s.OwingOnly++
				}
			case before && after:
				s.Missing++
			}
		}
		if s.Insured > 0 {
			want[p] = s
		}
	}
	got, err := l.StaffMonths(t.Context(), e.ID, from, to)
	if err != nil || len(got) != len(want) || !slices.IsSortedFunc(got, func(a, b ledger.StaffMonth) int { return int(a.Period - b.Period) }) {
		t.Fatalf("%d months, want %d: %v", len(got), len(want), err)
	}
	missing := 0
	for _, s := range got {
		if s != want[s.Period] {
			t.Errorf("%+v, want %+v", s, want[s.Period])
		}
		missing += s.Missing
	}
	if missing == 0 {
		t.Error("nobody is missing anywhere: nothing is tested")
	}
}
