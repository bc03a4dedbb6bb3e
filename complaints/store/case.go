package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/postgres"
)

// Case as the desk shows it. Nothing in it tells who reported.
type Case struct {
	lifecycle.Case
	ID, Mailbox, Submission int64
	Number                  string
	Channel, Route, Kind    string
	Region                  string
	EmployerUSCC            string
	EmployerName            string
	From, To                calendar.Period
	Words                   string
	Named                   bool
	Owner                   int32
	OwnerName               string
	Version                 int
	ReceivedAt              time.Time
}

// Event is one line of a case's timeline.
type Event struct {
	At         time.Time
	By         string // staff name; empty for the system or the reporter
	What, Text string
}

const caseColumns = `c.id, c.mailbox_id, c.submission_id, c.number, c.channel, c.route, c.kind, c.region, c.employer_uscc, c.employer_name, c.from_period, c.to_period, c.words,
	c.identity IS NOT NULL, coalesce(c.owner_id, 0), coalesce(o.name, ''), c.version, c.received_at, c.state, c.due, c.remaining, c.extended`

func scanCase(row pgx.CollectableRow) (Case, error) {
	var c Case
	var due *time.Time
	err := row.Scan(&c.ID, &c.Mailbox, &c.Submission, &c.Number, &c.Channel, &c.Route, &c.Kind, &c.Region, &c.EmployerUSCC, &c.EmployerName, &c.From, &c.To, &c.Words,
		&c.Named, &c.Owner, &c.OwnerName, &c.Version, &c.ReceivedAt, &c.State, &due, &c.Remaining, &c.Extended)
	if due != nil {
		c.Due = calendar.DateOf(due.UTC())
	}
	return c, err
}

// scoped is the condition under which $1 (region prefix) and $2 (may see cases at all) let a case be seen.
const scoped = `$2 AND (c.region = '' OR starts_with(c.region, $1))`

// CaseByNumber opens a case for a member of staff and notes who looked. A case outside the scope is not found, and that is noted too. Error: fault.NotFound (fault.desk.case).
func (s *Store) CaseByNumber(ctx context.Context, who Staff, number string, now time.Time) (Case, []Event, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+caseColumns+` FROM complaints.complaint c LEFT JOIN complaints.staff o ON o.id = c.owner_id WHERE c.number = $3 AND `+scoped,
		who.Region, who.seesCases(), number)
	if err != nil {
		return Case{}, nil, postgres.Classify(fmt.Errorf("open case: %w", err))
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanCase)
	entry := audit.Entry{Stream: "complaints", At: now, Actor: fmt.Sprintf("staff:%d", who.ID), Role: string(who.Role), Action: "view case", Subject: "case:" + number, CaseNo: number}
	if errors.Is(err, pgx.ErrNoRows) {
		entry.Refused = true
		entry.CaseNo, entry.Subject = "", "case"
		return Case{}, nil, errors.Join(noCase(), audit.Append(ctx, s.pool, entry))
	}
	if err != nil {
		return Case{}, nil, postgres.Classify(fmt.Errorf("open case: %w", err))
	}
	if err := audit.Append(ctx, s.pool, entry); err != nil {
		return Case{}, nil, postgres.Classify(err)
	}
	rows, err = s.pool.Query(ctx, `SELECT e.at, coalesce(o.name, ''), e.what, e.text FROM complaints.event e LEFT JOIN complaints.staff o ON o.id = e.staff_id WHERE e.complaint_id = $1 ORDER BY e.id`, c.ID)
	if err != nil {
		return Case{}, nil, postgres.Classify(fmt.Errorf("read timeline: %w", err))
	}
	events, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Event])
	return c, events, postgres.Classify(err)
}

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

const viewCondition = `CASE $3::text WHEN 'waiting' THEN c.owner_id IS NULL AND c.due IS NOT NULL WHEN 'mine' THEN c.owner_id = $4 AND c.state NOT IN ('closed', 'rejected', 'transferred_out', 'withdrawn')
	WHEN 'overdue' THEN c.due < $5 ELSE true END`

// Queue lists a view, the nearest deadline first; after is the last number seen, for the next page.
func (s *Store) Queue(ctx context.Context, who Staff, view View, search string, today calendar.Date, limit int) ([]Case, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+caseColumns+` FROM complaints.complaint c LEFT JOIN complaints.staff o ON o.id = c.owner_id
		WHERE `+scoped+` AND `+viewCondition+` AND ($6 = '' OR c.number = $6 OR strpos(c.employer_name, $6) > 0) ORDER BY c.due NULLS LAST, c.id LIMIT $7`,
		who.Region, who.seesCases(), string(view), who.ID, today.Time(), search, limit)
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
		err := s.pool.QueryRow(ctx, `SELECT count(*) FROM complaints.complaint c WHERE `+scoped+` AND `+viewCondition, who.Region, who.seesCases(), string(view), who.ID, today.Time()).Scan(&n)
		if err != nil {
			return nil, postgres.Classify(fmt.Errorf("count queue: %w", err))
		}
		counts[view] = n
	}
	return counts, nil
}

// Drafts are tip-offs that nobody filed, such as calls that were hung up, within the scope and untouched for a quarter of an hour.
func (s *Store) Drafts(ctx context.Context, who Staff, now time.Time) ([]intake.Incomplete, error) {
	if !who.seesCases() {
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

// ClaimNext gives the waiting case with the nearest deadline to a member of staff; two who ask at once get two cases. Error: fault.NotFound (fault.desk.none).
func (s *Store) ClaimNext(ctx context.Context, who Staff, now time.Time) (number string, err error) {
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var id int64
		err := tx.QueryRow(ctx, `
			UPDATE complaints.complaint SET owner_id = $3, version = version + 1
			WHERE id = (SELECT c.id FROM complaints.complaint c WHERE c.owner_id IS NULL AND c.due IS NOT NULL AND `+scoped+` ORDER BY c.due, c.id LIMIT 1 FOR UPDATE SKIP LOCKED)
			RETURNING id, number`, who.Region, who.seesCases(), who.ID).Scan(&id, &number)
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

func (s *Store) note(ctx context.Context, tx pgx.Tx, who Staff, action, number, reason string, now time.Time) error {
	return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: fmt.Sprintf("staff:%d", who.ID), Role: string(who.Role), Action: action, Subject: "case:" + number, CaseNo: number, Reason: reason})
}

// Act takes an action on a case as it was seen at a version; status and reply reach the reporter in the same transaction.
// Errors: fault.NotFound, fault.Conflict (fault.desk.changed when somebody was faster), and those of lifecycle.Apply.
func (s *Store) Act(ctx context.Context, who Staff, number string, version int, in lifecycle.Input, now time.Time) error {
	in.Role, in.Today = who.Role, calendar.DateOf(now)
	return s.change(ctx, who, number, version, func(tx pgx.Tx, c Case) error {
		next, err := lifecycle.Apply(c.Case, in, s.workdays)
		if err != nil {
			return err
		}
		var due *time.Time
		if !next.Due.IsZero() {
			d := next.Due.Time()
			due = &d
		}
		_, err = tx.Exec(ctx, `UPDATE complaints.complaint SET state = $2, due = $3, remaining = $4, extended = $5, owner_id = coalesce(owner_id, $6), version = version + 1 WHERE id = $1`,
			c.ID, string(next.State), due, next.Remaining, next.Extended, who.ID)
		if err != nil {
			return fmt.Errorf("save case: %w", err)
		}
		if err := s.desk.Tell(ctx, tx, c.Mailbox, intake.Status(next.State), next.Due, now); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, string(in.Action), in.Reason, now); err != nil {
			return err
		}
		if in.Text != "" {
			if err := s.reply(ctx, tx, who, c, in.Text, now); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, who, string(in.Action), c.Number, "", now)
	})
}

func (s *Store) reply(ctx context.Context, tx pgx.Tx, who Staff, c Case, text string, now time.Time) error {
	if err := s.desk.Reply(ctx, tx, c.Mailbox, text, now); err != nil {
		return err
	}
	return event(ctx, tx, c.ID, &who.ID, "message_out", text, now)
}

// Write adds an internal note, or a message to the reporter. It moves no deadline and no version.
func (s *Store) Write(ctx context.Context, who Staff, number, text string, toReporter bool, now time.Time) error {
	if text == "" {
		return fault.InvalidFields(fault.Field{Name: "note", Key: "fault.message.empty"})
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		if toReporter {
			if err := s.reply(ctx, tx, who, c, text, now); err != nil {
				return err
			}
			return s.note(ctx, tx, who, "message to reporter", c.Number, "", now)
		}
		if err := event(ctx, tx, c.ID, &who.ID, "note", text, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "note", c.Number, "", now)
	})
}

// change loads a case in the scope, locked, and lets work decide and save. version 0 does not care who was faster.
func (s *Store) change(ctx context.Context, who Staff, number string, version int, work func(tx pgx.Tx, c Case) error) error {
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+caseColumns+` FROM complaints.complaint c LEFT JOIN complaints.staff o ON o.id = c.owner_id WHERE c.number = $3 AND `+scoped+` FOR UPDATE OF c`,
			who.Region, who.seesCases(), number)
		if err != nil {
			return fmt.Errorf("load case: %w", err)
		}
		c, err := pgx.CollectExactlyOneRow(rows, scanCase)
		if errors.Is(err, pgx.ErrNoRows) {
			return noCase()
		}
		if err != nil {
			return fmt.Errorf("load case: %w", err)
		}
		if version != 0 && version != c.Version {
			return fault.New(fault.Conflict, "fault.desk.changed")
		}
		return work(tx, c)
	})
}

// Attachments of a case that the asker may see; opening them is noted.
func (s *Store) Attachments(ctx context.Context, who Staff, number string, now time.Time) ([]intake.Attachment, error) {
	c, _, err := s.CaseByNumber(ctx, who, number, now)
	if err != nil {
		return nil, err
	}
	list, err := s.desk.Attachments(ctx, c.Submission)
	return list, postgres.Classify(err)
}
