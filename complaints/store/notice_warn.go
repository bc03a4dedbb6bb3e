package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/notice"
	"shebao/shared/calendar"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// Situation of a case for its documents. owed is what the ledger says now.
func (s *Store) Situation(ctx context.Context, c Case, owed money.Fen, today calendar.Date) (notice.Situation, error) {
	situation, err := s.situation(ctx, s.pool, c, owed, today)
	return situation, postgres.Classify(err)
}

func (s *Store) situation(ctx context.Context, db querier, c Case, owed money.Fen, today calendar.Date) (notice.Situation, error) {
	situation := notice.Situation{State: string(c.State), Today: today, Owed: owed}
	list, err := notices(ctx, db, `n.complaint_id = $1 AND n.state = 'issued'`, c.ID)
	if err != nil {
		return situation, err
	}
	for _, n := range list {
		situation.Issued = append(situation.Issued, n.Issued())
	}
	if situation.AuditEnded, err = auditEnd(ctx, db, c.ID); err != nil {
		return situation, err
	}
	var kept *time.Time
	if err := db.QueryRow(ctx, `SELECT max(kept_at) FROM complaints.calculation WHERE complaint_id = $1`, c.ID).Scan(&kept); err != nil {
		return situation, fmt.Errorf("read the latest calculation: %w", err)
	}
	if kept != nil {
		situation.Calculated = calendar.DateOf(*kept)
	}
	return situation, nil
}

// WarnNotices lets every deadline of documents that is near or has passed call once, on the timeline of its case. It is swept without anybody's write, so that a
// limit that nobody looks at calls all the same. owed is what the ledger says of an employer. It returns how many called.
func (s *Store) WarnNotices(ctx context.Context, owed func(ctx context.Context, uscc string) (money.Fen, error), now time.Time) (int, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+caseColumns+` FROM `+caseTables+` WHERE c.state IN ('accepted', 'investigating', 'suspended', 'decision_proposed', 'decided', 'notified') AND (
		EXISTS (SELECT FROM complaints.notice n WHERE n.complaint_id = c.id AND n.state = 'issued') OR EXISTS (SELECT FROM complaints.calculation k WHERE k.complaint_id = c.id)
		OR EXISTS (SELECT FROM complaints.audit_end a WHERE a.complaint_id = c.id)) ORDER BY c.id`)
	if err != nil {
		return 0, postgres.Classify(fmt.Errorf("list cases with documents: %w", err))
	}
	cases, err := pgx.CollectRows(rows, scanCase)
	if err != nil {
		return 0, postgres.Classify(fmt.Errorf("list cases with documents: %w", err))
	}
	called := 0
	for _, c := range cases {
		due, err := owed(ctx, c.EmployerUSCC)
		if err != nil {
			return called, err
		}
		n, err := s.warnCase(ctx, c, due, now)
		if err != nil {
			return called, postgres.Classify(err)
		}
		called += n
	}
	return called, nil
}

func (s *Store) warnCase(ctx context.Context, c Case, owed money.Fen, now time.Time) (called int, err error) {
	today := calendar.DateOf(now)
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		called = 0
		situation, err := s.situation(ctx, tx, c, owed, today)
		if err != nil {
			return err
		}
		setting, err := moneySetting(ctx, tx, c.Region)
		if err != nil {
			return err
		}
		for _, clock := range notice.Clocks(situation, s.Workdays()) {
			left, _ := s.Workdays().Count(today, clock.Due)
			passed := today.After(clock.Due)
			if !passed && left > setting.Agency.WarnBefore {
				continue
			}
			tag, err := tx.Exec(ctx, `INSERT INTO complaints.notice_warning (complaint_id, clock, notice_id, due, passed, warned_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
				c.ID, clock.ID, clock.Notice, dateArg(clock.Due), passed, now)
			if err != nil {
				return fmt.Errorf("keep warning: %w", err)
			}
			if tag.RowsAffected() == 0 {
				continue
			}
			what := "notice_soon"
			if passed {
				what = "notice_passed"
			}
			if err := event(ctx, tx, c.ID, nil, what, clock.ID+" "+clock.Due.String(), now); err != nil {
				return err
			}
			called++
		}
		return nil
	})
	return called, err
}
