package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/shared/fault"
)

// A clock that is half a minute off does no harm; one that is a minute off does. A code is good once, and none of an earlier step after it.
func TestCodesOfAClockThatIsOff(t *testing.T) {
	d := newDesk(t)
	d.staff(t, "li", lifecycle.Investigator, "")
	at := now.Add(time.Hour)
	try := func(off time.Duration) error {
		t.Helper()
		code, err := d.Code(t.Context(), "li", at.Add(off))
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = d.SignIn(t.Context(), "li", "a long password", code, "", at)
		return err
	}
	for _, off := range []time.Duration{-time.Minute, time.Minute} {
		if err := try(off); !fault.Is(err, fault.Denied) {
			t.Errorf("a clock off by %s: %v", off, err)
		}
	}
	for _, off := range []time.Duration{-30 * time.Second, 0, 30 * time.Second} {
		if err := try(off); err != nil {
			t.Errorf("a clock off by %s: %v", off, err)
		}
		if err := try(off); !fault.Is(err, fault.Denied) {
			t.Errorf("the same code again, %s off: %v", off, err)
		}
	}
	if err := try(0); !fault.Is(err, fault.Denied) {
		t.Errorf("a code of an earlier step than the last: %v", err)
	}
	at = at.Add(24 * time.Hour)
	if err := try(0); err != nil {
		t.Errorf("a day later: %v", err)
	}
}

// Who looks over a shoulder and is as quick with the same code: one of them is let in.
func TestOneCodeAtTheSameMomentLetsOneIn(t *testing.T) {
	d := newDesk(t)
	d.staff(t, "li", lifecycle.Investigator, "")
	at := now.Add(time.Hour)
	code, err := d.Code(t.Context(), "li", at)
	if err != nil {
		t.Fatal(err)
	}
	var in atomic.Int32
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			_, _, err := d.SignIn(t.Context(), "li", "a long password", code, "", at)
			switch {
			case err == nil:
				in.Add(1)
			case !fault.Is(err, fault.Denied) && !fault.Is(err, fault.Limited):
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if in.Load() != 1 {
		t.Errorf("%d were let in", in.Load())
	}
}

// Guessing codes with the right password locks as guessing passwords does; a success forgives what came before it, the time lifts the lock, and every refusal stands in the log.
func TestGuessedCodesLock(t *testing.T) {
	d := newDesk(t)
	admin := d.staff(t, "admin", lifecycle.Sysadmin, "")
	d.staff(t, "li", lifecycle.Investigator, "")
	at := now.Add(time.Hour)
	guess := func(n int) {
		t.Helper()
		for range n {
			if _, _, err := d.SignIn(t.Context(), "li", "a long password", "x", "", at); !fault.Is(err, fault.Denied) {
				t.Fatalf("a guessed code: %v", err)
			}
		}
	}
	guess(4)
	d.signIn(t, "li", at) // the fifth is right
	at = at.Add(time.Minute)
	guess(5)
	code, err := d.Code(t.Context(), "li", at)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.SignIn(t.Context(), "li", "a long password", code, "", at.Add(14*time.Minute)); !fault.Is(err, fault.Limited) {
		t.Errorf("while it is locked: %v", err)
	}
	at = at.Add(15 * time.Minute)
	d.signIn(t, "li", at)
	if n := d.value(t, `SELECT count(*) FROM audit.entry WHERE action = 'sign in' AND outcome = 'refused'`); n != int64(9) {
		t.Errorf("%d refusals in the log", n)
	}

	// Whoever has lost the authenticator is let in by the administrator: the old secret opens nothing more.
	at = at.Add(time.Minute)
	old, err := d.Code(t.Context(), "li", at)
	if err != nil {
		t.Fatal(err)
	}
	guess(5)
	password, _, err := d.ResetStaff(t.Context(), admin, "li", at)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := d.Code(t.Context(), "li", at)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range [][2]string{{password, old}, {"a long password", fresh}} {
		if _, _, err := d.SignIn(t.Context(), "li", wrong[0], wrong[1], "", at); !fault.Is(err, fault.Denied) {
			t.Errorf("what was before the reset: %v", err)
		}
	}
	if _, _, err := d.SignIn(t.Context(), "li", password, fresh, "", at); err != nil {
		t.Errorf("after the reset: %v", err)
	}
}
