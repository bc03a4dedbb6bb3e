package supervision_test

import (
	"testing"

	"shebao/complaints/supervision"
	"shebao/shared/money"
)

func TestWatchLevels(t *testing.T) {
	levels := append([]supervision.Level{{Name: "prefecture", Amount: 300_000_00}}, supervision.NationalLevels()...)
	for owed, want := range map[money.Fen]int{0: 0, 299_999_99: 0, 300_000_00: 1, 999_999_99: 1, 1_000_000_00: 2, 9_999_999_99: 2, 10_000_000_00: 3, 1 << 50: 3} {
		if got := supervision.WatchLevel(levels, owed); got != want {
			t.Errorf("%s is level %d, want %d", owed, got, want)
		}
	}
}

func TestARegionSetsItsOwnLevels(t *testing.T) {
	levels, err := supervision.ParseLevels(" prefecture:300000 , province:800000.50")
	if err != nil || len(levels) != 3 || levels[0].Name != "prefecture" || levels[1] != (supervision.Level{Name: "province", Amount: 800_000_50}) || levels[2].Name != "ministry" {
		t.Errorf("%v %v", levels, err)
	}
	for _, bad := range []string{"prefecture", "a:b", ":5", "a:-1", "a:0"} {
		if _, err := supervision.ParseLevels(bad); err == nil {
			t.Errorf("%q is a list of levels", bad)
		}
	}
}

func FuzzParseLevels(f *testing.F) {
	f.Add("prefecture:300000,province:2000000")
	f.Fuzz(func(t *testing.T, text string) {
		levels, err := supervision.ParseLevels(text)
		if err != nil {
			return
		}
		names := map[string]bool{}
		for i, level := range levels {
			if level.Amount <= 0 || names[level.Name] || i > 0 && level.Amount < levels[i-1].Amount {
				t.Errorf("%q: %+v", text, levels)
			}
			names[level.Name] = true
		}
		if !names["province"] || !names["ministry"] {
			t.Errorf("%q: a national level is gone: %+v", text, levels)
		}
	})
}
