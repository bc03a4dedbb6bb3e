package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/complaints/supervision"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/publication"
)

// publishing is how editions are published.
type publishing struct {
	window   *publication.Window
	days     int  // working days of the objection window
	annotate bool // who has paid stays on the list with that word, instead of being taken off
	print    func(notice.Paper, time.Time) ([]byte, error)
}

// Publish says how editions are published: who opens objections, for how many working days listed employers may object, whether who has paid stays with a note, and who prints the letters.
func (s *Store) Publish(window *publication.Window, days int, annotate bool, print func(notice.Paper, time.Time) ([]byte, error)) {
	s.publishing = publishing{window, days, annotate, print}
}

func (s Staff) supervises() bool { return s.Role == lifecycle.Supervisor }

// mayPublish checks who drafts or acts. Error: fault.Denied for other roles and for regions that are not theirs.
func (s Staff) mayPublish(region string) error {
	if !s.supervises() {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	if !strings.HasPrefix(region, s.Region) {
		return fault.New(fault.Denied, "fault.publication.region")
	}
	return nil
}

// MadeFrom is the state of the ledger that a draft's figures are of: the day that its data reached and its last run; and what had to be left out of them, why.
type MadeFrom struct {
	DataDate calendar.Date
	Run      int32
	LeftOut  []supervision.Cause
}

// DraftEdition keeps a new draft. Errors: fault.Denied; fault.Invalid for a key that names nothing; fault.Conflict (fault.publication.running) while another draft of the same is on its way.
func (s *Store) DraftEdition(ctx context.Context, who Staff, k publication.Key, from MadeFrom, body publication.Body, now time.Time) (id int32, err error) {
	if !k.Valid() {
		return 0, fault.New(fault.Invalid, "fault.request")
	}
	if err := who.mayPublish(k.Region); err != nil {
		return 0, err
	}
	content, err := publication.Canonical(body)
	if err != nil {
		return 0, err
	}
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `INSERT INTO complaints.edition (subject, region, span, body, data_date, made_from, author_id, drafted_at, left_out) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
			string(k.Subject), k.Region, k.Span, content, from.DataDate.Time(), from.Run, who.ID, now, from.LeftOut).Scan(&id)
		if postgres.IsUnique(err, "edition_on_its_way") {
			return fault.New(fault.Conflict, "fault.publication.running")
		}
		if err != nil {
			return fmt.Errorf("draft edition: %w", err)
		}
		if err := s.noteEdition(ctx, tx, id, who, "draft", "", "", now); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: "publication: draft", Subject: "edition:" + k.String()})
	})
	return id, err
}

// RedraftEdition takes newer figures into a draft. Errors: fault.NotFound, fault.Denied, fault.Conflict when somebody was quicker or it is no draft any more.
func (s *Store) RedraftEdition(ctx context.Context, who Staff, id int32, version int, from MadeFrom, body publication.Body, now time.Time) error {
	content, err := publication.Canonical(body)
	if err != nil {
		return err
	}
	return s.changeEdition(ctx, who, id, version, "redraft", "", now, func(tx pgx.Tx, e Edition) error {
		if e.State != supervision.Draft {
			return fault.New(fault.Conflict, "fault.publication.state")
		}
		_, err := tx.Exec(ctx, `UPDATE complaints.edition SET body = $2, data_date = $3, made_from = $4, author_id = $5, drafted_at = $6, left_out = $7 WHERE id = $1`, id, content, from.DataDate.Time(), from.Run, who.ID, now, from.LeftOut)
		return err
	})
}

// changeEdition lets a supervisor change an edition in one locked transaction and writes it down. Errors: fault.NotFound outside the scope, fault.Denied, fault.Conflict (fault.desk.changed).
func (s *Store) changeEdition(ctx context.Context, who Staff, id int32, version int, what, note string, now time.Time, change func(tx pgx.Tx, e Edition) error) error {
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		e, err := s.oneEdition(ctx, tx, who, id, ` FOR UPDATE OF e`)
		if err != nil {
			return err
		}
		if err := who.mayPublish(e.Region); err != nil {
			return err
		}
		if e.Version != version {
			return fault.New(fault.Conflict, "fault.desk.changed")
		}
		if err := change(tx, e); err != nil {
			return err
		}
		return s.editionChanged(ctx, tx, e, who, what, note, now)
	})
}

func (s *Store) editionChanged(ctx context.Context, tx pgx.Tx, e Edition, who Staff, what, note string, now time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE complaints.edition SET version = version + 1 WHERE id = $1`, e.ID); err != nil {
		return fmt.Errorf("change edition: %w", err)
	}
	if err := s.noteEdition(ctx, tx, e.ID, who, what, "", note, now); err != nil {
		return err
	}
	actor, role := who.actor(), string(who.Role)
	if who.ID == 0 {
		actor, role = "system", "system"
	}
	return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: actor, Role: role, Action: "publication: " + what, Subject: "edition:" + e.Key.String()})
}
