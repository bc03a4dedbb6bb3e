package store_test

import (
	"testing"
	"time"
)

// A page opened again writes only when it shows something else, or after a while; the visit before stays what it was.
func TestAPageOpenedAgainWritesNothing(t *testing.T) {
	s := newStore(t)
	var row string
	for _, look := range []struct {
		after   time.Duration
		outline string
		writes  bool
		before  string
	}{
		{0, "a", true, ""}, {time.Minute, "a", false, ""}, {2 * time.Minute, "b", true, ""}, {8 * time.Minute, "b", true, ""}, {9 * time.Minute, "b", false, ""},
		{time.Hour, "c", true, "b"}, {time.Hour + time.Minute, "c", false, "b"}, {time.Hour + 2*time.Minute, "d", true, "b"},
	} {
		before, at, err := s.Visit(t.Context(), 17, []byte(look.outline), now.Add(look.after))
		if err != nil || string(before) != look.before || at.IsZero() == (look.before != "") {
			t.Fatalf("after %s: %q of %s, %v", look.after, before, at, err)
		}
		var is string
		if err := s.pool.QueryRow(t.Context(), `SELECT xmin::text FROM portal.visit WHERE person_id = 17`).Scan(&is); err != nil {
			t.Fatal(err)
		}
		if (is != row) != look.writes {
			t.Errorf("after %s: written %v", look.after, is != row)
		}
		row = is
	}
}
