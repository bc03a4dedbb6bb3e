package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/retention"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// reporterRows are what a case holds of its reporter and of the people in its evidence, by table; all of it goes, whatever the outcome.
var reporterRows = []string{
	`DELETE FROM complaints.identity_request_share h USING complaints.identity_request q WHERE h.request_id = q.id AND q.complaint_id = $1`,
	`DELETE FROM complaints.identity_request WHERE complaint_id = $1`,
	`DELETE FROM complaints.decision WHERE complaint_id = $1`,
	`DELETE FROM complaints.evidence_snapshot WHERE complaint_id = $1`,
	`DELETE FROM complaints.transcript WHERE complaint_id = $1`,
	`DELETE FROM complaints.case_file WHERE complaint_id = $1`,
	`DELETE FROM complaints.wage_sheet WHERE complaint_id = $1`,
	`DELETE FROM complaints.caution WHERE complaint_id = $1`,
	`DELETE FROM complaints.calculation_person p USING complaints.calculation k WHERE p.calculation_id = k.id AND k.complaint_id = $1`,
	`DELETE FROM complaints.search WHERE complaint_id = $1`,
	`DELETE FROM complaints.retention_warning WHERE complaint_id = $1`,
}

// caseRows are the rest of a case without books, in an order in which each may go.
var caseRows = []string{
	`DELETE FROM complaints.event WHERE complaint_id = $1`,
	`DELETE FROM complaints.merge WHERE child_id = $1 OR lead_id = $1`,
	`DELETE FROM complaints.conflict WHERE complaint_id = $1`,
	`DELETE FROM complaints.notice WHERE complaint_id = $1`, // drafts only: an issued one is a book
	`DELETE FROM complaints.notice_warning WHERE complaint_id = $1`,
	`DELETE FROM complaints.calculation WHERE complaint_id = $1`,
	`DELETE FROM complaints.audit_end WHERE complaint_id = $1`,
	`DELETE FROM complaints.audit_assignment WHERE complaint_id = $1`,
	`DELETE FROM complaints.legal_hold WHERE complaint_id = $1`, // lifted ones
	`DELETE FROM complaints.complaint WHERE id = $1`,
}

// Certificate is the numbered record of a run: what was removed, when, by which rule; its hash names it in the audit log and in the next one.
type Certificate struct {
	Number     string
	At         time.Time
	By         string // staff name; empty: the command line
	Text       string
	SHA256     string
	Done, Kept int
}

// RunRetention does what was previewed: digest is that of the preview's list, and when the list is another now nothing is begun. A run that was cut off goes on, whatever
// the digest, before a new one begins. Each family is one transaction, and is looked at again in it: what was reopened or held meanwhile is kept.
// Errors: fault.Denied; fault.Conflict (retention.fault.changed) for another list, (retention.fault.nothing) for an empty one.
func (s *Store) RunRetention(ctx context.Context, who Staff, digest string, now time.Time) (Certificate, error) {
	if err := mayRetire(who); err != nil {
		return Certificate{}, err
	}
	run, region, err := s.openRun(ctx)
	if err != nil {
		return Certificate{}, err
	}
	if run == 0 {
		if run, err = s.beginRun(ctx, who, digest, now); err != nil {
			return Certificate{}, err
		}
		region = who.Region
	}
	for {
		more, err := s.retireNext(ctx, who, run, region, now)
		if err != nil {
			return Certificate{}, err
		}
		if !more {
			return s.certify(ctx, who, run, now)
		}
	}
}

// openRun is the run that was cut off, or 0.
func (s *Store) openRun(ctx context.Context) (run int32, region string, err error) {
	err = s.pool.QueryRow(ctx, `SELECT id, region FROM complaints.retention_run WHERE finished_at IS NULL`).Scan(&run, &region)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, "", nil
	}
	return run, region, postgres.Classify(err)
}

// beginRun freezes the list.
func (s *Store) beginRun(ctx context.Context, who Staff, digest string, now time.Time) (run int32, err error) {
	plan, err := s.RetentionPlan(ctx, who, now)
	switch {
	case err != nil:
		return 0, err
	case len(plan.Ready) == 0:
		return 0, fault.New(fault.Conflict, "retention.fault.nothing")
	case retention.Digest(plan.Ready) != digest:
		return 0, fault.New(fault.Conflict, "retention.fault.changed")
	}
	rules, err := json.Marshal(s.retention)
	if err != nil {
		return 0, err
	}
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `INSERT INTO complaints.retention_run (region, on_day, rules, started_by, started_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			who.Region, calendar.DateOf(now).Time(), string(rules), personArg(who.ID), now).Scan(&run)
		if postgres.IsUnique(err, "retention_run_open") { // somebody began the same moment
			return fault.New(fault.Conflict, "retention.fault.changed")
		}
		if err != nil {
			return fmt.Errorf("begin retention run: %w", err)
		}
		for _, x := range plan.Ready {
			_, err := tx.Exec(ctx, `INSERT INTO complaints.retention_item (run_id, complaint_id, family, number, route, outcome, ended_on, due_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
				run, x.ID, x.Family, x.Number, string(x.Route), string(x.Then), x.Ended.Time(), x.Due.Time())
			if err != nil {
				return fmt.Errorf("plan retention: %w", err)
			}
		}
		return nil
	})
	return run, err
}

// retireNext does one family of a run; more is false when none is left.
func (s *Store) retireNext(ctx context.Context, who Staff, run int32, region string, now time.Time) (more bool, err error) {
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var family int64
		err := tx.QueryRow(ctx, `SELECT family FROM complaints.retention_item WHERE run_id = $1 AND state = 'planned' ORDER BY family, complaint_id LIMIT 1 FOR UPDATE`, run).Scan(&family)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("next of retention: %w", err)
		}
		more = true
		if _, err := tx.Exec(ctx, `SELECT FROM complaints.complaint c WHERE coalesce(c.lead_id, c.id) = $1 OR c.id = $1 FOR UPDATE`, family); err != nil {
			return fmt.Errorf("lock family: %w", err)
		}
		still, err := s.endedCases(ctx, tx, region, now, `WHERE f.family = $3`, family)
		if err != nil {
			return err
		}
		ready := map[int64]retention.Outcome{}
		for _, x := range retention.Make(s.retention, still, calendar.DateOf(now)).Ready {
			ready[x.ID] = x.Then
		}
		return s.retireFamily(ctx, tx, who, run, family, ready, now)
	})
	return more, err
}

type retiring struct {
	ID      int64
	Number  string
	Outcome string
}

func (s *Store) retireFamily(ctx context.Context, tx pgx.Tx, who Staff, run int32, family int64, ready map[int64]retention.Outcome, now time.Time) error {
	rows, err := tx.Query(ctx, `SELECT complaint_id, number, outcome FROM complaints.retention_item WHERE run_id = $1 AND family = $2 AND state = 'planned' ORDER BY complaint_id = family, complaint_id`, run, family)
	if err != nil {
		return fmt.Errorf("list family: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[retiring])
	if err != nil {
		return fmt.Errorf("list family: %w", err)
	}
	for _, x := range list { // followers first: they refer to their lead
		if string(ready[x.ID]) != x.Outcome { // reopened, held, or of another outcome since the preview
			if _, err := tx.Exec(ctx, `UPDATE complaints.retention_item SET state = 'kept', done_at = $3 WHERE run_id = $1 AND complaint_id = $2`, run, x.ID, now); err != nil {
				return fmt.Errorf("keep case: %w", err)
			}
			continue
		}
		removed, err := s.retire(ctx, tx, x, now)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE complaints.retention_item SET state = 'done', done_at = $3, removed = $4 WHERE run_id = $1 AND complaint_id = $2`, run, x.ID, now, removed); err != nil {
			return fmt.Errorf("note retention: %w", err)
		}
		e := audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: x.Outcome + " case", Subject: "case:" + x.Number, CaseNo: x.Number, Reason: "retention"}
		if who.ID == 0 {
			e.Stream, e.Actor = "command", "operator"
		}
		if err := audit.Append(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

// retire removes what is to be removed of one case, and counts it.
func (s *Store) retire(ctx context.Context, tx pgx.Tx, x retiring, now time.Time) (removed retired, err error) {
	var submission int64
	if err := tx.QueryRow(ctx, `SELECT coalesce(submission_id, 0) FROM complaints.complaint WHERE id = $1`, x.ID).Scan(&submission); err != nil {
		return removed, fmt.Errorf("load case to retire: %w", err)
	}
	if removed.Erased, err = s.desk.Erase(ctx, tx, submission); err != nil {
		return removed, err
	}
	if removed.Letters, err = eraseLetters(ctx, tx, x.ID, now); err != nil {
		return removed, err
	}
	statements := append([]string{}, reporterRows...)
	if x.Outcome == string(retention.Delete) {
		_, err := tx.Exec(ctx, `
			INSERT INTO complaints.deleted_case (year, region, channel, route, kind, state, finding, cases)
			SELECT extract(year FROM received_at AT TIME ZONE 'Asia/Shanghai'), region, channel, route, kind, state, finding, 1 FROM complaints.complaint WHERE id = $1
			ON CONFLICT (year, region, channel, route, kind, state, finding) DO UPDATE SET cases = complaints.deleted_case.cases + 1`, x.ID)
		if err != nil {
			return removed, fmt.Errorf("count deleted case: %w", err)
		}
		statements = append(statements, caseRows...)
	} else {
		_, err := tx.Exec(ctx, `UPDATE complaints.complaint SET words = '', own_months = '', by_helper = false, identity = NULL, proposed_reply = '', tags = '{}', wrote_again_at = NULL, anonymised_at = $2, version = version + 1 WHERE id = $1`, x.ID, now)
		if err != nil {
			return removed, fmt.Errorf("anonymise case: %w", err)
		}
		statements = append(statements, `UPDATE complaints.event SET text = '' WHERE complaint_id = $1`)
	}
	for _, sql := range statements {
		if _, err := tx.Exec(ctx, sql, x.ID); err != nil {
			return removed, fmt.Errorf("%s case: %w", x.Outcome, err)
		}
	}
	return removed, nil
}

// certify ends a run: number, text, hash, and the hash of the one before.
func (s *Store) certify(ctx context.Context, who Staff, run int32, now time.Time) (c Certificate, err error) {
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var day, started time.Time
		var rules, by string
		err := tx.QueryRow(ctx, `SELECT r.on_day, r.started_at, r.rules, coalesce(f.account, 'operator') FROM complaints.retention_run r LEFT JOIN complaints.staff f ON f.id = r.started_by WHERE r.id = $1 AND r.finished_at IS NULL FOR UPDATE OF r`, run).
			Scan(&day, &started, &rules, &by)
		if errors.Is(err, pgx.ErrNoRows) { // another process ended it
			return nil
		}
		if err != nil {
			return fmt.Errorf("end retention run: %w", err)
		}
		var n int
		var before []byte
		if err := tx.QueryRow(ctx, `SELECT count(*) + 1, (SELECT sha256 FROM complaints.retention_run WHERE finished_at IS NOT NULL ORDER BY id DESC LIMIT 1) FROM complaints.retention_run WHERE number LIKE $1 || '-%'`,
			fmt.Sprint(day.Year())).Scan(&n, &before); err != nil {
			return fmt.Errorf("number certificate: %w", err)
		}
		c = Certificate{Number: fmt.Sprintf("%d-%04d", day.Year(), n), At: now, By: by}
		if c.Text, c.Done, c.Kept, err = certificateText(ctx, tx, run); err != nil {
			return err
		}
		c.Text = fmt.Sprintf("certificate %s\nday %s\nby %s\nrules %s\nbefore %s\n%s", c.Number, calendar.DateOf(day.UTC()), by, rules, hex.EncodeToString(before), c.Text)
		sum := sha256.Sum256([]byte(c.Text))
		c.SHA256 = hex.EncodeToString(sum[:])
		if _, err := tx.Exec(ctx, `UPDATE complaints.retention_run SET finished_at = $2, number = $3, certificate = $4, sha256 = $5, before = $6 WHERE id = $1`, run, now, c.Number, c.Text, sum[:], before); err != nil {
			return fmt.Errorf("end retention run: %w", err)
		}
		e := audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: "certify retention", Subject: "retention:" + c.Number, Reason: "sha256 " + c.SHA256}
		if who.ID == 0 {
			e.Stream, e.Actor = "command", "operator"
		}
		return audit.Append(ctx, tx, e)
	})
	if err == nil && c.Number == "" {
		list, err := s.Certificates(ctx, who)
		if err != nil || len(list) == 0 {
			return c, err
		}
		return list[0], nil
	}
	return c, err
}

// certificateText lists the cases of a run, a line each.
func certificateText(ctx context.Context, tx pgx.Tx, run int32) (text string, done, kept int, err error) {
	rows, err := tx.Query(ctx, `SELECT number, route, outcome, state, ended_on, due_on, coalesce(removed::text, '{}') FROM complaints.retention_item WHERE run_id = $1 ORDER BY number`, run)
	if err != nil {
		return "", 0, 0, fmt.Errorf("list run: %w", err)
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var number, route, outcome, state, removed string
		var ended, due time.Time
		if err := rows.Scan(&number, &route, &outcome, &state, &ended, &due, &removed); err != nil {
			return "", 0, 0, fmt.Errorf("list run: %w", err)
		}
		if state == "kept" {
			outcome = "kept"
			kept++
		} else {
			done++
		}
		fmt.Fprintf(&b, "case %s %s ended %s due %s: %s %s\n", number, route, ended.Format(time.DateOnly), due.Format(time.DateOnly), outcome, removed)
	}
	fmt.Fprintf(&b, "total %d removed, %d kept\n", done, kept)
	return b.String(), done, kept, rows.Err()
}

// Certificates of the runs that are done, the newest first. Error: fault.Denied.
func (s *Store) Certificates(ctx context.Context, who Staff) ([]Certificate, error) {
	if err := mayRetire(who); err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT r.number, r.finished_at, coalesce(f.name, ''), r.certificate, encode(r.sha256, 'hex'),
			(SELECT count(*) FROM complaints.retention_item i WHERE i.run_id = r.id AND i.state = 'done')::integer, (SELECT count(*) FROM complaints.retention_item i WHERE i.run_id = r.id AND i.state = 'kept')::integer
		FROM complaints.retention_run r LEFT JOIN complaints.staff f ON f.id = r.started_by WHERE r.finished_at IS NOT NULL AND starts_with(r.region, $1) ORDER BY r.id DESC LIMIT 200`, who.Region)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list certificates: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Certificate])
	return list, postgres.Classify(err)
}

// SweepDrafts removes drafts that nobody filed, when their time is over. It returns how many.
func (s *Store) SweepDrafts(ctx context.Context, now time.Time) (n int64, err error) {
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		if n, err = s.desk.EraseDrafts(ctx, tx, now.AddDate(0, 0, -s.retention.DraftDays)); err != nil || n == 0 {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: "retention", Role: "system", Action: "delete drafts", Subject: "draft", Reason: fmt.Sprintf("%d drafts", n)})
	})
	return n, err
}

// bookTables refer to a case and stay: whatever has rows in one of them is anonymised, never deleted.
var bookTables = []string{"reward", "notice", "payment", "audit_item", "audit_visit", "assistance", "transfer"}

// RetiredTables are the tables that refer to a case and that retention has decided about.
func RetiredTables() []string {
	list := append([]string{"complaint"}, bookTables...)
	for _, sql := range append(append([]string{}, reporterRows...), caseRows...) {
		name := strings.Fields(strings.TrimPrefix(sql, "DELETE FROM complaints."))[0]
		list = append(list, name)
	}
	return list
}

// Digest names what is ready in a plan: see RunRetention.
func Digest(p retention.Plan) string { return retention.Digest(p.Ready) }
