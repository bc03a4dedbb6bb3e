package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/postgres"
)

// LastEmployer is the employer whose region a person belongs to, as far as lists name it.
type LastEmployer struct{ Name, Region string }

// LastEmployers names the last employer of persons; whoever never had one is absent. Error: fault.Unavailable.
func (l *Ledger) LastEmployers(ctx context.Context, ids []int64) (map[int64]LastEmployer, error) {
	rows, err := l.pool.Query(ctx, `SELECT last.person_id, e.name, e.region FROM ledger.last_employer last JOIN ledger.employer e ON e.id = last.employer_id WHERE last.person_id = ANY ($1)`, ids)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read last employers: %w", err))
	}
	found := map[int64]LastEmployer{}
	var id int64
	var e LastEmployer
	_, err = pgx.ForEachRow(rows, []any{&id, &e.Name, &e.Region}, func() error {
		found[id] = e
		return nil
	})
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read last employers: %w", err))
	}
	return found, nil
}
