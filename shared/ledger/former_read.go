package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/postgres"
)

// FormerEmployer is what the register said of an employer until an import changed it.
type FormerEmployer struct {
	Name      string
	Region    string
	Status    EmployerStatus
	ChangedAt time.Time // UTC
	File      string    // that changed it
}

// FormerEmployers are an employer's former registrations, the latest first. Error: fault.Unavailable.
func (l *Ledger) FormerEmployers(ctx context.Context, employerID int32) ([]FormerEmployer, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT h.name, h.region, h.status, r.started_at, r.file
		FROM ledger.employer_history h JOIN ledger.import_run r ON r.id = h.replaced_run_id
		WHERE h.employer_id = $1 ORDER BY h.id DESC`, employerID)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read former registrations: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[FormerEmployer])
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read former registrations: %w", err))
	}
	return list, nil
}
