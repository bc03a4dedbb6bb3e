package seal_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"shebao/shared/seal"
)

// Any two of the parts give the key back, in either order, and it opens what was sealed.
func TestAnyTwoSharesMakeTheKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key, err := seal.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		n := rapid.IntRange(2, seal.MaxShares).Draw(t, "people")
		shares, err := key.Split(n)
		if err != nil || len(shares) != n {
			t.Fatalf("%d shares, %v", len(shares), err)
		}
		i := rapid.IntRange(0, n-1).Draw(t, "first")
		j := rapid.IntRange(0, n-2).Draw(t, "second")
		if j >= i {
			j++
		}
		joined, err := seal.JoinShares(shares[i], shares[j], key.Public())
		if err != nil {
			t.Fatal(err)
		}
		box, err := key.Public().Seal("place", []byte("叶"))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := joined.Open("place", box); err != nil || string(plain) != "叶" {
			t.Fatalf("%q, %v", plain, err)
		}
	})
}

// One part fits every key: for each other key there is a second part that would make it, so the one part says nothing.
func TestOneShareFitsEveryKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mine, err := seal.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		other, err := seal.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		shares, err := mine.Split(2)
		if err != nil {
			t.Fatal(err)
		}
		want, err := other.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		// The line through the first part (at 1) and the other key (at 0), read at 2: y(2) = s + 2·(y(1)+s) in the field.
		forged := seal.Share{2}
		for i, s := range want {
			slope := shares[0][i+1] ^ s
			forged = append(forged, s^(slope<<1^0x1b&-(slope>>7)))
		}
		if joined, err := seal.JoinShares(shares[0], forged, other.Public()); err != nil || joined.Public().Encode() != other.Public().Encode() {
			t.Fatalf("no second share makes the other key: %v", err)
		}
	})
}

func TestSharesThatDoNotFitAreRefused(t *testing.T) {
	key, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	other, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	mine, err := key.Split(3)
	if err != nil {
		t.Fatal(err)
	}
	again, err := key.Split(3)
	if err != nil {
		t.Fatal(err)
	}
	altered := bytes.Clone(mine[1])
	altered[5] ^= 1
	zero := bytes.Clone(mine[1])
	zero[0] = 0
	for name, pair := range map[string][2]seal.Share{"the same twice": {mine[0], mine[0]}, "of two splits": {mine[0], again[1]}, "altered": {mine[0], altered}, "cut short": {mine[0], mine[1][:20]},
		"empty": {nil, nil}, "the point zero": {mine[0], zero}} {
		if _, err := seal.JoinShares(pair[0], pair[1], key.Public()); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := seal.JoinShares(mine[0], mine[1], other.Public()); err == nil {
		t.Error("another key's public half: taken")
	}
	for _, n := range []int{-1, 0, 1, 256} {
		if _, err := key.Split(n); err == nil {
			t.Errorf("split among %d", n)
		}
	}
}
