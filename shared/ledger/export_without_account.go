package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/postgres"
)

// ExportWithoutAccount lists the persons who have no personal account, since they have pension contributions from before 1998 and no rule of their place is known, as a file of persons: once
// the agency has filled in what each account held at the end of a day (期初账户余额, 期初余额日期), it can be imported. ID numbers in it are whole. Error: fault.Unavailable.
func (l *Ledger) ExportWithoutAccount(ctx context.Context) ([]Table, error) {
	rows, err := l.pool.Query(ctx, `SELECT `+personColumns+` FROM ledger.person WHERE id IN (SELECT person_id FROM ledger.without_account) ORDER BY id`, inBinary)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list who has no account: %w", err))
	}
	persons, err := pgx.CollectRows(rows, l.scanPerson)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list who has no account: %w", err))
	}
	return []Table{personTable(persons...)}, nil
}
