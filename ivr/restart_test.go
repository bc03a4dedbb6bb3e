package ivr_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/postgres"
	"shebao/shared/postgres/embedded"
)

// ownServer, as a setting, begins with a PostgreSQL server of the test's own, that it may restart.
const ownServer = "own server"

// startServer starts the server; restart stops it, and starts it again after a while.
func (h *hotline) startServer(t *testing.T) {
	t.Helper()
	root, err := os.MkdirTemp("", "shebao-restart-") // t.TempDir's path is too long for a socket
	if err == nil {
		err = os.Chmod(root, 0o755) // the server runs as another user
	}
	if err != nil {
		t.Fatal(err)
	}
	options := embedded.Options{Dir: filepath.Join(root, "pg"), Sockets: filepath.Join(root, "s")}
	server, err := embedded.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	h.restart = func(away time.Duration) {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
		time.Sleep(away)
		if server, err = embedded.Start(context.Background(), options); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(func() {
		_ = server.Stop()      // the test has judged before
		_ = os.RemoveAll(root) // a temporary folder
	})
	if h.pool, err = pgxpool.New(t.Context(), server.URL("postgres")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.pool.Close)
	if err := postgres.Migrate(t.Context(), h.pool, modules...); err != nil {
		t.Fatal(err)
	}
}

// PostgreSQL itself is restarted while callers are in the middle of tip-offs, one call after another: no step fails, no caller keys anything twice, and each tip-off that
// was confirmed with a receipt is there once.
func TestPostgresRestartsInTheMiddleOfCalls(t *testing.T) {
	h := newHotline(t, quiet, "", ownServer, "")
	h.phone.Fallback = "/voice/fallback" // who lands there has met a failure
	h.phone.Wait = func(ctx context.Context, d time.Duration) {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
	}
	doings := []string{"1", "2", "1", "1", "1#", "1", "record", "1"}
	var back atomic.Bool
	var mu sync.Mutex
	receipts := map[string]bool{}
	filed := 0
	var wait sync.WaitGroup
	for i := range 12 {
		wait.Go(func() {
			for last := false; !last; { // one more call when the database is back
				last = back.Load()
				receipt, err := h.callOf(t.Context(), fmt.Sprintf("+861000000%04d", 1000+i), doings)
				if err != nil || receipt == "" {
					t.Errorf("caller %d, receipt %q: %v", i, receipt, err)
					return
				}
				mu.Lock()
				filed++
				receipts[receipt] = true
				mu.Unlock()
			}
		})
	}
	time.Sleep(time.Second)
	h.restart(2 * time.Second)
	back.Store(true)
	wait.Wait()
	var submissions int
	if err := h.pool.QueryRow(t.Context(), `SELECT count(*) FROM intake.submission`).Scan(&submissions); err != nil || submissions != filed || len(receipts) != filed || filed < 24 {
		t.Errorf("%d calls with %d receipts made %d tip-offs, %v", filed, len(receipts), submissions, err)
	}
}
