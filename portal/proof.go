package portal

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/text/unicode/norm"

	"shebao/frontend/locale"
	"shebao/portal/store"
	"shebao/portal/web"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/credential"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
	"shebao/shared/seal"
	"shebao/shared/sms"
)

// proofs let a person prove to be the one on record, and then set the PIN: activation and recovery.
type proofs struct {
	pool     *pgxpool.Pool
	store    *store.Store
	book     *ledger.Ledger
	pins     *credential.PINs
	messages *sms.Messages
	hash     seal.HashKey // of codes
}

// Begin checks what is on record and sends a code. Errors: fault.Denied with proof.nomatch, the same for an unknown person, a wrong name and a wrong card, and proof.nomobile;
// fault.Limited; fault.Unavailable.
func (p proofs) Begin(ctx context.Context, c web.Claim, now time.Time) (token string, err error) {
	who, err := p.book.PersonByDocument(ctx, c.Document)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	if !matches(who, c) {
		return "", p.refuse(ctx, who, c, now)
	}
	if who.Mobile == "" {
		return "", fault.New(fault.Denied, "proof.nomobile")
	}
	token = store.NewToken()
	code := newCode()
	err = postgres.Tx(ctx, p.pool, func(tx pgx.Tx) error {
		if err := p.store.BeginProof(ctx, tx, token, c.Purpose, who.ID, p.hashOf(token, code), now); err != nil {
			return err
		}
		return p.send(ctx, tx, who, c.Purpose, code, c.Lang, now)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// matches compares name and card with the record; a person who does not exist, or has no card on record, matches nothing.
func matches(who ledger.Person, c web.Claim) bool {
	name := subtle.ConstantTimeCompare([]byte(foldName(who.Name)), []byte(foldName(c.Name)))
	card := subtle.ConstantTimeCompare([]byte(foldCard(who.CardNumber)), []byte(foldCard(c.Card)))
	return name&card == 1 && who.ID != 0 && who.CardNumber != ""
}

// foldName takes a name as people write it: the dot of names from other languages has many forms, and blanks count for nothing.
func foldName(name string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '·', '•', '‧', '∙', '・', '．', '.':
			return -1
		}
		return r
	}, strings.ToUpper(norm.NFKC.String(name)))
}

func foldCard(card string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(norm.NFKC.String(card)))
}

// refuse notes the attempt with the person whose number it was.
func (p proofs) refuse(ctx context.Context, who ledger.Person, c web.Claim, now time.Time) error {
	if who.ID != 0 {
		err := p.store.Note(ctx, audit.Entry{At: now, Actor: c.From, Role: "visitor", Action: c.Purpose + " account", Subject: subjectOf(who.ID), Refused: true})
		if err != nil {
			return err
		}
	}
	return fault.New(fault.Denied, "proof.nomatch")
}

// newCode is six digits, each code as likely as any other.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return fmt.Sprintf("%06d", n)
}

func (p proofs) hashOf(token, code string) []byte { return p.hash.Sum(domainCode, token+"."+code) }

const domainCode = "proof.code"

func (p proofs) send(ctx context.Context, tx pgx.Tx, who ledger.Person, purpose, code, lang string, now time.Time) error {
	minutes := int(store.CodeLife.Minutes())
	err := p.messages.Enqueue(ctx, tx, sms.Message{PersonID: who.ID, Number: who.Mobile, Kind: sms.OneTimeCode, Body: locale.Text(lang, "proof.sms."+purpose, code, minutes), Expires: now.Add(store.CodeLife)}, now)
	if fault.Is(err, fault.Invalid) {
		return fault.New(fault.Denied, "proof.nomobile").Because(err)
	}
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, audit.Entry{Stream: "portal", At: now, Actor: subjectOf(who.ID), Role: "citizen", Action: "send code", Subject: subjectOf(who.ID)})
}

// Again sends another code. Errors: fault.NotFound, fault.Limited, fault.Unavailable.
func (p proofs) Again(ctx context.Context, token, lang string, now time.Time) error {
	code := newCode()
	return postgres.Tx(ctx, p.pool, func(tx pgx.Tx) error {
		id, purpose, err := p.store.RenewCode(ctx, tx, token, p.hashOf(token, code), now)
		if err != nil {
			return err
		}
		who, err := p.book.Person(ctx, id)
		if err != nil {
			return err
		}
		return p.send(ctx, tx, who, purpose, code, lang, now)
	})
}

// Of tells how far a proof is, and to which mobile the code went. Errors: fault.NotFound, fault.Unavailable.
func (p proofs) Of(ctx context.Context, token string, now time.Time) (web.Proof, error) {
	found, err := p.store.ProofOf(ctx, token, now)
	if err != nil {
		return web.Proof{}, err
	}
	who, err := p.book.Person(ctx, found.PersonID)
	if err != nil {
		return web.Proof{}, err
	}
	return web.Proof{Purpose: found.Purpose, Person: who, CodeUntil: found.CodeUntil, ResendAt: found.SentAt.Add(store.ResendAfter), SendsLeft: found.SendsLeft, Proven: found.Proven, Ends: found.Ends}, nil
}

// Try judges a code. Errors: fault.Invalid with the reason for the field code, fault.NotFound, fault.Unavailable.
func (p proofs) Try(ctx context.Context, token, code string, now time.Time) error {
	return p.store.TryCode(ctx, token, p.hash.Sums(domainCode, token+"."+code), now)
}

// Finish sets the PIN of who has proved to be the person, ends every sign-in, and tells the mobile on record. All of it, or nothing.
// Errors: fault.Invalid for a weak PIN, fault.NotFound, fault.Limited, fault.Unavailable.
func (p proofs) Finish(ctx context.Context, token, pin, lang string, now time.Time) (who ledger.Person, err error) {
	found, err := p.store.ProofOf(ctx, token, now)
	if err != nil {
		return who, err
	}
	if who, err = p.book.Person(ctx, found.PersonID); err != nil {
		return who, err
	}
	if err := credential.CheckPINOf(pin, web.OwnerOf(who)); err != nil {
		return who, err
	}
	hashed, err := p.pins.Hash(ctx, pin)
	if err != nil {
		return who, err
	}
	var ended []string
	err = postgres.Tx(ctx, p.pool, func(tx pgx.Tx) (err error) {
		if _, _, err = p.store.FinishProof(ctx, tx, token, now); err != nil {
			return err
		}
		if err = p.pins.Put(ctx, tx, who.ID, hashed, now); err != nil {
			return err
		}
		if ended, err = p.store.EndOthersIn(ctx, tx, who.ID, "", now); err != nil {
			return err
		}
		if err = tell(ctx, tx, p.messages, who, "account.sms.pin", lang, now); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "portal", At: now, Actor: subjectOf(who.ID), Role: "citizen", Action: found.Purpose + " account", Subject: subjectOf(who.ID)})
	})
	if err != nil {
		return who, err
	}
	p.store.MarkEnded(ctx, ended...)
	return who, nil
}

// tell says to the mobile on record that something changed about the account. Where there is no such mobile, or too much was sent today, what changed matters more.
func tell(ctx context.Context, tx pgx.Tx, messages *sms.Messages, who ledger.Person, key, lang string, now time.Time, args ...any) error {
	if who.Mobile == "" {
		return nil
	}
	at := now.In(calendar.Zone).Format("2006-01-02 15:04")
	err := messages.Enqueue(ctx, tx, sms.Message{PersonID: who.ID, Number: who.Mobile, Kind: sms.Security, Body: locale.Text(lang, key, append([]any{at}, args...)...)}, now)
	if fault.Is(err, fault.Limited) || fault.Is(err, fault.Invalid) {
		return nil
	}
	return err
}

func subjectOf(personID int64) string { return fmt.Sprintf("person:%d", personID) }
