package supervision

import (
	"strings"
	"time"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// DebtorLine is what an employer owes for one period and insurance.
type DebtorLine struct {
	Period    calendar.Period
	Insurance contribution.Insurance
	Persons   int
	Owed      money.Fen
	LateFee   money.Fen
	FeeKnown  bool // false: the fee is left to a local rule
}

// DebtorFigures are what the ledger says of an employer in arrears.
type DebtorFigures struct {
	EmployerID                    int32
	USCC, Name, Region, Ownership string
	Headcount                     int
	OwedBefore, OwedAfter         money.Fen // before and after the Regulation
	LateFee, FeeUnruled           money.Fen
	Level                         int
	Lines                         []DebtorLine // ordered by period and insurance; at least one
}

// DebtorState is how an employer in arrears stands, with the dates that stop or move its debt.
type DebtorState struct {
	State                                       string // running, stopped, bankrupt, merged
	StoppedOn, AcceptedOn, DeclaredOn, MergedOn calendar.Date
	Successor                                   string // credit code of the employer that absorbed it
}

// Debtor is an employer of the register.
type Debtor struct {
	DebtorFigures
	DebtorState
	FirstPeriod, LastPeriod calendar.Period
	Owner                   int32
	OwnerName               string
	Since, ClearedOn        calendar.Date
	WrittenOff              money.Fen // with all three approvals; no longer pursued, and still in what the ledger says is owed
	PlanState               PlanState // of the repayment plan that runs; empty without one
	PlanDue                 money.Fen // of it now: missed instalments, or the whole rest once it is broken
	Version                 int
}

// DebtorFilter narrows the register.
type DebtorFilter struct {
	Search  string // a part of the name, or a credit code
	Region  string // leading digits
	Level   int    // at least this watch level
	State   string // empty: any
	Plan    string // standing of the running repayment plan; empty: any
	Cleared bool   // those that have paid instead of those that owe
	After   int32  // keyset: the last employer of the page before, 0 for the first page
	Limit   int
}

// DebtorEvent is one change of the register.
type DebtorEvent struct {
	At            time.Time
	By            string // empty: the ledger
	What          string
	Before, After string
}

// DebtorTotal is one figure of the register as a whole: of a watch level, an insurance, before or after the Regulation.
type DebtorTotal struct {
	Key     int
	Count   int
	Owed    money.Fen
	LateFee money.Fen
}

// Plan is a repayment plan with its instalments in order of their days.
type Plan struct {
	ID          int32
	SignedOn    calendar.Date
	Through     calendar.Period // covers what is owed for periods up to here
	Total       money.Fen
	By          string
	EndedOn     calendar.Date
	EndReason   string // renegotiated, withdrawn
	Instalments []Instalment
}

// WriteOff is arrears of a bankrupt employer that are to be written off (核销).
type WriteOff struct {
	ID        int32
	Amount    money.Fen
	Reason    string
	By        string
	At        time.Time
	Approvals []WriteOffApproval // in order; written off with the third
}

// WriteOffApproval is one authority's document, registered by a member of staff.
type WriteOffApproval struct {
	Authority, Document string
	ApprovedOn          calendar.Date
	By                  string
}

// Owed is what is owed in all, without the late fee.
func (d Debtor) Owed() money.Fen { return d.OwedBefore + d.OwedAfter }

// Open is what is still pursued: owed and not written off.
func (d Debtor) Open() money.Fen { return max(0, d.Owed()-d.WrittenOff) }

// String is the state and its dates for the history: codes and dates only, so that every language can say it.
func (s DebtorState) String() string {
	parts := []string{s.State}
	for _, p := range []struct{ name, value string }{{"stopped", s.StoppedOn.String()}, {"accepted", s.AcceptedOn.String()}, {"declared", s.DeclaredOn.String()}, {"merged", s.MergedOn.String()}, {"successor", s.Successor}} {
		if p.value != "" {
			parts = append(parts, p.name+"="+p.value)
		}
	}
	return strings.Join(parts, " ")
}
