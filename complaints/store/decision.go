package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// Snapshot is the evidence as it was seen. Content is JSON of the pages' making.
type Snapshot struct {
	ID       int64
	DataDate calendar.Date // that the ledger reached
	Content  []byte
	SHA256   []byte
	TakenAt  time.Time
	TakenBy  string
}

// Decision is what was proposed and what the second person said.
type Decision struct {
	Ground        lifecycle.Ground
	Reason, Words string
	Snapshot      int64 // 0: none
	ProposedAt    time.Time
	ProposedBy    string
	Answer        string // approved, returned; empty while it waits
	AnsweredAt    time.Time
	AnsweredBy    string
	AnswerText    string
}

// HandOver is to whom a case was handed over, and the number of the letter.
type HandOver struct {
	Receiver, Number string
	Notice           int64
	At               time.Time
}

// recordDecision keeps a proposal with its evidence, or what the second person said to it.
func (s *Store) recordDecision(ctx context.Context, tx pgx.Tx, who Staff, c Case, in Step, now time.Time) error {
	switch in.Action {
	case lifecycle.ProposeDecision:
		var snapshot int64
		if in.Evidence != nil {
			var err error
			if snapshot, err = keepSnapshot(ctx, tx, who, c.ID, *in.Evidence, now); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO complaints.decision (complaint_id, ground, reason, words, snapshot_id, proposed_at, proposed_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			c.ID, string(c.Ground), in.Reason, in.Text, rowArg(snapshot), now, who.ID)
		if err != nil {
			return fmt.Errorf("keep proposal: %w", err)
		}
	case lifecycle.Approve, lifecycle.ReturnDecision:
		answer := map[lifecycle.Action]string{lifecycle.Approve: "approved", lifecycle.ReturnDecision: "returned"}[in.Action]
		// None is changed where the proposal was made before proposals were kept.
		_, err := tx.Exec(ctx, `UPDATE complaints.decision SET answer = $2, answered_at = $3, answered_by = $4, answer_text = $5 WHERE complaint_id = $1 AND answer = ''`, c.ID, answer, now, who.ID, in.Reason)
		if err != nil {
			return fmt.Errorf("keep answer to a proposal: %w", err)
		}
	}
	return nil
}

// Decisions of a case, the latest first.
func (s *Store) Decisions(ctx context.Context, complaint int64) ([]Decision, error) {
	rows, err := s.pool.Query(ctx, `SELECT d.ground, d.reason, d.words, coalesce(d.snapshot_id, 0), d.proposed_at, p.name, d.answer, coalesce(d.answered_at, 'epoch'), coalesce(a.name, ''), d.answer_text
		FROM complaints.decision d JOIN complaints.staff p ON p.id = d.proposed_by LEFT JOIN complaints.staff a ON a.id = d.answered_by WHERE d.complaint_id = $1 ORDER BY d.id DESC`, complaint)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list decisions: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Decision])
	return list, postgres.Classify(err)
}

// HandOverOf is to whom a case, or the one that it follows, was handed over; ok is false when it was not.
func (s *Store) HandOverOf(ctx context.Context, complaint int64) (t HandOver, ok bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT t.receiver, n.number, t.notice_id, t.at FROM complaints.transfer t JOIN complaints.notice n ON n.id = t.notice_id
		JOIN complaints.complaint c ON t.complaint_id IN (c.id, c.lead_id) WHERE c.id = $1`, complaint).Scan(&t.Receiver, &t.Number, &t.Notice, &t.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, false, nil
	}
	if err != nil {
		return t, false, postgres.Classify(fmt.Errorf("read transfer: %w", err))
	}
	return t, true, nil
}

func keepTransfer(ctx context.Context, tx pgx.Tx, who Staff, c Case, receiver string, l letter, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO complaints.transfer (complaint_id, receiver, notice_id, at, staff_id) VALUES ($1, $2, $3, $4, $5)`, c.ID, receiver, l.id, now, who.ID)
	if err != nil {
		return fmt.Errorf("keep transfer: %w", err)
	}
	return nil
}

func keepSnapshot(ctx context.Context, tx pgx.Tx, who Staff, complaint int64, e Snapshot, now time.Time) (id int64, err error) {
	sum := sha256.Sum256(e.Content)
	err = tx.QueryRow(ctx, `INSERT INTO complaints.evidence_snapshot (complaint_id, data_date, content, sha256, taken_at, taken_by) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		complaint, dateArg(e.DataDate), e.Content, sum[:], now, who.ID).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("keep evidence: %w", err)
	}
	return id, nil
}

// KeepEvidence keeps the evidence of a case as it is now, before a decision or without one. Error: fault.NotFound.
func (s *Store) KeepEvidence(ctx context.Context, who Staff, number string, e Snapshot, now time.Time) (id int64, err error) {
	err = s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		if id, err = keepSnapshot(ctx, tx, who, c.ID, e, now); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, "evidence_kept", "", now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "keep evidence", c.Number, "", now)
	})
	return id, err
}

// Snapshots of a case without their content, the latest first.
func (s *Store) Snapshots(ctx context.Context, complaint int64) ([]Snapshot, error) {
	return s.snapshots(ctx, `''::bytea`, `e.complaint_id = $1`, complaint)
}

// Snapshot of a case. Errors: fault.NotFound; an internal one when the content is not what was kept.
func (s *Store) Snapshot(ctx context.Context, complaint, id int64) (Snapshot, error) {
	list, err := s.snapshots(ctx, `e.content`, `e.complaint_id = $1 AND e.id = $2`, complaint, id)
	if err != nil {
		return Snapshot{}, err
	}
	if len(list) == 0 {
		return Snapshot{}, fault.New(fault.NotFound, "fault.evidence.none")
	}
	if sum := sha256.Sum256(list[0].Content); string(sum[:]) != string(list[0].SHA256) {
		return Snapshot{}, fmt.Errorf("evidence %d is not what was kept", id)
	}
	return list[0], nil
}

func (s *Store) snapshots(ctx context.Context, content, condition string, args ...any) ([]Snapshot, error) {
	rows, err := s.pool.Query(ctx, `SELECT e.id, e.data_date, `+content+`, e.sha256, e.taken_at, o.name FROM complaints.evidence_snapshot e JOIN complaints.staff o ON o.id = e.taken_by WHERE `+condition+` ORDER BY e.id DESC`, args...)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read evidence: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Snapshot, error) {
		var e Snapshot
		var date *time.Time
		err := row.Scan(&e.ID, &date, &e.Content, &e.SHA256, &e.TakenAt, &e.TakenBy)
		e.DataDate = dateOf(date)
		return e, err
	})
	return list, postgres.Classify(err)
}
