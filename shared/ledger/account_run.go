package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

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

// querier is a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func loadRules(ctx context.Context, tx querier) (*rules, error) {
	r := &rules{settings: map[string]account.Setting{}, rates: account.NationalRates(), regions: map[int32]string{}}
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

func (r *rules) settingOf(region string) account.Setting {
	for n := len(region); n >= 0; n-- {
		if s, ok := r.settings[region[:n]]; ok {
			s.Region = region
			return s
		}
	}
	return account.Setting{Region: region}
}

// runAccounts computes accounts and packed rows of some persons, ascending, from the truth, within the transaction that changed it. A packed row that comes
// out as it was is not written again.
func (l *Ledger) runAccounts(ctx context.Context, tx pgx.Tx, rules *rules, persons []int64) error {
	for len(persons) > 0 {
		some := persons[:min(len(persons), personsAtOnce)]
		persons = persons[len(some):]
		var owners []int64
		var years []int16
		var packed [][]byte
		err := packPersons(ctx, tx, rules, some, func(id int64, year int, bytes []byte) error {
			owners, years, packed = append(owners, id), append(years, int16(year)), append(packed, bytes)
			return nil
		})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO ledger.person_year AS old (person_id, year, packed)
			SELECT person_id, year, packed FROM unnest($1::bigint[], $2::smallint[], $3::bytea[]) AS new (person_id, year, packed)
			ON CONFLICT (person_id, year) DO UPDATE SET packed = excluded.packed WHERE old.packed <> excluded.packed`, owners, years, packed); err != nil {
			return fmt.Errorf("write person-years: %w", err)
		}
		if _, err := tx.Exec(ctx, `
			DELETE FROM ledger.person_year AS old
			WHERE old.person_id = ANY ($1) AND NOT EXISTS (
				SELECT FROM unnest($2::bigint[], $3::smallint[]) AS new (person_id, year) WHERE new.person_id = old.person_id AND new.year = old.year)`,
			some, owners, years); err != nil {
			return fmt.Errorf("remove person-years that are no more: %w", err)
		}
	}
	return nil
}

// personsAtOnce is how many persons are packed together.
const personsAtOnce = 5000

// packPersons reads the truth of some persons, ascending, and passes on their packed years, by person and year.
func packPersons(ctx context.Context, tx pgx.Tx, rules *rules, persons []int64, pass func(id int64, year int, packed []byte) error) error {
	type opening struct {
		balance money.Fen
		on      calendar.Date
	}
	openings := make(map[int64]opening, len(persons))
	rows, err := tx.Query(ctx, `SELECT id, opening_balance, opening_on FROM ledger.person WHERE id = ANY ($1)`, persons)
	if err != nil {
		return fmt.Errorf("read openings: %w", err)
	}
	var id, balance int64
	var on civilDate
	if _, err := pgx.ForEachRow(rows, []any{&id, &balance, &on}, func() error {
		openings[id] = opening{money.Fen(balance), calendar.Date(on)}
		return nil
	}); err != nil {
		return fmt.Errorf("read openings: %w", err)
	}
	rows, err = tx.Query(ctx, `
		SELECT person_id, base, employer_due, employer_paid, person_due, person_paid, period, employer_id, paid_on, insurance
		FROM ledger.contribution
		WHERE person_id = ANY ($1)
		ORDER BY person_id, period, insurance, employer_id`, persons)
	if err != nil {
		return fmt.Errorf("read contributions: %w", err)
	}
	defer rows.Close()
	var arena packArena
	var own []contribution.Row
	next, row, more := int64(0), contribution.Row{}, true
	advance := func() error {
		if more = rows.Next(); !more {
			return rows.Err()
		}
		next, err = rawContribution(rows.RawValues(), &row)
		return err
	}
	if err := advance(); err != nil {
		return fmt.Errorf("read contributions: %w", err)
	}
	for _, id := range persons {
		own = own[:0]
		for more && next == id {
			own = append(own, row)
			if err := advance(); err != nil {
				return fmt.Errorf("read contributions: %w", err)
			}
		}
		years, err := rules.years(id, openings[id].balance, openings[id].on, own)
		if err != nil {
			return fmt.Errorf("account of person %d: %w", id, err)
		}
		for _, y := range years {
			if err := pass(id, y.Year, arena.pack(y)); err != nil {
				return err
			}
		}
	}
	return nil
}

// packArena packs many years into few large pieces of memory.
type packArena struct{ free []byte }

func (a *packArena) pack(y PersonYear) []byte {
	if cap(a.free)-len(a.free) < 4096 {
		a.free = make([]byte, 0, 1<<18)
	}
	packed := packYear(a.free[len(a.free):], y)
	if len(packed) <= cap(a.free)-len(a.free) { // else it has moved to memory of its own
		a.free = a.free[:len(a.free)+len(packed)]
	}
	return packed[:len(packed):len(packed)]
}

// rawContribution reads a row in PostgreSQL's binary format, columns in the order of packPersons' query: this is where an import spends its time in Go.
func rawContribution(raw [][]byte, row *contribution.Row) (person int64, err error) {
	if len(raw) != 10 || len(raw[0])+len(raw[1])+len(raw[2])+len(raw[3])+len(raw[4])+len(raw[5]) != 48 || len(raw[6])+len(raw[7]) != 8 || len(raw[9]) != 2 {
		return 0, errors.New("ledger: contributions came in a format other than binary")
	}
	big := func(i int) int64 { return int64(binary.BigEndian.Uint64(raw[i])) }
	small := func(i int) int32 { return int32(binary.BigEndian.Uint32(raw[i])) }
	row.Base, row.EmployerDue, row.EmployerPaid = money.Fen(big(1)), money.Fen(big(2)), money.Fen(big(3))
	row.PersonDue, row.PersonPaid = money.Fen(big(4)), money.Fen(big(5))
	row.Period, row.EmployerID = calendar.Period(small(6)), small(7)
	row.PaidOn = calendar.Date{}
	if raw[8] != nil {
		row.PaidOn = calendar.DateOfNumber(int(small(8)) + firstDay)
	}
	row.Insurance = contribution.Insurance(binary.BigEndian.Uint16(raw[9]))
	return big(0), nil
}

// years is everything of one person, by year: rows, which come in order, and the account where there is one.
func (r *rules) years(id int64, balance money.Fen, on calendar.Date, rows []contribution.Row) ([]PersonYear, error) {
	region, firstPension := "", calendar.Period(0)
	for _, row := range rows {
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
	var accounts []account.Year
	if !on.IsZero() && !r.through.IsZero() {
		var err error
		accounts, err = account.Run(account.Input{
			Setting: r.settingOf(region), Rates: r.rates, OpeningOn: on, OpeningPersonal: balance, Rows: rows, Through: r.through})
		switch {
		case errors.Is(err, account.ErrLocalRule): // contributions before 1998 need a rule that is not set: no account is better than a wrong one
			accounts = nil
		case err != nil:
			return nil, err
		}
	}
	var years []PersonYear
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
		years = append(years, y)
	}
	return years, nil
}
