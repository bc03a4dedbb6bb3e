package portal

import (
	"context"
	"sync"
	"time"

	"shebao/shared/ledger"
)

// register is the ledger with what every statement asks for and what seldom changes, the employers' names and whether their arrears are chased, kept for a short while: a
// statement then costs one query.
type register struct {
	*ledger.Ledger
	now func() time.Time

	mu        sync.Mutex
	readAt    time.Time
	employers map[int32]ledger.Employer
	chased    map[int32]bool
}

// keptFor is how long an import or a demand may stay unseen; keptAtMost bounds the memory.
const (
	keptFor    = 10 * time.Second
	keptAtMost = 10_000
)

// refresh forgets what is old. The caller holds the lock.
func (r *register) refresh() {
	if now := r.now(); now.Sub(r.readAt) > keptFor || now.Before(r.readAt) || len(r.employers) > keptAtMost {
		r.readAt, r.employers, r.chased = now, map[int32]ledger.Employer{}, map[int32]bool{}
	}
}

// Employers as Ledger.Employers.
func (r *register) Employers(ctx context.Context, ids []int32) (map[int32]ledger.Employer, error) {
	found := make(map[int32]ledger.Employer, len(ids))
	var missing []int32
	r.mu.Lock()
	r.refresh()
	for _, id := range ids {
		if e, ok := r.employers[id]; ok {
			found[id] = e
		} else {
			missing = append(missing, id)
		}
	}
	r.mu.Unlock()
	if len(missing) == 0 {
		return found, nil
	}
	read, err := r.Ledger.Employers(ctx, missing)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, e := range read {
		found[id], r.employers[id] = e, e
	}
	return found, nil
}

// Chased reports whether anything was done to get the arrears of any of the employers paid. Error: fault.Unavailable.
func (r *register) Chased(ctx context.Context, ids []int32) (bool, error) {
	var missing []int32
	done := false
	r.mu.Lock()
	r.refresh()
	for _, id := range ids {
		chased, known := r.chased[id]
		if done = done || chased; !known {
			missing = append(missing, id)
		}
	}
	r.mu.Unlock()
	if done || len(missing) == 0 {
		return done, nil
	}
	read, err := r.Ledger.Chased(ctx, missing)
	if err != nil {
		return false, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, chased := range read {
		done, r.chased[id] = done || chased, chased
	}
	return done, nil
}
