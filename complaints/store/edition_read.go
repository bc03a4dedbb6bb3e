package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/publication"
)

// Edition is one on its way to the public, or there.
type Edition struct {
	ID int32
	publication.Key
	supervision.Edition
	AuthorName, ApproverName string
	DataDate                 calendar.Date
	Body                     publication.Body
	Revision                 int // that it was published as; 0 before
	DraftedAt, PublishedAt   time.Time
	WithdrawName             string // who has asked to withdraw it
	WithdrawReason           string
	LeftOut                  []supervision.Cause // and why; of an edition from before that was kept: none
	Version                  int
}

// EditionEvent is one line of an edition's history.
type EditionEvent struct {
	At                   time.Time
	By                   string // empty: the system
	What, Employer, Note string
}

const editionColumns = `e.id, e.subject, e.region, e.span, e.state, e.body, e.data_date, e.author_id, a.name, coalesce(e.approver_id, 0), coalesce(p.name, ''), e.objections_to, e.drafted_at,
	coalesce(e.published_at, 'epoch'), coalesce(e.revision, 0), e.version, coalesce(e.withdraw_by, 0), coalesce((SELECT w.name FROM complaints.staff w WHERE w.id = e.withdraw_by), ''), e.withdraw_reason, e.left_out`

const editionFrom = ` FROM complaints.edition e JOIN complaints.staff a ON a.id = e.author_id LEFT JOIN complaints.staff p ON p.id = e.approver_id WHERE $2 AND starts_with(e.region, $1)`

// oversees: who reads editions, and changes them. The security auditor reads the audit log and nothing else.
func (s Staff) oversees() bool { return s.Role == lifecycle.Supervisor }

func (s *Store) scanEdition(row pgx.CollectableRow) (Edition, error) {
	var e Edition
	var body []byte
	var data, to *time.Time
	err := row.Scan(&e.ID, &e.Subject, &e.Region, &e.Span, &e.State, &body, &data, &e.Author, &e.AuthorName, &e.Approver, &e.ApproverName, &to, &e.DraftedAt, &e.PublishedAt, &e.Revision, &e.Version, &e.WithdrawBy, &e.WithdrawName, &e.WithdrawReason, &e.LeftOut)
	if err != nil {
		return e, err
	}
	e.DataDate, e.ObjectionsTo = dateOf(data), dateOf(to)
	e.ListsEmployers = e.Subject == publication.Arrears
	e.Body, err = publication.ParseBody(body)
	return e, err
}

// Editions lists those within the scope, the newest first.
func (s *Store) Editions(ctx context.Context, who Staff, limit int) ([]Edition, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+editionColumns+editionFrom+` ORDER BY e.id DESC LIMIT $3`, who.Region, who.oversees(), limit)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list editions: %w", err))
	}
	list, err := pgx.CollectRows(rows, s.scanEdition)
	return list, postgres.Classify(err)
}

// Edition opens one with what it is compared to. Error: fault.NotFound (fault.publication.none), outside the scope too.
func (s *Store) Edition(ctx context.Context, who Staff, id int32) (e Edition, last publication.Body, err error) {
	if e, err = s.oneEdition(ctx, s.pool, who, id, ""); err != nil {
		return e, last, err
	}
	s2, found, err := publication.Before(ctx, s.pool, e.Key)
	if err != nil || !found {
		return e, last, err
	}
	published, err := publication.ParseEdition(s2.Content)
	return e, published.Body, err
}

func (s *Store) oneEdition(ctx context.Context, db querier, who Staff, id int32, lock string) (Edition, error) {
	rows, err := db.Query(ctx, `SELECT `+editionColumns+editionFrom+` AND e.id = $3`+lock, who.Region, who.oversees(), id)
	if err != nil {
		return Edition{}, postgres.Classify(fmt.Errorf("open edition: %w", err))
	}
	e, err := pgx.CollectExactlyOneRow(rows, s.scanEdition)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, fault.New(fault.NotFound, "fault.publication.none")
	}
	if err != nil {
		return e, postgres.Classify(fmt.Errorf("open edition: %w", err))
	}
	if e.OpenObjections, err = s.publishing.window.Undecided(ctx, db, id); err == nil && e.State == supervision.Objection {
		e.Unserved, err = unserved(ctx, db, e)
	}
	return e, postgres.Classify(err)
}

// EditionEvents is an edition's history, the newest first. Error: fault.NotFound outside the scope.
func (s *Store) EditionEvents(ctx context.Context, id int32) ([]EditionEvent, error) {
	rows, err := s.pool.Query(ctx, `SELECT v.at, coalesce(o.name, ''), v.what, v.employer, v.note FROM complaints.edition_event v LEFT JOIN complaints.staff o ON o.id = v.staff_id WHERE v.edition_id = $1 ORDER BY v.id DESC`, id)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read history of an edition: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[EditionEvent])
	return list, postgres.Classify(err)
}

func (s *Store) noteEdition(ctx context.Context, tx pgx.Tx, id int32, who Staff, what, employer, note string, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO complaints.edition_event (edition_id, at, staff_id, what, employer, note) VALUES ($1, $2, $3, $4, $5, $6)`, id, now, personArg(who.ID), what, employer, note)
	if err != nil {
		return fmt.Errorf("write history of an edition: %w", err)
	}
	return nil
}
