package ivr

import (
	"bytes"
	"testing"
	"time"

	"shebao/ivr/callflow"
	"shebao/ivr/store"
	"shebao/shared/config"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/rekey"
	"shebao/shared/seal"
)

// A call that is under way goes on after its rows were brought under another key, and so does a wish to be called back.
func TestACallGoesOnThroughARotation(t *testing.T) {
	pool := postgrestest.New(t, Migrations())
	old, fresh := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	calls := func(keys ...[]byte) *store.Store {
		t.Helper()
		field, err := seal.FieldKeyOf(keys, "ivr")
		if err != nil {
			t.Fatal(err)
		}
		return store.New(pool, nil, field)
	}
	before := calls(old)
	at := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	if _, _, err := before.Begin(t.Context(), "CA1", callflow.State{}, at); err != nil {
		t.Fatal(err)
	}
	begun, _, err := before.Load(t.Context(), "CA1", -1, "")
	if err != nil {
		t.Fatal(err)
	}
	render := func(int, string) ([]byte, error) { return []byte("您好"), nil }
	if _, err := before.Save(t.Context(), begun, callflow.State{}, store.Change{Made: "RE1", Matter: "tip-1"}, nil, at, render); err != nil {
		t.Fatal(err)
	}
	if err := before.KeepCallBack(t.Context(), []byte("hash"), "+8610000000017", "zh", at); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `INSERT INTO ivr.recording (sid, call_sid, filing_key, seconds, due_at, fetched_at) VALUES ('RE2', 'CA1', '', 3, $1, $1)`, at); err != nil { // fetched, and its key wiped
		t.Fatal(err)
	}
	kinds, err := Rekeyed(config.Secrets{fresh, old})
	if err != nil {
		t.Fatal(err)
	}
	for _, renewed := range []int64{5, 0} {
		lines, err := rekey.Run(t.Context(), pool, kinds, true, nil)
		if err != nil {
			t.Fatal(err)
		}
		var rows, done, lost int64
		for _, l := range lines {
			rows, done, lost = rows+l.Rows, done+l.Renewed, lost+l.Lost
		}
		if rows != 5 || done != renewed || lost != 0 {
			t.Errorf("%+v", lines)
		}
	}
	after := calls(fresh)
	c, _, err := after.Load(t.Context(), "CA1", -1, "")
	if err != nil || c.Step != 1 || !bytes.Equal(c.KeyOf("tip-1"), begun.KeyOf("tip-1")) {
		t.Errorf("%+v, %v", c, err)
	}
	if _, reply, err := after.Load(t.Context(), "CA1", 0, begun.Nonce); err != nil || string(reply) != "您好" {
		t.Errorf("%q, %v", reply, err)
	}
	if _, _, err := before.Load(t.Context(), "CA1", -1, ""); err == nil {
		t.Error("the old key still opens the call")
	}
}

// An address of a light step that was made before a rotation still leads on; one that nobody made does not.
func TestALightStepOutlivesItsKey(t *testing.T) {
	key := func(masters ...[]byte) seal.HashKey {
		t.Helper()
		k, err := seal.HashKeyOf(masters, "light steps")
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	old, fresh := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	sum := authenticate(key(old), "CA1", 3, "nonce", "text")
	for k, want := range map[string]bool{sum: true, authenticate(key([]byte("nobody's key, of thirty-two bytes")), "CA1", 3, "nonce", "text"): false} {
		if got := authentic(key(fresh, old), k, "CA1", 3, "nonce", "text"); got != want {
			t.Errorf("%v", got)
		}
	}
	if authentic(key(fresh), sum, "CA1", 3, "nonce", "text") {
		t.Error("the old key's is taken without the key")
	}
}
