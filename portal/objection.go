package portal

import (
	"context"
	"crypto/sha256"
	"time"

	"shebao/portal/store"
	"shebao/portal/web"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/receipt"
	"shebao/shared/seal"
)

// objections are filed like tip-offs and kept for their maker, whose receipt the portal can read again.
type objections struct {
	store   *store.Store
	counter *intake.Counter
	field   seal.FieldKey
}

const placeObjection = "portal.objection"

// File files once, and keeps the way to the mailbox. Should keeping fail, the same form again files nothing new and keeps it then.
func (o objections) File(ctx context.Context, personID int64, key intake.Key, t intake.TipOff, reporter intake.Reporter, promisedBy calendar.Date, now time.Time) (receipt.Code, error) {
	code, err := o.counter.File(ctx, key, t, &reporter, promisedBy, now)
	if err != nil {
		return "", err
	}
	filing := sha256.Sum256(append([]byte("shebao objection\x00"), key...))
	kept := store.Objection{Matter: t.Matter, From: t.From, To: t.To, Receipt: o.field.Seal(placeObjection, []byte(code.String())), FiledAt: now}
	return code, o.store.AddObjection(ctx, personID, filing[:], kept)
}

// List tells how far each is.
func (o objections) List(ctx context.Context, personID int64) ([]web.Objection, error) {
	kept, err := o.store.Objections(ctx, personID)
	if err != nil {
		return nil, err
	}
	list := make([]web.Objection, 0, len(kept))
	for _, k := range kept {
		code, err := o.open(k)
		if err != nil {
			return nil, err
		}
		progress, err := o.counter.Progress(ctx, code)
		if fault.Is(err, fault.NotFound) { // its time to be kept is over
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, web.Objection{ID: k.ID, Matter: k.Matter, From: k.From, To: k.To, FiledAt: k.FiledAt, Progress: progress})
	}
	return list, nil
}

// Receipt of one of the person's own.
func (o objections) Receipt(ctx context.Context, personID, id int64) (receipt.Code, error) {
	k, err := o.store.Objection(ctx, personID, id)
	if err != nil {
		return "", err
	}
	return o.open(k)
}

func (o objections) open(k store.Objection) (receipt.Code, error) {
	code, err := o.field.Open(placeObjection, k.Receipt)
	if err != nil {
		return "", err
	}
	return receipt.Parse(string(code))
}
