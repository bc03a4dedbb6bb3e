package store

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"shebao/shared/postgres"
)

// Sessions that ended are told to every process through a stream in Redis, for as long as access tokens of them may live. A process reads what is new in it at most every endedEvery,
// rather than asking for every page: a page of a session that was ended by another process may still be shown within that time, as one that was on its way, and never later. What this
// process ended it knows at once.
const (
	endedStream = "portal:ended"
	endedEvery  = 50 * time.Millisecond
	endedBatch  = 10_000
	// markedFor is longer than an access token lives.
	markedFor = 15 * time.Minute
	// redisPatience is how long a page waits for Redis before PostgreSQL is asked instead.
	redisPatience = 250 * time.Millisecond
)

// ended is what this process knows of sessions that ended. Its times are the process's own: how fresh it is has nothing to do with the clock of the business.
type ended struct {
	mu      sync.Mutex
	known   map[string]time.Time // when it was learnt
	last    string               // entry of the stream that was read last
	tried   time.Time            // the stream was last read, or was not to be had
	failed  bool                 // then
	swept   time.Time
	doubted time.Time // until then, by the business's clock, Redis may not know all
}

// has reports whether a session is known to have ended; sure is false when another process may know better.
func (e *ended) has(ctx context.Context, client redis.UniversalClient, session string, now time.Time) (known, sure bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if time.Since(e.tried) >= endedEvery {
		e.read(ctx, client)
	}
	if e.failed {
		e.doubted = now.Add(markedFor)
	}
	_, known = e.known[session]
	return known, known || !now.Before(e.doubted)
}

// read reads what is new in the stream. The caller holds the lock: who comes meanwhile waits for the same answer.
func (e *ended) read(ctx context.Context, client redis.UniversalClient) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), redisPatience) // others wait for it too
	defer cancel()
	e.tried = time.Now()
	for {
		from := "-"
		if e.last != "" {
			from = "(" + e.last
		}
		found, err := client.XRangeN(ctx, endedStream, from, "+", endedBatch).Result()
		if e.failed = err != nil; e.failed {
			return
		}
		for _, entry := range found {
			session, _ := entry.Values["session"].(string)
			e.add(session)
			e.last = entry.ID
		}
		if len(found) < endedBatch {
			return
		}
	}
}

// add keeps a session, and forgets those of which no token lives any more. The caller holds the lock.
func (e *ended) add(session string) {
	at := time.Now()
	if e.known == nil {
		e.known = map[string]time.Time{}
	}
	e.known[session] = at
	if at.Sub(e.swept) < markedFor {
		return
	}
	e.swept = at
	for old, learnt := range e.known {
		if at.Sub(learnt) > markedFor {
			delete(e.known, old)
		}
	}
}

// MarkEnded tells the other processes that sessions ended. With Redis down they ask PostgreSQL.
func (s *Store) MarkEnded(ctx context.Context, sessions ...string) {
	if len(sessions) == 0 {
		return
	}
	s.ended.mu.Lock()
	for _, session := range sessions {
		s.ended.add(session)
	}
	s.ended.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), redisPatience)
	defer cancel()
	_, err := s.redis.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, session := range sessions {
			pipe.XAdd(ctx, &redis.XAddArgs{Stream: endedStream, Values: []string{"session", session}})
		}
		pipe.XTrimMinID(ctx, endedStream, strconv.FormatInt(time.Now().Add(-2*markedFor).UnixMilli(), 10))
		pipe.Expire(ctx, endedStream, markedFor)
		return nil
	})
	if err != nil {
		s.log.Warn("an ended session could not be marked", "error", err.Error())
	}
}

// Ended reports whether a session was ended while access tokens of it are still signed and unexpired. Redis knows; with Redis down PostgreSQL, which is the truth, is
// asked, so that who is signed in still gets the statement. For as long as an access token lives after an outage PostgreSQL is asked too, since what was ended meanwhile is
// not marked. Error: fault.Unavailable with both down.
func (s *Store) Ended(ctx context.Context, session string, now time.Time) (bool, error) {
	if known, sure := s.ended.has(ctx, s.redis, session, now); sure {
		return known, nil
	}
	var live bool
	err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM portal.session WHERE id = $1 AND ended_at IS NULL)`, session).Scan(&live)
	if err != nil {
		return false, postgres.Classify(fmt.Errorf("look up session: %w", err))
	}
	return !live, nil
}
