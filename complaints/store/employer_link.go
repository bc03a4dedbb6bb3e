package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/fault"
)

// Registered is an employer of the register, as a case is tied to it.
type Registered struct{ USCC, Name, Region string }

// LinkEmployer ties a case to an employer of the register: evidence, arithmetic and documents then speak of it. The name that the reporter gave stays in the timeline. A case that is tied
// already is changed by a supervisor only, and none once a document was issued. Errors: fault.NotFound; fault.Conflict (changed meanwhile, or documents name the other); fault.Denied.
func (s *Store) LinkEmployer(ctx context.Context, who Staff, number string, version int, e Registered, now time.Time) error {
	return s.change(ctx, who, number, version, func(tx pgx.Tx, c Case) error {
		if c.EmployerUSCC != "" && who.Role != lifecycle.Supervisor {
			return fault.New(fault.Denied, "fault.desk.head")
		}
		var papers bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM complaints.notice WHERE complaint_id = $1 AND state <> 'draft' AND kind NOT IN ('refusal', 'reply'))`, c.ID).Scan(&papers); err != nil {
			return fmt.Errorf("link employer: %w", err)
		}
		if papers {
			return fault.New(fault.Conflict, "fault.employer.papers")
		}
		region := c.Region
		if region == "" {
			region = e.Region
		}
		_, err := tx.Exec(ctx, `UPDATE complaints.complaint SET employer_uscc = $2, employer_name = $3, region = $4, version = version + 1 WHERE id = $1`, c.ID, e.USCC, e.Name, region)
		if err != nil {
			return fmt.Errorf("link employer: %w", err)
		}
		if err := indexMore(ctx, tx, c.ID, e.Name+" "+e.USCC); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, "employer_linked", c.EmployerName+" → "+e.Name+" "+e.USCC, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "link employer", c.Number, "employer:"+e.USCC, now)
	})
}
