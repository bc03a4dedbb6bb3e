package seal_test

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"shebao/shared/fault"
	"shebao/shared/seal"
)

func TestFieldOpensOnlyInItsPlace(t *testing.T) {
	key, err := seal.NewFieldKey(bytes.Repeat([]byte{7}, 32), "person")
	if err != nil {
		t.Fatal(err)
	}
	box := key.Seal("ledger.person.id_number", []byte("07010119900101001X"))
	if got, err := key.Open("ledger.person.id_number", box); err != nil || string(got) != "07010119900101001X" {
		t.Fatalf("Open = %q, %v", got, err)
	}
	if _, err := key.Open("ledger.person.mobile", box); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("opened in another place: %v", err)
	}
	other, _ := seal.NewFieldKey(bytes.Repeat([]byte{7}, 32), "call")
	if _, err := other.Open("ledger.person.id_number", box); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("opened with a key of another purpose: %v", err)
	}
	if _, err := seal.NewFieldKey(make([]byte, 31), "person"); err == nil {
		t.Error("a short master secret was taken")
	}
}

func TestBoxHidesLengthAndOpensOnlyWithItsKey(t *testing.T) {
	desk, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	public, err := seal.ParsePublicKey(desk.Public().Encode())
	if err != nil {
		t.Fatal(err)
	}
	short, _ := public.Seal("intake.content", []byte("a"))
	long, _ := public.Seal("intake.content", bytes.Repeat([]byte("b"), 200))
	if len(short) != len(long) {
		t.Errorf("lengths tell: %d and %d", len(short), len(long))
	}
	text, _ := desk.Encode()
	again, err := seal.ParsePrivateKey(text)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open("intake.content", short); err != nil || string(got) != "a" {
		t.Fatalf("Open = %q, %v", got, err)
	}
	if _, err := again.Open("intake.identity", short); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("opened in another place: %v", err)
	}
	stranger, _ := seal.GenerateKey()
	if _, err := stranger.Open("intake.content", short); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("a stranger opened it: %v", err)
	}
}

func TestOnlyTheReceiptUnlocksAMailbox(t *testing.T) {
	slow, ctx := seal.NewSlow(), context.Background()
	mailbox, _ := seal.GenerateKey()
	locked, err := slow.LockWith(ctx, "1234567890123456", mailbox)
	if err != nil {
		t.Fatal(err)
	}
	box, _ := mailbox.Public().Seal("message", []byte("已受理"))
	key, err := slow.UnlockWith(ctx, "1234567890123456", locked)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := key.Open("message", box); err != nil || string(got) != "已受理" {
		t.Errorf("Open = %q, %v", got, err)
	}
	if _, err := slow.UnlockWith(ctx, "1234567890123457", locked); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("another code unlocked it: %v", err)
	}
}

// A flood is told to wait and costs nothing; who files is taken all the same.
func TestAFullQueueTurnsGuessesAwayAndTakesFilings(t *testing.T) {
	slow, ctx := seal.NewSlow(), context.Background()
	mailbox, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	var refused atomic.Int32
	for range 100 * runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			if _, err := slow.Hash(ctx, []byte("guess"), make([]byte, 16)); err != nil {
				refused.Add(1)
				if f := fault.Of(err); f.Kind != fault.Limited || f.Key != "fault.busy" || f.RetryAfter <= 0 {
					t.Error(err)
				}
			}
		})
	}
	if _, err := slow.LockWith(ctx, "1234567890123456", mailbox); err != nil {
		t.Errorf("a filing: %v", err)
	}
	wait.Wait()
	if refused.Load() == 0 {
		t.Error("nobody was told to wait")
	}
	if _, err := slow.Hash(ctx, []byte("guess"), make([]byte, 16)); err != nil {
		t.Errorf("after the flood: %v", err)
	}
}
