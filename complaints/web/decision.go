package web

import (
	"context"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
)

// DecisionDesk is what the page of a case's decision calls.
type DecisionDesk interface {
	Decision(ctx context.Context, session, number string, now time.Time) (Decision, error)
	Letter(ctx context.Context, session, number string, in lifecycle.Input, now time.Time) (paper notice.Paper, ok bool, err error)
}

// Decision is what was proposed, decided and told.
type Decision struct {
	Case         Case
	Proposals    []Proposal // the latest first
	Letters      []Notice   // to the reporter
	HandedTo     string     // the authority that took over; empty for none
	HandedNumber string     // of the letter, which the reporter can quote
	HandedNotice int64      // 0: it is another case's
	HandedAt     time.Time
}

// Proposal is what one person proposed and a second one answered.
type Proposal struct {
	Ground        lifecycle.Ground
	Reason, Words string
	Snapshot      int64 // the evidence that it stands on; 0 for none
	ProposedAt    time.Time
	ProposedBy    string
	Answer        string // approved, returned; empty while it waits
	AnsweredAt    time.Time
	AnsweredBy    string
	AnswerText    string
}
