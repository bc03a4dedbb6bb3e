package store

import (
	"context"
	"encoding/json"
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

// Merge makes a case follow a lead case about the same employer. The follower keeps receipt, mailbox and clock; from now on its reporter hears how far the lead is.
// Errors: fault.NotFound, fault.Conflict (the states forbid it, fault.desk.itself), fault.Denied.
func (s *Store) Merge(ctx context.Context, who Staff, number, into string, now time.Time) error {
	if number == into {
		return fault.New(fault.Conflict, "fault.desk.itself")
	}
	var region string
	err := postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		first, second := min(number, into), max(number, into) // always in this order: two merges never wait for each other
		cases := map[string]Case{}
		for _, n := range []string{first, second} {
			c, err := s.locked(ctx, tx, who, n)
			if err != nil {
				return err
			}
			cases[n] = c
		}
		f, lead := cases[number], cases[into]
		region = f.Region
		if err := lifecycle.MayLead(lead.Case); err != nil {
			return err
		}
		next, err := lifecycle.Apply(f.Case, lifecycle.Input{Action: lifecycle.Merge, Role: who.Role, Staff: who.ID, Today: calendar.DateOf(now)}, s.rules())
		if err != nil {
			return err
		}
		return s.merge(ctx, tx, who, f, lead, next, now)
	})
	if err == nil {
		s.changed(ctx, number, region)
		s.changed(ctx, into, region)
	}
	return err
}

func (s *Store) merge(ctx context.Context, tx pgx.Tx, who Staff, f, lead Case, next lifecycle.Case, now time.Time) error {
	before, err := json.Marshal(f.Case)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO complaints.merge (child_id, lead_id, before, owner_id, merged_at, merged_by) VALUES ($1, $2, $3, $4, $5, $6)`, f.ID, lead.ID, before, personArg(f.Owner), now, who.ID)
	if err != nil {
		return fmt.Errorf("insert merge: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE complaints.complaint SET lead_id = $2 WHERE id = $1`, f.ID, lead.ID); err != nil {
		return fmt.Errorf("merge case: %w", err)
	}
	f.Case, f.Owner = next, lead.Owner
	if err := s.save(ctx, tx, f); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, who, f, toldOfLead(f, lead), "", nil, now); err != nil {
		return err
	}
	if err := event(ctx, tx, f.ID, &who.ID, string(lifecycle.Merge), lead.Number, now); err != nil {
		return err
	}
	if err := event(ctx, tx, lead.ID, &who.ID, "merged_in", f.Number, now); err != nil {
		return err
	}
	return s.note(ctx, tx, who, "merge", f.Number, lead.Number, now)
}

// Unmerge undoes a merge: state, clock, owner and what the reporter reads are again what they were. Errors: fault.NotFound, fault.Conflict, fault.Denied.
func (s *Store) Unmerge(ctx context.Context, who Staff, number string, now time.Time) error {
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		var id int64
		var kept []byte
		var owner int32
		err := tx.QueryRow(ctx, `SELECT id, before, coalesce(owner_id, 0) FROM complaints.merge WHERE child_id = $1 AND undone_at IS NULL`, c.ID).Scan(&id, &kept, &owner)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.Conflict, "fault.desk.state")
		}
		if err != nil {
			return fmt.Errorf("look up merge: %w", err)
		}
		var before lifecycle.Case
		if err := json.Unmarshal(kept, &before); err != nil {
			return fmt.Errorf("read merge: %w", err)
		}
		next, err := lifecycle.Unmerged(c.Case, before, lifecycle.Input{Role: who.Role, Staff: who.ID}, s.rules())
		if err != nil {
			return err
		}
		lead := c.Lead
		c.Case, c.Owner = next, owner
		if err := s.save(ctx, tx, c); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE complaints.complaint SET lead_id = NULL WHERE id = $1`, c.ID); err != nil {
			return fmt.Errorf("undo merge: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE complaints.merge SET undone_at = $2, undone_by = $3 WHERE id = $1`, id, now, who.ID); err != nil {
			return fmt.Errorf("undo merge: %w", err)
		}
		if err := s.tell(ctx, tx, who, c, c.State.Told(), "", nil, now); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, string(lifecycle.Unmerge), lead, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "undo merge", c.Number, lead, now)
	})
}

// WriteAll sends the same words to the reporters of a lead and of everything merged into it, each into their own mailbox.
func (s *Store) WriteAll(ctx context.Context, who Staff, number, text string, now time.Time) error {
	if text == "" {
		return fault.InvalidFields(fault.Field{Name: "note", Key: "fault.message.empty"})
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		followers, err := s.followers(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		for _, to := range append([]Case{c}, followers...) {
			if err := s.reply(ctx, tx, who, to, text, now); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, who, "message to all reporters", c.Number, "", now)
	})
}

// Related are cases about the same employer, the followers of a case first.
type Related struct {
	Case
	Follows   bool // merged into the case
	Duplicate bool // same employer and overlapping months, and both still open: a merge is suggested
}

// alike is the share of common pairs of characters from which two employers' names are taken for one.
const alike = 0.6

// RelatedTo lists cases within the scope about the same employer: by credit code, or by a similar name where a code is lacking.
func (s *Store) RelatedTo(ctx context.Context, who Staff, c Case, now time.Time) ([]Related, error) {
	q := s.scopedQuery(who, now)
	q.and(`c.id <> ?`, c.ID)
	halves := nameHalves(c.EmployerName)
	q.and(`(c.lead_id = ? OR ? <> '' AND c.employer_uscc = ? OR (? = '' OR c.employer_uscc = '') AND c.id IN (SELECT complaint_id FROM complaints.search WHERE grams @> ?::int[] OR grams @> ?::int[]))`,
		c.ID, c.EmployerUSCC, c.EmployerUSCC, c.EmployerUSCC, halves[0], halves[1])
	rows, err := s.pool.Query(ctx, `SELECT `+caseColumns+` FROM `+caseTables+` WHERE `+q.where()+` ORDER BY c.id DESC LIMIT 100`, append([]any{pgx.QueryExecModeCacheDescribe}, q.args...)...)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("find related cases: %w", err))
	}
	found, err := pgx.CollectRows(rows, scanCase)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("find related cases: %w", err))
	}
	var list []Related
	for _, o := range found {
		r := Related{Case: o, Follows: o.Lead == c.Number}
		sameCode := c.EmployerUSCC != "" && o.EmployerUSCC == c.EmployerUSCC
		if !r.Follows && !sameCode && likeness(c.EmployerName, o.EmployerName) < alike {
			continue
		}
		r.Duplicate = !r.Follows && overlap(c, o) && !c.State.Over() && !o.State.Over() && o.State != lifecycle.Merged
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b Related) int { return rank(b) - rank(a) })
	return list, nil
}

func rank(r Related) int {
	switch {
	case r.Follows:
		return 2
	case r.Duplicate:
		return 1
	}
	return 0
}

// overlap reports whether the months of two cases can be the same matter; no month means any.
func overlap(a, b Case) bool {
	return (a.From == 0 || b.To == 0 || a.From <= b.To) && (b.From == 0 || a.To == 0 || b.From <= a.To)
}

// core is what tells one employer's name from another's.
func core(name string) string {
	name = searchable(name)
	for _, suffix := range []string{"有限责任公司", "股份有限公司", "有限公司", "集团公司", "公司", "集团"} {
		if short, ok := strings.CutSuffix(name, suffix); ok && len([]rune(short)) >= 2 {
			return short
		}
	}
	return name
}

// nameHalves are the pairs of each half of a name: a slip of the pen leaves one half whole.
func nameHalves(name string) [2][]int32 {
	grams := gramsOf(core(name))
	if len(grams) < 4 {
		if len(grams) == 0 {
			grams = []int32{0} // nothing is found by nothing
		}
		return [2][]int32{grams, grams}
	}
	return [2][]int32{grams[:len(grams)/2], grams[len(grams)/2:]}
}

// likeness is the share of common pairs of characters (Dice), 1 for the same name.
func likeness(a, b string) float64 {
	x, y := gramsOf(core(a)), gramsOf(core(b))
	common := 0
	for _, g := range x {
		if slices.Contains(y, g) {
			common++
		}
	}
	if len(x)+len(y) == 0 {
		return 0
	}
	return 2 * float64(common) / float64(len(x)+len(y))
}
