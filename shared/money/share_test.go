package money

import "testing"

func TestParseShare(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1": ShareUnit, "0.0005": 500_000, "0.000000001": 1, ".5": 500_000_000, "1.000": ShareUnit} {
		if got, ok := ParseShare(text); !ok || got != want {
			t.Errorf("%q is %d, %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", ".", "1.1", "0.0000000001", "-0.1", "+0.1", "1e-3", "1/2", "0x1", " 0.1", "0.1 ", "0,1", "５", "0..1", "0.00000000000000000000000000000000001"} {
		if got, ok := ParseShare(text); ok {
			t.Errorf("%q is taken for %d", text, got)
		}
	}
}
