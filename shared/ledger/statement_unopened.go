package ledger

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// UnopenedSince lists the years, newest first, whose statement was issued to a person after an instant and has not been opened by them. Error: fault.Unavailable.
func (l *Ledger) UnopenedSince(ctx context.Context, personID int64, since time.Time) ([]int, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT DISTINCT s.year::integer FROM ledger.statement s LEFT JOIN ledger.statement_delivery d ON d.person_id = s.person_id AND d.year = s.year AND d.issue = s.issue
		WHERE s.person_id = $1 AND s.issued_at > $2 AND d.opened_at IS NULL
			AND NOT EXISTS (SELECT FROM ledger.statement later WHERE later.person_id = s.person_id AND later.year = s.year AND later.issue > s.issue)
		ORDER BY 1 DESC`, personID, since.UTC())
	if err != nil {
		return nil, classifyStatement(err)
	}
	years, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return nil, classifyStatement(err)
	}
	return years, nil
}
