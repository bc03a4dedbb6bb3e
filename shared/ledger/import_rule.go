package ledger

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
)

// importRates takes credited rates: a region's own, or those of everywhere that were published after this program was made. The accounts of whoever has worked there are run
// again: a provisional year becomes final, and a corrected rate corrects.
func (r *importRun) importRates(ctx context.Context) error {
	return r.importRules(ctx, func(in *row, batch *pgx.Batch) {
		region, scheme := in.regionPrefix("region"), in.scheme("scheme")
		from, to := in.inForce(r.today)
		rate := in.percent("rate")
		provisional := in.oneOf("provisional", ReasonProvisional, map[string]string{"": "no", "否": "no", "是": "yes", "no": "no", "yes": "yes"}) == "yes"
		source := in.name("source")
		if in.problem != nil {
			return
		}
		batch.Queue(`
			INSERT INTO ledger.credited_rate AS old (region, scheme, valid_from, valid_to, rate, provisional, source) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (region, scheme, valid_from) DO UPDATE SET valid_to = excluded.valid_to, rate = excluded.rate, provisional = excluded.provisional, source = excluded.source
			WHERE (old.valid_to, old.rate, old.provisional, old.source) IS DISTINCT FROM (excluded.valid_to, excluded.rate, excluded.provisional, excluded.source)
			RETURNING xmax = 0`, region, int16(scheme), civilDate(from), civilDate(to), int64(rate), provisional, source).Query(r.countChangeOf(region))
	})
}

// importRegionalRules takes how regions book late payments (A or B), count interest, and until when a payment is on time. The accounts of whoever has worked there are run again.
func (r *importRun) importRegionalRules(ctx context.Context) error {
	return r.importRules(ctx, func(in *row, batch *pgx.Batch) {
		region := in.regionPrefix("region")
		policy := in.oneOf("back_payment_policy", ReasonPolicy, map[string]string{"A": "A", "B": "B", "a": "A", "b": "B"})
		method := in.oneOf("interest_method", ReasonMethod, map[string]string{
			"月积数法": "month_product", "month_product": "month_product", "年度计算法": "annual", "annual": "annual"})
		due := in.due("due")
		if in.problem != nil {
			return
		}
		batch.Queue(`
			INSERT INTO ledger.regional_rule AS old (region, back_payment_policy, interest_method, due_months, due_day) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (region) DO UPDATE SET back_payment_policy = excluded.back_payment_policy, interest_method = excluded.interest_method,
				due_months = excluded.due_months, due_day = excluded.due_day
			WHERE (old.back_payment_policy, old.interest_method, old.due_months, old.due_day)
				IS DISTINCT FROM (excluded.back_payment_policy, excluded.interest_method, excluded.due_months, excluded.due_day)
			RETURNING xmax = 0`, region, policy, method, due.MonthsLater, due.Day).Query(r.countChangeOf(region))
	})
}

// countChangeOf is countChange, and notes the region of what is new.
func (r *importRun) countChangeOf(region string) func(rows pgx.Rows) error {
	return func(rows pgx.Rows) error {
		before := r.report.Added + r.report.Changed
		err := r.countChange(rows)
		if r.report.Added+r.report.Changed > before {
			r.regions = append(r.regions, region)
		}
		return err
	}
}

// importRules merges in one transaction, then runs the accounts that anything new concerns.
func (r *importRun) importRules(ctx context.Context, queue func(in *row, batch *pgx.Batch)) error {
	tx, err := r.conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("import %s: %w", r.report.Kind, err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // after a commit it does nothing
	var batch pgx.Batch
	for {
		rec, bad, more, err := r.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		in := row{cells: rec.cells, columns: r.columns, problem: bad}
		if bad == nil {
			queue(&in, &batch)
		}
		if batch.Len() == rowsAtOnce {
			if err := r.send(ctx, tx, &batch); err != nil {
				return err
			}
		}
		if in.problem != nil {
			if err := r.reject(rec.line, *in.problem); err != nil {
				return err
			}
		}
	}
	if err := r.send(ctx, tx, &batch); err != nil {
		return err
	}
	filled, err := r.filled(ctx, tx)
	if err != nil {
		return err
	}
	if len(r.regions) > 0 { // what is run by the old rules is no longer filled
		if _, err := tx.Exec(ctx, `UPDATE ledger.reach SET accounts_filled = NULL`); err != nil {
			return fmt.Errorf("import %s: %w", r.report.Kind, err)
		}
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("import %s: commit: %w", r.report.Kind, err)
	}
	rules, err := loadRules(ctx, r.conn)
	if err != nil {
		return err
	}
	defer func() { r.report.AccountsRun = r.filledAccounts }()
	if !filled || len(r.regions) == 0 || slices.Contains(r.regions, "") {
		return r.fillAccounts(ctx, rules)
	}
	return r.runAgain(ctx, rules, peopleOfRegions, r.regions)
}

// regionPrefix reads a region as the rules know it: 330000 is 33, all that begins so; an empty cell is everywhere.
func (r *row) regionPrefix(name string) string {
	text := r.cell(name)
	if text != "" && (len(text) != 6 || strings.Trim(text, "0123456789") != "") {
		r.wrong(ReasonRegion, name, text)
		return ""
	}
	for len(text) >= 2 && strings.HasSuffix(text, "00") {
		text = text[:len(text)-2]
	}
	return text
}

// year reads a year from 1990 to this one.
func (r *row) year(name string, today calendar.Date) int {
	text := r.cell(name)
	year, err := strconv.Atoi(text)
	if err != nil || len(text) != 4 || year < 1990 || year > today.Year {
		r.wrong(ReasonYear, name, text)
	}
	return year
}

// inForce reads from when to when a rate is in force: a year, or two days, of which the last is in this year or an earlier one.
func (r *row) inForce(today calendar.Date) (from, to calendar.Date) {
	if r.cell("from") == "" && r.cell("to") == "" {
		year := r.year("year", today)
		return calendar.Date{Year: year, Month: 1, Day: 1}, calendar.Date{Year: year, Month: 12, Day: 31}
	}
	if text := r.cell("year"); text != "" { // one of them is a slip
		r.wrong(ReasonYear, "year", text)
	}
	last := calendar.Date{Year: today.Year, Month: 12, Day: 31}
	from, to = r.date("from", last), r.date("to", last)
	if from.Year < firstAccountYear {
		r.wrong(ReasonDate, "from", r.cell("from"))
	}
	if to.Before(from) { // none too
		r.wrong(ReasonDate, "to", r.cell("to"))
	}
	return from, to
}

// scheme reads a pension insurance; an empty cell is every one.
func (r *row) scheme(name string) contribution.Insurance {
	text := r.cell(name)
	if text == "" {
		return 0
	}
	scheme := r.insurance(name)
	if scheme != 0 && !scheme.IsPension() {
		r.wrong(ReasonInsurance, name, text)
	}
	return scheme
}

// percent reads a rate such as 3.97, with at most seven decimals, up to 100.
func (r *row) percent(name string) account.Rate {
	text := strings.TrimSuffix(r.cell(name), "%")
	percent, ok := new(big.Rat).SetString(text)
	if !ok || text == "" || strings.Trim(text, "0123456789.") != "" {
		r.wrong(ReasonRate, name, text)
		return 0
	}
	rate, err := account.ParseRate(percent.Quo(percent, big.NewRat(100, 1)).FloatString(9))
	if err != nil || big.NewRat(int64(rate), 1_000_000_000).Cmp(percent) != 0 {
		r.wrong(ReasonRate, name, text)
	}
	return rate
}

// due reads until when a payment is on time: 当月25日, 次月15日, 当月末, or this-25, next-15, this-end. An empty cell is the default, the month's last day.
func (r *row) due(name string) (due contribution.Due) {
	text := r.cell(name)
	if text == "" {
		return due
	}
	rest, found := text, false
	for word, later := range map[string]int{"当月": 0, "次月": 1, "this-": 0, "next-": 1} {
		if after, ok := strings.CutPrefix(text, word); ok {
			rest, due.MonthsLater, found = strings.TrimSuffix(after, "日"), later, true
		}
	}
	if rest == "末" || rest == "end" {
		rest = "0"
	} else if rest == "0" {
		found = false
	}
	day, err := strconv.Atoi(rest)
	if !found || err != nil || day < 0 || day > 31 || len(rest) > 2 {
		r.wrong(ReasonDueDay, name, text)
		return contribution.Due{}
	}
	due.Day = day
	return due
}

// oneOf reads one of few words.
func (r *row) oneOf(name string, reason Reason, words map[string]string) string {
	text := r.cell(name)
	meaning, ok := words[text]
	if !ok {
		r.wrong(reason, name, text)
	}
	return meaning
}
