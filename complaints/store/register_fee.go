package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/arrears"
	"shebao/shared/contribution"
	"shebao/shared/latefee"
	"shebao/shared/postgres"
)

// FeeBook is what the late fees of all employers are counted by: every region's setting in force, and what stops or suspends an employer's fee. The register reads it whole, once, where a
// notice reads one employer's: both count alike.
type FeeBook struct {
	settings map[string]arrears.Setting  // by region code or leading digits
	facts    map[string]arrears.Facts    // by credit code
	dues     map[string]contribution.Due // by region code or leading digits
}

// Of is the setting of a region, the nearest above it, and the facts of an employer.
func (b FeeBook) Of(region, uscc string) (arrears.Setting, arrears.Facts) {
	setting, found := nearest(b.settings, region)
	if !found {
		setting = arrears.Default()
	}
	setting.Due, _ = nearest(b.dues, region) // none is the default
	return setting, b.facts[uscc]
}

// nearest is what a region has, or the nearest region above it.
func nearest[T any](of map[string]T, region string) (found T, ok bool) {
	for n := len(region); n >= 0 && !ok; n-- {
		found, ok = of[region[:n]]
	}
	return found, ok
}

// FeeBook reads it. Error: fault.Unavailable.
func (s *Store) FeeBook(ctx context.Context) (FeeBook, error) {
	b := FeeBook{map[string]arrears.Setting{}, map[string]arrears.Facts{}, map[string]contribution.Due{}}
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT ON (region) region, setting FROM complaints.money_setting ORDER BY region, version DESC`)
	if err != nil {
		return b, postgres.Classify(fmt.Errorf("read money settings: %w", err))
	}
	var key string
	var content []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &content}, func() error {
		m := MoneySetting{Arrears: arrears.Default()}
		m.Arrears.Rates = nil
		err := json.Unmarshal(content, &m)
		b.settings[key] = m.Arrears
		return err
	})
	if err != nil {
		return b, postgres.Classify(fmt.Errorf("read money settings: %w", err))
	}
	rows, err = s.pool.Query(ctx, `SELECT region, due_months, due_day FROM ledger.regional_rule`)
	if err != nil {
		return b, postgres.Classify(fmt.Errorf("read due dates: %w", err))
	}
	var due contribution.Due
	if _, err := pgx.ForEachRow(rows, []any{&key, &due.MonthsLater, &due.Day}, func() error {
		b.dues[key] = due
		return nil
	}); err != nil {
		return b, postgres.Classify(fmt.Errorf("read due dates: %w", err))
	}
	rows, err = s.pool.Query(ctx, `
		SELECT employer_uscc, from_on, to_on, NULL::date, NULL::date FROM complaints.deferral WHERE ended_at IS NULL
		UNION ALL SELECT uscc, NULL, NULL, accepted_on, declared_on FROM complaints.debtor WHERE state = 'bankrupt'
		ORDER BY 1, 2`)
	if err != nil {
		return b, postgres.Classify(fmt.Errorf("read what stops fees: %w", err))
	}
	var from, to, accepted, declared *time.Time
	_, err = pgx.ForEachRow(rows, []any{&key, &from, &to, &accepted, &declared}, func() error {
		facts := b.facts[key]
		if from != nil {
			facts.Deferred = append(facts.Deferred, latefee.Span{From: dateOf(from), To: dateOf(to)})
		} else {
			facts.Accepted, facts.Declared = dateOf(accepted), dateOf(declared)
		}
		b.facts[key] = facts
		return nil
	})
	return b, postgres.Classify(err)
}

// askRefresh lets the next look take the figures anew: a bankruptcy or a deferral stops the fee, a setting counts it otherwise, a write-off lowers the level.
func askRefresh(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `UPDATE complaints.supervised SET asked = asked + 1`); err != nil {
		return fmt.Errorf("ask for a refresh: %w", err)
	}
	return nil
}
