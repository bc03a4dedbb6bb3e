package seal

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime"

	"golang.org/x/crypto/argon2"
)

// Slow guards memory-hard hashing: at most as many at once as there are cores, so that a flood of PINs or receipt codes
// cannot stop everything else. Waiting ends with the caller's context.
type Slow struct{ slots chan struct{} }

// NewSlow makes the guard; one per process.
func NewSlow() *Slow { return &Slow{make(chan struct{}, runtime.GOMAXPROCS(0))} }

// Parameters of Argon2id: the OWASP minimum of 19 MiB and two passes.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	saltSize    = 16
)

// Hash is Argon2id of a low-entropy secret. Error: the context's, when no slot came free in time.
func (s *Slow) Hash(ctx context.Context, secret, salt []byte) ([]byte, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
		return argon2.IDKey(secret, salt, argonPasses, argonMemory, 1, 32), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// NewSalt is fresh randomness for Hash.
func NewSalt() []byte {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // crypto/rand never fails: it crashes the process instead
	return salt
}

// LockWith encrypts a mailbox's private key under a receipt code: without the code nobody, the operator included, can open it.
func (s *Slow) LockWith(ctx context.Context, code string, key PrivateKey) ([]byte, error) {
	plain, err := key.Bytes()
	if err != nil {
		return nil, fmt.Errorf("seal: mailbox key: %w", err)
	}
	salt := NewSalt()
	field, err := s.codeKey(ctx, code, salt)
	if err != nil {
		return nil, err
	}
	return append(salt, field.Seal("mailbox", plain)...), nil
}

// UnlockWith opens what LockWith made. Error: ErrOpen for another code.
func (s *Slow) UnlockWith(ctx context.Context, code string, locked []byte) (PrivateKey, error) {
	if len(locked) < saltSize {
		return PrivateKey{}, ErrOpen
	}
	field, err := s.codeKey(ctx, code, locked[:saltSize])
	if err != nil {
		return PrivateKey{}, err
	}
	plain, err := field.Open("mailbox", locked[saltSize:])
	if err != nil {
		return PrivateKey{}, err
	}
	return NewPrivateKey(plain)
}

func (s *Slow) codeKey(ctx context.Context, code string, salt []byte) (FieldKey, error) {
	hash, err := s.Hash(ctx, []byte(code), salt)
	if err != nil {
		return FieldKey{}, err
	}
	return NewFieldKey(hash, "receipt")
}
