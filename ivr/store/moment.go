package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"shebao/ivr/callflow"
	"shebao/shared/fault"
)

// What is here lives in Redis and may be lost: the caller then signs in, or presses, again.
// A Redis that does not answer must not use up the time of a step.
const redisPatience = 600 * time.Millisecond

const (
	signedInFor = 20 * time.Minute
	parkedFor   = 2 * time.Minute
)

// SignIn remembers who is signed in on a call. Error: fault.Unavailable with Redis down.
func (s *Store) SignIn(ctx context.Context, callSID string, person int64) error {
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	sealed := s.field.Seal(placePerson+callSID, strconv.AppendInt(nil, person, 10))
	return away(s.redis.Set(ctx, "ivr:person:"+callSID, sealed, signedInFor).Err())
}

// SignedIn is who is signed in on a call, 0 for nobody. Error: fault.Unavailable with Redis down.
func (s *Store) SignedIn(ctx context.Context, callSID string) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	sealed, err := s.redis.Get(ctx, "ivr:person:"+callSID).Bytes()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	if err != nil {
		return 0, away(err)
	}
	plain, err := s.field.Open(placePerson+callSID, sealed)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(plain), 10, 64)
}

// SignOut forgets who was signed in.
func (s *Store) SignOut(ctx context.Context, callSID string) error {
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	return away(s.redis.Del(ctx, "ivr:person:"+callSID).Err())
}

// Park keeps what a caller did at a step while Postgres is away, sealed and for two minutes, so that nothing has to be keyed twice.
func (s *Store) Park(ctx context.Context, callSID, nonce string, in callflow.Input) error {
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	b, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return away(s.redis.Set(ctx, "ivr:parked:"+callSID+":"+nonce, s.field.Seal(placeParked+nonce, b), parkedFor).Err())
}

// Parked is what was parked for a step; ok is false when nothing was, or when it is lost.
func (s *Store) Parked(ctx context.Context, callSID, nonce string) (in callflow.Input, ok bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	sealed, err := s.redis.Get(ctx, "ivr:parked:"+callSID+":"+nonce).Bytes()
	if errors.Is(err, redis.Nil) {
		return in, false, nil
	}
	if err != nil {
		return in, false, away(err)
	}
	b, err := s.field.Open(placeParked+nonce, sealed)
	if err != nil {
		return in, false, err
	}
	return in, true, json.Unmarshal(b, &in)
}

func away(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.Unavailable, "fault.unavailable").Because(fmt.Errorf("redis: %w", err))
}
