package store

import "sync"

// recent remembers the last step of calls that this process answered, sealed as in the database. What is remembered may be out of date: only what the database checks when it
// takes the step on, and what does nothing else, may stand on it. It holds at most twice as many calls as a generation, and forgets the older half at once.
type recent struct {
	mu         sync.Mutex
	new, older map[string]kept
}

// kept is what a row of ivr.call holds.
type kept struct {
	state, key []byte // sealed
	step       int
	nonce      string
}

const generation = 2048

func (r *recent) keep(sid string, k kept) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.new) >= generation || r.new == nil {
		r.new, r.older = make(map[string]kept, generation), r.new
	}
	r.new[sid] = k
}

func (r *recent) find(sid string) (k kept, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k, ok = r.new[sid]; !ok {
		k, ok = r.older[sid]
	}
	return k, ok
}

func (r *recent) forget(sid string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.new, sid)
	delete(r.older, sid)
}

// Recent is a call at a step as this process left it, without asking the database; ok is false when it is not known here, or was at another step. Another process may have
// answered the step since, or the call may have ended: Save tells, and until then nothing may be done that a repetition must not do.
func (s *Store) Recent(sid string, step int, nonce string) (c Call, ok bool) {
	k, ok := s.recent.find(sid)
	if !ok || k.step != step || k.nonce != nonce {
		return c, false
	}
	c = Call{SID: sid, Step: step, Nonce: nonce, Asked: nonce}
	return c, s.open(&c, k.state, k.key) == nil
}
