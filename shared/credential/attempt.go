package credential

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// Track is the way that an attempt came. Each has failures and a lock of its own: whoever knows an ID number can lock the strangers' ways for some minutes, and never
// a device that the person uses.
type Track string

// The ways that are open to anybody.
const (
	Hotline Track = "hotline"
	Portal  Track = "portal"
)

// Known is the way of somebody who has proved the PIN before: a device that was signed in from, a session. secret is what that device or session is known by.
func Known(secret string) Track {
	sum := sha256.Sum256([]byte(secret))
	return Track("device:" + hex.EncodeToString(sum[:12]))
}

// The first FreeFailures wrong PINs on a way cost nothing. Every further one locks the way: for a minute, then twice as long each time, at most LongestLock. A way on which
// nothing was wrong for Forgotten begins anew. So strangers have about a hundred guesses a day at one of a million PINs, and nobody waits longer than a quarter of an hour.
const (
	FreeFailures = 5
	FirstLock    = time.Minute
	LongestLock  = 15 * time.Minute
	Forgotten    = 24 * time.Hour
)

// Verify checks a person's PIN. personID 0 stands for a person who does not exist: it costs the same time and gets the same words. The attempt is counted before it is
// judged, so that attempts in parallel cannot outrun the lock; an attempt that was not judged, since too many wait, is not counted.
// Errors: fault.Denied (fault.signin) for a wrong ID number or PIN alike; fault.Limited: pin.locked while the way is locked, fault.busy while too many wait.
func (p *PINs) Verify(ctx context.Context, way Track, personID int64, pin string, now time.Time) error {
	var hash, salt []byte
	var made *string
	var until *time.Time
	err := p.pool.QueryRow(ctx, `
		SELECT p.hash, p.salt, p.pepper, a.locked_until FROM credential.pin p LEFT JOIN credential.attempt a ON a.person_id = p.person_id AND a.track = $2 WHERE p.person_id = $1`,
		personID, string(way)).Scan(&hash, &salt, &made, &until)
	unknown := errors.Is(err, pgx.ErrNoRows)
	switch {
	case unknown:
		salt = make([]byte, 16)
	case err != nil:
		return postgres.Classify(fmt.Errorf("look up PIN: %w", err))
	case until != nil && until.After(now):
		return locked(until.Sub(now))
	}
	pepper, old := p.pepperOf(made)
	got, err := p.hash(ctx, pepper, pin, salt) // one hash, whichever pepper and whoever asks
	if err != nil {
		return err
	}
	if unknown {
		return fault.New(fault.Denied, "fault.signin")
	}
	if err := p.count(ctx, way, personID, now); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(got, hash) != 1 {
		return fault.New(fault.Denied, "fault.signin")
	}
	if old {
		p.renew(ctx, personID, pin, hash)
	}
	return p.clear(ctx, way, personID, now)
}

// count counts an attempt as a failure, unless the way has been locked meanwhile.
func (p *PINs) count(ctx context.Context, way Track, personID int64, now time.Time) error {
	counted, err := p.pool.Exec(ctx, `
		INSERT INTO credential.attempt AS a (person_id, track, failures, failed_at) VALUES ($1, $2, 1, $3)
		ON CONFLICT (person_id, track) DO UPDATE SET
			failures = CASE WHEN a.failed_at <= $4 THEN 1 ELSE a.failures + 1 END,
			failed_at = $3,
			locked_until = CASE WHEN a.failed_at > $4 AND a.failures + 1 >= $5 THEN $3::timestamptz + least($6::interval * 2 ^ least(a.failures + 1 - $5, 20), $7::interval) END
		WHERE a.locked_until IS NULL OR a.locked_until <= $3`,
		personID, string(way), now, now.Add(-Forgotten), FreeFailures, FirstLock, LongestLock)
	if err != nil {
		return postgres.Classify(fmt.Errorf("count PIN attempt: %w", err))
	}
	if counted.RowsAffected() == 0 {
		return locked(FirstLock)
	}
	return nil
}

// clear forgets the failures of the way that the right PIN came on, and what is old. The failures on other ways stay: they are other people's.
func (p *PINs) clear(ctx context.Context, way Track, personID int64, now time.Time) error {
	_, err := p.pool.Exec(ctx, `DELETE FROM credential.attempt WHERE person_id = $1 AND (track = $2 OR failed_at <= $3)`, personID, string(way), now.Add(-Forgotten))
	if err != nil {
		return postgres.Classify(fmt.Errorf("clear PIN failures: %w", err))
	}
	return nil
}

func locked(d time.Duration) error {
	minutes := int((d + time.Minute - 1) / time.Minute)
	f := fault.LimitedFor("pin.locked", d)
	f.Args = []any{minutes}
	return f
}
