package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// Phrase is words that a region's supervisors keep for replies or notes.
type Phrase struct {
	ID           int64
	Region       string
	Use          string // reply, note
	Title, Words string
	SetBy        string
	SetAt        time.Time
}

const phraseColumns = `p.id, p.region, p.use, p.title, p.words, o.name, p.set_at FROM complaints.phrase p JOIN complaints.staff o ON o.id = p.set_by`

// Phrases that hold in a region: its own and those of the regions above it.
func (s *Store) Phrases(ctx context.Context, region string) ([]Phrase, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+phraseColumns+` WHERE p.ended_at IS NULL AND starts_with($1, p.region) ORDER BY p.use DESC, length(p.region) DESC, p.title, p.id`, region)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list phrases: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Phrase])
	return list, postgres.Classify(err)
}

// SavePhrase keeps words for the supervisor's region, in the place of an earlier phrase of the same region or as a new one (id 0). Errors: fault.Denied; fault.NotFound when the earlier one is ended or another region's.
func (s *Store) SavePhrase(ctx context.Context, who Staff, p Phrase, now time.Time) error {
	if who.Role != lifecycle.Supervisor {
		return fault.New(fault.Denied, "fault.desk.head")
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		if p.ID != 0 {
			if err := endPhrase(ctx, tx, who, p.ID, now); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO complaints.phrase (region, use, title, words, set_at, set_by) VALUES ($1, $2, $3, $4, $5, $6)`, who.Region, p.Use, p.Title, p.Words, now, who.ID)
		if err != nil {
			return fmt.Errorf("save phrase: %w", err)
		}
		return s.notePhrase(ctx, tx, who, "set phrase", now)
	})
}

// EndPhrase takes a phrase of the supervisor's own region away. Errors: fault.Denied, fault.NotFound.
func (s *Store) EndPhrase(ctx context.Context, who Staff, id int64, now time.Time) error {
	if who.Role != lifecycle.Supervisor {
		return fault.New(fault.Denied, "fault.desk.head")
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		if err := endPhrase(ctx, tx, who, id, now); err != nil {
			return err
		}
		return s.notePhrase(ctx, tx, who, "end phrase", now)
	})
}

func endPhrase(ctx context.Context, tx pgx.Tx, who Staff, id int64, now time.Time) error {
	tag, err := tx.Exec(ctx, `UPDATE complaints.phrase SET ended_at = $3, ended_by = $4 WHERE id = $1 AND region = $2 AND ended_at IS NULL`, id, who.Region, now, who.ID)
	if err != nil {
		return fmt.Errorf("end phrase: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "fault.phrase.none")
	}
	return nil
}

func (s *Store) notePhrase(ctx context.Context, tx pgx.Tx, who Staff, action string, now time.Time) error {
	return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: fmt.Sprintf("staff:%d", who.ID), Role: string(who.Role), Action: action, Subject: "region:" + who.Region})
}
