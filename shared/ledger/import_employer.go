package ledger

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// rowsAtOnce is how many rows travel together; memory does not grow with the file.
const rowsAtOnce = 5000

// importEmployers merges in one transaction: an unreadable end of the file changes nothing.
func (r *importRun) importEmployers(ctx context.Context) error {
	tx, err := r.conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("import employers: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // after a commit it does nothing
	seen := map[string][16]byte{}                                  // not the rows
	differs := false                                               // the file says several things of one employer
	var batch pgx.Batch
	for {
		rec, bad, more, err := r.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		var e Employer
		if bad == nil {
			e, bad = r.employer(rec.cells)
		}
		if bad != nil {
			if err := r.reject(rec.line, *bad); err != nil {
				return err
			}
			continue
		}
		content := [16]byte(r.ledger.keys.Hash.Sum(domainEmployer, fmt.Sprint(e)))
		if before, again := seen[string(e.USCC)]; again {
			if before == content {
				r.report.Duplicates++
				continue
			}
			differs = true
		}
		seen[string(e.USCC)] = content
		batch.Queue(`
			INSERT INTO ledger.employer AS old (uscc, name, name_grams, region, registered_on, status, ownership, run_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (uscc) DO UPDATE SET name = excluded.name, name_grams = excluded.name_grams, region = excluded.region,
				registered_on = excluded.registered_on, status = excluded.status, ownership = excluded.ownership, run_id = excluded.run_id
			WHERE (old.name, old.region, old.registered_on, old.status, old.ownership)
				IS DISTINCT FROM (excluded.name, excluded.region, excluded.registered_on, excluded.status, excluded.ownership)
			RETURNING xmax = 0`,
			string(e.USCC), e.Name, storedGrams(searchable(e.Name)), e.Region, civilDate(e.RegisteredOn), int16(e.Status), e.Ownership, r.id).Query(r.countChange)
		if batch.Len() == rowsAtOnce {
			if err := r.send(ctx, tx, &batch); err != nil {
				return err
			}
		}
	}
	if err := r.send(ctx, tx, &batch); err != nil {
		return err
	}
	if differs {
		if err := r.settleEmployers(ctx, tx); err != nil {
			return err
		}
	}
	filled, err := r.filled(ctx, tx)
	if err != nil {
		return err
	}
	if r.report.Changed > 0 { // an employer whose region is another brings its people's years under that one's rules
		if _, err := tx.Exec(ctx, `
			UPDATE ledger.reach SET accounts_filled = NULL
			WHERE EXISTS (SELECT FROM ledger.regional_rule WHERE region <> '') OR EXISTS (SELECT FROM ledger.credited_rate WHERE region <> '')`); err != nil {
			return fmt.Errorf("import employers: %w", err)
		}
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("import employers: commit: %w", err)
	}
	rules, err := loadRules(ctx, r.conn)
	if err != nil {
		return err
	}
	defer func() { r.report.AccountsRun = r.filledAccounts }()
	if !filled || !rules.filling { // rules.filling: some region has rules of its own, and something has changed
		return r.fillAccounts(ctx, rules)
	}
	return r.runAgain(ctx, rules, peopleOfEmployers, r.id)
}

func (r *importRun) send(ctx context.Context, tx pgx.Tx, batch *pgx.Batch) error {
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("import %s: %w", r.report.Kind, err)
	}
	*batch = pgx.Batch{}
	return nil
}

// countChange reads whether a row was inserted or updated; no row means that nothing was new.
func (r *importRun) countChange(rows pgx.Rows) error {
	for rows.Next() {
		var inserted bool
		if err := rows.Scan(&inserted); err != nil {
			return err
		}
		if inserted {
			r.report.Added++
		} else {
			r.report.Changed++
		}
	}
	return rows.Err()
}

func (r *importRun) employer(cells [][]byte) (Employer, *problem) {
	in := row{cells: cells, columns: r.columns}
	e := Employer{
		USCC: in.uscc("uscc"), Name: in.name("name"), Region: in.cell("region"), RegisteredOn: in.date("registered_on", r.today),
		Status: Running, Ownership: in.cell("ownership"),
	}
	if len(e.Region) != 6 || strings.Trim(e.Region, "0123456789") != "" {
		in.wrong(ReasonRegion, "region", e.Region)
	}
	if text := in.cell("status"); text != "" {
		e.Status = 0
		for status, name := range employerStatusNames {
			if text == name {
				e.Status = status
			}
		}
		if e.Status == 0 {
			in.wrong(ReasonStatus, "status", text)
		}
	}
	return e, in.problem
}
