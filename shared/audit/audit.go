// Package audit writes and checks the tamper-evident log of who saw or did what, to whom, when and why.
package audit

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"shebao/shared/postgres"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations of the schema audit.
func Migrations() postgres.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return postgres.Migrations{Module: "audit", Files: sub}
}

// Entry is one thing that somebody saw, did, or was refused. None of its fields may hold a name, an ID number, a telephone number or a receipt code:
// people are named by their row number ("person:17"), callers by a keyed hash.
type Entry struct {
	Stream  string // the process kind: portal, ivr, complaints, command
	At      time.Time
	Actor   string
	Role    string
	Action  string
	Subject string
	CaseNo  string
	Reason  string
	Refused bool
}

// DB is what a statement runs on: a pool or the caller's own transaction.
type DB interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Insert is the beginning of a statement that writes entries, for whoever does and notes a thing in one: VALUES or a SELECT follows, and the names of the columns say in which order.
const Insert = `INSERT INTO audit.waiting (stream, at, actor, role, action, subject, case_no, reason, outcome) `

// Append writes an entry, within the caller's transaction when db is one: a transaction that is undone leaves none. It waits for nobody; the entry enters the chain a moment later, see KeepChained.
func Append(ctx context.Context, db DB, e Entry) error {
	outcome := "done"
	if e.Refused {
		outcome = "refused"
	}
	_, err := db.Exec(ctx, Insert+`VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.Stream, e.At.UTC().Truncate(time.Microsecond), e.Actor, e.Role, e.Action, e.Subject, e.CaseNo, e.Reason, outcome)
	if err != nil {
		return fmt.Errorf("append to audit log: %w", err)
	}
	return nil
}

// AppendAll writes the entry once for each subject, in their order.
func AppendAll(ctx context.Context, db DB, e Entry, subjects []string) error {
	outcome := "done"
	if e.Refused {
		outcome = "refused"
	}
	_, err := db.Exec(ctx, Insert+`SELECT $1, $2, $3, $4, $5, subject, $7, $8, $9 FROM unnest($6::text[]) WITH ORDINALITY AS s (subject, n) ORDER BY n`,
		e.Stream, e.At.UTC().Truncate(time.Microsecond), e.Actor, e.Role, e.Action, subjects, e.CaseNo, e.Reason, outcome)
	if err != nil {
		return fmt.Errorf("append to audit log: %w", err)
	}
	return nil
}

// Querier is what is read from: a pool or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Break is a place where the chain does not hold.
type Break struct {
	Stream string
	Seq    int64
	What   string // altered, missing, head, purge, or checkpoint
}

// Verify takes what waits into the chain, walks every stream and returns every break: an altered row, a missing or misplaced one, a head that is not the last row, a beginning that the log does not
// account for, or a row of a checkpoint that is not there any more.
func Verify(ctx context.Context, db Querier, checkpoints ...Checkpoint) (checked int64, breaks []Break, err error) {
	if err := Chain(ctx, db); err != nil {
		return 0, nil, err
	}
	rows, err := db.Query(ctx, `
		WITH walked AS (
		    SELECT l.stream, l.seq, l.hash,
		           lag(l.seq, 1, coalesce(p.seq, 0)) OVER w AS before_seq,
		           lag(l.hash, 1, coalesce(p.hash, sha256(convert_to(l.stream, 'UTF8')))) OVER w AS before_hash,
		           l.prev,
		           audit.row_hash(l.prev, l.stream, l.seq, l.at, ARRAY[l.actor, l.role, l.action, l.subject, l.case_no, l.reason, l.outcome]) AS computed
		    FROM audit.log l LEFT JOIN audit.purged p USING (stream) WINDOW w AS (PARTITION BY l.stream ORDER BY l.seq)
		), judged AS (
		    SELECT stream, seq, CASE WHEN hash <> computed THEN 'altered' WHEN before_seq <> seq - 1 OR prev <> before_hash THEN 'missing' ELSE '' END AS what FROM walked
		    UNION ALL
		    SELECT h.stream, h.seq, 'head' FROM audit.head h
		    WHERE h.seq > 0 AND NOT EXISTS (SELECT FROM audit.log l WHERE l.stream = h.stream AND l.seq = h.seq AND l.hash = h.hash)
		    UNION ALL
		    SELECT l.stream, max(l.seq), 'head' FROM audit.log l WHERE NOT EXISTS (SELECT FROM audit.head h WHERE h.stream = l.stream) GROUP BY l.stream
		    UNION ALL
		    SELECT p.stream, p.seq, 'purge' FROM audit.purged p WHERE NOT EXISTS (
		        SELECT FROM audit.log l WHERE l.stream = 'command' AND l.action = 'purge audit log' AND l.subject = 'audit:' || p.stream
		          AND l.reason = format('rows up to %s, hash %s', p.seq, encode(p.hash, 'hex')))
		)
		SELECT stream, seq, what FROM judged ORDER BY stream, seq`)
	if err != nil {
		return 0, nil, fmt.Errorf("verify audit log: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var b Break
		if err := rows.Scan(&b.Stream, &b.Seq, &b.What); err != nil {
			return 0, nil, fmt.Errorf("verify audit log: %w", err)
		}
		if b.What != "head" && b.What != "purge" {
			checked++
		}
		if b.What != "" {
			breaks = append(breaks, b)
		}
	}
	if err := rows.Err(); err != nil {
		return 0, nil, fmt.Errorf("verify audit log: %w", err)
	}
	gone, err := missed(ctx, db, checkpoints)
	return checked, append(breaks, gone...), err
}
