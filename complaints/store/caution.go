package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// Caution is that somebody confirmed to act towards an employer so small that acting may tell who reported.
type Caution struct {
	By, Reason string
	At         time.Time
}

// Cautioned is the confirmation of a case; nil while there is none.
func (s *Store) Cautioned(ctx context.Context, complaint int64) (*Caution, error) {
	rows, err := s.pool.Query(ctx, `SELECT f.name, x.reason, x.confirmed_at FROM complaints.caution x JOIN complaints.staff f ON f.id = x.confirmed_by WHERE x.complaint_id = $1`, complaint)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read caution: %w", err))
	}
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[Caution])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return c, postgres.Classify(err)
}

// ConfirmCaution keeps that the reporter was thought of before acting, and why the desk acts all the same; few is how many people the employer has. A second one changes nothing.
// Errors: fault.Denied for other roles, fault.Invalid (caution) without a reason, fault.Conflict when the employer is not so small, fault.NotFound.
func (s *Store) ConfirmCaution(ctx context.Context, who Staff, number string, few int, reason string, now time.Time) error {
	if who.Role != lifecycle.Investigator && who.Role != lifecycle.Supervisor {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return fault.InvalidFields(fault.Field{Name: "caution", Key: "fault.desk.reason"})
	}
	if few == 0 {
		return fault.New(fault.Conflict, "fault.caution.none")
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		done, err := tx.Exec(ctx, `INSERT INTO complaints.caution (complaint_id, headcount, reason, confirmed_at, confirmed_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, c.ID, few, reason, now, who.ID)
		if err != nil {
			return fmt.Errorf("confirm caution: %w", err)
		}
		if done.RowsAffected() == 0 {
			return nil
		}
		if err := event(ctx, tx, c.ID, &who.ID, "caution", reason, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "confirm caution", c.Number, reason, now)
	})
}

// careful refuses to act towards an employer of few people until that is confirmed; few is 0 when acting tells nothing. Error: fault.Invalid (caution).
func careful(ctx context.Context, tx pgx.Tx, complaint int64, few int) error {
	if few == 0 {
		return nil
	}
	var confirmed bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM complaints.caution WHERE complaint_id = $1)`, complaint).Scan(&confirmed); err != nil {
		return fmt.Errorf("read caution: %w", err)
	}
	if !confirmed {
		return fault.InvalidFields(fault.Field{Name: "caution", Key: "fault.caution.confirm", Args: []any{few}})
	}
	return nil
}
