package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/postgres"
)

// Objection is one that a person made to the own record, with the way to its mailbox: who objects is named and signed in, so that no receipt need be kept on paper.
type Objection struct {
	ID       int64
	Matter   intake.Matter
	From, To calendar.Period // none: about the record as a whole
	Receipt  []byte          // sealed to this person's objections
	FiledAt  time.Time
}

// AddObjection keeps one that was filed; the same filing again changes nothing.
func (s *Store) AddObjection(ctx context.Context, personID int64, filing []byte, o Objection) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO portal.objection (person_id, filing_hash, matter, from_period, to_period, receipt, filed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (filing_hash) DO NOTHING`, personID, filing, string(o.Matter), int32(o.From), int32(o.To), o.Receipt, o.FiledAt)
	if err != nil {
		return postgres.Classify(fmt.Errorf("keep objection: %w", err))
	}
	return nil
}

const objectionColumns = `id, matter, from_period, to_period, receipt, filed_at`

func scanObjection(row pgx.CollectableRow) (Objection, error) {
	var o Objection
	var from, to int32
	err := row.Scan(&o.ID, &o.Matter, &from, &to, &o.Receipt, &o.FiledAt)
	o.From, o.To = calendar.Period(from), calendar.Period(to)
	return o, err
}

// Objections of a person, the newest first.
func (s *Store) Objections(ctx context.Context, personID int64) ([]Objection, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+objectionColumns+` FROM portal.objection WHERE person_id = $1 ORDER BY id DESC`, personID)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list objections: %w", err))
	}
	list, err := pgx.CollectRows(rows, scanObjection)
	return list, postgres.Classify(err)
}

// Objection is one of a person's own. Error: fault.NotFound, for those of others too.
func (s *Store) Objection(ctx context.Context, personID, id int64) (Objection, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+objectionColumns+` FROM portal.objection WHERE person_id = $1 AND id = $2`, personID, id)
	if err != nil {
		return Objection{}, postgres.Classify(fmt.Errorf("open objection: %w", err))
	}
	o, err := pgx.CollectExactlyOneRow(rows, scanObjection)
	if errors.Is(err, pgx.ErrNoRows) {
		return o, fault.New(fault.NotFound, "fault.page")
	}
	return o, postgres.Classify(err)
}
