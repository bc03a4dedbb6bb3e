package verification_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"shebao/shared/verification"
)

func TestCodesAreReadAsPeopleTypeThem(t *testing.T) {
	want := verification.Code{0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf}
	if got := want.String(); got != "0123456789ABCDEF" {
		t.Errorf("written %s", got)
	}
	for _, typed := range []string{"0123456789ABCDEF", "0123-4567-89ab-cdef", " o1 23 45 67 89 ab cd ef ", "OI23456789ABCDEF", "oL23456789abcdef", "０１２３４５６７８９ＡＢＣＤＥＦ", "0123\u00a04567—89AB–CDEF\r\n", want.Grouped()} {
		if got, err := verification.Parse(typed); err != nil || got != want {
			t.Errorf("%q: %s, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "0123456789ABCDE", "0123456789ABCDEFG", "0123456789ABCDEU", "0123456789ABCDE号", "0123456789ABCDE\x00", "0123/4567/89AB/CDEF", strings.Repeat("-", 100_000)} {
		if got, err := verification.Parse(typed); !errors.Is(err, verification.ErrCode) {
			t.Errorf("%.40q: %s, %v", typed, got, err)
		}
	}
}

func TestEveryCodeReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := verification.Code(rapid.SliceOfN(rapid.Byte(), 10, 10).Draw(t, "code"))
		typing := rapid.SampledFrom([]func(string) string{strings.ToLower, strings.ToUpper, strings.NewReplacer("0", "o", "1", "l", " ", "-").Replace}).Draw(t, "typing")
		if again, err := verification.Parse(typing(code.Grouped())); err != nil || again != code {
			t.Fatalf("%s reads %s, %v", code, again, err)
		}
	})
	if codes := verification.Draw(100); codes[0] == codes[99] || codes[0] == (verification.Code{}) {
		t.Error("codes are not drawn at random")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("0123 4567 89ab cdef")
	f.Fuzz(func(t *testing.T, typed string) {
		code, err := verification.Parse(typed)
		if err != nil {
			return
		}
		if again, err := verification.Parse(code.String()); err != nil || again != code {
			t.Fatalf("%q: %s, %v", typed, code, err)
		}
	})
}
