package web

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/server"
)

// Proofs let a person prove to be the one on record, by what is on record and by a code sent to the mobile on record, and then set the PIN.
type Proofs interface {
	Begin(ctx context.Context, c Claim, now time.Time) (token string, err error)
	Again(ctx context.Context, token, lang string, now time.Time) error
	Of(ctx context.Context, token string, now time.Time) (Proof, error)
	Try(ctx context.Context, token, code string, now time.Time) error
	Finish(ctx context.Context, token, pin, lang string, now time.Time) (ledger.Person, error)
}

// Claim is what somebody says to be.
type Claim struct {
	Purpose              string // activate or recover: the same proof in other words
	Document, Name, Card string
	Lang                 string // of the message
	From                 string // how the audit log names the address
}

// Proof is how far somebody has come.
type Proof struct {
	Purpose   string
	Person    ledger.Person // whom the proof is about: show nothing of it but the masked mobile before the code was entered
	CodeUntil time.Time
	ResendAt  time.Time
	SendsLeft int
	Proven    bool
	Ends      time.Time
}

// How often an address and a number may begin a proof. They fail closed.
const (
	proofWindow     = 15 * time.Minute
	proofsByAddress = 40
	proofsByNumber  = 10
)

const cookieProof = "proof"

// proofLimits counts a beginning, whether it succeeds or not.
func (s *Site) proofLimits(c *fiber.Ctx, document string) error {
	if err := s.Limiter.Allow(c.UserContext(), s.limitKey("proof-address", c.IP()), proofsByAddress, proofWindow); err != nil {
		return err
	}
	return s.Limiter.Allow(c.UserContext(), s.limitKey("proof-number", document), proofsByNumber, proofWindow)
}

// proofToken is what the browser carries of a proof, and in which words it was begun.
func proofToken(c *fiber.Ctx) (purpose, token string) {
	purpose, token, _ = strings.Cut(c.Cookies(cookieProof), ".")
	if purpose != "activate" {
		purpose = "recover"
	}
	return purpose, token
}

// proofOf is the proof that the browser is in the middle of. A proof that is gone leads to the beginning, which says so; then ok is false and the answer is written.
func (s *Site) proofOf(c *fiber.Ctx) (p Proof, token string, ok bool, err error) {
	purpose, token := proofToken(c)
	p, err = s.Proofs.Of(c.UserContext(), token, server.Now(c))
	if fault.Is(err, fault.NotFound) {
		s.forget(c, cookieProof)
		return p, token, false, c.Redirect("/"+purpose+"?gone=1", fiber.StatusSeeOther)
	}
	return p, token, err == nil, err
}
