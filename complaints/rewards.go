package complaints

import (
	"context"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/reward"
	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/money"
)

// Reward is what the region's policy gives the reporter of a case, and what became of it.
func (d desk) Reward(ctx context.Context, session, number string, now time.Time) (web.Reward, error) {
	var v web.Reward
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return v, err
	}
	c, err := d.store.Peek(ctx, who, number)
	if err != nil {
		return v, err
	}
	if v.Result, _, err = d.reward(ctx, c); err != nil {
		return v, err
	}
	r, ok, err := d.store.RewardOf(ctx, c.ID)
	if ok {
		v.Proposed = true
		v.Amount, v.ProposedBy, v.Proposer, v.ProposedAt, v.ApprovedBy, v.PaidOn, v.Voucher, v.PolicyOf, v.Rule, v.Base = r.Amount, r.ProposedBy, r.Proposer, r.ProposedAt, r.ApprovedBy, r.PaidOn, r.Voucher, r.Policy, r.Rule, r.Base
	}
	return v, err
}

func (d desk) reward(ctx context.Context, c store.Case) (reward.Result, store.RewardPolicy, error) {
	policy, err := d.store.RewardPolicy(ctx, c.Region)
	if err != nil {
		return reward.Result{}, policy, err
	}
	facts, err := d.store.RewardFacts(ctx, c)
	return reward.Compute(policy.Policy, facts), policy, err
}

// ProposeReward proposes what the policy gives, and nothing else. Error: fault.Conflict when it gives nothing.
func (d desk) ProposeReward(ctx context.Context, session, number string, version int, now time.Time) error {
	who, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return err
	}
	r, policy, err := d.reward(ctx, c)
	if err != nil {
		return err
	}
	if r.None != "" {
		return fault.New(fault.Conflict, "reward.none."+r.None)
	}
	return d.store.ProposeReward(ctx, who, number, version, r, policy.Name(), now)
}

func (d desk) ApproveReward(ctx context.Context, session, number string, now time.Time) error {
	who, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return err
	}
	setting, err := d.store.MoneySetting(ctx, c.Region)
	if err != nil {
		return err
	}
	return d.store.ApproveReward(ctx, who, number, func(sum money.Fen) string {
		return locale.Text(locale.Chinese, "reward.tell", sum.Grouped(), setting.Agency.Name, setting.Agency.Address, setting.Agency.Phone)
	}, now)
}

func (d desk) DropReward(ctx context.Context, session, number string, now time.Time) error {
	return d.as(ctx, session, now, func(who store.Staff) error { return d.store.DropReward(ctx, who, number, now) })
}

func (d desk) PayReward(ctx context.Context, session, number string, on calendar.Date, voucher string, now time.Time) error {
	return d.as(ctx, session, now, func(who store.Staff) error { return d.store.PayReward(ctx, who, number, on, voucher, now) })
}

// RewardPolicy is the policy in force for the asker's region; version 0 when it is not the region's own.
func (d desk) RewardPolicy(ctx context.Context, session string, now time.Time) (web.RewardPolicy, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.RewardPolicy{}, err
	}
	p, err := d.store.RewardPolicy(ctx, who.Region)
	v := web.RewardPolicy{Region: who.Region, Of: p.Region, Policy: p.Policy}
	if p.Region == who.Region {
		v.Version = p.Version
	}
	return v, err
}

func (d desk) SaveRewardPolicy(ctx context.Context, session string, seen int, p reward.Policy, now time.Time) error {
	var routes []string
	for _, r := range lifecycle.Routes {
		routes = append(routes, string(r))
	}
	if err := p.Check(routes); err != nil {
		return err
	}
	return d.as(ctx, session, now, func(who store.Staff) error { return d.store.SaveRewardPolicy(ctx, who, seen, p, now) })
}
