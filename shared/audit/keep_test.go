package audit_test

import (
	"bytes"
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/audit"
	"shebao/shared/fault"
	"shebao/shared/postgres/postgrestest"
)

var now = time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC)

// logged is a log with one row a month of a year, of two streams.
func logged(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool := postgrestest.New(t, audit.Migrations())
	for month := -11; month <= 0; month++ {
		for _, stream := range []string{"complaints", "portal"} {
			e := audit.Entry{Stream: stream, At: now.AddDate(0, month, 0), Actor: "staff:1", Role: "investigator", Action: "view case", Subject: "case:2026-000001", CaseNo: "2026-000001", Reason: "work"}
			if err := audit.Append(t.Context(), pool, e); err != nil {
				t.Fatal(err)
			}
		}
	}
	return pool
}

func verify(t *testing.T, pool *pgxpool.Pool, checkpoints ...audit.Checkpoint) []audit.Break {
	t.Helper()
	_, breaks, err := audit.Verify(t.Context(), pool, checkpoints...)
	if err != nil {
		t.Fatal(err)
	}
	return breaks
}

func keyOf(b byte) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{b}, 32)) }

func publicOf(keys ...ed25519.PrivateKey) (list []ed25519.PublicKey) {
	for _, k := range keys {
		list = append(list, k.Public().(ed25519.PublicKey))
	}
	return list
}

// Whoever owns the database can cut the tail off and turn the head back, or write everything anew: the chain then holds, and the checkpoint kept outside finds it.
func TestACheckpointFindsWhatTheChainCannot(t *testing.T) {
	for name, sql := range map[string]string{
		"the tail cut off with its head": `ALTER TABLE audit.log DISABLE TRIGGER USER; DELETE FROM audit.log WHERE stream = 'complaints' AND seq > 10;
			UPDATE audit.head SET seq = 10, hash = (SELECT hash FROM audit.log WHERE stream = 'complaints' AND seq = 10) WHERE stream = 'complaints'`,
		"a stream removed": `ALTER TABLE audit.log DISABLE TRIGGER USER; DELETE FROM audit.log WHERE stream = 'complaints'; DELETE FROM audit.head WHERE stream = 'complaints'`,
		"everything written anew": `ALTER TABLE audit.log DISABLE TRIGGER USER;
			DO $$ DECLARE r record; BEGIN CREATE TEMP TABLE old AS SELECT * FROM audit.log ORDER BY stream, seq; DELETE FROM audit.log; DELETE FROM audit.head;
			FOR r IN SELECT * FROM old ORDER BY stream, seq LOOP ` + audit.Insert + `VALUES (r.stream, r.at, 'staff:2', r.role, r.action, r.subject, r.case_no, r.reason, r.outcome); END LOOP; END $$`,
	} {
		t.Run(name, func(t *testing.T) {
			pool := logged(t)
			c, err := audit.TakeCheckpoint(t.Context(), pool, keyOf(1), now)
			if err != nil {
				t.Fatal(err)
			}
			if err := audit.Append(t.Context(), pool, audit.Entry{Stream: "complaints", At: now, Actor: "staff:1", Role: "auditor", Action: "x"}); err != nil {
				t.Fatal(err)
			}
			if breaks := verify(t, pool, c); len(breaks) > 0 {
				t.Fatalf("untouched: %v", breaks)
			}
			if _, err := pool.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
			if breaks := verify(t, pool); len(breaks) > 0 {
				t.Fatalf("the chain alone finds it: %v; the test is of no use", breaks)
			}
			if breaks := verify(t, pool, c); len(breaks) == 0 || breaks[0].What != "checkpoint" {
				t.Errorf("breaks = %v", breaks)
			}
		})
	}
}

func TestCheckpointsAreSigned(t *testing.T) {
	pool := logged(t)
	c, err := audit.TakeCheckpoint(t.Context(), pool, keyOf(1), now)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	for range 2 {
		if err := c.Write(&file); err != nil {
			t.Fatal(err)
		}
	}
	text := file.String()
	list, err := audit.ReadCheckpoints(strings.NewReader(text+`{"at":"2026-`), publicOf(keyOf(2), keyOf(1)))
	if err != nil || len(list) != 2 || len(list[0].Heads) != 2 || list[0].Heads[0].Seq != 12 {
		t.Fatalf("%+v, %v", list, err)
	}
	for name, bad := range map[string]string{"altered": strings.Replace(text, `"seq":12`, `"seq":11`, 1), "no JSON": "x\n" + text, "unsigned": strings.Replace(text, `,"signature":"`, `,"s":"`, 1)} {
		if _, err := audit.ReadCheckpoints(strings.NewReader(bad), publicOf(keyOf(1))); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := audit.ReadCheckpoints(strings.NewReader(text), publicOf(keyOf(3))); err == nil {
		t.Error("signed by a stranger: taken")
	}
}

// Six months are kept whatever is asked for; what is older goes, the rest verifies, and a made-up beginning is found.
func TestSixMonthsAreKept(t *testing.T) {
	pool, ctx := logged(t), t.Context()
	old, err := audit.TakeCheckpoint(ctx, pool, keyOf(1), now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := audit.Purge(ctx, pool, now.AddDate(0, -5, 0), now); !fault.Is(err, fault.Invalid) {
		t.Errorf("five months: %v", err)
	}
	if _, err := pool.Exec(ctx, `DELETE FROM audit.log WHERE at > now() - interval '5 months'`); err == nil {
		t.Error("the database lets recent rows go")
	}
	if _, err := pool.Exec(ctx, `TRUNCATE audit.log`); err == nil {
		t.Error("the database lets the log be emptied")
	}
	for i, want := range []int64{8, 0} { // rows of 11, 10, 9 and 8 months ago, of two streams
		removed, err := audit.Purge(ctx, pool, now.AddDate(0, -8, 1), now)
		if err != nil || removed != want {
			t.Fatalf("purge %d: %d rows, %v", i, removed, err)
		}
	}
	if breaks := verify(t, pool, old); len(breaks) > 0 {
		t.Errorf("after the purge: %v", breaks)
	}
	if err := audit.Append(ctx, pool, audit.Entry{Stream: "portal", At: now, Actor: "person:1", Role: "citizen", Action: "sign in", Subject: "person:1"}); err != nil {
		t.Fatal(err)
	}
	if breaks := verify(t, pool); len(breaks) > 0 {
		t.Errorf("and after a new row: %v", breaks)
	}
	if _, err := pool.Exec(ctx, `ALTER TABLE audit.log DISABLE TRIGGER USER; UPDATE audit.purged p SET seq = 6, hash = l.hash FROM audit.log l WHERE p.stream = 'complaints' AND l.stream = 'complaints' AND l.seq = 6;
		DELETE FROM audit.log WHERE stream = 'complaints' AND seq <= 6`); err != nil {
		t.Fatal(err)
	}
	if breaks := verify(t, pool); len(breaks) != 1 || breaks[0] != (audit.Break{Stream: "complaints", Seq: 6, What: "purge"}) {
		t.Errorf("a made-up beginning: %v", breaks)
	}
}

func TestTheLogIsSearched(t *testing.T) {
	pool, ctx := logged(t), t.Context()
	if err := audit.Append(ctx, pool, audit.Entry{Stream: "complaints", At: now, Actor: "staff:2", Role: "supervisor", Action: "view identity", Subject: "case:2026-000002", CaseNo: "2026-000002", Refused: true}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		f    audit.Filter
		want int
	}{
		"all": {audit.Filter{}, 25}, "by one": {audit.Filter{Actors: []string{"staff:2"}}, 1}, "by nobody": {audit.Filter{Actors: []string{}}, 0}, "of a case": {audit.Filter{CaseNo: "2026-000001"}, 24},
		"from a day": {audit.Filter{From: now.AddDate(0, -1, 0)}, 5}, "before a day": {audit.Filter{To: now.AddDate(0, -1, 0)}, 20}, "refused": {audit.Filter{RefusedOnly: true}, 1},
		"an action": {audit.Filter{Action: "view identity"}, 1}, "a subject": {audit.Filter{Subject: "case:2026-000002"}, 1}, "by or about": {audit.Filter{AboutOrBy: "staff:2"}, 1},
	} {
		c.f.Limit = 100
		if list, err := audit.Search(ctx, pool, c.f); err != nil || len(list) != c.want {
			t.Errorf("%s: %d rows, %v, want %d", name, len(list), err, c.want)
		}
	}
	f, seen := audit.Filter{Limit: 7}, map[string]bool{}
	for {
		list, err := audit.Search(ctx, pool, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			seen[r.Stream+r.At.String()+r.Actor] = true
		}
		if len(list) < f.Limit {
			break
		}
		last := list[len(list)-1]
		f.BeforeAt, f.BeforeStream, f.BeforeSeq = last.At, last.Stream, last.Seq
	}
	if len(seen) != 25 {
		t.Errorf("%d rows by pages", len(seen))
	}
}
