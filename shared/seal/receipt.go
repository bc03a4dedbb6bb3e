package seal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"shebao/shared/fault"
)

// Slow guards memory-hard hashing: at most as many at once as there are cores, and a short queue behind them, so that a flood of PINs or receipt codes cannot stop
// everything else: whoever comes when the queue is full is told to wait, and costs nothing.
type Slow struct {
	slots   chan struct{}
	waiting atomic.Int64 // those being hashed too
	most    int64
}

// queuePerCore is some two seconds of waiting on a machine that does nothing else. patience is how long one waits at most on any: a request has to do more than hash within its
// budget, and who cannot be served in it should hear so, not that the database is away.
const (
	queuePerCore = 20
	patience     = 3 * time.Second
)

// NewSlow makes the guard; one per process.
func NewSlow() *Slow {
	cores := runtime.GOMAXPROCS(0)
	return &Slow{slots: make(chan struct{}, cores), most: int64(cores * (1 + queuePerCore))}
}

// Parameters of Argon2id: the OWASP minimum of 19 MiB and two passes.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	saltSize    = 16
)

// Hash is Argon2id of a low-entropy secret. Error: fault.Limited (fault.busy) when too many wait already, or no slot came free within patience or the context's time.
func (s *Slow) Hash(ctx context.Context, secret, salt []byte) ([]byte, error) {
	if s.waiting.Load() >= s.most {
		return nil, busy(errQueue)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.wait(ctx, secret, salt)
}

// wait joins the queue however long it is.
func (s *Slow) wait(ctx context.Context, secret, salt []byte) ([]byte, error) {
	s.waiting.Add(1)
	defer s.waiting.Add(-1)
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
		return argon2.IDKey(secret, salt, argonPasses, argonMemory, 1, 32), nil
	case <-ctx.Done():
		return nil, busy(ctx.Err())
	}
}

var errQueue = errors.New("too many wait for a hash")

func busy(cause error) error { return fault.LimitedFor("fault.busy", 5*time.Second).Because(cause) }

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
	hash, err := s.wait(ctx, []byte(code), salt) // who files has the right to be taken, however many guess PINs at the moment
	if err != nil {
		return nil, err
	}
	field, err := NewFieldKey(hash, "receipt")
	if err != nil {
		return nil, err
	}
	return append(salt, field.Seal("mailbox", plain)...), nil
}

// UnlockWith opens what LockWith made. Errors: ErrOpen for another code; those of Hash.
func (s *Slow) UnlockWith(ctx context.Context, code string, locked []byte) (PrivateKey, error) {
	if len(locked) < saltSize {
		return PrivateKey{}, ErrOpen
	}
	hash, err := s.Hash(ctx, []byte(code), locked[:saltSize])
	if err != nil {
		return PrivateKey{}, err
	}
	field, err := NewFieldKey(hash, "receipt")
	if err != nil {
		return PrivateKey{}, err
	}
	plain, err := field.Open("mailbox", locked[saltSize:])
	if err != nil {
		return PrivateKey{}, err
	}
	return NewPrivateKey(plain)
}
