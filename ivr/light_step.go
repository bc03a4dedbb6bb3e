package ivr

import (
	"crypto/hmac"
	"encoding/base64"
	"slices"

	"shebao/ivr/callflow"
	"shebao/ivr/store"
	"shebao/ivr/web"
	"shebao/shared/seal"
)

// A light step leaves nothing to keep: the state stands in the address of its question, authenticated, and the same key there always gets the same reply. Such steps ask no
// database, and go on while it is away. The next step that changes something moves the call from the kept step that the address names, once.

// macSize is how many characters authenticate a light state: 96 bits.
const macSize = 16

// noncesOf are the nonce of the kept step and, behind it, the light state with its authentication; none when the state is the kept one.
func noncesOf(nonce string) (kept, light string) {
	n := min(len(nonce), store.NonceSize)
	return nonce[:n], nonce[n:]
}

// withLight is the nonce of a question's address.
func withLight(key seal.HashKey, sid string, step int, kept string, s callflow.State) string {
	if !s.Light() {
		return kept
	}
	text := callflow.WriteLight(s)
	return kept + authenticate(key, sid, step, kept, text) + text
}

func authenticate(key seal.HashKey, sid string, step int, kept, text string) string {
	return shortened(key.Sum("light", lightPlace(sid, step, kept, text)))
}

// authentic tells whether authenticate made it, under any of the keys.
func authentic(key seal.HashKey, made, sid string, step int, kept, text string) bool {
	return slices.ContainsFunc(key.Sums("light", lightPlace(sid, step, kept, text)), func(sum []byte) bool { return hmac.Equal([]byte(made), []byte(shortened(sum))) })
}

func lightPlace(sid string, step int, kept, text string) string {
	return web.At(sid, step, kept) + "/" + text
}

func shortened(sum []byte) string { return base64.RawURLEncoding.EncodeToString(sum[:macSize*3/4]) }

// lightState is the state in the address of a turn. ok is false for an address that was not made here, for this call and step.
func lightState(key seal.HashKey, t web.Turn) (s callflow.State, ok bool) {
	kept, light := noncesOf(t.Nonce)
	if len(light) <= macSize {
		return s, false
	}
	text := light[macSize:]
	if !authentic(key, light[:macSize], t.Call, t.Step, kept, text) {
		return s, false
	}
	return callflow.ReadLight(text)
}
