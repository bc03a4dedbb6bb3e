package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Former values of persons and employers are kept by triggers. Where a file says several things of one person, each replaces the one before; when its last word is what stood there before the
// file, nothing has changed after all: what this run kept goes again, and is not counted. The same file twice changes nothing.

// settlePersons does so for persons.
func (r *importRun) settlePersons(ctx context.Context, tx pgx.Tx) error {
	return r.settle(ctx, tx, `
		DELETE FROM ledger.person_history WHERE replaced_run_id = $1 AND person_id IN (
			SELECT p.id FROM (SELECT DISTINCT ON (person_id) person_id, content_hash FROM ledger.person_history WHERE replaced_run_id = $1 ORDER BY person_id, id) AS first
			JOIN ledger.person p ON p.id = first.person_id AND p.content_hash = first.content_hash)`)
}

// settleEmployers does so for employers.
func (r *importRun) settleEmployers(ctx context.Context, tx pgx.Tx) error {
	return r.settle(ctx, tx, `
		DELETE FROM ledger.employer_history WHERE replaced_run_id = $1 AND employer_id IN (
			SELECT e.id FROM (SELECT DISTINCT ON (employer_id) employer_id, name, region, registered_on, status, ownership FROM ledger.employer_history WHERE replaced_run_id = $1 ORDER BY employer_id, id) AS first
			JOIN ledger.employer e ON e.id = first.employer_id
				AND (e.name, e.region, e.registered_on, e.status, e.ownership) IS NOT DISTINCT FROM (first.name, first.region, first.registered_on, first.status, first.ownership))`)
}

func (r *importRun) settle(ctx context.Context, tx pgx.Tx, query string) error {
	tag, err := tx.Exec(ctx, query, r.id)
	if err != nil {
		return fmt.Errorf("import %s: %w", r.report.Kind, err)
	}
	r.report.Changed -= tag.RowsAffected()
	return nil
}
