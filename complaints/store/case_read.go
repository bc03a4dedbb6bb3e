package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/intake"
	"shebao/shared/postgres"
)

// Case as the desk shows it. Nothing in it tells who reported.
type Case struct {
	lifecycle.Case
	ID, Mailbox, Submission int64 // no mailbox and no submission: an audit from the plan
	Number                  string
	Channel, Kind           string
	Region                  string
	EmployerUSCC            string
	EmployerName            string
	From, To                calendar.Period
	Words                   string
	OwnMonths               string // that the named reporter's record lacked at filing, as contribution.WriteGaps writes them
	ByHelper                bool   // filed in the reporter's name by a helper, who may hold the receipt
	Owner                   int32
	OwnerName               string
	Lead                    string // number of the case that this one is merged into
	ProposedReply           string // what the reporter will read once the decision is approved
	RefusalCode             string
	Alarm                   lifecycle.Alarm
	WroteAgain              bool // the reporter, after the end, and nobody has done anything about it since
	Tags                    []string
	Version                 int
	ReceivedAt              time.Time
}

// Event is one line of a case's timeline.
type Event struct {
	At         time.Time
	By         string // staff name; empty for the system or the reporter
	What, Text string
}

const caseColumns = `c.id, CASE WHEN c.anonymised_at IS NULL THEN coalesce(c.mailbox_id, 0) ELSE 0 END, coalesce(c.submission_id, 0), c.number, c.channel, c.route, c.kind, c.region, c.employer_uscc, c.employer_name, c.from_period, c.to_period,
	c.words, c.own_months, c.by_helper, c.identity IS NOT NULL, coalesce(c.owner_id, 0), coalesce(o.name, ''), c.version, c.received_at, c.state, c.due, c.clock_duty, c.clock_from, c.clock_days, c.clock_unit, c.paused_on,
	c.provisional, c.tell_by, c.extended, c.dropped, c.finding, c.ground, coalesce(c.proposer_id, 0), c.proposed_reply, c.refusal_code, c.alarm, c.tags, c.wrote_again_at IS NOT NULL,
	coalesce((SELECT l.number FROM complaints.complaint l WHERE l.id = c.lead_id), ''), (SELECT count(*) FROM complaints.complaint f WHERE f.lead_id = c.id)`

const caseTables = `complaints.complaint c LEFT JOIN complaints.staff o ON o.id = c.owner_id`

func scanCase(row pgx.CollectableRow) (Case, error) {
	var c Case
	var due, from, paused, tell *time.Time
	err := row.Scan(&c.ID, &c.Mailbox, &c.Submission, &c.Number, &c.Channel, &c.Route, &c.Kind, &c.Region, &c.EmployerUSCC, &c.EmployerName, &c.From, &c.To,
		&c.Words, &c.OwnMonths, &c.ByHelper, &c.Named, &c.Owner, &c.OwnerName, &c.Version, &c.ReceivedAt, &c.State, &due, &c.Clock.Duty, &from, &c.Clock.Days, &c.Clock.Unit, &paused,
		&c.Provisional, &tell, &c.Extended, &c.Dropped, &c.Finding, &c.Ground, &c.Proposer, &c.ProposedReply, &c.RefusalCode, &c.Alarm, &c.Tags, &c.WroteAgain, &c.Lead, &c.Followers)
	c.Received = calendar.DateOf(c.ReceivedAt)
	c.Due, c.Clock.From, c.Paused, c.TellBy = dateOf(due), dateOf(from), dateOf(paused), dateOf(tell)
	return c, err
}

func dateOf(t *time.Time) calendar.Date {
	if t == nil {
		return calendar.Date{}
	}
	return calendar.DateOf(t.UTC())
}

func dateArg(d calendar.Date) *time.Time {
	if d.IsZero() {
		return nil
	}
	t := d.Time()
	return &t
}

func personArg(id int32) *int32 {
	if id == 0 {
		return nil
	}
	return &id
}

// scoped is the condition under which $1 (region prefix) and $2 (Staff.reader) let a case be seen: the own region, and nobody whom a conflict of interest keeps away.
// Digits sort below the colon. Most people have no conflict, and for them only that is asked.
const scoped = `$2::integer > 0 AND (c.region = '' OR c.region >= $1 AND c.region < $1 || ':') AND ` + unconflicted

// scopedInOrder is scoped for a statement that walks an index in its order until it has enough, and is planned once for everybody. Of a range the planner believes that it is small
// whatever the region, and would gather and sort the whole of it; two bounds that it does not see to be of one range it takes for wide. And it plans anew each time, which costs more than the
// statement does, while it hopes to find a cheaper plan by the value of $1: behind a SELECT it does not look at it.
const scopedInOrder = `$2::integer > 0 AND (c.region = '' OR c.region >= (SELECT $1::text) AND c.region || '' < (SELECT $1::text || ':')) AND ` + unconflicted

const unconflicted = `(NOT EXISTS (SELECT FROM complaints.conflict x WHERE x.staff_id = $2 AND x.lifted_at IS NULL) OR NOT EXISTS (SELECT FROM complaints.conflict x
	WHERE x.staff_id = $2 AND x.lifted_at IS NULL AND (x.complaint_id = c.id OR x.employer_uscc = c.employer_uscc AND c.employer_uscc <> '' OR x.employer_name = c.employer_name AND c.employer_name <> '')))`

// CaseByNumber opens a case for a member of staff and notes who looked. A case outside the scope is not found, and that is noted too. Error: fault.NotFound (fault.desk.case).
func (s *Store) CaseByNumber(ctx context.Context, who Staff, number string, now time.Time) (Case, []Event, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+caseColumns+` FROM `+caseTables+` WHERE c.number = $3 AND `+scoped, who.Region, who.reader(), number)
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

// MergedInto are the cases that are merged into one that was opened, the earliest first; each is read with it, and that is noted.
func (s *Store) MergedInto(ctx context.Context, who Staff, lead Case, now time.Time) ([]Case, error) {
	if lead.Followers == 0 {
		return nil, nil
	}
	rows, err := s.pool.Query(ctx, `SELECT `+caseColumns+` FROM `+caseTables+` WHERE c.lead_id = $3 AND `+scoped+` ORDER BY c.id`, who.Region, who.reader(), lead.ID)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read merged cases: %w", err))
	}
	list, err := pgx.CollectRows(rows, scanCase)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read merged cases: %w", err))
	}
	return list, postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		for _, c := range list {
			if err := s.note(ctx, tx, who, "view case", c.Number, "", now); err != nil {
				return err
			}
		}
		return nil
	})
}

// Attachments of a case that was opened, without their contents.
func (s *Store) Attachments(ctx context.Context, c Case) ([]intake.Attachment, error) {
	list, err := s.desk.AttachmentList(ctx, c.Submission)
	return list, postgres.Classify(err)
}

// Peek reads a case in the scope of who looks without a note in the audit log: for what stands beside a page whose opening is noted. Error: fault.NotFound.
func (s *Store) Peek(ctx context.Context, who Staff, number string) (Case, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+caseColumns+` FROM `+caseTables+` WHERE c.number = $3 AND `+scoped, who.Region, who.reader(), number)
	if err != nil {
		return Case{}, postgres.Classify(fmt.Errorf("read case: %w", err))
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanCase)
	if errors.Is(err, pgx.ErrNoRows) {
		return Case{}, noCase()
	}
	return c, postgres.Classify(err)
}
