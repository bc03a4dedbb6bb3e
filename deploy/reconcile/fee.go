package reconcile

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// feeTerms are what a late fee hangs on besides the arrears, as the desk keeps them: a region's setting, and what stops or suspends one employer's fee. They are read here once more and the days are
// counted one by one, so that nothing of how register and notices count is believed.
type feeTerms struct {
	Setting struct {
		EndDay   string   `json:"end_day"`
		FirstDay string   `json:"first_day"`
		Stop     string   `json:"stop"`
		Capped   bool     `json:"capped"`
		Due      struct { // nothing: the last day of the month itself
			MonthsLater, Day int
		} `json:"due"`
		Local []struct {
			From, To calendar.Date
			Rate     int64 // of the principal, in billionths a day
		} `json:"local"`
	} `json:"setting"`
	Facts struct {
		Declared calendar.Date                      `json:"declared"`
		Accepted calendar.Date                      `json:"accepted"`
		Deferred []struct{ From, To calendar.Date } `json:"deferred"`
	} `json:"facts"`
}

var (
	regulation = calendar.NewDate(1999, 1, 22) // 2‰ a day: 社会保险费征缴暂行条例 art. 13
	injuryLaw  = calendar.NewDate(2011, 1, 1)  // 0.5‰ for work injury
	theLaw     = calendar.NewDate(2011, 7, 1)  // 0.5‰: 社会保险法 art. 86
	capLaw     = calendar.NewDate(2012, 1, 1)  // 行政强制法 art. 45(2)
	courtLaw   = calendar.NewDate(2007, 6, 1)  // 企业破产法 art. 46
)

// fee on a principal that is paid on a day; known is false when a day has no rule.
func (t feeTerms) fee(principal money.Fen, period calendar.Period, insurance contribution.Insurance, paidOn calendar.Date) (fee money.Fen, known bool) {
	due, last := period.Add(t.Setting.Due.MonthsLater).LastDay(), paidOn
	if day := t.Setting.Due.Day; day > 0 {
		due.Day = min(due.Day, day)
	}
	first := due.AddDays(1)
	if t.Setting.FirstDay == "second_month" {
		first = period.Add(2).FirstDay()
	}
	if t.Setting.EndDay == "day_before_payment" {
		last = last.AddDays(-1)
	}
	stop := t.Facts.Declared
	if t.Setting.Stop == "accepted" && !t.Facts.Accepted.Before(courtLaw) {
		stop = t.Facts.Accepted
	}
	var shares int64 // billionths of the principal
	for day := first; !day.After(last) && (stop.IsZero() || day.Before(stop)); day = day.AddDays(1) {
		if t.deferred(day) {
			continue
		}
		rate, ok := t.rate(day, period, insurance)
		if !ok {
			return 0, false
		}
		shares += rate
	}
	exact := new(big.Int).Mul(big.NewInt(int64(principal)), big.NewInt(shares))
	exact.Add(exact.Mul(exact, big.NewInt(2)), big.NewInt(1_000_000_000)) // half up
	fee = money.Fen(exact.Div(exact, big.NewInt(2_000_000_000)).Int64())
	if t.Setting.Capped && !last.Before(capLaw) {
		fee = min(fee, principal)
	}
	return fee, true
}

func (t feeTerms) deferred(day calendar.Date) bool {
	for _, span := range t.Facts.Deferred {
		if !day.Before(span.From) && !day.After(span.To) {
			return true
		}
	}
	return false
}

func (t feeTerms) rate(day calendar.Date, period calendar.Period, insurance contribution.Insurance) (billionths int64, ok bool) {
	knowsOld := false
	for _, local := range t.Setting.Local {
		if !day.Before(local.From) && (local.To.IsZero() || !day.After(local.To)) {
			return local.Rate, true
		}
		knowsOld = knowsOld || local.From.Before(regulation)
	}
	injury := insurance == contribution.WorkInjury
	switch old := period.LastDay().Before(regulation); {
	case old && !knowsOld:
		return 0, false
	case !day.Before(theLaw), injury && !day.Before(injuryLaw), !injury && period >= 201106:
		return 500_000, true
	case injury, day.Before(regulation):
		return 0, false
	}
	return 2_000_000, true
}

// lateFees: the register's late fees by city as they are shown, each line counted anew from the ledger's arrears and the desk's settings to the day that the register stands on.
func (r *run) lateFees(ctx context.Context) error {
	var on *time.Time
	if err := r.DB.QueryRow(ctx, `SELECT on_day FROM complaints.supervised`).Scan(&on); err != nil || on == nil {
		return err
	}
	fees, unruled, _, err := r.countFees(ctx, latest, calendar.DateOf(on.UTC()), nil)
	if err != nil {
		return err
	}
	rows, err := r.DB.Query(ctx, `
		SELECT left(d.region, 4), sum(d.late_fee)::bigint, sum(l.fee)::bigint, sum(l.unruled)::bigint
		FROM complaints.debtor d, LATERAL (SELECT coalesce(sum(late_fee), 0)::bigint AS fee, count(*) FILTER (WHERE late_fee IS NULL) AS unruled FROM complaints.debtor_line WHERE employer_id = d.employer_id) l
		WHERE d.cleared_on IS NULL GROUP BY 1 ORDER BY 1`)
	if err != nil {
		return fmt.Errorf("read the register's late fees: %w", err)
	}
	var city string
	var heads, lines money.Fen
	var without int64
	_, err = pgx.ForEachRow(rows, []any{&city, &heads, &lines, &without}, func() error {
		r.amount("register", "late fees in "+city, fees[city], heads)
		r.amount("register", "late fees in "+city+" by month and insurance", fees[city], lines)
		r.number("register", "lines in "+city+" whose fee is left to a local rule", unruled[city], without)
		delete(fees, city)
		return nil
	})
	for missing, fee := range fees {
		r.amount("register", "late fees in "+missing, fee, 0)
	}
	return err
}

// countFees counts late fees by city: of the arrears after a run, to a day, by what the desk had set and entered at an instant (nil: now). moved are cities where a bankruptcy was entered or changed since,
// so that what stopped a fee then is not known.
func (r *run) countFees(ctx context.Context, after int32, to calendar.Date, at *time.Time) (fees map[string]money.Fen, unruled map[string]int64, moved map[string]bool, err error) {
	rows, err := r.DB.Query(ctx, `
		WITH `+standing+`, owed AS (
			SELECT employer_id, min(region) AS region, min(uscc) AS uscc, period, insurance, sum(employer_due - employer_paid + person_due - person_paid)::bigint AS owed
			FROM standing WHERE period <= $2 AND (employer_paid <> employer_due OR person_paid <> person_due) GROUP BY employer_id, period, insurance)
		SELECT left(o.region, 4), o.period, o.insurance, o.owed, jsonb_build_object('setting', coalesce((SELECT m.setting -> 'arrears' FROM complaints.money_setting m
					WHERE starts_with(o.region, m.region) AND ($3::timestamptz IS NULL OR m.set_at <= $3) ORDER BY length(m.region) DESC, m.version DESC LIMIT 1), '{}')
				|| coalesce((SELECT jsonb_build_object('due', jsonb_build_object('MonthsLater', u.due_months, 'Day', u.due_day)) FROM ledger.regional_rule u WHERE starts_with(o.region, u.region) ORDER BY length(u.region) DESC LIMIT 1), '{}'),
				'facts', jsonb_build_object('declared', coalesce(d.declared_on::text, ''), 'accepted', coalesce(d.accepted_on::text, ''), 'deferred',
					(SELECT coalesce(jsonb_agg(jsonb_build_object('From', f.from_on, 'To', f.to_on)), '[]') FROM complaints.deferral f
						WHERE f.employer_uscc = o.uscc AND CASE WHEN $3::timestamptz IS NULL THEN f.ended_at IS NULL ELSE f.added_at <= $3 AND coalesce(f.ended_at > $3, true) END))),
			$3::timestamptz IS NOT NULL AND EXISTS (SELECT FROM complaints.debtor_event v WHERE v.employer_id = o.employer_id AND v.what = 'state' AND v.at > $3)
		FROM owed o LEFT JOIN complaints.debtor d ON d.employer_id = o.employer_id AND d.state = 'bankrupt'`, after, r.judged, at)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read what late fees are counted from: %w", err)
	}
	fees, unruled, moved = map[string]money.Fen{}, map[string]int64{}, map[string]bool{}
	var city string
	var period calendar.Period
	var insurance contribution.Insurance
	var owed money.Fen
	var terms []byte
	var changed bool
	_, err = pgx.ForEachRow(rows, []any{&city, &period, &insurance, &owed, &terms, &changed}, func() error {
		var t feeTerms
		if err := json.Unmarshal(terms, &t); err != nil {
			return err
		}
		fee, known := t.fee(owed, period, insurance, to)
		fees[city] += fee
		moved[city] = moved[city] || changed
		if !known {
			unruled[city]++
		}
		return nil
	})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("count late fees: %w", err)
	}
	return fees, unruled, moved, nil
}

// kept is a calculation as it was kept, of which a fee is counted again.
type kept struct {
	PaidOn calendar.Date `json:"paid_on"`
	Lines  []struct {
		Period    calendar.Period        `json:"period"`
		Insurance contribution.Insurance `json:"insurance"`
		Due       money.Fen              `json:"due"`
		Paid      money.Fen              `json:"paid"`
		Gap       money.Fen              `json:"gap"`
	} `json:"lines"`
	feeTerms
}

// fee of the whole calculation, counted anew.
func (k kept) fee() (sum money.Fen) {
	for _, l := range k.Lines {
		principal := l.Due - l.Paid + l.Gap
		if principal <= 0 || !k.Facts.Declared.IsZero() && l.Period.FirstDay().After(k.Facts.Declared) {
			continue
		}
		fee, _ := k.feeTerms.fee(principal, l.Period, l.Insurance, k.PaidOn)
		sum += fee
	}
	return sum
}
