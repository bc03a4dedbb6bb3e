package audit

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"shebao/shared/config"
)

// Keys sign checkpoints with the newest and check them with any.
type Keys struct {
	signing ed25519.PrivateKey
	public  []ed25519.PublicKey
}

var errNoKey = errors.New("audit: no key to sign checkpoints with")

// NewKeys makes keys from 32-byte seeds, the newest first.
func NewKeys(seeds ...[]byte) (Keys, error) {
	var k Keys
	for _, seed := range seeds {
		if len(seed) != ed25519.SeedSize {
			return Keys{}, fmt.Errorf("audit: a key needs %d bytes", ed25519.SeedSize)
		}
		private := ed25519.NewKeyFromSeed(seed)
		if k.signing == nil {
			k.signing = private
		}
		k.public = append(k.public, private.Public().(ed25519.PublicKey))
	}
	return k, nil
}

// ReadKeys reads SHEBAO_AUDIT_SEEDS; what is wrong is kept in the reader.
func ReadKeys(r *config.Reader) Keys {
	var seeds [][]byte
	for _, text := range strings.Split(r.Required("SHEBAO_AUDIT_SEEDS"), ",") {
		seed, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(text))
		if err != nil {
			seed = nil
		}
		seeds = append(seeds, seed)
	}
	k, err := NewKeys(seeds...)
	if err != nil {
		r.Problem("SHEBAO_AUDIT_SEEDS", "needs 32-byte seeds in unpadded URL base64, separated by commas")
	}
	return k
}

// Keep takes a checkpoint and adds it to a file, which is made when there is none. The file belongs on another machine's disk, or on paper: see Checkpoint.
func (k Keys) Keep(ctx context.Context, db Querier, file string, now time.Time) error {
	c, err := k.Take(ctx, db, now)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("keep audit checkpoint: %w", err)
	}
	err = c.Write(f)
	return errors.Join(err, f.Sync(), f.Close())
}

// Take notes the ends of the streams and signs them.
func (k Keys) Take(ctx context.Context, db Querier, now time.Time) (Checkpoint, error) {
	if k.signing == nil {
		return Checkpoint{}, errNoKey
	}
	return TakeCheckpoint(ctx, db, k.signing, now)
}

// Kept reads a file of checkpoints; none where there is no file.
func (k Keys) Kept(file string) ([]Checkpoint, error) {
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	return ReadCheckpoints(f, k.public)
}
