package latefee_test

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/latefee"
	"shebao/shared/money"
)

func local(from, to calendar.Date, rate latefee.DailyRate) latefee.Rules {
	rules := latefee.NationalRules()
	rules.Local = []latefee.Regime{{ID: "local", Rate: rate, From: from, To: to, Basis: "当地政府规定"}}
	return rules
}

func TestClaims(t *testing.T) {
	national := latefee.NationalRules()
	accepted := national
	accepted.Stop = latefee.StopAccepted
	before := national
	before.EndDay = latefee.DayBeforePayment
	capped := national
	capped.Capped = true
	const principal = 100_000 // 1000.00
	for _, tc := range []struct {
		name     string
		rules    latefee.Rules
		claim    latefee.Claim
		want     money.Fen
		segments int
		stopped  calendar.Date
	}{
		{"the change of rate in one claim", national, latefee.Claim{FirstDay: day(2011, 6, 30), LastDay: day(2011, 7, 1)}, 250, 2, calendar.Date{}},
		{"June 2011 never bears the old rate", national, latefee.Claim{Period: 201106, FirstDay: day(2011, 6, 21), LastDay: day(2011, 7, 10)}, 1000, 1, calendar.Date{}},
		{"May 2011 does", national, latefee.Claim{Period: 201105, FirstDay: day(2011, 6, 21), LastDay: day(2011, 7, 10)}, 2500, 2, calendar.Date{}},
		{"work injury, first half of 2011", national, latefee.Claim{Insurance: contribution.WorkInjury, Period: 201102, FirstDay: day(2011, 6, 30), LastDay: day(2011, 7, 1)}, 100, 2, calendar.Date{}},
		{"bankruptcy declared: that day bears nothing", national, latefee.Claim{FirstDay: day(2020, 1, 1), LastDay: day(2020, 1, 31), Declared: day(2020, 1, 11)}, 500, 1, day(2020, 1, 11)},
		{"bankruptcy declared before the first day", national, latefee.Claim{FirstDay: day(2020, 1, 1), LastDay: day(2020, 1, 31), Declared: day(2019, 1, 11)}, 0, 0, day(2019, 1, 11)},
		{"bankruptcy declared after the last day", national, latefee.Claim{FirstDay: day(2020, 1, 1), LastDay: day(2020, 1, 10), Declared: day(2020, 1, 11)}, 500, 1, calendar.Date{}},
		{"bankruptcy accepted stops where a region says so", accepted, latefee.Claim{FirstDay: day(2020, 1, 1), LastDay: day(2020, 1, 31), Accepted: day(2020, 1, 3), Declared: day(2020, 1, 11)}, 100, 1, day(2020, 1, 3)},
		{"bankruptcy accepted does not stop by the notice of 2001", national, latefee.Claim{FirstDay: day(2020, 1, 1), LastDay: day(2020, 1, 31), Accepted: day(2020, 1, 3)}, 1550, 1, calendar.Date{}},
		{"bankruptcy accepted before the law of 2007", accepted, latefee.Claim{FirstDay: day(2007, 5, 1), LastDay: day(2007, 5, 31), Accepted: day(2007, 5, 3), Declared: day(2007, 5, 11)}, 2000, 1, day(2007, 5, 11)},
		{"deferred days bear nothing", national, latefee.Claim{FirstDay: day(2020, 2, 1), LastDay: day(2020, 2, 29), Deferred: []latefee.Span{{From: day(2020, 2, 11), To: day(2020, 2, 20)}}}, 950, 2, calendar.Date{}},
		{"deferrals overlap, in no order", national, latefee.Claim{FirstDay: day(2020, 2, 1), LastDay: day(2020, 2, 29),
			Deferred: []latefee.Span{{From: day(2020, 2, 15), To: day(2020, 3, 20)}, {From: day(2020, 1, 1), To: day(2020, 2, 2)}, {From: day(2020, 2, 11), To: day(2020, 2, 16)}}}, 400, 1, calendar.Date{}},
		{"a payment within a deferral", national, latefee.Claim{FirstDay: day(2020, 2, 1), LastDay: day(2020, 2, 29), Deferred: []latefee.Span{{From: day(2020, 2, 11), To: day(2020, 2, 20)}},
			Payments: []latefee.Payment{{On: day(2020, 2, 15), Amount: 40_000}}}, 770, 2, calendar.Date{}},
		{"paid off early", national, latefee.Claim{FirstDay: day(2020, 2, 1), LastDay: day(2020, 2, 29), Payments: []latefee.Payment{{On: day(2020, 2, 4), Amount: principal}}}, 200, 1, calendar.Date{}},
		{"paid off early, day before payment", before, latefee.Claim{FirstDay: day(2020, 2, 1), LastDay: day(2020, 2, 29), Payments: []latefee.Payment{{On: day(2020, 2, 4), Amount: principal}}}, 150, 1, calendar.Date{}},
		{"the cap binds from 2012", capped, latefee.Claim{FirstDay: day(2000, 1, 1), LastDay: day(2012, 1, 1)}, principal, 2, calendar.Date{}},
		{"the cap does not bind before", capped, latefee.Claim{FirstDay: day(2000, 1, 1), LastDay: day(2011, 12, 31)}, 849_000, 2, calendar.Date{}},
		{"arrears from 1998 by a local rule", local(day(1998, 1, 1), calendar.Date{}, 1_000_000), latefee.Claim{Period: 199811, FirstDay: day(1998, 12, 16), LastDay: day(1999, 1, 31)}, 4700, 1, calendar.Date{}},
		{"days before the Regulation by a local rule", local(day(1998, 1, 1), day(1999, 1, 21), 1_000_000), latefee.Claim{FirstDay: day(1999, 1, 20), LastDay: day(1999, 1, 23)}, 600, 2, calendar.Date{}},
	} {
		tc.claim.Principal = principal
		fee, err := tc.rules.Compute(tc.claim)
		if err != nil || fee.Amount != tc.want || len(fee.Segments) != tc.segments || fee.Stopped != tc.stopped {
			t.Errorf("%s: %s in %d segments, stopped %q, %v; want %s in %d, %q", tc.name, fee.Amount, len(fee.Segments), fee.Stopped, err, tc.want, tc.segments, tc.stopped)
		}
	}
}

func TestRefusals(t *testing.T) {
	national := latefee.NationalRules()
	first, last := day(2020, 1, 1), day(2020, 1, 31)
	for _, tc := range []struct {
		name  string
		claim latefee.Claim
		want  error
	}{
		{"arrears from before the Regulation", latefee.Claim{Principal: 1, Period: 199812, FirstDay: day(1999, 1, 22), LastDay: day(1999, 1, 31)}, latefee.ErrNeedsLocalRule},
		{"days before the Regulation", latefee.Claim{Principal: 1, FirstDay: day(1999, 1, 21), LastDay: day(1999, 1, 31)}, latefee.ErrNeedsLocalRule},
		{"work injury before 2011", latefee.Claim{Principal: 1, Insurance: contribution.WorkInjury, FirstDay: day(2010, 12, 31), LastDay: day(2011, 1, 1)}, latefee.ErrNeedsLocalRule},
		{"no principal", latefee.Claim{FirstDay: first, LastDay: last}, latefee.ErrPrincipal},
		{"days the wrong way round", latefee.Claim{Principal: 1, FirstDay: last, LastDay: first}, latefee.ErrDays},
		{"more paid than owed", latefee.Claim{Principal: 1, FirstDay: first, LastDay: last, Payments: []latefee.Payment{{On: first, Amount: 1}, {On: last, Amount: 1}}}, latefee.ErrPayments},
		{"nothing paid", latefee.Claim{Principal: 1, FirstDay: first, LastDay: last, Payments: []latefee.Payment{{On: first}}}, latefee.ErrPayments},
	} {
		if _, err := national.Compute(tc.claim); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
	if _, err := latefee.Flat(1, -1, 1); !errors.Is(err, latefee.ErrDays) {
		t.Error(err)
	}
}

func TestEndDay(t *testing.T) {
	for _, tc := range []struct {
		convention latefee.EndDay
		want       money.Fen
	}{{latefee.ThroughPaymentDay, 8000}, {latefee.DayBeforePayment, 7600}} {
		rules := latefee.NationalRules()
		rules.EndDay = tc.convention
		fee, err := rules.Compute(latefee.Claim{Principal: 800_000, FirstDay: day(2026, 1, 16), LastDay: rules.LastDay(day(2026, 2, 4))})
		if err != nil || fee.Amount != tc.want {
			t.Errorf("%d: %s, %v", tc.convention, fee.Amount, err)
		}
	}
}

// drawClaim makes a claim of days from 1999-02 to 2030 with payments and deferrals.
func drawClaim(t *rapid.T) latefee.Claim {
	first := latefee.Regulation.AddDays(rapid.IntRange(0, 9000).Draw(t, "first"))
	claim := latefee.Claim{Principal: money.Fen(rapid.Int64Range(1, 1e12).Draw(t, "principal")), FirstDay: first, LastDay: first.AddDays(rapid.IntRange(1, 4000).Draw(t, "days"))}
	left := claim.Principal
	for range rapid.IntRange(0, 4).Draw(t, "payments") {
		if left == 0 {
			break
		}
		amount := money.Fen(rapid.Int64Range(1, int64(left)).Draw(t, "amount"))
		left -= amount
		claim.Payments = append(claim.Payments, latefee.Payment{On: first.AddDays(rapid.IntRange(-5, 4000).Draw(t, "paid")), Amount: amount})
	}
	for range rapid.IntRange(0, 3).Draw(t, "deferrals") {
		from := first.AddDays(rapid.IntRange(-50, 4000).Draw(t, "from"))
		claim.Deferred = append(claim.Deferred, latefee.Span{From: from, To: from.AddDays(rapid.IntRange(0, 400).Draw(t, "length"))})
	}
	if rapid.Bool().Draw(t, "bankrupt") {
		claim.Declared = first.AddDays(rapid.IntRange(-10, 4000).Draw(t, "declared"))
	}
	return claim
}

func TestSplittingAClaimKeepsTheExactFee(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claim := drawClaim(t)
		rules := latefee.NationalRules()
		rules.EndDay = latefee.EndDay(rapid.IntRange(0, 1).Draw(t, "convention"))
		whole, err := rules.Compute(claim)
		if err != nil {
			t.Fatal(err)
		}
		head, tail := claim, claim
		head.LastDay = claim.FirstDay.AddDays(rapid.IntRange(0, claim.LastDay.Sub(claim.FirstDay)-1).Draw(t, "cut"))
		tail.FirstDay = head.LastDay.AddDays(1)
		a, err1 := rules.Compute(head)
		b, err2 := rules.Compute(tail)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if sum := new(big.Rat).Add(a.Exact(), b.Exact()); sum.Cmp(whole.Exact()) != 0 {
			t.Fatalf("%s + %s is not %s", yuan(a.Exact()), yuan(b.Exact()), yuan(whole.Exact()))
		}
	})
}

// TestAFeeIsTheSumOfItsDays counts day by day, with none of the engine's bookkeeping.
func TestAFeeIsTheSumOfItsDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claim := drawClaim(t)
		fee, err := latefee.NationalRules().Compute(claim)
		if err != nil {
			t.Fatal(err)
		}
		sum := new(big.Rat)
		for d := claim.FirstDay; !d.After(claim.LastDay); d = d.AddDays(1) {
			if !claim.Declared.IsZero() && !d.Before(claim.Declared) {
				break
			}
			principal, deferred := claim.Principal, false
			for _, p := range claim.Payments {
				if p.On.Before(d) {
					principal -= p.Amount
				}
			}
			for _, span := range claim.Deferred {
				deferred = deferred || (!d.Before(span.From) && !d.After(span.To))
			}
			if deferred {
				continue
			}
			rate := big.NewRat(5, 10_000)
			if d.Before(latefee.InsuranceLaw) {
				rate = big.NewRat(2, 1000)
			}
			sum.Add(sum, rate.Mul(rate, principal.Rat()))
		}
		if sum.Cmp(fee.Exact()) != 0 {
			t.Fatalf("%s, by days %s", yuan(fee.Exact()), yuan(sum))
		}
		segments := new(big.Rat)
		for _, s := range fee.Segments {
			segments.Add(segments, s.Exact())
			if s.Days != s.To.Sub(s.From)+1 || s.Days < 1 {
				t.Fatalf("segment %+v", s)
			}
		}
		if segments.Cmp(fee.Exact()) != 0 || fee.Capped > claim.Principal || fee.Capped > fee.Uncapped {
			t.Fatalf("segments %s of %s, capped %s of %s", yuan(segments), yuan(fee.Exact()), fee.Capped, fee.Uncapped)
		}
	})
}

// What a local rule leaves open of the days before the Regulation is refused by name, never charged at the national rate.
func TestOldArrearsWithALocalRuleForAPart(t *testing.T) {
	const old calendar.Period = 199803
	part := local(day(1998, 1, 1), day(1998, 6, 30), 1_000_000)
	late := local(day(2001, 1, 1), day(2001, 12, 31), 1_000_000)
	until := local(day(1998, 1, 1), day(1999, 1, 21), 1_000_000)
	only := until
	only.OldArrears = latefee.LocalOnly
	always := local(day(1998, 1, 1), calendar.Date{}, 1_000_000)
	gap := until
	gap.Local = []latefee.Regime{{ID: "a", Rate: 1_000_000, From: day(1998, 1, 1), To: day(1998, 6, 30)}, {ID: "b", Rate: 3_000_000, From: day(1998, 8, 1), To: day(1999, 1, 21)}}
	for _, tc := range []struct {
		name     string
		rules    latefee.Rules
		from, to calendar.Date
		want     money.Fen
		missing  [2]calendar.Date // the days that are refused
	}{
		{"within the part", part, day(1998, 6, 1), day(1998, 6, 30), 3000, [2]calendar.Date{}},
		{"the rest of the days before", part, day(1998, 6, 21), day(1999, 1, 31), 0, [2]calendar.Date{day(1998, 7, 1), day(1999, 1, 21)}},
		{"only the rest", part, day(1998, 7, 5), day(1998, 7, 9), 0, [2]calendar.Date{day(1998, 7, 5), day(1998, 7, 9)}},
		{"between two local rules", gap, day(1998, 6, 1), day(1998, 9, 30), 0, [2]calendar.Date{day(1998, 7, 1), day(1998, 7, 31)}},
		{"since the Regulation the national rate", until, day(1999, 1, 21), day(1999, 1, 23), 500, [2]calendar.Date{}},
		{"also where a part of the days before is open, which this claim has none of", part, day(1999, 1, 22), day(1999, 1, 23), 400, [2]calendar.Date{}},
		{"since the Regulation by a local rule only", only, day(1999, 1, 21), day(1999, 1, 23), 0, [2]calendar.Date{day(1999, 1, 22), day(1999, 1, 23)}},
		{"by a local rule that goes on", always, day(1999, 1, 21), day(1999, 1, 23), 300, [2]calendar.Date{}},
		{"a local rule of later years says nothing", late, day(1999, 1, 22), day(2001, 1, 1), 0, [2]calendar.Date{day(1999, 1, 22), day(2000, 12, 31)}},
		{"no local rule at all", latefee.NationalRules(), day(1998, 4, 1), day(2020, 1, 1), 0, [2]calendar.Date{day(1998, 4, 1), day(2020, 1, 1)}},
	} {
		fee, err := tc.rules.Compute(latefee.Claim{Principal: 100_000, Period: old, FirstDay: tc.from, LastDay: tc.to})
		var missing latefee.NeedsLocalRule
		switch {
		case tc.missing[0].IsZero() && (err != nil || fee.Amount != tc.want):
			t.Errorf("%s: %s, %v", tc.name, fee.Amount, err)
		case !tc.missing[0].IsZero() && (!errors.As(err, &missing) || !errors.Is(err, latefee.ErrNeedsLocalRule) || missing.Period != old || missing.From != tc.missing[0] || missing.To != tc.missing[1]):
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}
