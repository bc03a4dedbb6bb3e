package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// Assign gives a case to a member of staff. A supervisor assigns to anybody who may see the case, an investigator takes it for themselves when nobody has it.
// It moves no deadline. Errors: fault.NotFound; fault.Denied (fault.desk.assign) when the asker may not, or the owner could not see the case, and (fault.audit.unfit.…)
// when an audit is given to who may not be assigned one.
func (s *Store) Assign(ctx context.Context, who Staff, number, account string, now time.Time) error {
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		if who.Role != lifecycle.Supervisor && (account != who.Account || c.Owner != 0) {
			return fault.New(fault.Denied, "fault.desk.assign")
		}
		if c.State.Over() || c.State == lifecycle.Merged {
			return fault.New(fault.Conflict, "fault.desk.state")
		}
		var owner int32
		var name string
		err := tx.QueryRow(ctx, `SELECT id, name FROM complaints.staff WHERE account = $1 AND disabled_at IS NULL AND role IN ('intake', 'investigator', 'supervisor') AND starts_with($2, region)`,
			account, c.Region).Scan(&owner, &name)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.Denied, "fault.desk.assign")
		}
		if err != nil {
			return fmt.Errorf("look up owner: %w", err)
		}
		if owner == c.Owner {
			return nil
		}
		if c.Route == lifecycle.Audit {
			if err := mayAudit(ctx, tx, owner, calendar.DateOf(now)); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE complaints.complaint SET owner_id = $2, claimed_at = $3 WHERE id = $1 OR lead_id = $1`, c.ID, owner, now); err != nil {
			return fmt.Errorf("assign case: %w", err)
		}
		if err := event(ctx, tx, c.ID, &who.ID, "assigned", name, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "assign", c.Number, fmt.Sprintf("staff:%d", owner), now)
	})
}

// Tag puts a word on a case by which it can be listed; the same word again takes it off. Errors: fault.NotFound; fault.Invalid (fault.desk.tag).
func (s *Store) Tag(ctx context.Context, who Staff, number, tag string, now time.Time) error {
	tag = strings.TrimSpace(tag)
	if n := len([]rune(tag)); n == 0 || n > 20 {
		return fault.InvalidFields(fault.Field{Name: "tag", Key: "fault.desk.tag"})
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		what := "tagged"
		if slices.Contains(c.Tags, tag) {
			what = "untagged"
		}
		if len(c.Tags) >= 10 && what == "tagged" {
			return fault.InvalidFields(fault.Field{Name: "tag", Key: "fault.desk.tag"})
		}
		_, err := tx.Exec(ctx, `UPDATE complaints.complaint SET tags = CASE WHEN $2 = ANY (tags) THEN array_remove(tags, $2) ELSE tags || $2 END WHERE id = $1`, c.ID, tag)
		if err != nil {
			return fmt.Errorf("tag case: %w", err)
		}
		return event(ctx, tx, c.ID, &who.ID, what, tag, now)
	})
}

// Colleague is somebody to whom a case can be given.
type Colleague struct{ Account, Name string }

// Colleagues lists who may be given cases of the asker's region, the asker first.
func (s *Store) Colleagues(ctx context.Context, who Staff) ([]Colleague, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT account, name FROM complaints.staff
		WHERE disabled_at IS NULL AND role IN ('intake', 'investigator', 'supervisor') AND (starts_with(region, $1) OR starts_with($1, region)) AND ($3 OR id = $2)
		ORDER BY id <> $2, account LIMIT 500`, who.Region, who.ID, who.Role == lifecycle.Supervisor)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list colleagues: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Colleague])
	return list, postgres.Classify(err)
}

// SavedView is a filter that somebody keeps under a name of their own.
type SavedView struct {
	ID          int64
	Name, Query string
}

// SavedViews lists the asker's own.
func (s *Store) SavedViews(ctx context.Context, who Staff) ([]SavedView, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, name, query FROM complaints.saved_view WHERE staff_id = $1 ORDER BY name`, who.ID)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list saved views: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SavedView])
	return list, postgres.Classify(err)
}

// SaveView keeps a filter; the same name again replaces it. Error: fault.Invalid (name).
func (s *Store) SaveView(ctx context.Context, who Staff, name, query string) error {
	name = strings.TrimSpace(name)
	if n := len([]rune(name)); n == 0 || n > 30 || len(query) > 1000 {
		return fault.InvalidFields(fault.Field{Name: "name", Key: "fault.desk.viewname"})
	}
	_, err := s.pool.Exec(ctx, `
		INSERT INTO complaints.saved_view (staff_id, name, query) SELECT $1, $2, $3 WHERE (SELECT count(*) FROM complaints.saved_view WHERE staff_id = $1) < 50
		ON CONFLICT (staff_id, name) DO UPDATE SET query = excluded.query`, who.ID, name, query)
	return postgres.Classify(err)
}

// DropView forgets one of the asker's views.
func (s *Store) DropView(ctx context.Context, who Staff, id int64) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM complaints.saved_view WHERE id = $1 AND staff_id = $2`, id, who.ID)
	return postgres.Classify(err)
}
