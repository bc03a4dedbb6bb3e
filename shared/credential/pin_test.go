package credential_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/credential"
	"shebao/shared/fault"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/seal"
)

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

const right, wrong = "270413", "905173"

func newPINs(t *testing.T) (*credential.PINs, *pgxpool.Pool) {
	t.Helper()
	pool := postgrestest.New(t, credential.Migrations())
	pins := credential.New(pool, seal.NewSlow(), bytes.Repeat([]byte{1}, 32))
	if err := pins.Set(t.Context(), pool, 7, right, now); err != nil {
		t.Fatal(err)
	}
	return pins, pool
}

// try expects an outcome: an empty key is the right PIN.
func try(t *testing.T, pins *credential.PINs, way credential.Track, pin string, at time.Time, key string) {
	t.Helper()
	err := pins.Verify(t.Context(), way, 7, pin, at)
	if key == "" && err != nil || key != "" && (err == nil || fault.Of(err).Key != key) {
		t.Errorf("%s at %s: %v, want %q", way, at.Sub(now), err, key)
	}
}

func TestWrongPINsLockAWayForAGrowingWhile(t *testing.T) {
	pins, _ := newPINs(t)
	at := now
	for range credential.FreeFailures {
		try(t, pins, credential.Portal, wrong, at, "fault.signin")
	}
	for _, wait := range []time.Duration{1, 2, 4, 8, 15, 15} {
		wait *= time.Minute
		try(t, pins, credential.Portal, right, at.Add(wait-time.Second), "pin.locked")
		if f := fault.Of(pins.Verify(t.Context(), credential.Portal, 7, right, at)); f.RetryAfter != wait || f.Args[0] != int(wait/time.Minute) {
			t.Errorf("locked for %v (%v), want %v", f.RetryAfter, f.Args, wait)
		}
		at = at.Add(wait)
		try(t, pins, credential.Portal, wrong, at, "fault.signin")
	}
	at = at.Add(credential.LongestLock)
	try(t, pins, credential.Portal, right, at, "")
	for range credential.FreeFailures {
		try(t, pins, credential.Portal, wrong, at, "fault.signin") // the right PIN began anew
	}
}

func TestADayWithoutFailuresBeginsAnew(t *testing.T) {
	pins, _ := newPINs(t)
	for range credential.FreeFailures - 1 {
		try(t, pins, credential.Portal, wrong, now, "fault.signin")
	}
	next := now.Add(credential.Forgotten)
	for range credential.FreeFailures {
		try(t, pins, credential.Portal, wrong, next, "fault.signin")
	}
	try(t, pins, credential.Portal, right, next, "pin.locked")
}

// Whoever knows the ID number locks the strangers' way, for minutes: neither the hotline nor a device that the person uses.
func TestStrangersLockNobodyOutOfTheOwnDevice(t *testing.T) {
	pins, _ := newPINs(t)
	own := credential.Known("this telephone")
	for range credential.FreeFailures {
		try(t, pins, credential.Portal, wrong, now, "fault.signin")
	}
	try(t, pins, credential.Portal, right, now, "pin.locked")
	try(t, pins, own, right, now, "")
	try(t, pins, credential.Hotline, right, now, "")
	try(t, pins, credential.Portal, right, now, "pin.locked") // the owner's success does not give strangers new guesses
	for range credential.FreeFailures {
		try(t, pins, own, wrong, now, "fault.signin")
	}
	try(t, pins, own, right, now, "pin.locked") // a stolen device has no more guesses than a stranger
	try(t, pins, credential.Known("another telephone"), right, now, "")
}

func TestUnknownPersonsGetTheSameWords(t *testing.T) {
	pins, _ := newPINs(t)
	for _, id := range []int64{0, 8} {
		if f := fault.Of(pins.Verify(t.Context(), credential.Portal, id, right, now)); f == nil || f.Kind != fault.Denied || f.Key != "fault.signin" {
			t.Errorf("person %d: %v", id, f)
		}
	}
	if has, err := pins.Has(t.Context(), 8); has || err != nil {
		t.Error(has, err)
	}
	if has, err := pins.Has(t.Context(), 7); !has || err != nil {
		t.Error(has, err)
	}
}

func TestGuessesInParallelCannotOutrunTheLock(t *testing.T) {
	pins, _ := newPINs(t)
	var judged atomic.Int32
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if fault.Is(pins.Verify(t.Context(), credential.Portal, 7, wrong, now), fault.Denied) {
				judged.Add(1)
			}
		})
	}
	wait.Wait()
	if judged.Load() > credential.FreeFailures {
		t.Errorf("%d guesses were judged, at most %d may be", judged.Load(), credential.FreeFailures)
	}
}

// A PIN that was not judged, since the time was up while it waited, is no failure.
func TestWhatWasNotJudgedIsNotCounted(t *testing.T) {
	pool := postgrestest.New(t, credential.Migrations())
	slow := seal.NewSlow()
	pins := credential.New(pool, slow, bytes.Repeat([]byte{1}, 32))
	if err := pins.Set(t.Context(), pool, 7, right, now); err != nil {
		t.Fatal(err)
	}
	var busy atomic.Int32
	var wait sync.WaitGroup
	for range 200 {
		wait.Go(func() {
			if f := fault.Of(pins.Verify(context.Background(), credential.Portal, 7, right, now)); f != nil && f.Key == "fault.busy" {
				busy.Add(1)
			} else if f != nil && f.Key != "pin.locked" {
				t.Error(f)
			}
		})
	}
	wait.Wait()
	if busy.Load() == 0 {
		t.Error("a flood of 200 was not told to wait")
	}
	try(t, pins, credential.Portal, right, now.Add(credential.LongestLock), "")
}

func TestANewPINLiftsEveryLock(t *testing.T) {
	pins, pool := newPINs(t)
	for range credential.FreeFailures {
		try(t, pins, credential.Portal, wrong, now, "fault.signin")
	}
	if err := pins.Set(t.Context(), pool, 7, wrong, now); err != nil {
		t.Fatal(err)
	}
	try(t, pins, credential.Portal, wrong, now, "")
}

func TestWeakPINsAreRefusedWithTheReason(t *testing.T) {
	who := credential.Owner{Birth: calendar.NewDate(1988, 4, 13), Numbers: []string{"070101198804132716", "10000593028", "D47192833", ""}}
	for pin, key := range map[string]string{
		"": "fault.pin.digits", "12345": "fault.pin.digits", "12345a": "fault.pin.digits", "1234567": "fault.pin.digits", "１２３４５６": "fault.pin.digits",
		"111111": "pin.repeated", "121212": "pin.repeated", "520520": "pin.repeated", "456789": "pin.run", "567890": "pin.run", "654321": "pin.run", "098765": "pin.run", "112233": "pin.common", "147258": "pin.common",
		"880413": "pin.birthday", "041388": "pin.birthday", "130488": "pin.birthday", "198804": "pin.birthday", "041988": "pin.birthday",
		"413271": "pin.number", "593028": "pin.number", "471928": "pin.number", "270413": "", "904172": "",
	} {
		err := fault.Of(credential.CheckPINOf(pin, who))
		if key == "" && err != nil || key != "" && (err == nil || err.Kind != fault.Invalid || err.Fields[0].Key != key) {
			t.Errorf("%q: %v, want %q", pin, err, key)
		}
	}
	if err := credential.CheckPIN("880413"); err != nil {
		t.Errorf("a stranger's birthday: %v", err)
	}
}

// However a birthday is written with six digits, it is found for every date.
func TestEveryBirthdayIsFound(t *testing.T) {
	for d := calendar.NewDate(1940, 1, 1); d.Year < 2010; d = d.AddDays(97) {
		for _, pin := range []string{fmt.Sprintf("%02d%02d%02d", d.Year%100, d.Month, d.Day), fmt.Sprintf("%04d%02d", d.Year, d.Month), fmt.Sprintf("%02d%02d%02d", d.Day, d.Month, d.Year%100)} {
			if credential.CheckPINOf(pin, credential.Owner{Birth: d}) == nil {
				t.Errorf("%s is the birthday %s", pin, d)
			}
		}
	}
}
