package ledger

import (
	"context"
	"time"
)

// MarkOpened notes that a person has opened a statement; the first time counts. Error: fault.Unavailable.
func (l *Ledger) MarkOpened(ctx context.Context, s Statement, at time.Time) error {
	if !s.OpenedAt.IsZero() {
		return nil
	}
	_, err := l.pool.Exec(ctx, `
		INSERT INTO ledger.statement_delivery AS old (person_id, year, issue, opened_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id, year, issue) DO UPDATE SET opened_at = excluded.opened_at WHERE old.opened_at IS NULL`, s.PersonID, s.Year, s.Issue, at.UTC())
	if err != nil {
		return classifyStatement(err)
	}
	return nil
}

// MarkSent notes that a statement was sent, or that its person was told of it; the first time counts. Error: fault.Unavailable.
func (l *Ledger) MarkSent(ctx context.Context, s Statement, at time.Time) error {
	_, err := l.pool.Exec(ctx, `
		INSERT INTO ledger.statement_delivery AS old (person_id, year, issue, sent_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id, year, issue) DO UPDATE SET sent_at = excluded.sent_at WHERE old.sent_at IS NULL`, s.PersonID, s.Year, s.Issue, at.UTC())
	if err != nil {
		return classifyStatement(err)
	}
	return nil
}
