package callflow_test

import (
	"reflect"
	"regexp"
	"testing"

	"shebao/ivr/callflow"
)

// Where the call stands goes through an address unchanged, and what a key does there is the same; what holds anything of the caller's does not go into one.
func TestLightStatesStandInAddresses(t *testing.T) {
	address, light, heavy := regexp.MustCompile(`^[A-Za-z0-9_-]+$`), 0, 0
	for _, before := range states() {
		before.TipNo, before.Steps = 3, 17
		personal := before.SignedIn || before.Person != 0 || before.Number != "" || before.Tip.Kind != "" || before.Found != nil || before.Receipt != "" || before.Mailbox != "" || before.Recording != ""
		if personal {
			if heavy++; before.Light() {
				t.Errorf("%+v would stand in an address", before)
			}
			continue
		}
		before.CallBacks, before.Rings = false, 0
		if !before.Light() {
			continue
		}
		light++
		text := callflow.WriteLight(before)
		read, ok := callflow.ReadLight(text)
		if !ok || !reflect.DeepEqual(read, before) || !address.MatchString(text) {
			t.Errorf("%q is read as %+v, was %+v", text, read, before)
		}
	}
	if light < 30 || heavy < 100 {
		t.Errorf("%d light states, %d heavy ones", light, heavy)
	}
	for _, bad := range []string{"", "cmn", "cmn-menu--0-0-0", "xx-menu--0-0-0-0", "cmn-nowhere--0-0-0-0", "cmn-menu--0--1-0-0", "cmn-menu--0-0-0-x", "cmn-record--0-0-0-0", "cmn-menu--0-0-0-0-0", "cmn-waiting--0-0-0-0"} {
		if s, ok := callflow.ReadLight(bad); ok {
			t.Errorf("%q is read as %+v", bad, s)
		}
	}
}

// In the menus nearly every key is a light step; what begins to tell of the caller is none.
func TestMenusAreLight(t *testing.T) {
	s, r := callflow.Begin()
	if !s.Light() || !r.Asks() {
		t.Fatal("the first question is not")
	}
	for _, key := range []string{"2", "8", "*", "9", "1", "2", "9", "3", "9", "1", "9", "7"} {
		if s, r = callflow.Step(s, callflow.Input{Keys: key}); !s.Light() || !r.Asks() {
			t.Errorf("after %s at %s: %+v", key, s.Place, r)
		}
	}
	for _, keys := range [][]string{{"2", "1"}, {"1", "070122198908103150"}, {"3", "0000000000000098"}, {"0"}} {
		at := s
		for _, key := range keys {
			at, r = callflow.Step(at, callflow.Input{Keys: key})
		}
		if at.Light() && r.Asks() {
			t.Errorf("after %v the step is not kept: %+v", keys, at)
		}
	}
}
