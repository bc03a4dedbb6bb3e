package document_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"shebao/shared/document"
)

func TestCodesAreReadAsPeopleTypeThem(t *testing.T) {
	const want = "7KQ02M91PF3D8ABC"
	for _, typed := range []string{want, "7KQ0 2M91 PF3D 8ABC", " 7kq0-2m91-pf3d-8abc ", "7KQO 2M9I PF3D 8ABC", "7kqo2m9lpf3d8abc", "７ＫＱ０ ２ｍ９１ ＰＦ３Ｄ ８ＡＢＣ", "7KQ0　2M91—PF3D—8ABC\n"} {
		if got, err := document.ParseCode(typed); err != nil || got != want {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "7KQ0 2M91 PF3D 8AB", want + "0", "7KQU 2M91 PF3D 8ABC", "7KQ0 2M91 PF3D 8AB嘉", "7KQ0/2M91/PF3D/8ABC", strings.Repeat("-", 100_000)} {
		if _, err := document.ParseCode(typed); !errors.Is(err, document.ErrCode) {
			t.Errorf("%.20q: %v", typed, err)
		}
	}
}

func TestEveryCodeReadsBack(t *testing.T) {
	seen := map[document.Code]bool{}
	for range 200 {
		code, err := document.NewCode(rand.Reader)
		if err != nil || seen[code] {
			t.Fatal(code, err)
		}
		seen[code] = true
	}
	rapid.Check(t, func(t *rapid.T) {
		code, err := document.NewCode(strings.NewReader(string(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "random"))))
		if err != nil {
			t.Fatal(err)
		}
		typed := rapid.SampledFrom([]func(string) string{strings.ToLower, strings.ToUpper, func(s string) string { return strings.NewReplacer("0", "o", "1", "l", " ", "-").Replace(s) }}).Draw(t, "typing")(code.Grouped())
		if again, err := document.ParseCode(typed); err != nil || again != code {
			t.Fatalf("%q reads %q, %v", typed, again, err)
		}
	})
	if _, err := document.NewCode(iotest.ErrReader(errors.New("no entropy"))); err == nil {
		t.Error("a code without randomness")
	}
}
