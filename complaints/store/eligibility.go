package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/complaints/supervision"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/eligibility"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// DrawSample draws n of the pensioners who confirmed a year by themselves, for visits. The seed is made at the moment of the draw and kept, so that nobody can choose
// and anybody can check. Errors: fault.Denied; fault.Invalid (count); fault.Conflict (fault.eligible.nobody) when nobody can be drawn.
func (s *Store) DrawSample(ctx context.Context, who Staff, year int, from []int64, n int, now time.Time) (id int32, err error) {
	if who.Role != lifecycle.Supervisor {
		return 0, fault.New(fault.Denied, "fault.desk.role")
	}
	if n < 1 || n > 1000 {
		return 0, fault.InvalidFields(fault.Field{Name: "count", Key: "fault.eligible.count"})
	}
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails: it crashes the process instead
	seed := hex.EncodeToString(b)
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('complaints.eligibility_draw'))`); err != nil { // two draws at once would draw somebody twice
			return fmt.Errorf("draw sample: %w", err)
		}
		rows, err := tx.Query(ctx, `SELECT person FROM unnest($1::bigint[]) AS person WHERE NOT EXISTS (SELECT FROM complaints.eligibility_visit v JOIN complaints.eligibility_draw d ON d.id = v.draw_id WHERE v.person_id = person AND d.year = $2) ORDER BY person`, from, year)
		if err != nil {
			return fmt.Errorf("draw sample: %w", err)
		}
		open, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return fmt.Errorf("draw sample: %w", err)
		}
		if len(open) == 0 {
			return fault.New(fault.Conflict, "fault.eligible.nobody")
		}
		drawn := supervision.Sample(open, n, seed)
		err = tx.QueryRow(ctx, `INSERT INTO complaints.eligibility_draw (year, region, seed, drawn_of, drawn_by, drawn_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`, year, who.Region, seed, len(open), who.ID, now).Scan(&id)
		if err != nil {
			return fmt.Errorf("draw sample: %w", err)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO complaints.eligibility_visit (draw_id, person_id) SELECT $1, unnest($2::bigint[])`, id, drawn); err != nil {
			return fmt.Errorf("draw sample: %w", err)
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: "draw sample", Subject: fmt.Sprintf("sample:%d", id)})
	})
	return id, err
}

// Draws are the samples of a year within the scope, the newest first, with every visit. Error: fault.Denied.
func (s *Store) Draws(ctx context.Context, who Staff, year int) ([]supervision.Draw, error) {
	if !who.seesFigures() {
		return nil, fault.New(fault.Denied, "fault.desk.role")
	}
	rows, err := s.pool.Query(ctx, `
		SELECT d.id, d.year, d.region, d.seed, d.drawn_of, o.name, d.drawn_at, v.person_id, v.visited_on, coalesce(v.met, false), v.overpaid, v.paid_back, v.note, coalesce(r.name, '')
		FROM complaints.eligibility_draw d JOIN complaints.staff o ON o.id = d.drawn_by JOIN complaints.eligibility_visit v ON v.draw_id = d.id LEFT JOIN complaints.staff r ON r.id = v.recorded_by
		WHERE d.year = $1 AND starts_with(d.region, $2) ORDER BY d.id DESC, v.visited_on IS NOT NULL, v.person_id LIMIT 5000`, year, who.Region)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list samples: %w", err))
	}
	var draws []supervision.Draw
	var d supervision.Draw
	var v supervision.SampleVisit
	var on *time.Time
	_, err = pgx.ForEachRow(rows, []any{&d.ID, &d.Year, &d.Region, &d.Seed, &d.Of, &d.By, &d.At, &v.Person, &on, &v.Met, &v.Overpaid, &v.PaidBack, &v.Note, &v.By}, func() error {
		if len(draws) == 0 || draws[len(draws)-1].ID != d.ID {
			draws = append(draws, d)
		}
		v.VisitedOn = dateOf(on)
		draws[len(draws)-1].Visits = append(draws[len(draws)-1].Visits, v)
		return nil
	})
	return draws, postgres.Classify(err)
}

// RecordSampleVisit keeps what a visit to a drawn pensioner found, and the year's confirmation by visit with it. Entered again, it corrects. Errors: fault.Denied;
// fault.Invalid, field by field; fault.NotFound for somebody who was not drawn.
func (s *Store) RecordSampleVisit(ctx context.Context, who Staff, keep Recorder, draw int32, v supervision.SampleVisit, now time.Time) error {
	if !who.assists() {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	v.Note = strings.TrimSpace(v.Note)
	var wrong []fault.Field
	if v.VisitedOn.IsZero() || v.VisitedOn.After(calendar.DateOf(now)) {
		wrong = append(wrong, fault.Field{Name: "visited_on", Key: "fault.audit.past"})
	}
	if v.Overpaid < 0 || v.Met && v.Overpaid != 0 {
		wrong = append(wrong, fault.Field{Name: "overpaid", Key: "fault.eligible.overpaid"})
	}
	if v.PaidBack < 0 || v.PaidBack > v.Overpaid {
		wrong = append(wrong, fault.Field{Name: "paid_back", Key: "fault.eligible.back"})
	}
	if !v.Met && v.Note == "" {
		wrong = append(wrong, fault.Field{Name: "note", Key: "fault.desk.reason"})
	} else if personal.MatchString(v.Note) {
		wrong = append(wrong, fault.Field{Name: "note", Key: "fault.assist.personal"})
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var year int
		err := tx.QueryRow(ctx, `
			UPDATE complaints.eligibility_visit v SET visited_on = $4, met = $5, overpaid = $6, paid_back = $7, note = $8, recorded_by = $9, recorded_at = $10
			FROM complaints.eligibility_draw d WHERE d.id = v.draw_id AND v.draw_id = $2 AND v.person_id = $3 AND starts_with(d.region, $1) AND (d.drawn_at AT TIME ZONE 'Asia/Shanghai')::date <= $4 RETURNING d.year`,
			who.Region, draw, v.Person, v.VisitedOn.Time(), v.Met, v.Overpaid, v.PaidBack, v.Note, who.ID, now).Scan(&year)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.eligible.drawn")
		}
		if err != nil {
			return fmt.Errorf("record visit: %w", err)
		}
		// Who has left the rolls since the draw has no pension to confirm; the visit stands.
		if err := keep.Record(ctx, tx, v.Person, eligibility.Visit, v.Met, v.VisitedOn, now); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: "record eligibility visit", Subject: fmt.Sprintf("sample:%d", draw)})
	})
}
