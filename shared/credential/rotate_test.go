package credential_test

import (
	"bytes"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/credential"
	"shebao/shared/rekey"
	"shebao/shared/seal"
)

func peppered(pool *pgxpool.Pool, letters string) *credential.PINs {
	var peppers [][]byte
	for _, letter := range []byte(letters) {
		peppers = append(peppers, bytes.Repeat([]byte{letter}, 32))
	}
	return credential.New(pool, seal.NewSlow(), peppers...)
}

// hashed is how a PIN stands, without its time.
func hashed(t *testing.T, pool *pgxpool.Pool) (pepper, hash string) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), `SELECT coalesce(pepper, 'none'), encode(hash, 'hex') FROM credential.pin WHERE person_id = 7`).Scan(&pepper, &hash); err != nil {
		t.Fatal(err)
	}
	return pepper, hash
}

// A PIN that is right under an older pepper is hashed anew at that sign-in, a wrong one is not; then the older pepper can be taken away.
func TestAPepperIsReplacedAtTheSignIn(t *testing.T) {
	pins, pool := newPINs(t)
	first := string([]byte{1})
	name, before := hashed(t, pool)
	if name != seal.KeyID(bytes.Repeat([]byte{1}, 32)) {
		t.Errorf("made with %s", name)
	}
	both := peppered(pool, "b"+first)
	try(t, both, credential.Portal, wrong, now, "fault.signin")
	if _, after := hashed(t, pool); after != before {
		t.Error("a wrong PIN was hashed anew")
	}
	if tally := pinTally(t, pool, "b"+first); tally.Rows != 1 || tally.Old != 1 || tally.Lost != 0 {
		t.Errorf("%+v", tally)
	}
	try(t, both, credential.Portal, right, now, "")
	name, after := hashed(t, pool)
	if after == before || name != seal.KeyID(bytes.Repeat([]byte("b"), 32)) {
		t.Errorf("it still stands under %s", name)
	}
	if tally := pinTally(t, pool, "b"+first); tally.Old != 0 || tally.Lost != 0 {
		t.Errorf("%+v", tally)
	}
	newest := peppered(pool, "b")
	try(t, newest, credential.Portal, wrong, now, "fault.signin")
	try(t, newest, credential.Portal, right, now, "")
	if _, again := hashed(t, pool); again != after {
		t.Error("it was hashed anew without need")
	}
	try(t, pins, credential.Portal, right, now, "fault.signin") // who has the old pepper alone
	if tally := pinTally(t, pool, first); tally.Lost != 1 {
		t.Errorf("%+v", tally)
	}
}

// A hash from before peppers had names is of the oldest; while there is one pepper it is named after that, and only then.
func TestAHashWithoutANameIsOfTheOldestPepper(t *testing.T) {
	pins, pool := newPINs(t)
	unnamed := func() {
		t.Helper()
		if _, err := pool.Exec(t.Context(), `UPDATE credential.pin SET pepper = NULL`); err != nil {
			t.Fatal(err)
		}
	}
	unnamed()
	_, before := hashed(t, pool)
	try(t, pins, credential.Portal, right, now, "")
	if _, after := hashed(t, pool); after != before {
		t.Error("it was hashed anew without need")
	}
	both := peppered(pool, "b\x01")
	if err := both.NamePepper(t.Context()); err != nil {
		t.Fatal(err)
	}
	if name, _ := hashed(t, pool); name != "none" {
		t.Errorf("named %s, of two", name)
	}
	try(t, both, credential.Portal, right, now, "")
	try(t, peppered(pool, "b"), credential.Portal, right, now, "")

	if err := pins.Set(t.Context(), pool, 7, right, now); err != nil {
		t.Fatal(err)
	}
	unnamed()
	if err := pins.NamePepper(t.Context()); err != nil {
		t.Fatal(err)
	}
	try(t, peppered(pool, "\x01b"), credential.Portal, right, now, "") // the new pepper is known everywhere before it is used
	if name, _ := hashed(t, pool); name != seal.KeyID(bytes.Repeat([]byte{1}, 32)) {
		t.Errorf("named %s", name)
	}
}

func pinTally(t *testing.T, pool *pgxpool.Pool, letters string) rekey.Tally {
	t.Helper()
	var peppers [][]byte
	for _, letter := range []byte(letters) {
		peppers = append(peppers, bytes.Repeat([]byte{letter}, 32))
	}
	lines, err := rekey.Run(t.Context(), pool, credential.Rekeyed(peppers), true, nil)
	if err != nil || len(lines) != 1 {
		t.Fatal(lines, err)
	}
	return lines[0].Tally
}
