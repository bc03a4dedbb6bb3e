package web

import (
	"context"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/evidence"
	"shebao/shared/money"
	"shebao/shared/publication"
)

// Supervisor is the role that publishes.
const Supervisor = lifecycle.Supervisor

// Publications is what the pages of publication call. Every answer is within what the session may see.
type Publications interface {
	Editions(ctx context.Context, session string, now time.Time) ([]Edition, error)
	Edition(ctx context.Context, session string, id int32, now time.Time) (EditionFile, error)
	Draft(ctx context.Context, session string, k publication.Key, span supervision.Span, minimum money.Fen, now time.Time) (int32, error)
	Redraft(ctx context.Context, session string, id int32, version int, span supervision.Span, now time.Time) error
	ActOnEdition(ctx context.Context, session string, id int32, version int, action supervision.EditionAction, reason string, now time.Time) error
	DecideObjection(ctx context.Context, session string, id int32, objection int64, upheld bool, reply string, now time.Time) error
	ObjectionFile(ctx context.Context, session string, id int32, objection int64, sha256 []byte, now time.Time) (publication.File, error)
	Letters(ctx context.Context, session string, id int32, now time.Time) (EditionLetters, error)
	LetterFile(ctx context.Context, session string, id int32, uscc string, now time.Time) (number string, file []byte, err error)
	ServeLetters(ctx context.Context, session string, id int32, version int, uscc string, v Service, now time.Time) error
	AddLetterScan(ctx context.Context, session string, id int32, version int, uscc string, f evidence.File, now time.Time) error
	LetterScan(ctx context.Context, session string, id int32, uscc string, now time.Time) (mediaType string, content []byte, err error)
	VoidLetterService(ctx context.Context, session string, id int32, version int, uscc, reason string, now time.Time) error
}

// Edition is one on its way to the public, or there.
type Edition struct {
	ID int32
	publication.Key
	supervision.Edition
	AuthorName, ApproverName string
	DataDate                 calendar.Date
	Body                     publication.Body
	Revision                 int
	DraftedAt, PublishedAt   time.Time
	WithdrawName             string // who has asked to withdraw it
	WithdrawReason           string
	LeftOut                  []supervision.Cause
	Version                  int
}

// EditionFile is all that the desk holds of an edition.
type EditionFile struct {
	Edition
	Compared   bool // something was published before that it is compared to
	Changes    []publication.Change
	Objections []publication.Filed
	Events     []EditionEvent
	Actions    []supervision.EditionAction
	MayDecide  bool
}

// EditionEvent is one line of an edition's history.
type EditionEvent struct {
	At                   time.Time
	By                   string
	What, Employer, Note string
}

// EditionLetters are the letters of an edition to the employers that it is going to name.
type EditionLetters struct {
	Edition
	Letters []Letter
}

// Letter is the numbered document to one of them, and how it was served.
type Letter struct {
	Entry    publication.Debtor
	Number   string
	IssuedOn calendar.Date
	Service  *Service
	To       calendar.Date // the last day to object; none while it is not served
}
