package credential

import (
	"context"
	"fmt"

	"shebao/shared/postgres"
	"shebao/shared/rekey"
	"shebao/shared/seal"
)

// pepperOf finds the pepper that a hash was made with, by its name; old tells that it is not the newest. A hash without a name is of the oldest. A name that is not in the list, or of
// nobody, gives the newest, so that it costs the same: what was hashed with a pepper that was taken away checks under none.
func (p *PINs) pepperOf(made *string) (pepper []byte, old bool) {
	last := len(p.peppers) - 1
	if made == nil {
		return p.peppers[last], last > 0
	}
	for i, pepper := range p.peppers {
		if seal.KeyID(pepper) == *made {
			return pepper, i > 0
		}
	}
	return p.peppers[0], false
}

// renew hashes a right PIN with the newest pepper. Where that fails, or many wait for hashes, the next sign-in does it: this one was right all the same.
func (p *PINs) renew(ctx context.Context, personID int64, pin string, before []byte) {
	fresh, err := p.hashAnew(ctx, pin)
	if err != nil {
		return
	}
	_, _ = p.pool.Exec(ctx, `UPDATE credential.pin SET hash = $2, salt = $3, pepper = $4 WHERE person_id = $1 AND hash = $5`, personID, fresh.hash, fresh.salt, fresh.pepper, before)
}

// NamePepper notes the only pepper beside hashes from before peppers had names; while there are several it does nothing. Error: fault.Unavailable.
func (p *PINs) NamePepper(ctx context.Context) error {
	if len(p.peppers) != 1 {
		return nil
	}
	if _, err := p.pool.Exec(ctx, `UPDATE credential.pin SET pepper = $1 WHERE pepper IS NULL`, seal.KeyID(p.peppers[0])); err != nil {
		return postgres.Classify(fmt.Errorf("name the pepper: %w", err))
	}
	return nil
}

// Rekeyed counts the PINs that need another pepper than the newest: nobody but their owners can hash them anew.
func Rekeyed(peppers [][]byte) []rekey.Kind {
	names := make([]string, len(peppers))
	for i, pepper := range peppers {
		names[i] = seal.KeyID(pepper)
	}
	return []rekey.Kind{{Secret: "SHEBAO_PIN_PEPPER", What: "PINs", Until: "their owners sign in, or set another PIN", Count: func(ctx context.Context, db rekey.Querier) (t rekey.Tally, err error) {
		err = db.QueryRow(ctx, `
			SELECT count(*), count(*) FILTER (WHERE coalesce(pepper, $2) <> $1 AND coalesce(pepper, $2) = ANY ($3)), count(*) FILTER (WHERE pepper <> ALL ($3)) FROM credential.pin`,
			names[0], names[len(names)-1], names).Scan(&t.Rows, &t.Old, &t.Lost)
		return t, err
	}}}
}
