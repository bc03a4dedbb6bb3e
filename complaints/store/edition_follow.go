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

// DecideObjection answers an employer's objection; upheld, the employer is taken off the list that waits. It is not the author's to decide. Errors: fault.NotFound, fault.Denied
// (fault.publication.own), fault.Invalid without a reply, fault.Conflict when it is decided already or the list is no longer in its window.
func (s *Store) DecideObjection(ctx context.Context, who Staff, id int32, objectionID int64, upheld bool, reply string, now time.Time) error {
	if reply == "" {
		return fault.InvalidFields(fault.Field{Name: "reply", Key: "fault.publication.reply"})
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		e, err := s.oneEdition(ctx, tx, who, id, ` FOR UPDATE OF e`)
		if err != nil {
			return err
		}
		if err := who.mayPublish(e.Region); err != nil {
			return err
		}
		if e.Author == who.ID {
			return fault.New(fault.Denied, "fault.publication.own")
		}
		if e.State != supervision.Objection {
			return fault.New(fault.Conflict, "fault.publication.state")
		}
		uscc, err := s.publishing.window.Decide(ctx, tx, id, objectionID, upheld, reply, who.ID, now)
		if err != nil {
			return err
		}
		what := "refused"
		if upheld {
			what = "upheld"
			body, err := publication.Canonical(publication.Body{Arrears: e.Body.Arrears.Without(map[string]bool{uscc: true})})
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE complaints.edition SET body = $2 WHERE id = $1`, id, body); err != nil {
				return fmt.Errorf("take employer off the list: %w", err)
			}
			if err := s.publishing.window.SetListings(ctx, tx, id, publication.Removed, uscc); err != nil {
				return err
			}
			if err := settleWindow(ctx, tx, id); err != nil {
				return err
			}
		}
		if err := s.noteEdition(ctx, tx, id, who, what, uscc, reply, now); err != nil {
			return err
		}
		return s.editionChanged(ctx, tx, e, who, "decide", "", now)
	})
}

// Objections of an edition, opened. Error: fault.NotFound outside the scope.
func (s *Store) Objections(ctx context.Context, who Staff, id int32) ([]publication.Filed, error) {
	if _, err := s.oneEdition(ctx, s.pool, who, id, ""); err != nil {
		return nil, err
	}
	list, err := s.publishing.window.Objections(ctx, s.pool, id)
	return list, postgres.Classify(err)
}

// ObjectionFile opens a file of an objection. Error: fault.NotFound, outside the scope too.
func (s *Store) ObjectionFile(ctx context.Context, who Staff, id int32, objectionID int64, sha256 []byte) (publication.File, error) {
	if _, err := s.oneEdition(ctx, s.pool, who, id, ""); err != nil {
		return publication.File{}, err
	}
	f, err := s.publishing.window.File(ctx, s.pool, id, objectionID, sha256)
	return f, postgres.Classify(err)
}

// ReleaseEditions publishes the lists whose window is over and whose objections are all decided. One that cannot be published does not keep the others back.
func (s *Store) ReleaseEditions(ctx context.Context, now time.Time) (n int, err error) {
	ids, err := s.editionIDs(ctx, `state = 'objection' AND objections_to < $1`, calendar.DateOf(now).Time())
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		one := postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
			e, err := s.lockEdition(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := s.actOnEdition(ctx, tx, Staff{}, e, supervision.Release, "", now); err != nil {
				return err
			}
			return s.editionChanged(ctx, tx, e, Staff{}, string(supervision.Release), "", now)
		})
		switch {
		case one == nil:
			n++
		case !fault.Is(one, fault.Conflict): // objections wait, or somebody was quicker
			err = errors.Join(err, one)
		}
	}
	return n, err
}

// FollowPayments publishes a further revision of every list from which an employer has paid since, in whole or in part.
func (s *Store) FollowPayments(ctx context.Context, now time.Time) (n int, err error) {
	ids, err := s.editionIDs(ctx, `state = 'published' AND subject = 'arrears' AND $1`, true)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		one := postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
			changed, err := s.followPayments(ctx, tx, id, now)
			if changed {
				n++
			}
			return err
		})
		err = errors.Join(err, one)
	}
	return n, err
}

func (s *Store) followPayments(ctx context.Context, tx pgx.Tx, id int32, now time.Time) (changed bool, err error) {
	e, err := s.lockEdition(ctx, tx, id)
	if err != nil || e.State != supervision.Published {
		return false, err
	}
	last, found, err := publication.Last(ctx, tx, e.Key)
	if err != nil || !found {
		return false, err
	}
	doc, err := publication.ParseEdition(last.Content)
	if err != nil {
		return false, err
	}
	left, run, err := leftOf(ctx, tx, *doc.Arrears)
	if err != nil {
		return false, err
	}
	list, paid, part := doc.Arrears.Settled(left, s.publishing.annotate, calendar.DateOf(now))
	if len(paid)+len(part) == 0 {
		return false, nil
	}
	var why []publication.Correction
	for _, c := range []publication.Correction{{Kind: publication.PaidUp, Count: len(paid)}, {Kind: publication.PaidPart, Count: len(part)}} {
		if c.Count > 0 {
			why = append(why, c)
		}
	}
	doc.Arrears = list
	if _, err := publication.Publish(ctx, tx, doc, run, why, now); err != nil {
		return false, err
	}
	if err := s.paidOff(ctx, tx, id, paid, "paid", now); err != nil {
		return false, err
	}
	if err := s.paidOff(ctx, tx, id, part, "part", now); err != nil {
		return false, err
	}
	return true, s.editionChanged(ctx, tx, e, Staff{}, "correct", "", now)
}

func (s *Store) editionIDs(ctx context.Context, where string, arg any) ([]int32, error) {
	rows, err := s.pool.Query(ctx, `SELECT id FROM complaints.edition WHERE `+where+` ORDER BY id`, arg)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list editions: %w", err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	return ids, postgres.Classify(err)
}

// lockEdition opens an edition for the system.
func (s *Store) lockEdition(ctx context.Context, tx pgx.Tx, id int32) (Edition, error) {
	return s.oneEdition(ctx, tx, Staff{Role: lifecycle.Supervisor}, id, ` FOR UPDATE OF e`)
}
