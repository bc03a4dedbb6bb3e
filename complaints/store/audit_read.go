package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// AuditFilter is what an auditor asks for; what is empty does not matter. Who is a staff account, or an insured person's row number as the log has it.
type AuditFilter struct {
	From, To     time.Time // from, and before
	Who          string
	Case, Action string
	RefusedOnly  bool
	BeforeAt     time.Time // where the page before this one ended
	BeforeStream string
	BeforeSeq    int64
	Limit        int
	Export       bool   // a file is asked for
	Summed       string // the filter in words, for the log
}

// AuditRow is an entry with the account of a member of staff beside their number.
type AuditRow struct {
	audit.Row
	Account, About string // who acted, and who was acted upon, when they are staff
}

var (
	personForm = regexp.MustCompile(`^(?:person:)?([0-9]{1,9})$`) // shorter than any number of a person or telephone: what is typed stands in the log
	staffForm  = regexp.MustCompile(`^staff:([0-9]{1,9})$`)
)

// AuditLog shows the log to a security auditor, and notes in it that it was read. An auditor of a region sees what the staff of that region did.
// Errors: fault.Denied for every other role; fault.Invalid (who) for an account that the auditor does not oversee.
func (s *Store) AuditLog(ctx context.Context, who Staff, f AuditFilter, now time.Time) ([]AuditRow, error) {
	if who.Role != lifecycle.Auditor {
		return nil, fault.New(fault.Denied, "fault.desk.role")
	}
	staff, err := s.overseen(ctx, who)
	if err != nil {
		return nil, err
	}
	q := audit.Filter{From: f.From, To: f.To, CaseNo: f.Case, Action: f.Action, RefusedOnly: f.RefusedOnly, BeforeAt: f.BeforeAt, BeforeStream: f.BeforeStream, BeforeSeq: f.BeforeSeq, Limit: f.Limit}
	if who.Region != "" {
		q.Actors = []string{}
		for actor := range staff {
			q.Actors = append(q.Actors, actor)
		}
	}
	if f.Who != "" {
		if q.AboutOrBy, err = named(staff, f.Who); err != nil {
			return nil, err
		}
	}
	found, err := audit.Search(ctx, s.pool, q)
	if err != nil {
		return nil, postgres.Classify(err)
	}
	list := make([]AuditRow, len(found))
	for i, r := range found {
		list[i] = AuditRow{r, staff[r.Actor], staff[r.Subject]}
	}
	action := "read audit log"
	if f.Export {
		action = "export audit log"
	}
	err = audit.Append(ctx, s.pool, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: action, Subject: "audit", Reason: f.Summed})
	return list, postgres.Classify(err)
}

// named finds whom an auditor means.
func named(staff map[string]string, who string) (string, error) {
	for actor, account := range staff {
		if strings.HasPrefix(account, who+" ") {
			return actor, nil
		}
	}
	if m := personForm.FindStringSubmatch(who); m != nil {
		return "person:" + m[1], nil
	}
	if staffForm.MatchString(who) && staff[who] != "" {
		return who, nil
	}
	return "", fault.InvalidFields(fault.Field{Name: "who", Key: "auditlog.fault.who"})
}

// overseen are the accounts of an auditor's region, by how the log names them.
func (s *Store) overseen(ctx context.Context, who Staff) (map[string]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, account || ' ' || name FROM complaints.staff WHERE starts_with(region, $1)`, who.Region)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list staff: %w", err))
	}
	defer rows.Close()
	staff := map[string]string{}
	for rows.Next() {
		var id int32
		var account string
		if err := rows.Scan(&id, &account); err != nil {
			return nil, fmt.Errorf("list staff: %w", err)
		}
		staff[fmt.Sprintf("staff:%d", id)] = account
	}
	return staff, postgres.Classify(rows.Err())
}

// AuditCheckpoint notes for a security auditor where the log ends, signed, to be kept outside. Error: fault.Denied for every other role.
func (s *Store) AuditCheckpoint(ctx context.Context, who Staff, keys audit.Keys, now time.Time) (audit.Checkpoint, error) {
	if who.Role != lifecycle.Auditor {
		return audit.Checkpoint{}, fault.New(fault.Denied, "fault.desk.role")
	}
	c, err := keys.Take(ctx, s.pool, now)
	if err != nil {
		return c, postgres.Classify(err)
	}
	return c, postgres.Classify(audit.Append(ctx, s.pool, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: "take audit checkpoint", Subject: "audit"}))
}

// AuditBreaks walks the log for a security auditor. Error: fault.Denied for every other role; fault.Unavailable when the log is too long for the time of a page.
func (s *Store) AuditBreaks(ctx context.Context, who Staff, kept []audit.Checkpoint, now time.Time) (checked int64, breaks []audit.Break, err error) {
	if who.Role != lifecycle.Auditor {
		return 0, nil, fault.New(fault.Denied, "fault.desk.role")
	}
	checked, breaks, err = audit.Verify(ctx, s.pool, kept...)
	if errors.Is(err, context.DeadlineExceeded) {
		return 0, nil, fault.New(fault.Unavailable, "auditlog.fault.long").Because(err)
	}
	if err != nil {
		return 0, nil, postgres.Classify(err)
	}
	return checked, breaks, postgres.Classify(audit.Append(ctx, s.pool, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: "verify audit log", Subject: "audit"}))
}

// NotePersons writes, for each person whose rows a member of staff looks at, an entry that the person reads in the portal: role, reason, case. Once a day is enough for
// the same person, case and member. reason is a word that the portal has in both languages.
func (s *Store) NotePersons(ctx context.Context, who Staff, persons []int64, number, reason string, now time.Time) error {
	if len(persons) == 0 {
		return nil
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT p.subject FROM (SELECT DISTINCT 'person:' || id AS subject FROM unnest($1::bigint[]) AS id) p
			WHERE NOT EXISTS (SELECT FROM audit.entry l WHERE l.subject = p.subject AND l.at >= $5 AND l.actor = $2 AND l.case_no = $3 AND l.reason = $4)`,
			persons, who.actor(), number, reason, calendar.DateOf(now).Midnight())
		if err != nil {
			return fmt.Errorf("list persons looked at: %w", err)
		}
		subjects, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return fmt.Errorf("list persons looked at: %w", err)
		}
		return audit.AppendAll(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: "view record", CaseNo: number, Reason: reason}, subjects)
	})
}
