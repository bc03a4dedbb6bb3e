// Package reward computes what a reporter is rewarded with, by the policy of a region. It is pure.
//
// The central rule is a share of the proven loss, at most 100 000 yuan (人社部发〔2022〕45号, from 2023-01-01); what share, from how little and for whom is the regions' to set,
// so nobody is rewarded before a region has set its policy.
package reward

import (
	"slices"

	"shebao/shared/fault"
	"shebao/shared/money"
)

// CentralCap is the most that the central rule allows.
const CentralCap money.Fen = 100_000_00

// Base is what the share is taken of.
type Base string

// The bases.
const (
	Proven    Base = "proven"    // the arrears or loss that the decision found
	Recovered Base = "recovered" // what came in
)

// Policy of a region.
type Policy struct {
	On        bool      `json:"on"`
	Share     int       `json:"share"` // of ten thousand: 500 is 5 %
	Of        Base      `json:"of"`
	Least     money.Fen `json:"least"`     // of every reward
	Most      money.Fen `json:"most"`      // of every reward; never above the central cap
	NoLoss    money.Fen `json:"no_loss"`   // fixed, when the violation is proven and cost nothing; 0 for none
	Routes    []string  `json:"routes"`    // procedures that reward, as lifecycle names them
	Anonymous bool      `json:"anonymous"` // who gave no name may claim with the receipt code
	OwnRights bool      `json:"own"`       // who complained of their own contributions may be rewarded too
}

// Default rewards nobody; its figures are what a region starts from.
func Default() Policy {
	return Policy{Share: 500, Of: Recovered, Most: CentralCap, Routes: []string{"fund_supervision_tipoff", "labour_inspection_tipoff", "audit_tipoff"}, Anonymous: true}
}

// Check reports every wrong field at once. Error: fault.Invalid.
func (p Policy) Check(routes []string) error {
	var wrong []fault.Field
	no := func(name, key string) { wrong = append(wrong, fault.Field{Name: name, Key: key}) }
	if p.Share < 0 || p.Share > 10_000 {
		no("share", "fault.reward.share")
	}
	if p.Of != Proven && p.Of != Recovered {
		no("of", "fault.reward.of")
	}
	if p.Most <= 0 || p.Most > 2*CentralCap { // one municipality pays up to twice the central cap of its own money
		no("most", "fault.reward.most")
	}
	if p.Least < 0 || p.Least > p.Most {
		no("least", "fault.reward.least")
	}
	if p.NoLoss < 0 || p.NoLoss > p.Most {
		no("no_loss", "fault.reward.no_loss")
	}
	for _, r := range p.Routes {
		if !slices.Contains(routes, r) {
			no("routes", "fault.reward.routes")
			break
		}
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return nil
}

// Facts are what decides about a reward.
type Facts struct {
	Route     string
	Violation bool // decided, by two people
	Over      bool // the case is closed: proven and closed is what earns it
	Named     bool
	OwnRights bool
	First     bool // the first that was accepted of all reports of the matter
	Rewarded  bool // the same matter was rewarded before
	Proven    money.Fen
	Recovered money.Fen
}

// Result is the reward, or why there is none.
type Result struct {
	Amount money.Fen
	Base   money.Fen // that the share was taken of
	Rule   string    // which rule set the amount: share, least, most, no_loss
	None   string    // why there is none, as a key; empty when there is one
}

// Compute applies a policy. Of several reporters the first that was accepted is rewarded, and the same matter never twice.
func Compute(p Policy, f Facts) Result {
	none := func(why string) Result { return Result{None: why} }
	switch {
	case !p.On:
		return none("off")
	case !slices.Contains(p.Routes, f.Route):
		return none("route")
	case !f.Violation:
		return none("clean")
	case !f.Over:
		return none("open")
	case !f.First:
		return none("later")
	case f.Rewarded:
		return none("twice")
	case !f.Named && !p.Anonymous:
		return none("anonymous")
	case f.OwnRights && !p.OwnRights:
		return none("own")
	}
	r := Result{Base: f.Recovered, Rule: "share"}
	if p.Of == Proven {
		r.Base = f.Proven
	}
	if r.Base <= 0 {
		if p.NoLoss == 0 || f.Proven > 0 { // something was lost, and nothing of it came back yet
			return none("nothing")
		}
		return Result{Amount: min(p.NoLoss, p.Most), Rule: "no_loss"}
	}
	r.Amount = r.Base / 10_000 * money.Fen(p.Share)
	r.Amount += (r.Base%10_000*money.Fen(p.Share) + 5_000) / 10_000 // rounded once, half up
	if r.Amount < p.Least {
		r.Amount, r.Rule = p.Least, "least"
	}
	if r.Amount > p.Most {
		r.Amount, r.Rule = p.Most, "most"
	}
	if r.Amount == 0 {
		return none("nothing")
	}
	return r
}
