package complaints

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/intake"
	"shebao/shared/seal"
)

// identities is what the pages of reporters' identities call.
type identities struct{ store *store.Store }

func shownRequests(list []store.IdentityRequest) []web.IdentityRequest {
	shown := make([]web.IdentityRequest, len(list))
	for i, q := range list {
		shown[i] = web.IdentityRequest(q)
	}
	return shown
}

func (d identities) Requests(ctx context.Context, session, number string, now time.Time) ([]web.IdentityRequest, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	list, err := d.store.IdentityRequests(ctx, who, number, now)
	return shownRequests(list), err
}

func (d identities) Work(ctx context.Context, session string, now time.Time) ([]web.IdentityRequest, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	list, err := d.store.IdentityWork(ctx, who, now)
	return shownRequests(list), err
}

func (d identities) Keyholder(ctx context.Context, session string, now time.Time) (web.Keyholder, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.Keyholder{}, err
	}
	own, others, left, err := d.store.KeyholderOf(ctx, who)
	return web.Keyholder{MadeAt: own.MadeAt, Holds: own.Holds, Others: others, Left: left}, err
}

func (d identities) MakeKeyholder(ctx context.Context, session, passphrase string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.MakeKeyholder(ctx, who, passphrase, now)
}

func (d identities) ChangePassphrase(ctx context.Context, session, old, passphrase string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.ChangePassphrase(ctx, who, old, passphrase, now)
}

func (d identities) Ask(ctx context.Context, session, number, reason, passphrase string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.AskIdentity(ctx, who, number, reason, passphrase, now)
}

func (d identities) Agree(ctx context.Context, session, number string, id int64, passphrase string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.AgreeIdentity(ctx, who, number, id, passphrase, now)
}

func (d identities) Refuse(ctx context.Context, session, number string, id int64, answer string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.RefuseIdentity(ctx, who, number, id, answer, now)
}

func (d identities) TakeBack(ctx context.Context, session, number string, id int64, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.TakeBackIdentity(ctx, who, number, id, now)
}

func (d identities) View(ctx context.Context, session, number string, id int64, passphrase string, now time.Time) (intake.Reporter, time.Time, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return intake.Reporter{}, time.Time{}, err
	}
	return d.store.ViewIdentity(ctx, who, number, id, passphrase, now)
}

// MakeKeyholder gives an account a key of its own under a passphrase: for a demo, whose passphrases are public. Elsewhere each keyholder does it, on their page.
func MakeKeyholder(ctx context.Context, c Config, pool *pgxpool.Pool, account, passphrase string, now time.Time) error {
	cases, err := c.store(pool)
	if err != nil {
		return err
	}
	who, err := cases.StaffByAccount(ctx, account)
	if err != nil {
		return err
	}
	return cases.MakeKeyholder(ctx, who, passphrase, now)
}

// DealIdentityKey splits a key among accounts that are keyholders; any two of them open an identity.
func DealIdentityKey(ctx context.Context, c Config, pool *pgxpool.Pool, key seal.PrivateKey, accounts []string, now time.Time) error {
	cases, err := c.store(pool)
	if err != nil {
		return err
	}
	return cases.DealIdentityKey(ctx, key, accounts, now)
}

// JoinIdentityKey gives the key back from two keyholders who are present.
func JoinIdentityKey(ctx context.Context, c Config, pool *pgxpool.Pool, public seal.PublicKey, accounts, passphrases [2]string, now time.Time) (seal.PrivateKey, error) {
	cases, err := c.store(pool)
	if err != nil {
		return seal.PrivateKey{}, err
	}
	return cases.JoinIdentityKey(ctx, public, accounts, passphrases, now)
}

// ListKeyholders lists who has a key of their own, and who of them holds a part of the identity key.
func ListKeyholders(ctx context.Context, c Config, pool *pgxpool.Pool, public seal.PublicKey) ([]store.Keyholder, error) {
	cases, err := c.store(pool)
	if err != nil {
		return nil, err
	}
	return cases.Keyholders(ctx, public.Bytes())
}
