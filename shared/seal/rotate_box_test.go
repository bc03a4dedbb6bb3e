package seal_test

import (
	"bytes"
	"errors"
	"testing"

	"shebao/shared/seal"
)

// What was sealed to an older public half opens during a rotation, and is sealed again to the newest.
func TestAPrivateKeyRotates(t *testing.T) {
	var texts [2]string
	var keys [2]seal.PrivateKey
	for i := range keys {
		key, err := seal.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		if texts[i], err = key.Encode(); err != nil {
			t.Fatal(err)
		}
		keys[i] = key
	}
	old, fresh := keys[0], keys[1]
	both, err := seal.ParsePrivateKeys(texts[1] + ", " + texts[0])
	if err != nil || both.Public().Encode() != fresh.Public().Encode() {
		t.Fatal(err)
	}
	box, err := old.Public().Seal("place", []byte("叶"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := both.Open("place", box); err != nil || string(got) != "叶" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := both.Open("elsewhere", box); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("it opened in another place: %v", err)
	}
	renewed, stale, err := both.Renew("place", box)
	if err != nil || !stale {
		t.Fatal(stale, err)
	}
	if got, err := fresh.Open("place", renewed); err != nil || string(got) != "叶" {
		t.Errorf("%q, %v", got, err)
	}
	if again, stale, err := both.Renew("place", renewed); err != nil || stale || !bytes.Equal(again, renewed) {
		t.Errorf("%v, %v", stale, err)
	}
	if _, _, err := fresh.Renew("place", box); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("what it cannot open was sealed again: %v", err)
	}
	for _, bad := range []string{"", ",", texts[0] + ",", texts[0] + ",x"} {
		if _, err := seal.ParsePrivateKeys(bad); err == nil {
			t.Errorf("%d letters were taken for keys", len(bad))
		}
	}
}
