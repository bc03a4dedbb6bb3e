package ledger_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/ledger"
)

// changedSample is the small sample with months paid late, in part, not at all, without a day, with two employers at once, and on two bases; read gives a query's rows as lines.
func changedSample(t *testing.T) (l *ledger.Ledger, read func(sql string, args ...any) string) {
	t.Helper()
	l, pool := newLedger(t)
	dir := smallSample(t)
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions} {
		mustImport(t, l, kind, filepath.Join(dir, string(kind)+".csv"))
	}
	for _, change := range []string{
		`UPDATE ledger.contribution SET base = 0, employer_due = 0, employer_paid = 0, person_due = 0, person_paid = 0, paid_on = NULL WHERE person_id % 9 = 0 AND period % 100 IN (8, 12)`, // corrected to nothing
		`UPDATE ledger.employer SET region = '070210' WHERE id = 2`,
		`UPDATE ledger.contribution SET paid_on = NULL WHERE person_id % 7 = 1 AND insurance = 310`,
		`UPDATE ledger.contribution SET employer_paid = employer_due / 3, person_paid = 0 WHERE person_id % 5 = 2 AND period % 100 > 8`,
		`UPDATE ledger.contribution SET employer_paid = 0, person_paid = 0, paid_on = NULL WHERE person_id % 5 = 3 AND period % 100 IN (7, 9)`,
		`UPDATE ledger.contribution SET paid_on = paid_on + 200 WHERE person_id % 3 = 1 AND insurance = 110`,
		`UPDATE ledger.contribution SET base = base + 7777 WHERE person_id % 4 = 1 AND insurance = 410`,
		`INSERT INTO ledger.contribution SELECT person_id, base + 5, employer_due, employer_paid, person_due, person_paid, period, 1 + employer_id % 3, paid_on, run_id, insurance FROM ledger.contribution WHERE person_id % 6 = 0 AND insurance = 110 ON CONFLICT DO NOTHING`,
		`INSERT INTO ledger.employment SELECT DISTINCT employer_id, person_id FROM ledger.contribution ON CONFLICT DO NOTHING`,
	} {
		if tag, err := pool.Exec(t.Context(), change); err != nil || tag.RowsAffected() == 0 {
			t.Fatal(tag, err)
		}
	}
	_, differ, err := l.Verify(t.Context())
	if err != nil || len(differ) < 50 {
		t.Fatal(differ, err)
	}
	if err := l.Mend(t.Context(), differ); err != nil {
		t.Fatal(err)
	}
	read = func(sql string, args ...any) string {
		t.Helper()
		rows, err := pool.Query(t.Context(), sql, args...)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(lines) == 0 {
			t.Fatal(lines, err)
		}
		return strings.Join(lines, "\n")
	}
	return l, read
}

// The sums of the packed years are what plain SQL says over the contribution rows.
func TestTotalsAreTheTruth(t *testing.T) {
	l, read := changedSample(t)
	flows := read(`
		SELECT concat_ws(' ', e.region, c.insurance, c.period, r.received, sum(employer_due + person_due), sum(employer_paid + person_paid))
		FROM ledger.contribution c JOIN ledger.employer e ON e.id = c.employer_id,
			LATERAL (SELECT CASE WHEN employer_paid + person_paid = 0 THEN 0 ELSE coalesce(to_char(paid_on, 'YYYYMM')::integer, period) END AS received) r
		GROUP BY e.region, c.insurance, c.period, r.received HAVING sum(employer_due + person_due) > 0 ORDER BY e.region, c.insurance, c.period, r.received`)
	for _, through := range []calendar.Period{202512, 202408} {
		got, err := l.Totals(t.Context(), through)
		if err != nil {
			t.Fatal(err)
		}
		var shown []string
		for _, f := range got.Flows {
			shown = append(shown, fmt.Sprintf("%s %d %d %d %d %d", f.Region, f.Insurance, int(f.Period), int(f.Received), int64(f.Due), int64(f.Paid)))
		}
		if s := strings.Join(shown, "\n"); s != flows {
			t.Errorf("flows through %s:\n%s\nwant\n%s", through, s, flows)
		}
		shown = nil
		for _, o := range got.Owed {
			shown = append(shown, fmt.Sprintf("%d %d %d %d %d", o.EmployerID, int(o.Period), o.Insurance, o.Persons, int64(o.Owed)))
		}
		if s, want := strings.Join(shown, "\n"), read(`
			SELECT concat_ws(' ', employer_id, period, insurance, count(*), sum(employer_due + person_due - employer_paid - person_paid)) FROM ledger.contribution
			WHERE employer_due + person_due > employer_paid + person_paid AND period <= $1 GROUP BY employer_id, period, insurance ORDER BY employer_id, period, insurance`, through); s != want {
			t.Errorf("owed through %s:\n%s\nwant\n%s", through, s, want)
		}
		for _, e := range got.Employers { // what the desk shows of one employer says the same
			months, err := l.EmployerMonths(t.Context(), e.ID, through, through)
			if size := got.Sizes[e.ID]; err != nil || len(months) != 1 || months[0].Headcount != size.Headcount || months[0].AverageBase != size.AverageBase {
				t.Errorf("employer %d in %s: %+v, by its persons %+v (%v)", e.ID, through, size, months, err)
			}
		}
		for period, sizes := range map[calendar.Period]map[int32]ledger.EmployerSize{through: got.Sizes, through.Add(-12): got.Before} {
			shown = nil
			for _, e := range got.Employers {
				if size, known := sizes[e.ID]; known {
					shown = append(shown, fmt.Sprintf("%d %d %d", e.ID, size.Headcount, int64(size.AverageBase)))
				}
			}
			if s, want := strings.Join(shown, "\n"), read(`
				SELECT concat_ws(' ', employer_id, count(*), round(avg(base))) FROM (SELECT employer_id, person_id, max(base) AS base FROM ledger.contribution WHERE period = $1 AND base + employer_due + person_due > 0 GROUP BY 1, 2) AS insured
				GROUP BY employer_id ORDER BY employer_id`, period); s != want {
				t.Errorf("sizes in %s:\n%s\nwant\n%s", period, s, want)
			}
		}
	}
}

// Who stands behind a published figure is counted from the packed years as plain SQL counts from the contribution rows.
func TestPayersAreTheTruth(t *testing.T) {
	l, read := changedSample(t)
	spans := [][2]calendar.Period{{202401, 202403}, {202407, 202409}, {202509, 202509}, {202301, 202512}, {202601, 202603}}
	first, last := make([]int32, len(spans)), make([]int32, len(spans))
	for i, s := range spans {
		first[i], last[i] = int32(s[0]), int32(s[1])
	}
	for region, digits := range map[string]int{"": 2, "07": 4, "0701": 6, "99": 4} {
		payers, late, err := l.Payers(t.Context(), region, digits, spans)
		if err != nil {
			t.Fatal(err)
		}
		var shown []string
		for _, p := range payers {
			shown = append(shown, fmt.Sprintf("due %d %q %d %d", p.Span, p.Region, p.Insurance, p.Employers))
		}
		for _, p := range late {
			shown = append(shown, fmt.Sprintf("late %d %q %d %d %d %d", p.Span, p.Region, p.Insurance, p.Opening, p.Recovered, p.Closing))
		}
		if region == "99" {
			if len(shown) > 0 {
				t.Errorf("nobody's: %v", shown)
			}
			continue
		}
		want := read(`
			WITH c AS (
				SELECT left(e.region, $2) AS region, c.insurance, c.employer_id, c.period, employer_due + person_due > 0 AS due, employer_paid + person_paid < employer_due + person_due AS open,
					CASE WHEN employer_paid + person_paid = 0 THEN 0 ELSE coalesce(to_char(paid_on, 'YYYYMM')::integer, period) END AS received
				FROM ledger.contribution c JOIN ledger.employer e ON e.id = c.employer_id WHERE starts_with(e.region, $1)),
			s AS (SELECT * FROM unnest($3::integer[], $4::integer[]) WITH ORDINALITY AS s (first, last, n)),
			counted AS (
				SELECT s.n - 1 AS span, coalesce(c.region, '') AS region, coalesce(c.insurance, 0) AS insurance, count(DISTINCT employer_id) FILTER (WHERE due AND period BETWEEN first AND last) AS payers,
					count(DISTINCT employer_id) FILTER (WHERE period < first AND (open OR received > period AND received >= first)) AS opening,
					count(DISTINCT employer_id) FILTER (WHERE period < first AND received > period AND received BETWEEN first AND last) AS recovered,
					count(DISTINCT employer_id) FILTER (WHERE period <= last AND (open OR received > period AND received > last)) AS closing
				FROM c CROSS JOIN s GROUP BY GROUPING SETS ((s.n), (s.n, c.region), (s.n, c.insurance)))
			SELECT line FROM (
				SELECT 1, span, region, insurance, format('due %s "%s" %s %s', span, region, insurance, payers) AS line FROM counted WHERE payers > 0
				UNION ALL SELECT 2, span, region, insurance, format('late %s "%s" %s %s %s %s', span, region, insurance, opening, recovered, closing) FROM counted WHERE opening + recovered + closing > 0
				ORDER BY 1, 2, 3, 4) AS lines`, region, digits, first, last)
		if s := strings.Join(shown, "\n"); s != want {
			t.Errorf("below %q:\n%s\nwant\n%s", region, s, want)
		}
	}
	if _, _, err := l.Payers(t.Context(), "", 2, make([][2]calendar.Period, 33)); err == nil {
		t.Error("33 spans are counted")
	}
}
