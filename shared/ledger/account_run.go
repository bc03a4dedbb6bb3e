package ledger

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/jackc/pgx/v5"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// rules are the regional settings and rates that accounts are run by.
type rules struct {
	settings map[string]account.Setting // by region or its leading digits
	rates    account.Rates
	through  calendar.Date
	regions  map[int32]string // of employers
}

func loadRules(ctx context.Context, tx pgx.Tx) (rules, error) {
	r := rules{settings: map[string]account.Setting{}, rates: account.NationalRates(), regions: map[int32]string{}}
	var through civilDate
	if err := tx.QueryRow(ctx, `SELECT accounts_through FROM ledger.reach`).Scan(&through); err != nil {
		return r, fmt.Errorf("read the data's reach: %w", err)
	}
	r.through = calendar.Date(through)
	rows, err := tx.Query(ctx, `SELECT region, back_payment_policy = 'B', interest_method = 'annual' FROM ledger.regional_rule`)
	if err != nil {
		return r, fmt.Errorf("read regional rules: %w", err)
	}
	var region string
	var policyB, annual bool
	if _, err := pgx.ForEachRow(rows, []any{&region, &policyB, &annual}, func() error {
		s := account.Setting{Region: region}
		if policyB {
			s.Policy = account.CreditAsOnTime
		}
		if annual {
			s.Method = account.Annual
		}
		r.settings[region] = s
		return nil
	}); err != nil {
		return r, fmt.Errorf("read regional rules: %w", err)
	}
	rows, err = tx.Query(ctx, `SELECT region, year, rate, NOT provisional, source FROM ledger.credited_rate`)
	if err != nil {
		return r, fmt.Errorf("read regional rates: %w", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (account.RateEntry, error) {
		var e account.RateEntry
		var year int
		err := row.Scan(&e.Region, &year, &e.Rate, &e.Final, &e.Document)
		e.From, e.To = calendar.Date{Year: year, Month: 1, Day: 1}, calendar.Date{Year: year, Month: 12, Day: 31}
		return e, err
	})
	if err != nil {
		return r, fmt.Errorf("read regional rates: %w", err)
	}
	r.rates = r.rates.With(entries...)
	rows, err = tx.Query(ctx, `SELECT id, region FROM ledger.employer`)
	if err != nil {
		return r, fmt.Errorf("read regions: %w", err)
	}
	var id int32
	_, err = pgx.ForEachRow(rows, []any{&id, &region}, func() error {
		r.regions[id] = region
		return nil
	})
	return r, err
}

func (r rules) settingOf(region string) account.Setting {
	for n := len(region); n >= 0; n-- {
		if s, ok := r.settings[region[:n]]; ok {
			s.Region = region
			return s
		}
	}
	return account.Setting{Region: region}
}

// runAccounts computes accounts and packed rows of some persons from the truth, within the transaction that changed it.
func (l *Ledger) runAccounts(ctx context.Context, tx pgx.Tx, persons []int64) error {
	if len(persons) == 0 {
		return nil
	}
	rules, err := loadRules(ctx, tx)
	if err != nil {
		return err
	}
	packed, err := l.packPersons(ctx, tx, rules, persons)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM ledger.person_year WHERE person_id = ANY ($1)`, persons); err != nil {
		return fmt.Errorf("write person-years: %w", err)
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"ledger", "person_year"}, []string{"person_id", "year", "packed"},
		pgx.CopyFromSlice(len(packed), func(i int) ([]any, error) { return []any{packed[i].person, packed[i].year, packed[i].bytes}, nil }))
	if err != nil {
		return fmt.Errorf("write person-years: %w", err)
	}
	return nil
}

type packedYear struct {
	person int64
	year   int16
	bytes  []byte
}

// packPersons reads the truth of some persons and returns their packed years, by person and year.
func (l *Ledger) packPersons(ctx context.Context, tx pgx.Tx, rules rules, persons []int64) ([]packedYear, error) {
	type opening struct {
		balance money.Fen
		on      calendar.Date
	}
	openings := make(map[int64]opening, len(persons))
	rows, err := tx.Query(ctx, `SELECT id, opening_balance, opening_on FROM ledger.person WHERE id = ANY ($1)`, persons)
	if err != nil {
		return nil, fmt.Errorf("read openings: %w", err)
	}
	var id, balance int64
	var on civilDate
	if _, err := pgx.ForEachRow(rows, []any{&id, &balance, &on}, func() error {
		openings[id] = opening{money.Fen(balance), calendar.Date(on)}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read openings: %w", err)
	}
	contributions := make(map[int64][]contribution.Row, len(persons))
	rows, err = tx.Query(ctx, `
		SELECT person_id, period, insurance, employer_id, base, employer_due, employer_paid, person_due, person_paid, paid_on
		FROM ledger.contribution WHERE person_id = ANY ($1) ORDER BY person_id, period, insurance, employer_id`, persons)
	if err != nil {
		return nil, fmt.Errorf("read contributions: %w", err)
	}
	var c contribution.Row
	var paidOn civilDate
	if _, err := pgx.ForEachRow(rows, []any{&id, &c.Period, &c.Insurance, &c.EmployerID, &c.Base, &c.EmployerDue, &c.EmployerPaid, &c.PersonDue, &c.PersonPaid, &paidOn}, func() error {
		c.PaidOn = calendar.Date(paidOn)
		contributions[id] = append(contributions[id], c)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read contributions: %w", err)
	}
	sort.Slice(persons, func(i, j int) bool { return persons[i] < persons[j] })
	var packed []packedYear
	for _, id := range persons {
		years, err := rules.years(id, openings[id].balance, openings[id].on, contributions[id])
		if err != nil {
			return nil, fmt.Errorf("account of person %d: %w", id, err)
		}
		for _, y := range years {
			packed = append(packed, packedYear{id, int16(y.Year), packYear(nil, y)})
		}
	}
	return packed, nil
}

// years is everything of one person, by year: rows, and the account where there is one.
func (r rules) years(id int64, balance money.Fen, on calendar.Date, rows []contribution.Row) ([]PersonYear, error) {
	byYear := map[int]*PersonYear{}
	year := func(y int) *PersonYear {
		if byYear[y] == nil {
			byYear[y] = &PersonYear{PersonID: id, Year: y}
		}
		return byYear[y]
	}
	region, firstPension := "", calendar.Period(0)
	for _, row := range rows {
		y := year(row.Period.Year())
		y.Rows = append(y.Rows, row)
		if row.Insurance.IsPension() {
			region = r.regions[row.EmployerID]
			if firstPension == 0 {
				firstPension = row.Period
			}
		}
	}
	if on.IsZero() && firstPension != 0 {
		on = calendar.Date{Year: firstPension.Year() - 1, Month: 12, Day: 31}
	}
	if !on.IsZero() && !r.through.IsZero() {
		setting := r.settingOf(region)
		accounts, err := account.Run(account.Input{Setting: setting, Rates: r.rates, OpeningOn: on, OpeningPersonal: balance, Rows: rows, Through: r.through})
		switch {
		case errors.Is(err, account.ErrLocalRule): // contributions before 1998 need a rule that is not set: no account is better than a wrong one
		case err != nil:
			return nil, err
		}
		for _, a := range accounts {
			y := year(a.Year)
			y.Account, y.HasAccount = a, true
		}
	}
	years := make([]PersonYear, 0, len(byYear))
	for _, y := range byYear {
		years = append(years, *y)
	}
	sort.Slice(years, func(i, j int) bool { return years[i].Year < years[j].Year })
	return years, nil
}

// Verify rebuilds every packed person-year from the contribution rows and returns how many persons were checked and which differ.
func (l *Ledger) Verify(ctx context.Context) (checked int64, differ []int64, err error) {
	tx, err := l.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return 0, nil, fmt.Errorf("verify ledger: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // only read
	rules, err := loadRules(ctx, tx)
	if err != nil {
		return 0, nil, err
	}
	for after := int64(0); ; {
		rows, err := tx.Query(ctx, `SELECT id FROM ledger.person WHERE id > $1 ORDER BY id LIMIT $2`, after, personsAtOnce)
		if err != nil {
			return checked, differ, fmt.Errorf("verify ledger: %w", err)
		}
		persons, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil || len(persons) == 0 {
			return checked, differ, err
		}
		want, err := l.packPersons(ctx, tx, rules, persons)
		if err != nil {
			return checked, differ, err
		}
		wrong, err := comparePacked(ctx, tx, persons, want)
		if err != nil {
			return checked, differ, err
		}
		differ = append(differ, wrong...)
		checked += int64(len(persons))
		after = persons[len(persons)-1]
	}
}

func comparePacked(ctx context.Context, tx pgx.Tx, persons []int64, want []packedYear) ([]int64, error) {
	digest := map[int64]*strings.Builder{}
	note := func(id int64, year int16, b []byte, sign string) {
		if digest[id] == nil {
			digest[id] = &strings.Builder{}
		}
		fmt.Fprintf(digest[id], "%s%d:%x;", sign, year, b)
	}
	stored := map[int64]*strings.Builder{}
	for _, w := range want {
		note(w.person, w.year, w.bytes, "")
	}
	built := digest
	digest = stored
	rows, err := tx.Query(ctx, `SELECT person_id, year, packed FROM ledger.person_year WHERE person_id = ANY ($1) ORDER BY person_id, year`, persons)
	if err != nil {
		return nil, fmt.Errorf("verify ledger: %w", err)
	}
	var id int64
	var year int16
	var b []byte
	if _, err := pgx.ForEachRow(rows, []any{&id, &year, &b}, func() error {
		note(id, year, b, "")
		return nil
	}); err != nil {
		return nil, fmt.Errorf("verify ledger: %w", err)
	}
	var differ []int64
	for _, id := range persons {
		a, b := built[id], stored[id]
		if (a == nil) != (b == nil) || a != nil && a.String() != b.String() {
			differ = append(differ, id)
		}
	}
	return differ, nil
}
