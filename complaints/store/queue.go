package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/postgres"
)

// View is a saved view of the queue.
type View string

// The views.
const (
	Waiting View = "waiting" // nobody's yet
	Mine    View = "mine"
	Overdue View = "overdue"
	All     View = "all"
)

// Views in the order in which they are shown.
var Views = [...]View{Waiting, Mine, Overdue, All}

const viewCondition = `CASE $3::text WHEN 'waiting' THEN c.owner_id IS NULL AND c.due IS NOT NULL AND c.state <> 'merged' WHEN 'mine' THEN c.owner_id = $4 AND c.state NOT IN ('closed', 'rejected', 'transferred_out', 'withdrawn', 'merged')
	WHEN 'overdue' THEN c.due < $5 ELSE true END`

// Queue lists a view, the nearest deadline first; after is the last number seen, for the next page.
func (s *Store) Queue(ctx context.Context, who Staff, view View, search string, today calendar.Date, limit int) ([]Case, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+caseColumns+` FROM `+caseTables+`
		WHERE `+scoped+` AND `+viewCondition+` AND ($6 = '' OR c.number = $6 OR strpos(c.employer_name, $6) > 0) ORDER BY c.due NULLS LAST, c.id LIMIT $7`,
		who.Region, who.reader(), string(view), who.ID, today.Time(), search, limit)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list queue: %w", err))
	}
	list, err := pgx.CollectRows(rows, scanCase)
	return list, postgres.Classify(err)
}

// Counts counts every view.
func (s *Store) Counts(ctx context.Context, who Staff, today calendar.Date) (map[View]int, error) {
	counts := map[View]int{}
	for _, view := range Views {
		var n int
		err := s.pool.QueryRow(ctx, `SELECT count(*) FROM complaints.complaint c WHERE `+scoped+` AND `+viewCondition, who.Region, who.reader(), string(view), who.ID, today.Time()).Scan(&n)
		if err != nil {
			return nil, postgres.Classify(fmt.Errorf("count queue: %w", err))
		}
		counts[view] = n
	}
	return counts, nil
}

// Drafts are tip-offs that nobody filed, such as calls that were hung up, within the scope and untouched for a quarter of an hour.
func (s *Store) Drafts(ctx context.Context, who Staff, now time.Time) ([]intake.Incomplete, error) {
	if who.reader() == 0 {
		return nil, nil
	}
	all, err := s.desk.IncompleteDrafts(ctx, now.Add(-quiet), 20)
	if err != nil {
		return nil, postgres.Classify(err)
	}
	var list []intake.Incomplete
	for _, d := range all {
		if d.TipOff.Region == "" || strings.HasPrefix(d.TipOff.Region, who.Region) {
			list = append(list, d)
		}
	}
	return list, nil
}

// quiet is how long a draft is left to whoever may still be filing it.
const quiet = 15 * time.Minute

// ClaimNext gives the waiting case with the nearest deadline to a member of staff, who thereby screens it; two who ask at once get two cases. Error: fault.NotFound (fault.desk.none).
func (s *Store) ClaimNext(ctx context.Context, who Staff, now time.Time) (number string, err error) {
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var id int64
		err := tx.QueryRow(ctx, `
			UPDATE complaints.complaint SET owner_id = $3, claimed_at = $4, state = CASE WHEN state = 'received' THEN 'screening' ELSE state END, version = version + 1
			WHERE id = (SELECT c.id FROM complaints.complaint c WHERE c.owner_id IS NULL AND c.due IS NOT NULL AND c.state <> 'merged' AND `+scoped+` ORDER BY c.due, c.id LIMIT 1 FOR UPDATE SKIP LOCKED)
			RETURNING id, number`, who.Region, who.reader(), who.ID, now).Scan(&id, &number)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.desk.none")
		}
		if err != nil {
			return fmt.Errorf("claim next: %w", err)
		}
		if err := event(ctx, tx, id, &who.ID, "claimed", "", now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "claim", number, "", now)
	})
	return number, err
}
