package web

import (
	"crypto/sha256"
	"sync"
	"time"

	"shebao/shared/token"
)

// verifiedTokens remembers which access tokens were verified a short while ago: somebody who reads opens several pages with one token, and its signature costs more than
// the statement. Only tokens that passed are kept, by hash, and whether their session was ended is asked every time.
type verifiedTokens struct {
	mu    sync.RWMutex
	known map[[sha256.Size]byte]verifiedToken
}

type verifiedToken struct {
	claims token.Claims
	at     time.Time // a clock that is set back does not make old tokens good
}

// verifiedAtMost bounds the memory to some megabytes.
const verifiedAtMost = 20_000

// of verifies a token; ok is false when it is not good.
func (v *verifiedTokens) of(keys *token.Keys, signed string, now time.Time) (c token.Claims, ok bool) {
	hash := sha256.Sum256([]byte(signed))
	v.mu.RLock()
	found, ok := v.known[hash]
	v.mu.RUnlock()
	if ok && now.Before(found.claims.Expires) && !now.Before(found.at) {
		return found.claims, true
	}
	c, err := keys.Verify(token.Citizen, signed, now)
	if err != nil {
		return token.Claims{}, false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.known == nil || len(v.known) >= verifiedAtMost {
		v.known = map[[sha256.Size]byte]verifiedToken{}
	}
	v.known[hash] = verifiedToken{c, now}
	return c, true
}
