package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/notice"
	"shebao/shared/calendar"
	"shebao/shared/fault"
)

// WithdrawNotice ends an issued document for a reason; it stays readable, and its number is not used again. Errors: fault.NotFound, fault.Conflict, fault.Invalid.
func (s *Store) WithdrawNotice(ctx context.Context, who Staff, number string, id int64, reason string, book DemandBook, now time.Time) error {
	if reason == "" {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "fault.desk.reason"})
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		n, err := oneNotice(ctx, tx, c.ID, id)
		if err != nil {
			return err
		}
		if err := endNotice(ctx, tx, who, c.ID, id, "withdrawn", reason, now); err != nil {
			return err
		}
		if err := book.LiftDemand(ctx, tx, demandID(id), now); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, "notice_withdrawn", n.Kind.Title()+" "+n.Number+" "+reason, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "withdraw notice", c.Number, reason, now)
	})
}

func endNotice(ctx context.Context, tx pgx.Tx, who Staff, complaint, id int64, state, reason string, now time.Time) error {
	tag, err := tx.Exec(ctx, `UPDATE complaints.notice SET state = $3, ended_at = $4, ended_by = $5, end_reason = $6, version = version + 1 WHERE complaint_id = $1 AND id = $2 AND state = 'issued'`,
		complaint, id, state, now, who.ID, reason)
	if err != nil {
		return fmt.Errorf("end notice: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "fault.notice.ended")
	}
	return nil
}

// RecordService keeps how and when an issued document was served; from that day its limit runs. Errors: fault.NotFound; fault.Invalid field by field;
// fault.Conflict when it is served already, or ended.
func (s *Store) RecordService(ctx context.Context, who Staff, number string, id int64, v Service, book DemandBook, now time.Time) error {
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		n, err := oneNotice(ctx, tx, c.ID, id)
		if err != nil {
			return err
		}
		if n.State != "issued" || !n.Kind.Served() {
			return fault.New(fault.Conflict, "fault.notice.ended")
		}
		if n.Service != nil {
			return fault.New(fault.Conflict, "fault.notice.served")
		}
		if err := checkService(v, n, calendar.DateOf(now)); err != nil {
			return err
		}
		setting, err := moneySetting(ctx, tx, c.Region)
		if err != nil {
			return err
		}
		v.ServedOn = notice.ServedOn(v.Way, v.DoneOn, setting.Agency.Announce)
		_, err = tx.Exec(ctx, `INSERT INTO complaints.service (notice_id, way, done_on, served_on, receiver, witness, note, why, place, course, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			id, string(v.Way), dateArg(v.DoneOn), dateArg(v.ServedOn), v.Receiver, v.Witness, v.Note, string(v.Why), v.Place, v.Course, now, who.ID)
		if err != nil {
			return fmt.Errorf("record service: %w", err)
		}
		n.Service = &v
		if err := s.demanded(ctx, tx, n, book, now); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, "notice_served", n.Kind.Title()+" "+n.Number+" "+v.ServedOn.String(), now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "record service", c.Number, "", now)
	})
}

// checkService reports every wrong field of a proof of service.
func checkService(v Service, n Notice, today calendar.Date) error {
	var wrong []fault.Field
	switch {
	case v.DoneOn.IsZero():
		wrong = append(wrong, fault.Field{Name: "done_on", Key: "fault.date"})
	case v.DoneOn.After(today):
		wrong = append(wrong, fault.Field{Name: "done_on", Key: "fault.notice.future"})
	case v.DoneOn.Before(n.IssuedOn):
		wrong = append(wrong, fault.Field{Name: "done_on", Key: "fault.notice.early", Args: []any{n.IssuedOn}})
	}
	if !notice.KnownWay(v.Way) {
		wrong = append(wrong, fault.Field{Name: "way", Key: "fault.notice.way"})
	}
	if v.Receiver == "" && v.Way != notice.Announcement {
		wrong = append(wrong, fault.Field{Name: "receiver", Key: "fault.notice.receiver"})
	}
	if v.Witness == "" && v.Way == notice.Left {
		wrong = append(wrong, fault.Field{Name: "witness", Key: "fault.notice.witness"})
	}
	if v.Way == notice.Announcement {
		if !slices.Contains(notice.Whys[:], v.Why) {
			wrong = append(wrong, fault.Field{Name: "why", Key: "fault.notice.why"})
		}
		if v.Place == "" {
			wrong = append(wrong, fault.Field{Name: "place", Key: "fault.notice.place"})
		}
		if v.Course == "" {
			wrong = append(wrong, fault.Field{Name: "course", Key: "fault.notice.course"})
		}
	} else if v.Why != "" && !slices.Contains(notice.Whys[:], v.Why) {
		wrong = append(wrong, fault.Field{Name: "why", Key: "fault.notice.why"})
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return nil
}

// VoidService marks a proof of service that was entered wrongly; the right one can then be entered. Errors: fault.NotFound, fault.Conflict, fault.Invalid.
func (s *Store) VoidService(ctx context.Context, who Staff, number string, id int64, reason string, book DemandBook, now time.Time) error {
	if reason == "" {
		return fault.InvalidFields(fault.Field{Name: "void_reason", Key: "fault.desk.reason"})
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		n, err := oneNotice(ctx, tx, c.ID, id)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE complaints.service SET void_at = $2, void_by = $3, void_reason = $4 WHERE notice_id = $1 AND void_at IS NULL`, id, now, who.ID, reason)
		if err != nil {
			return fmt.Errorf("void service: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "fault.desk.changed")
		}
		if err := book.LiftDemand(ctx, tx, demandID(id), now); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, "service_void", n.Kind.Title()+" "+n.Number+" "+reason, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "void service", c.Number, reason, now)
	})
}

// AuditEnd is the day on which the audit of a case ended; none when it has not.
func (s *Store) AuditEnd(ctx context.Context, complaint int64) (calendar.Date, error) {
	return auditEnd(ctx, s.pool, complaint)
}

func auditEnd(ctx context.Context, db querier, complaint int64) (calendar.Date, error) {
	var on *time.Time
	err := db.QueryRow(ctx, `SELECT (SELECT ended_on FROM complaints.audit_end WHERE complaint_id = $1)`, complaint).Scan(&on)
	if err != nil {
		return calendar.Date{}, fmt.Errorf("read the audit's end: %w", err)
	}
	return dateOf(on), nil
}

// EndAudit keeps the day on which the audit ended: from it the time to answer the employer runs (稽核办法 art. 10). Errors: fault.NotFound, fault.Invalid.
func (s *Store) EndAudit(ctx context.Context, who Staff, number string, on calendar.Date, now time.Time) error {
	if on.IsZero() || on.After(calendar.DateOf(now)) {
		return fault.InvalidFields(fault.Field{Name: "audit_ended", Key: "fault.notice.future"})
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		_, err := tx.Exec(ctx, `INSERT INTO complaints.audit_end (complaint_id, ended_on, set_at, set_by) VALUES ($1, $2, $3, $4)
			ON CONFLICT (complaint_id) DO UPDATE SET ended_on = excluded.ended_on, set_at = excluded.set_at, set_by = excluded.set_by`, c.ID, dateArg(on), now, who.ID)
		if err != nil {
			return fmt.Errorf("end audit: %w", err)
		}
		if err := event(ctx, tx, c.ID, &who.ID, "audit_ended", on.String(), now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "end audit", c.Number, "", now)
	})
}
