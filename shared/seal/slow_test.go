package seal

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"shebao/shared/fault"
)

// Who asks for a hash hears in time that there are too many; who files waits for as long as the request may take.
func TestAHashIsNotWaitedForWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := NewSlow()
		for range cap(slow.slots) {
			slow.slots <- struct{}{} // somebody hashes, on a machine that gets nowhere
		}
		if _, err := slow.Hash(t.Context(), []byte("270413"), NewSalt()); !fault.Is(err, fault.Limited) {
			t.Errorf("a PIN: %v", err)
		}
		key, err := GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			time.Sleep(2 * patience)
			<-slow.slots
		}()
		if _, err := slow.LockWith(t.Context(), "1234567890123428", key); err != nil {
			t.Errorf("a filing: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		slow.slots <- struct{}{}
		if _, err := slow.Hash(ctx, []byte("270413"), NewSalt()); !fault.Is(err, fault.Limited) {
			t.Errorf("a request whose time is up: %v", err)
		}
	})
}
