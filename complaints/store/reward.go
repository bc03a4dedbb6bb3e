package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/complaints/reward"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// RewardPolicy is a region's policy in a version; version 0 is where nobody has set any.
type RewardPolicy struct {
	Region  string
	Version int
	Policy  reward.Policy
}

// Name is how a reward names its policy.
func (p RewardPolicy) Name() string { return fmt.Sprintf("%s-%d", p.Region, p.Version) }

// RewardPolicy is the policy in force for a region: the latest of the nearest region above it that has one.
func (s *Store) RewardPolicy(ctx context.Context, region string) (RewardPolicy, error) {
	p := RewardPolicy{Policy: reward.Default()}
	var content []byte
	err := s.pool.QueryRow(ctx, `SELECT region, version, policy FROM complaints.reward_policy WHERE starts_with($1, region) ORDER BY length(region) DESC, version DESC LIMIT 1`, region).
		Scan(&p.Region, &p.Version, &content)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, nil
	}
	if err != nil {
		return p, postgres.Classify(fmt.Errorf("read reward policy: %w", err))
	}
	p.Policy = reward.Policy{}
	if err := json.Unmarshal(content, &p.Policy); err != nil {
		return p, fmt.Errorf("read reward policy: %w", err)
	}
	return p, nil
}

// SaveRewardPolicy keeps a new version of the policy of the supervisor's region, made from the version that was seen. Errors: fault.Denied; fault.Conflict (fault.desk.changed).
func (s *Store) SaveRewardPolicy(ctx context.Context, who Staff, seen int, p reward.Policy, now time.Time) error {
	if who.Role != lifecycle.Supervisor {
		return fault.New(fault.Denied, "fault.desk.head")
	}
	content, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("save reward policy: %w", err)
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO complaints.reward_policy (region, version, policy, set_at, set_by)
			SELECT $1, $2 + 1, $3, $4, $5 WHERE $2 = (SELECT coalesce(max(version), 0) FROM complaints.reward_policy WHERE region = $1) ON CONFLICT DO NOTHING`, who.Region, seen, content, now, who.ID)
		if err != nil {
			return fmt.Errorf("save reward policy: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "fault.desk.changed")
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: fmt.Sprintf("staff:%d", who.ID), Role: string(who.Role), Action: "set reward policy", Subject: "region:" + who.Region})
	})
}

// Reward of a case.
type Reward struct {
	Amount, Base money.Fen
	Rule, Policy string
	ProposedBy   string
	Proposer     int32
	ProposedAt   time.Time
	ApprovedBy   string // empty while it waits
	PaidOn       calendar.Date
	Voucher      string
}

// RewardOf is the reward of a case; ok is false when none was proposed.
func (s *Store) RewardOf(ctx context.Context, complaint int64) (r Reward, ok bool, err error) {
	var paid *time.Time
	err = s.pool.QueryRow(ctx, `SELECT r.amount, r.base, r.rule, r.policy, p.name, r.proposed_by, r.proposed_at, coalesce(a.name, ''), r.paid_on, r.voucher
		FROM complaints.reward r JOIN complaints.staff p ON p.id = r.proposed_by LEFT JOIN complaints.staff a ON a.id = r.approved_by WHERE r.complaint_id = $1`, complaint).
		Scan(&r.Amount, &r.Base, &r.Rule, &r.Policy, &r.ProposedBy, &r.Proposer, &r.ProposedAt, &r.ApprovedBy, &paid, &r.Voucher)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, false, nil
	}
	r.PaidOn = dateOf(paid)
	return r, err == nil, postgres.Classify(err)
}

// RewardFacts are what the desk's own tables say: the first accepted of all reports of the matter, whether one of them was rewarded, what was proven by the latest kept calculation and
// what came in for the funds by payments that hold: the lost interest is the workers' own.
func (s *Store) RewardFacts(ctx context.Context, c Case) (f reward.Facts, err error) {
	f = reward.Facts{Route: string(c.Route), Violation: c.Finding == lifecycle.Violation, Over: c.State == lifecycle.Closed, Named: c.Named, OwnRights: c.Route == lifecycle.LabourComplaint}
	err = s.pool.QueryRow(ctx, `
		WITH lead AS (SELECT coalesce(c.lead_id, c.id) AS id FROM complaints.complaint c WHERE c.id = $1),
		matter AS (SELECT c.id, c.received_at FROM complaints.complaint c, lead WHERE c.id = lead.id OR c.lead_id = lead.id)
		SELECT (SELECT id FROM matter ORDER BY received_at, id LIMIT 1) = $1,
			EXISTS (SELECT FROM complaints.reward r JOIN matter m ON m.id = r.complaint_id WHERE r.complaint_id <> $1),
			coalesce((SELECT k.owed FROM complaints.calculation k, lead WHERE k.complaint_id = lead.id ORDER BY k.id DESC LIMIT 1), 0),
			coalesce((SELECT sum(p.principal + p.fee_paid) FROM complaints.payment p, lead WHERE p.complaint_id = lead.id AND p.reversed_at IS NULL), 0)::bigint`, c.ID).
		Scan(&f.First, &f.Rewarded, &f.Proven, &f.Recovered)
	if err != nil {
		return f, postgres.Classify(fmt.Errorf("read what decides about a reward: %w", err))
	}
	return f, nil
}

// ProposeReward keeps a reward as it was computed; it waits for a second person. Errors: fault.NotFound; fault.Conflict when there is one, or the case has changed since.
func (s *Store) ProposeReward(ctx context.Context, who Staff, number string, version int, r reward.Result, policy string, now time.Time) error {
	return s.change(ctx, who, number, version, func(tx pgx.Tx, c Case) error {
		_, err := tx.Exec(ctx, `INSERT INTO complaints.reward (complaint_id, amount, base, rule, policy, proposed_at, proposed_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			c.ID, int64(r.Amount), int64(r.Base), r.Rule, policy, now, who.ID)
		if postgres.IsUnique(err, "") {
			return fault.New(fault.Conflict, "fault.reward.twice")
		}
		if err != nil {
			return fmt.Errorf("propose reward: %w", err)
		}
		if err := event(ctx, tx, c.ID, &who.ID, "reward_proposed", r.Amount.Grouped(), now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "propose reward", c.Number, "", now)
	})
}

// ApproveReward approves a reward by a supervisor who did not propose it; only then does the reporter read of it. Errors: fault.NotFound; fault.Denied; fault.Conflict when it is approved already.
func (s *Store) ApproveReward(ctx context.Context, who Staff, number string, tell func(money.Fen) string, now time.Time) error {
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		if who.Role != lifecycle.Supervisor {
			return fault.New(fault.Denied, "fault.desk.head")
		}
		var proposer int32
		var amount money.Fen
		var approved bool
		err := tx.QueryRow(ctx, `SELECT proposed_by, amount, approved_at IS NOT NULL FROM complaints.reward WHERE complaint_id = $1 FOR UPDATE`, c.ID).Scan(&proposer, &amount, &approved)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return fault.New(fault.NotFound, "fault.reward.missing")
		case err != nil:
			return fmt.Errorf("read reward: %w", err)
		case approved:
			return fault.New(fault.Conflict, "fault.desk.changed")
		case proposer == who.ID:
			return fault.New(fault.Denied, "fault.desk.second")
		}
		if _, err := tx.Exec(ctx, `UPDATE complaints.reward SET approved_at = $2, approved_by = $3 WHERE complaint_id = $1`, c.ID, now, who.ID); err != nil {
			return fmt.Errorf("approve reward: %w", err)
		}
		if err := s.reply(ctx, tx, who, c, tell(amount), now); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, "reward_approved", amount.Grouped(), now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "approve reward", c.Number, "", now)
	})
}

// DropReward takes a proposal back that nobody has approved. Errors: fault.NotFound.
func (s *Store) DropReward(ctx context.Context, who Staff, number string, now time.Time) error {
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		tag, err := tx.Exec(ctx, `DELETE FROM complaints.reward WHERE complaint_id = $1 AND approved_at IS NULL`, c.ID)
		if err != nil {
			return fmt.Errorf("drop reward: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "fault.reward.missing")
		}
		if err := event(ctx, tx, c.ID, &who.ID, "reward_dropped", "", now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "drop reward", c.Number, "", now)
	})
}

// PayReward notes that a reward was paid out, to whom the receipt code was asked for at the counter and is kept nowhere. Errors: fault.NotFound, fault.Invalid.
func (s *Store) PayReward(ctx context.Context, who Staff, number string, on calendar.Date, voucher string, now time.Time) error {
	var wrong []fault.Field
	if on.IsZero() || on.After(calendar.DateOf(now)) {
		wrong = append(wrong, fault.Field{Name: "paid_on", Key: "fault.notice.future"})
	}
	if voucher == "" {
		wrong = append(wrong, fault.Field{Name: "voucher", Key: "fault.reward.voucher"})
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		tag, err := tx.Exec(ctx, `UPDATE complaints.reward SET paid_on = $2, voucher = $3, paid_by = $4 WHERE complaint_id = $1 AND approved_at IS NOT NULL AND paid_on IS NULL`, c.ID, dateArg(on), voucher, who.ID)
		if err != nil {
			return fmt.Errorf("pay reward: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "fault.reward.missing")
		}
		if err := event(ctx, tx, c.ID, &who.ID, "reward_paid", on.String(), now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "pay reward", c.Number, "", now)
	})
}
