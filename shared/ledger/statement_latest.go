package ledger

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// LatestStatement tells of which year a person's latest valid statement with figures is, and its issue; nothing of what is in it, for processes that may not read that.
// Errors: fault.NotFound when none is issued, fault.Unavailable.
func (l *Ledger) LatestStatement(ctx context.Context, personID int64) (Statement, error) {
	s := Statement{PersonID: personID}
	err := l.pool.QueryRow(ctx, `
		SELECT year, issue FROM (SELECT DISTINCT ON (year) year, issue, emptied FROM ledger.statement WHERE person_id = $1 ORDER BY year DESC, issue DESC) AS valid
		WHERE NOT emptied ORDER BY year DESC LIMIT 1`, personID).Scan(&s.Year, &s.Issue)
	if errors.Is(err, pgx.ErrNoRows) {
		return Statement{}, noYear(0)
	}
	if err != nil {
		return Statement{}, classifyStatement(err)
	}
	return s, nil
}
