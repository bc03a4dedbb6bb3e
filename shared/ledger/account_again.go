package ledger

import (
	"context"
	"fmt"
)

// What a region sets runs again the accounts of everybody who has ever worked there or was moved there, those who have moved away since too: it changes the years that the region kept.
const (
	peopleOfRegions = `
		SELECT DISTINCT person_id FROM ledger.employment JOIN ledger.employer ON employer.id = employer_id WHERE EXISTS (SELECT FROM unnest($1::text[]) AS changed WHERE starts_with(region, changed))
		UNION SELECT person_id FROM ledger.account_event WHERE EXISTS (SELECT FROM unnest($1::text[]) AS changed WHERE changed <> '' AND starts_with(region, changed))`
	peopleOfEmployers = `
		SELECT DISTINCT person_id FROM ledger.employment JOIN ledger.employer ON employer.id = employer_id JOIN ledger.employer_history USING (employer_id)
		WHERE replaced_run_id = $1 AND employer_history.region <> employer.region`
)

// filled reports whether everybody's account is as the rules have it: then what changes them needs to run again only whom it concerns.
func (r *importRun) filled(ctx context.Context, tx querier) (filled bool, err error) {
	if err := tx.QueryRow(ctx, `SELECT accounts_filled IS NOT DISTINCT FROM accounts_through FROM ledger.reach`).Scan(&filled); err != nil {
		return false, fmt.Errorf("read the data's reach: %w", err)
	}
	return filled, nil
}

// runAgain runs the accounts of the persons that a query names; everybody's were filled before. A run that dies leaves them to be filled by the next import.
func (r *importRun) runAgain(ctx context.Context, rules *rules, query string, arg any) error {
	for _, statement := range []struct {
		sql  string
		args []any
	}{{`CREATE TEMPORARY TABLE run_again (person_id bigint PRIMARY KEY)`, nil}, {`INSERT INTO run_again ` + query, []any{arg}}} {
		if _, err := r.conn.Exec(ctx, statement.sql, statement.args...); err != nil {
			return fmt.Errorf("find whose accounts are run again: %w", err)
		}
	}
	defer func() { _, _ = r.conn.Exec(context.WithoutCancel(ctx), `DROP TABLE run_again`) }() // a broken connection has lost it already
	if err := r.runEach(ctx, rules, `SELECT person_id FROM run_again WHERE person_id > $1 ORDER BY person_id LIMIT $2`); err != nil {
		return err
	}
	return r.markFilled(ctx)
}
