package seal_test

import (
	"bytes"
	"errors"
	"testing"

	"shebao/shared/seal"
)

func masters(letters string) (list [][]byte) {
	for _, letter := range []byte(letters) {
		list = append(list, bytes.Repeat([]byte{letter}, 32))
	}
	return list
}

func fieldOf(t testing.TB, letters string) seal.FieldKey {
	t.Helper()
	key, err := seal.FieldKeyOf(masters(letters), "person")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func hashOf(t testing.TB, letters string) seal.HashKey {
	t.Helper()
	key, err := seal.HashKeyOf(masters(letters), "person")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// The newest key seals, any opens; what is sealed anew opens without the older ones, and is not sealed anew twice.
func TestAFieldKeyRotates(t *testing.T) {
	oldest, all, newest := fieldOf(t, "a"), fieldOf(t, "cba"), fieldOf(t, "c")
	box := oldest.Seal("place", []byte("叶"))
	if got, err := all.Open("place", box); err != nil || string(got) != "叶" {
		t.Fatalf("%q, %v", got, err)
	}
	if _, err := newest.Open("place", box); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("another key opened it: %v", err)
	}
	if _, err := all.Open("elsewhere", box); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("it opened in another place: %v", err)
	}
	renewed, stale, err := all.Renew("place", box)
	if err != nil || !stale {
		t.Fatal(stale, err)
	}
	if got, err := newest.Open("place", renewed); err != nil || string(got) != "叶" {
		t.Errorf("%q, %v", got, err)
	}
	if again, stale, err := all.Renew("place", renewed); err != nil || stale || !bytes.Equal(again, renewed) {
		t.Errorf("sealed anew twice: %v, %v", stale, err)
	}
	if _, _, err := newest.Renew("place", box); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("what no key opens was sealed anew: %v", err)
	}
}

// What is written is the newest key's hash; what is looked up are all.
func TestAHashKeyRotates(t *testing.T) {
	all := hashOf(t, "ba")
	before, after := hashOf(t, "a").Sum("id", "1"), hashOf(t, "b").Sum("id", "1")
	sums, older := all.Sums("id", "1"), all.Older("id", "1")
	if !bytes.Equal(all.Sum("id", "1"), after) || len(sums) != 2 || !bytes.Equal(sums[0], after) || !bytes.Equal(sums[1], before) || len(older) != 1 || !bytes.Equal(older[0], before) {
		t.Errorf("%x, %x", sums, older)
	}
	if hashOf(t, "a").Older("id", "1") != nil {
		t.Error("one key has an older one")
	}
	for _, none := range [][][]byte{nil, {make([]byte, 31)}, append(masters("a"), nil)} {
		if _, err := seal.HashKeyOf(none, "person"); err == nil {
			t.Errorf("%d keys were taken", len(none))
		}
		if _, err := seal.FieldKeyOf(none, "person"); err == nil {
			t.Errorf("%d keys were taken", len(none))
		}
	}
	if a, b := seal.KeyID(masters("a")[0]), seal.KeyID(masters("b")[0]); len(a) != 8 || a == b {
		t.Error(a, b)
	}
}
