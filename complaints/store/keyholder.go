package store

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/seal"
)

// minPassphrase is how many characters a keyholder's passphrase has at least: whoever has the database can try offline.
const minPassphrase = 16

// Keyholder says how a member of staff stands to the key that opens identities.
type Keyholder struct {
	Account, Name string
	Role          lifecycle.Role
	MadeAt        time.Time // when the own key was made; zero: never
	Holds         bool      // a part of the identity key that is in use
	Disabled      bool
}

// Left reports whether a part is in the hands of somebody who may not open identities any more: the key should be dealt anew, among those who stay.
func (k Keyholder) Left() bool { return k.Holds && (k.Disabled || !mayHold(k.Role)) }

// mayHold reports whether a role may hold a part of the identity key: who works on cases beyond taking them in.
func mayHold(r lifecycle.Role) bool { return r == lifecycle.Investigator || r == lifecycle.Supervisor }

// MakeKeyholder gives the asker a key of their own under a passphrase that nobody else knows and that cannot be recovered. A second time it replaces the first: what was
// dealt to the old one is lost, and a part must be dealt again. Errors: fault.Denied for the role; fault.Invalid by field (passphrase).
func (s *Store) MakeKeyholder(ctx context.Context, who Staff, passphrase string, now time.Time) error {
	if !mayHold(who.Role) {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	locked, public, err := s.lockNew(ctx, who, passphrase)
	if err != nil {
		return err
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.dropShares(ctx, tx, who.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO complaints.keyholder (staff_id, public_key, locked_key, made_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (staff_id) DO UPDATE SET public_key = excluded.public_key, locked_key = excluded.locked_key, made_at = excluded.made_at, failures = 0, locked_until = NULL`,
			who.ID, public.Bytes(), locked, now)
		if err != nil {
			return fmt.Errorf("insert keyholder: %w", err)
		}
		return noteStaff(ctx, tx, who, "make keyholder", who.ID, now)
	})
}

// dropShares forgets what is sealed to a keyholder's key, and ends what they asked for or were asked.
func (s *Store) dropShares(ctx context.Context, tx pgx.Tx, staff int32) error {
	for _, sql := range []string{`DELETE FROM complaints.identity_request_share WHERE staff_id = $1`, `DELETE FROM complaints.identity_share WHERE staff_id = $1`,
		`UPDATE complaints.identity_request SET state = 'over', box = NULL WHERE asker_id = $1 AND state = 'agreed'`} {
		if _, err := tx.Exec(ctx, sql, staff); err != nil {
			return fmt.Errorf("drop shares: %w", err)
		}
	}
	return nil
}

func (s *Store) lockNew(ctx context.Context, who Staff, passphrase string) (locked []byte, public seal.PublicKey, err error) {
	if err := s.checkPassphrase(ctx, who, passphrase); err != nil {
		return nil, public, err
	}
	key, err := seal.GenerateKey()
	if err != nil {
		return nil, public, err
	}
	locked, err = s.slow.LockWith(ctx, passphrase, key)
	return locked, key.Public(), err
}

// checkPassphrase refuses one that is short, simple, or the password of the sign-in: two secrets that are one are one.
func (s *Store) checkPassphrase(ctx context.Context, who Staff, passphrase string) error {
	wrong := func(key string) error { return fault.InvalidFields(fault.Field{Name: "passphrase", Key: key}) }
	if len([]rune(passphrase)) < minPassphrase {
		return fault.InvalidFields(fault.Field{Name: "passphrase", Key: "identity.fault.short", Args: []any{minPassphrase}})
	}
	if passwordProblem(passphrase, who.Account) != "" {
		return wrong("identity.fault.weak")
	}
	var hash, salt []byte
	if err := s.pool.QueryRow(ctx, `SELECT password_hash, password_salt FROM complaints.staff WHERE id = $1`, who.ID).Scan(&hash, &salt); err != nil {
		return postgres.Classify(fmt.Errorf("look up password: %w", err))
	}
	got, err := s.slow.Hash(ctx, []byte(passphrase), salt)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(got, hash) == 1 {
		return wrong("identity.fault.password")
	}
	return nil
}

// ChangePassphrase puts the asker's key under another passphrase; parts and requests stay. Errors: fault.Invalid by field (old, passphrase); those of unlock.
func (s *Store) ChangePassphrase(ctx context.Context, who Staff, old, passphrase string, now time.Time) error {
	key, err := s.unlock(ctx, who, old, now)
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		return fault.InvalidFields(fault.Field{Name: "old", Key: "identity.fault.passphrase"})
	}
	if err != nil {
		return err
	}
	if err := s.checkPassphrase(ctx, who, passphrase); err != nil {
		return err
	}
	locked, err := s.slow.LockWith(ctx, passphrase, key)
	if err != nil {
		return err
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE complaints.keyholder SET locked_key = $3 WHERE staff_id = $1 AND public_key = $2`, who.ID, key.Public().Bytes(), locked)
		if err != nil {
			return fmt.Errorf("change passphrase: %w", err)
		}
		if tag.RowsAffected() == 0 { // the key was replaced in between
			return fault.New(fault.Conflict, "identity.fault.nokey")
		}
		return noteStaff(ctx, tx, who, "change passphrase", who.ID, now)
	})
}

// unlock opens a keyholder's own key. The attempt is counted before it is judged; a wrong passphrase is in the audit log.
// Errors: fault.Conflict (identity.fault.nokey) for who has none; fault.Invalid (passphrase); fault.Limited (fault.locked, fault.busy).
func (s *Store) unlock(ctx context.Context, who Staff, passphrase string, now time.Time) (seal.PrivateKey, error) {
	var locked []byte
	err := s.pool.QueryRow(ctx, `
		UPDATE complaints.keyholder SET failures = CASE WHEN locked_until IS NULL THEN failures + 1 ELSE 1 END,
			locked_until = CASE WHEN locked_until IS NULL AND failures + 1 >= $3 THEN $4::timestamptz END
		WHERE staff_id = $1 AND (locked_until IS NULL OR locked_until <= $2) RETURNING locked_key`, who.ID, now, maxFailures, now.Add(lockedFor)).Scan(&locked)
	if errors.Is(err, pgx.ErrNoRows) {
		var until time.Time
		if s.pool.QueryRow(ctx, `SELECT locked_until FROM complaints.keyholder WHERE staff_id = $1 AND locked_until > $2`, who.ID, now).Scan(&until) == nil {
			return seal.PrivateKey{}, fault.LimitedFor("fault.locked", until.Sub(now))
		}
		return seal.PrivateKey{}, fault.New(fault.Conflict, "identity.fault.nokey")
	}
	if err != nil {
		return seal.PrivateKey{}, postgres.Classify(fmt.Errorf("count passphrase: %w", err))
	}
	key, err := s.slow.UnlockWith(ctx, passphrase, locked)
	if errors.Is(err, seal.ErrOpen) {
		wrong := fault.InvalidFields(fault.Field{Name: "passphrase", Key: "identity.fault.passphrase"})
		return key, errors.Join(wrong, audit.Append(ctx, s.pool, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: "open own key", Subject: fmt.Sprintf("staff:%d", who.ID), Refused: true}))
	}
	if err != nil {
		return key, err
	}
	_, err = s.pool.Exec(ctx, `UPDATE complaints.keyholder SET failures = 0, locked_until = NULL WHERE staff_id = $1`, who.ID)
	return key, postgres.Classify(err)
}

// Keyholders lists who has a key of their own, and who of them holds a part of the identity key with the public half; an empty one means any.
func (s *Store) Keyholders(ctx context.Context, identity []byte) ([]Keyholder, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT f.account, f.name, f.role, k.made_at, EXISTS (SELECT FROM complaints.identity_share i WHERE i.staff_id = f.id AND ($1::bytea IS NULL OR i.identity_key = $1)), f.disabled_at IS NOT NULL
		FROM complaints.keyholder k JOIN complaints.staff f ON f.id = k.staff_id ORDER BY f.account`, identity)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list keyholders: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Keyholder])
	return list, postgres.Classify(err)
}

// DealIdentityKey splits the key among keyholders, any two of whom open an identity; parts of the same key dealt before are void. Parts of other keys stay, for what was
// sealed to those. Errors: fault.Invalid (identity.fault.deal) for fewer than two, or an account that is no keyholder.
func (s *Store) DealIdentityKey(ctx context.Context, key seal.PrivateKey, accounts []string, now time.Time) error {
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT k.staff_id, k.public_key FROM complaints.keyholder k JOIN complaints.staff f ON f.id = k.staff_id
			WHERE f.account = ANY ($1) AND f.disabled_at IS NULL AND f.role IN ('investigator', 'supervisor') ORDER BY k.staff_id`, accounts)
		if err != nil {
			return fmt.Errorf("look up keyholders: %w", err)
		}
		holders, err := pgx.CollectRows(rows, pgx.RowToStructByPos[sealedTo])
		if err != nil {
			return fmt.Errorf("look up keyholders: %w", err)
		}
		if len(holders) < 2 || len(holders) != len(accounts) {
			return fault.InvalidFields(fault.Field{Name: "account", Key: "identity.fault.deal"})
		}
		shares, err := key.Split(len(holders))
		if err != nil {
			return err
		}
		public := key.Public().Bytes()
		if _, err := tx.Exec(ctx, `DELETE FROM complaints.identity_share WHERE identity_key = $1`, public); err != nil {
			return fmt.Errorf("drop old shares: %w", err)
		}
		for i, h := range holders {
			box, err := h.seal(placeShare(h.ID), shares[i])
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO complaints.identity_share (identity_key, staff_id, share, dealt_at) VALUES ($1, $2, $3, $4)`, public, h.ID, box, now); err != nil {
				return fmt.Errorf("insert share: %w", err)
			}
			if err := noteStaff(ctx, tx, Operator, "deal identity share", h.ID, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// JoinIdentityKey gives the key with the public half back from two keyholders who are present: for dealing it anew, and for trying that it can be opened at all.
// Errors: those of unlock; fault.Conflict (identity.fault.noshare, identity.fault.shares).
func (s *Store) JoinIdentityKey(ctx context.Context, public seal.PublicKey, accounts, passphrases [2]string, now time.Time) (seal.PrivateKey, error) {
	var parts [2]seal.Share
	for i, account := range accounts {
		who, err := s.StaffByAccount(ctx, account)
		if err != nil {
			return seal.PrivateKey{}, err
		}
		own, err := s.unlock(ctx, who, passphrases[i], now)
		if err != nil {
			return seal.PrivateKey{}, err
		}
		shares, err := s.sharesOf(ctx, s.pool, who.ID, own)
		if err != nil {
			return seal.PrivateKey{}, err
		}
		if parts[i] = shares[public.Encode()]; parts[i] == nil {
			return seal.PrivateKey{}, fault.New(fault.Conflict, "identity.fault.noshare")
		}
	}
	key, err := seal.JoinShares(parts[0], parts[1], public)
	if err != nil {
		return key, fault.New(fault.Conflict, "identity.fault.shares").Because(err)
	}
	return key, nil
}

// sealedTo is somebody to whom something can be sealed.
type sealedTo struct {
	ID     int32
	Public []byte
}

func (h sealedTo) seal(place string, plain []byte) ([]byte, error) {
	key, err := seal.NewPublicKey(h.Public)
	if err != nil {
		return nil, err
	}
	return key.Seal(place, plain)
}

// sharesOf opens a keyholder's parts, by the public half of the key that each is of.
func (s *Store) sharesOf(ctx context.Context, db querier, staff int32, own seal.PrivateKey) (map[string]seal.Share, error) {
	rows, err := db.Query(ctx, `SELECT identity_key, share FROM complaints.identity_share WHERE staff_id = $1`, staff)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list shares: %w", err))
	}
	defer rows.Close()
	shares := map[string]seal.Share{}
	for rows.Next() {
		var public, box []byte
		if err := rows.Scan(&public, &box); err != nil {
			return nil, fmt.Errorf("list shares: %w", err)
		}
		key, err := seal.NewPublicKey(public)
		if err != nil {
			return nil, err
		}
		if shares[key.Encode()], err = own.Open(placeShare(staff), box); err != nil {
			return nil, fault.New(fault.Conflict, "identity.fault.shares").Because(err)
		}
	}
	return shares, postgres.Classify(rows.Err())
}

// Places that sealed values are bound to: a part moved to another keyholder's row, and an answer moved to another request, do not open.
func placeShare(staff int32) string { return fmt.Sprintf("complaints.identity_share:%d", staff) }

func placeAsked(request int64, staff int32) string {
	return fmt.Sprintf("complaints.identity_request_share:%d:%d", request, staff)
}

func placeBox(request int64) string { return fmt.Sprintf("complaints.identity_request:%d", request) }
