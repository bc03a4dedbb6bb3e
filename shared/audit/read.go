package audit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Row is an entry as it stands in the log.
type Row struct {
	Stream                                              string
	Seq                                                 int64
	At                                                  time.Time
	Actor, Role, Action, Subject, CaseNo, Reason, State string // State: done or refused
}

// Filter says which rows are wanted; what is empty does not matter. Before is where the page before this one ended.
type Filter struct {
	From, To     time.Time // from, and before
	Actors       []string  // any of them; nil: anybody, empty: nobody
	Subject      string
	CaseNo       string
	Action       string
	RefusedOnly  bool
	BeforeAt     time.Time
	BeforeStream string
	BeforeSeq    int64
	Limit        int
	AboutOrBy    string // the one who acted, or who was acted upon
}

// Search lists rows, the newest first, with those that waited until now.
func Search(ctx context.Context, db Querier, f Filter) ([]Row, error) {
	if err := Chain(ctx, db); err != nil {
		return nil, err
	}
	var where []string
	var args []any
	and := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		where = append(where, condition)
	}
	if !f.From.IsZero() {
		and(`at >= ?`, f.From)
	}
	if !f.To.IsZero() {
		and(`at < ?`, f.To)
	}
	if f.Actors != nil {
		and(`actor = ANY (?)`, f.Actors)
	}
	if f.Subject != "" {
		and(`subject = ?`, f.Subject)
	}
	if f.AboutOrBy != "" {
		and(`(actor = ? OR subject = ?)`, f.AboutOrBy, f.AboutOrBy)
	}
	if f.CaseNo != "" {
		and(`(case_no = ? OR subject = ?)`, f.CaseNo, "case:"+f.CaseNo)
	}
	if f.Action != "" {
		and(`action = ?`, f.Action)
	}
	if f.RefusedOnly {
		and(`outcome = 'refused'`)
	}
	if !f.BeforeAt.IsZero() {
		and(`(at, stream, seq) < (?, ?, ?)`, f.BeforeAt, f.BeforeStream, f.BeforeSeq)
	}
	sql := `SELECT stream, seq, at, actor, role, action, subject, case_no, reason, outcome FROM audit.log`
	if len(where) > 0 {
		sql += ` WHERE ` + strings.Join(where, ` AND `)
	}
	args = append(args, f.Limit)
	rows, err := db.Query(ctx, sql+fmt.Sprintf(` ORDER BY at DESC, stream DESC, seq DESC LIMIT $%d`, len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("search audit log: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Row])
	if err != nil {
		return nil, fmt.Errorf("search audit log: %w", err)
	}
	return list, nil
}
