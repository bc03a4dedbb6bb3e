package web

import (
	"testing"
	"time"
)

func TestTrickleLetsSomeThroughInEverySecond(t *testing.T) {
	var flow trickle
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for second := range 3 {
		passed := 0
		for range 20 {
			if flow.allow(now.Add(time.Duration(second)*time.Second), 5) {
				passed++
			}
		}
		if passed != 5 {
			t.Errorf("second %d: %d passed", second, passed)
		}
	}
}
