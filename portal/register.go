package portal

import (
	"context"
	"sync"
	"time"

	"shebao/shared/calendar"
	"shebao/shared/ledger"
)

// register is the ledger with the two things that every statement asks for and that change only with an import, the employers' names and the day that the
// data reaches, kept for a short while: a statement then costs two queries instead of four.
type register struct {
	*ledger.Ledger
	now func() time.Time

	mu        sync.Mutex
	readAt    time.Time
	employers map[int32]ledger.Employer
	reach     calendar.Date
}

// keptFor is how long an import may stay unseen; keptAtMost bounds the memory.
const (
	keptFor    = 10 * time.Second
	keptAtMost = 10_000
)

// refresh forgets what is old. The caller holds the lock.
func (r *register) refresh() {
	if now := r.now(); now.Sub(r.readAt) > keptFor || now.Before(r.readAt) || len(r.employers) > keptAtMost {
		r.readAt, r.employers, r.reach = now, map[int32]ledger.Employer{}, calendar.Date{}
	}
}

// DataDate as Ledger.DataDate.
func (r *register) DataDate(ctx context.Context) (calendar.Date, error) {
	r.mu.Lock()
	r.refresh()
	reach := r.reach
	r.mu.Unlock()
	if !reach.IsZero() {
		return reach, nil
	}
	reach, err := r.Ledger.DataDate(ctx)
	if err == nil {
		r.mu.Lock()
		r.reach = reach
		r.mu.Unlock()
	}
	return reach, err
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
