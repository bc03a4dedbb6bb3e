package complaints

import (
	"context"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/config"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/seal"
)

// reports takes what reporters tell a member of staff, at the counter or on the telephone, into the intake that portal and hotline file into: sealed by the same keys,
// with a receipt and a mailbox of its own. Who took it forgets the identity with the page: the desk can no more open it than one from the web.
type reports struct {
	store   *store.Store
	ledger  *ledger.Ledger
	counter *intake.Counter
}

// publicKeys of the desk, by which what is taken down here is sealed like what comes from outside.
func publicKeys(r *config.Reader) intake.PublicKeys {
	var keys intake.PublicKeys
	for name, key := range map[string]*seal.PublicKey{"SHEBAO_DESK_CONTENT_PUBLIC": &keys.Content, "SHEBAO_DESK_IDENTITY_PUBLIC": &keys.Identity} {
		parsed, err := seal.ParsePublicKey(r.Required(name))
		if err != nil {
			r.Problem(name, "is not a public key")
		}
		*key = parsed
	}
	return keys
}

// employersOffered is how many employers are offered to choose from.
const employersOffered = 5

// Employers finds employers by a credit code or a part of their name.
func (r reports) Employers(ctx context.Context, text string) ([]ledger.Employer, error) {
	if code, err := identity.ParseUSCC(text); err == nil {
		e, err := r.ledger.EmployerByUSCC(ctx, code)
		if err == nil {
			return []ledger.Employer{e}, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	return r.ledger.SearchEmployers(ctx, text, employersOffered)
}

// Keep saves what has been written down so far: a telephone that hangs up loses nothing.
func (r reports) Keep(ctx context.Context, session string, key intake.Key, t intake.TipOff, now time.Time) error {
	t, _, err := r.taken(ctx, session, t, now)
	if err != nil {
		return err
	}
	return r.counter.SaveDraft(ctx, intake.Operator, key, t, now)
}

// Take files the report once, whatever is sent again, and notes who took it.
func (r reports) Take(ctx context.Context, session string, key intake.Key, t intake.TipOff, who *intake.Reporter, files []intake.Attachment, now time.Time) (web.Receipt, error) {
	t, by, err := r.taken(ctx, session, t, now)
	if err != nil {
		return web.Receipt{}, err
	}
	if who != nil && who.IDNumber != "" {
		person, err := r.ledger.PersonByDocument(ctx, who.IDNumber)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return web.Receipt{}, err
		}
		if err == nil && person.Name == who.Name { // a number with another name is kept as said, for whoever opens it
			who.PersonID = person.ID
		}
	}
	for _, f := range files {
		if err := r.counter.Attach(ctx, intake.Operator, key, f, now); err != nil {
			return web.Receipt{}, err
		}
	}
	promised, provisional := r.store.Promised(t, now)
	code, err := r.counter.File(ctx, key, t, who, promised, now)
	if err != nil {
		return web.Receipt{}, err
	}
	// The receipt is what counts: where the agency's name is not set or cannot be read just now, it is printed without.
	setting, err := r.store.MoneySetting(ctx, t.Region)
	if err != nil {
		setting.Agency.Name = ""
	}
	return web.Receipt{Code: code, Promised: promised, Provisional: provisional, Agency: setting.Agency.Name}, r.store.NoteTaken(ctx, by, now)
}

// taken names the way and who took it down.
func (r reports) taken(ctx context.Context, session string, t intake.TipOff, now time.Time) (intake.TipOff, store.Staff, error) {
	by, err := r.store.StaffOf(ctx, session, now)
	if err == nil && by.Role != lifecycle.Intake { // who investigates must not have heard the reporter's name
		err = fault.New(fault.Denied, "fault.desk.role")
	}
	t.Channel, t.TakenBy = intake.Operator, by.ID
	if t.Region == "" && len(by.Region) == 6 {
		t.Region = by.Region
	}
	return t, by, err
}
