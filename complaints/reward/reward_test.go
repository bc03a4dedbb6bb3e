package reward_test

import (
	"testing"

	"pgregory.net/rapid"

	"shebao/complaints/reward"
	"shebao/shared/fault"
	"shebao/shared/money"
)

const route = "fund_supervision_tipoff"

func policy(change ...func(*reward.Policy)) reward.Policy {
	p := reward.Default()
	p.On = true
	for _, f := range change {
		f(&p)
	}
	return p
}

func facts(change ...func(*reward.Facts)) reward.Facts {
	f := reward.Facts{Route: route, Violation: true, Over: true, Named: true, First: true, Proven: 10_000_000, Recovered: 10_000_000}
	for _, c := range change {
		c(&f)
	}
	return f
}

// What the regions publish: 5 % with at least 500 yuan (海南), 10 % from 200 to 200 000 yuan (天津), 500 yuan fixed without a loss (山东), at most 100 000 yuan.
func TestPublishedPolicies(t *testing.T) {
	hainan := policy(func(p *reward.Policy) { p.Share, p.Of, p.Least = 500, reward.Proven, 500_00 })
	tianjin := policy(func(p *reward.Policy) { p.Share, p.Of, p.Least, p.Most = 1000, reward.Proven, 200_00, 200_000_00 })
	shandong := policy(func(p *reward.Policy) { p.Share, p.Of, p.NoLoss = 200, reward.Proven, 500_00 })
	for _, test := range []struct {
		policy reward.Policy
		proven money.Fen
		want   money.Fen
		rule   string
	}{
		{hainan, 100_000_00, 5_000_00, "share"}, {hainan, 9_999_00, 500_00, "least"}, {hainan, 10_000_00, 500_00, "share"}, {hainan, 3_000_000_00, 100_000_00, "most"},
		{tianjin, 1_000_00, 200_00, "least"}, {tianjin, 3_000_000_00, 200_000_00, "most"}, {tianjin, 123_45, 200_00, "least"}, {tianjin, 123_456_78, 12_345_68, "share"},
		{shandong, 0, 500_00, "no_loss"}, {shandong, 100_000_00, 2_000_00, "share"},
	} {
		got := reward.Compute(test.policy, facts(func(f *reward.Facts) { f.Proven, f.Recovered = test.proven, 0 }))
		if got.Amount != test.want || got.Rule != test.rule || got.None != "" {
			t.Errorf("of %s: %+v, want %s by %s", test.proven, got, test.want, test.rule)
		}
	}
}

func TestWhoIsNotRewarded(t *testing.T) {
	for why, test := range map[string]struct {
		policy reward.Policy
		facts  reward.Facts
	}{
		"off":       {reward.Default(), facts()},
		"route":     {policy(), facts(func(f *reward.Facts) { f.Route = "petition" })},
		"clean":     {policy(), facts(func(f *reward.Facts) { f.Violation = false })},
		"open":      {policy(), facts(func(f *reward.Facts) { f.Over = false })},
		"later":     {policy(), facts(func(f *reward.Facts) { f.First = false })},
		"twice":     {policy(), facts(func(f *reward.Facts) { f.Rewarded = true })},
		"anonymous": {policy(func(p *reward.Policy) { p.Anonymous = false }), facts(func(f *reward.Facts) { f.Named = false })},
		"own":       {policy(), facts(func(f *reward.Facts) { f.OwnRights = true })},
		"nothing":   {policy(func(p *reward.Policy) { p.NoLoss = 500_00 }), facts(func(f *reward.Facts) { f.Recovered = 0 })},
	} {
		if got := reward.Compute(test.policy, test.facts); got.None != why || got.Amount != 0 {
			t.Errorf("%s: %+v", why, got)
		}
	}
	if got := reward.Compute(policy(), facts(func(f *reward.Facts) { f.Named = false })); got.Amount != 5_000_00 {
		t.Errorf("an anonymous reporter with a receipt: %+v", got)
	}
}

// Never below the least, never above the most, never for nothing; more recovered never gives less.
func TestARewardStaysWithinItsLimits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := policy(func(p *reward.Policy) {
			p.Share = rapid.IntRange(0, 10_000).Draw(rt, "share")
			p.Most = money.Fen(rapid.Int64Range(1, int64(reward.CentralCap)).Draw(rt, "most"))
			p.Least = money.Fen(rapid.Int64Range(0, int64(p.Most)).Draw(rt, "least"))
		})
		if err := p.Check([]string{route, "labour_inspection_tipoff", "audit_tipoff"}); err != nil {
			rt.Fatal(err)
		}
		low := money.Fen(rapid.Int64Range(1, 1<<50).Draw(rt, "recovered"))
		high := low + money.Fen(rapid.Int64Range(0, 1<<50).Draw(rt, "more"))
		a, b := reward.Compute(p, facts(func(f *reward.Facts) { f.Recovered = low })), reward.Compute(p, facts(func(f *reward.Facts) { f.Recovered = high }))
		if a.None == "" && (a.Amount < p.Least || a.Amount > p.Most || a.Amount <= 0) || b.Amount < a.Amount {
			rt.Fatalf("%+v then %+v under %+v", a, b, p)
		}
	})
}

func TestAPolicyIsCheckedFieldByField(t *testing.T) {
	err := reward.Policy{Share: 10_001, Of: "x", Least: -1, NoLoss: -1, Routes: []string{"made up"}}.Check([]string{route})
	f := fault.Of(err)
	if f == nil || len(f.Fields) != 6 {
		t.Errorf("%v", err)
	}
}
