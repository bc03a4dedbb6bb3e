package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/postgres"
)

// Conflict of interest: a member of staff who must keep away from an employer's cases, or from one case.
type Conflict struct {
	ID                 int64
	Account, Name      string // of the member
	USCC, Employer     string
	Case               string // number, when it is one case only
	Ground, Note       string
	DeclaredBy         string
	DeclaredAt         time.Time
	LiftedBy, LiftedOf string // who lifted it and why
	LiftedAt           *time.Time
}

// ConflictGrounds in the order in which they are offered (稽核办法 art. 7: kin, economic interest, other).
var ConflictGrounds = [...]string{"kin", "interest", "worked_there", "accused", "colleague", "other"}

// Declared is a conflict to be declared: of the member with the account, or of who declares when it is empty; with an employer by code or exact name, or a case by number.
type Declared struct {
	Account, USCC, Employer, Case, Ground, Note string
}

// Declare notes a conflict. From the same moment the member sees none of the cases any more, and those that were the member's are nobody's again.
// Errors: fault.Invalid by field; fault.Denied for declaring somebody else's without being a supervisor; fault.NotFound for a case that the declarer does not see.
func (s *Store) Declare(ctx context.Context, who Staff, d Declared, now time.Time) error {
	if d.Account == "" {
		d.Account = who.Account
	}
	if d.Account != who.Account && who.Role != lifecycle.Supervisor {
		return fault.New(fault.Denied, "fault.desk.head")
	}
	if wrong := d.wrong(); len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var member int32
		err := tx.QueryRow(ctx, `SELECT id FROM complaints.staff WHERE account = $1 AND starts_with(region, $2)`, d.Account, who.Region).Scan(&member)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.InvalidFields(fault.Field{Name: "account", Key: "conflict.fault.account"})
		}
		if err != nil {
			return fmt.Errorf("look up member: %w", err)
		}
		var complaint *int64
		if d.Case != "" {
			c, err := s.locked(ctx, tx, who, d.Case)
			if err != nil {
				return err
			}
			complaint = &c.ID
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO complaints.conflict (staff_id, employer_uscc, employer_name, complaint_id, ground, note, declared_by, declared_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
			member, d.USCC, d.Employer, complaint, d.Ground, d.Note, who.ID, now).Scan(&id)
		if err != nil {
			return fmt.Errorf("insert conflict: %w", err)
		}
		return s.release(ctx, tx, who, member, id, now)
	})
}

func (d *Declared) wrong() []fault.Field {
	var wrong []fault.Field
	if !slices.Contains(ConflictGrounds[:], d.Ground) {
		wrong = append(wrong, fault.Field{Name: "ground", Key: "conflict.fault.ground"})
	}
	if d.Case != "" {
		return wrong
	}
	if d.USCC == "" && d.Employer == "" {
		wrong = append(wrong, fault.Field{Name: "employer", Key: "conflict.fault.employer"})
	}
	if d.USCC != "" {
		code, err := identity.ParseUSCC(d.USCC)
		if err != nil {
			wrong = append(wrong, fault.Field{Name: "uscc", Key: "conflict.fault.uscc"})
		}
		d.USCC = string(code)
	}
	return wrong
}

// release gives back the open cases that the conflict takes from its member.
func (s *Store) release(ctx context.Context, tx pgx.Tx, who Staff, member int32, conflict int64, now time.Time) error {
	rows, err := tx.Query(ctx, `
		UPDATE complaints.complaint c SET owner_id = NULL, version = version + 1
		FROM complaints.conflict x
		WHERE x.id = $1 AND c.owner_id = $2 AND c.state NOT IN ('closed', 'rejected', 'transferred_out', 'withdrawn')
		  AND (x.complaint_id = c.id OR x.employer_uscc = c.employer_uscc AND c.employer_uscc <> '' OR x.employer_name = c.employer_name AND c.employer_name <> '')
		RETURNING c.id`, conflict, member)
	if err != nil {
		return fmt.Errorf("release cases: %w", err)
	}
	released, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("release cases: %w", err)
	}
	for _, id := range released {
		if err := event(ctx, tx, id, &who.ID, "released", "", now); err != nil {
			return err
		}
	}
	return s.noteMember(ctx, tx, who, "declare conflict", member, now)
}

// Lift ends a conflict that was declared in error or is over; a supervisor does, never for themselves. Errors: fault.NotFound; fault.Denied; fault.Invalid.
func (s *Store) Lift(ctx context.Context, who Staff, id int64, reason string, now time.Time) error {
	if who.Role != lifecycle.Supervisor {
		return fault.New(fault.Denied, "fault.desk.head")
	}
	if reason == "" {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "fault.desk.reason"})
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var member int32
		err := tx.QueryRow(ctx, `SELECT x.staff_id FROM complaints.conflict x JOIN complaints.staff f ON f.id = x.staff_id WHERE x.id = $1 AND x.lifted_at IS NULL AND starts_with(f.region, $2) FOR UPDATE OF x`,
			id, who.Region).Scan(&member)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "conflict.fault.none")
		}
		if err != nil {
			return fmt.Errorf("look up conflict: %w", err)
		}
		if member == who.ID {
			return fault.New(fault.Denied, "conflict.fault.own")
		}
		if _, err := tx.Exec(ctx, `UPDATE complaints.conflict SET lifted_by = $2, lifted_at = $3, lifted_reason = $4 WHERE id = $1`, id, who.ID, now, reason); err != nil {
			return fmt.Errorf("lift conflict: %w", err)
		}
		return s.noteMember(ctx, tx, who, "lift conflict", member, now)
	})
}

// Conflicts lists the own ones, and for a supervisor those of the region's staff, the newest first.
func (s *Store) Conflicts(ctx context.Context, who Staff) ([]Conflict, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT x.id, f.account, f.name, x.employer_uscc, x.employer_name, coalesce(c.number, ''), x.ground, x.note, d.name, x.declared_at, coalesce(l.name, ''), x.lifted_reason, x.lifted_at
		FROM complaints.conflict x JOIN complaints.staff f ON f.id = x.staff_id JOIN complaints.staff d ON d.id = x.declared_by
			LEFT JOIN complaints.staff l ON l.id = x.lifted_by LEFT JOIN complaints.complaint c ON c.id = x.complaint_id
		WHERE x.staff_id = $1 OR $2 AND starts_with(f.region, $3) ORDER BY x.id DESC LIMIT 200`, who.ID, who.Role == lifecycle.Supervisor, who.Region)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list conflicts: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Conflict])
	return list, postgres.Classify(err)
}

func (s *Store) noteMember(ctx context.Context, tx pgx.Tx, who Staff, action string, member int32, now time.Time) error {
	return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: fmt.Sprintf("staff:%d", who.ID), Role: string(who.Role), Action: action, Subject: fmt.Sprintf("staff:%d", member)})
}
