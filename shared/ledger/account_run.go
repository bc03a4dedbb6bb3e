package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
)

// rules are the regional settings and rates that accounts are run by.
type rules struct {
	settings map[string]account.Setting // by region or its leading digits
	rates    account.Rates
	through  calendar.Date
	regions  map[int32]string // of employers
	regional bool             // some region has a rule or a rate of its own
	filling  bool             // everybody's account is still to be run through
}

// querier is a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// loadSettings loads what regions have set, without the employers' regions.
func loadSettings(ctx context.Context, tx querier) (*rules, error) {
	r := &rules{settings: map[string]account.Setting{}, rates: account.NationalRates(), regions: map[int32]string{}}
	var through civilDate
	if err := tx.QueryRow(ctx, `SELECT accounts_through, accounts_filled IS DISTINCT FROM accounts_through FROM ledger.reach`).Scan(&through, &r.filling); err != nil {
		return r, fmt.Errorf("read the data's reach: %w", err)
	}
	r.through = calendar.Date(through)
	rows, err := tx.Query(ctx, `SELECT region, back_payment_policy = 'B', interest_method = 'annual', due_months, due_day FROM ledger.regional_rule`)
	if err != nil {
		return r, fmt.Errorf("read regional rules: %w", err)
	}
	var region string
	var policyB, annual bool
	var due contribution.Due
	if _, err := pgx.ForEachRow(rows, []any{&region, &policyB, &annual, &due.MonthsLater, &due.Day}, func() error {
		s := account.Setting{Region: region, Due: due}
		if policyB {
			s.Policy = account.CreditAsOnTime
		}
		if annual {
			s.Method = account.Annual
		}
		r.settings[region] = s
		r.regional = r.regional || region != ""
		return nil
	}); err != nil {
		return r, fmt.Errorf("read regional rules: %w", err)
	}
	rows, err = tx.Query(ctx, `SELECT region, scheme, valid_from, valid_to, rate, NOT provisional, source FROM ledger.credited_rate`)
	if err != nil {
		return r, fmt.Errorf("read regional rates: %w", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (account.RateEntry, error) {
		var e account.RateEntry
		var from, to civilDate
		err := row.Scan(&e.Region, &e.Scheme, &from, &to, &e.Rate, &e.Final, &e.Document)
		r.regional = r.regional || e.Region != ""
		e.From, e.To = calendar.Date(from), calendar.Date(to)
		return e, err
	})
	if err != nil {
		return r, fmt.Errorf("read regional rates: %w", err)
	}
	r.rates = r.rates.With(entries...)
	return r, nil
}

// loadRules loads the settings and the regions of all employers.
func loadRules(ctx context.Context, tx querier) (*rules, error) {
	r, err := loadSettings(ctx, tx)
	if err != nil {
		return r, err
	}
	rows, err := tx.Query(ctx, `SELECT id, region FROM ledger.employer`)
	if err != nil {
		return r, fmt.Errorf("read regions: %w", err)
	}
	var id int32
	var region string
	_, err = pgx.ForEachRow(rows, []any{&id, &region}, func() error {
		r.regions[id] = region
		return nil
	})
	return r, err
}

// RegionOf and SettingOf make rules account.Places.
func (r *rules) RegionOf(employer int32) string { return r.regions[employer] }

// SettingOf is what a region has set, or a larger one that it is part of, or what is so everywhere.
func (r *rules) SettingOf(region string) account.Setting {
	for n := len(region); n >= 0; n-- {
		if s, ok := r.settings[region[:n]]; ok {
			s.Region = region
			return s
		}
	}
	return account.Setting{Region: region}
}

// versions names the rules that made a person's year: always that of the full month, and those of the account where there is one, which the region kept that it names.
func (r *rules) versions(region string, shares []string, hasAccount bool) []string {
	ids := []string{account.FullMonthRule.ID}
	if hasAccount {
		for _, version := range r.SettingOf(region).Versions(shares) {
			ids = append(ids, version.ID)
		}
	}
	return ids
}

// runAccounts computes accounts and packed rows of some persons, ascending, from the truth, within the transaction that changed it.
func (l *Ledger) runAccounts(ctx context.Context, tx pgx.Tx, rules *rules, persons []int64) error {
	if err := shareWriteLock(ctx, tx); err != nil {
		return err
	}
	for len(persons) > 0 {
		some := persons[:min(len(persons), personsAtOnce)]
		persons = persons[len(some):]
		var packed packedYears
		if err := packPersons(ctx, tx, rules, some, &packed); err != nil {
			return err
		}
		packed.dropped = true // an opening that has moved may end a year
		if err := packed.write(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

// personsAtOnce is how many persons are packed together.
const personsAtOnce = 2000

// packPersons packs all years of some persons, ascending.
func packPersons(ctx context.Context, tx pgx.Tx, rules *rules, persons []int64, packed *packedYears) error {
	people, err := openPeople(ctx, tx, persons, 0)
	if err != nil {
		return err
	}
	defer people.close()
	for _, id := range persons {
		rows, _, err := people.next(id)
		if err != nil {
			return err
		}
		if err := packed.add(rules, id, people.books[id], rows); err != nil {
			return err
		}
	}
	return people.err()
}

// input is what the account of one person is run from, rows and events in their order; ok is false for who has none.
func (r *rules) input(own books, rows []contribution.Row) (in account.Input, ok bool) {
	on, through := own.on, r.through
	firstPension := calendar.Period(0)
	for _, row := range rows {
		if row.Insurance.IsPension() {
			firstPension = row.Period
			break
		}
	}
	start := 0
	if firstPension != 0 {
		start = firstPension.Year()
	}
	if n := len(own.events); n > 0 { // by day
		if start == 0 || own.events[0].On.Year < start {
			start = own.events[0].On.Year
		}
		if begun := (calendar.Date{Year: own.events[n-1].On.Year, Month: 1, Day: 1}); through.Before(begun) {
			through = begun // an event is known before the year's contributions are
		}
	}
	if on.IsZero() && start != 0 {
		on = calendar.Date{Year: start - 1, Month: 12, Day: 31}
	}
	in = account.Input{Setting: r.SettingOf(""), Rates: r.rates, OpeningOn: on, OpeningPersonal: own.balance - own.employer, OpeningEmployer: own.employer, Rows: rows, Events: own.events, Through: through}
	if r.regional {
		in.Places = r
	}
	return in, !on.IsZero() && !through.IsZero()
}

// years is everything of one person, by year: rows, which come in order, and the account where there is one. refused: the contributions go back to before 1998 and
// need a rule of their place that is not set; no account is better than a wrong one.
func (r *rules) years(id int64, own books, rows []contribution.Row) (years []PersonYear, refused bool, err error) {
	var accounts []account.Year
	in, ok := r.input(own, rows)
	if ok {
		accounts, err = account.Run(in)
		switch {
		case errors.Is(err, account.ErrLocalRule):
			accounts, refused = nil, true
		case err != nil:
			return nil, false, err
		}
	}
	for len(rows) > 0 || len(accounts) > 0 {
		y := PersonYear{PersonID: id}
		switch {
		case len(accounts) == 0 || len(rows) > 0 && rows[0].Period.Year() < accounts[0].Year:
			y.Year = rows[0].Period.Year()
		default:
			y.Year, y.Account, y.HasAccount = accounts[0].Year, accounts[0], true
			accounts = accounts[1:]
		}
		n := 0
		for n < len(rows) && rows[n].Period.Year() == y.Year {
			n++
		}
		y.Rows, rows = rows[:n], rows[n:]
		y.Due = r.duesOf(y.Rows)
		years = append(years, y)
	}
	return years, refused, nil
}

// duesOf are the regions' due dates where they matter: an employer whose months of the year were all paid on time by its region's and by the default is judged the same everywhere, and stays
// so when the region's date moves.
func (r *rules) duesOf(rows []contribution.Row) (dues contribution.Dues) {
	if !r.regional {
		if due := r.SettingOf("").Due; slices.ContainsFunc(rows, func(row contribution.Row) bool { return matters(due, row) }) {
			dues.Due = due
		}
		return dues
	}
	alike, matter := true, false
	var all []contribution.EmployerDue // of every employer, and whether it matters
	var mattering []bool
	for i := range rows {
		row, at := &rows[i], len(all)-1
		if at < 0 || all[at].Employer != row.EmployerID {
			at = slices.IndexFunc(all, func(e contribution.EmployerDue) bool { return e.Employer == row.EmployerID })
		}
		if at < 0 {
			at = len(all)
			all, mattering = append(all, contribution.EmployerDue{Employer: row.EmployerID, Due: r.SettingOf(r.RegionOf(row.EmployerID)).Due}), append(mattering, false)
			alike = alike && all[at].Due == all[0].Due
		}
		mattering[at] = mattering[at] || matters(all[at].Due, *row)
		matter = matter || mattering[at]
	}
	switch {
	case !matter:
		return dues
	case alike:
		dues.Due = all[0].Due
		return dues
	}
	for i, e := range all {
		if mattering[i] {
			dues.Others = append(dues.Others, e)
		}
	}
	slices.SortFunc(dues.Others, func(a, b contribution.EmployerDue) int { return int(a.Employer) - int(b.Employer) })
	return dues
}

// matters reports whether a due date that is not the default may judge a row otherwise.
func matters(due contribution.Due, row contribution.Row) bool {
	return due != (contribution.Due{}) && (!due.OnTime(row) || !(contribution.Due{}).OnTime(row))
}
