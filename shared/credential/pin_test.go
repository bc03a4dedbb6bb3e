package credential_test

import (
	"bytes"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shebao/shared/credential"
	"shebao/shared/fault"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/seal"
)

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func TestFiveWrongPINsLockForAQuarterOfAnHour(t *testing.T) {
	pool, ctx := postgrestest.New(t, credential.Migrations()), t.Context()
	pins := credential.New(pool, seal.NewSlow(), bytes.Repeat([]byte{1}, 32))
	if err := pins.Set(ctx, pool, 7, "270413", now); err != nil {
		t.Fatal(err)
	}
	if err := pins.Verify(ctx, 7, "270413", now); err != nil {
		t.Fatal(err)
	}
	for range credential.MaxFailures {
		if err := pins.Verify(ctx, 7, "111222", now); !fault.Is(err, fault.Denied) {
			t.Fatalf("a wrong PIN: %v", err)
		}
	}
	if err := pins.Verify(ctx, 7, "270413", now.Add(time.Minute)); !fault.Is(err, fault.Limited) || fault.Of(err).RetryAfter != 14*time.Minute {
		t.Errorf("the right PIN while locked: %v", err)
	}
	later := now.Add(credential.LockedFor + time.Second)
	if err := pins.Verify(ctx, 7, "111222", later); !fault.Is(err, fault.Denied) {
		t.Errorf("a wrong PIN after the lock: %v", err)
	}
	if err := pins.Verify(ctx, 7, "270413", later); err != nil {
		t.Errorf("the right PIN after the lock: %v", err)
	}
}

func TestUnknownPersonsGetTheSameWords(t *testing.T) {
	pool, ctx := postgrestest.New(t, credential.Migrations()), t.Context()
	pins := credential.New(pool, seal.NewSlow(), bytes.Repeat([]byte{1}, 32))
	if err := fault.Of(pins.Verify(ctx, 0, "270413", now)); err.Kind != fault.Denied || err.Key != "fault.signin" {
		t.Errorf("unknown person: %v", err)
	}
}

func TestGuessesInParallelCannotOutrunTheLock(t *testing.T) {
	pool, ctx := postgrestest.New(t, credential.Migrations()), t.Context()
	pins := credential.New(pool, seal.NewSlow(), bytes.Repeat([]byte{1}, 32))
	if err := pins.Set(ctx, pool, 7, "270413", now); err != nil {
		t.Fatal(err)
	}
	var judged atomic.Int32
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if fault.Is(pins.Verify(ctx, 7, "111222", now), fault.Denied) {
				judged.Add(1)
			}
		})
	}
	wait.Wait()
	if judged.Load() > credential.MaxFailures {
		t.Errorf("%d guesses were judged, at most %d may be", judged.Load(), credential.MaxFailures)
	}
}

func TestWeakPINsAreRefused(t *testing.T) {
	for pin, key := range map[string]string{"12345": "fault.pin.digits", "12345a": "fault.pin.digits", "111111": "fault.pin.weak", "456789": "fault.pin.weak", "654321": "fault.pin.weak"} {
		if err := fault.Of(credential.CheckPIN(pin)); err == nil || err.Fields[0].Key != key {
			t.Errorf("%s: %v, want %s", pin, err, key)
		}
	}
	if err := credential.CheckPIN("270413"); err != nil {
		t.Error(err)
	}
}
