package load_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"shebao/deploy/load"
)

func TestOnlyThisMachineIsLoaded(t *testing.T) {
	for _, address := range []string{"http://192.168.1.1/", "https://si.example/", "http://10.0.0.1:8080/"} {
		if _, err := load.Get(address, ""); !errors.Is(err, load.ErrNotHere) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAFailureIsAnErrorNotAFigure(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer server.Close()
	good, err := load.Get(server.URL+"/good", "")
	if err != nil {
		t.Fatal(err)
	}
	bad, err := load.Get(server.URL+"/bad", "")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := load.Compare(context.Background(), "same", 0, 4, 40, good, good); err != nil || r.Ratio() <= 0 {
		t.Errorf("%v, %v", r, err)
	}
	if _, err := load.Compare(context.Background(), "bad", 0, 4, 40, good, bad); err == nil {
		t.Error("a failing page was measured")
	}
}

func TestTheSpreadOfManyAtOnce(t *testing.T) {
	var mu sync.Mutex
	times := 0
	s, err := load.Measure(t.Context(), "once slow", 10, 20, 10, func(context.Context, int) error {
		mu.Lock()
		defer mu.Unlock()
		times++
		return nil
	})
	if err != nil || times != 200 || s.Times != 200 || s.P99 < s.Median || s.Ratio() < 1 {
		t.Errorf("%+v, %v, %d times", s, err, times)
	}
	if _, err := load.Measure(t.Context(), "fails", 10, 20, 10, func(_ context.Context, worker int) error {
		if worker == 7 {
			return errors.New("a step failed")
		}
		return nil
	}); err == nil {
		t.Error("a figure of what failed")
	}
}

func TestABudgetCountsWhatIsOverItAndWhatFails(t *testing.T) {
	b := &load.Budget{Name: "step", Limit: time.Second}
	for took, ok := range map[time.Duration]bool{time.Millisecond: true, time.Second: true, 1500 * time.Millisecond: true, 2 * time.Millisecond: false} {
		b.Took(took, ok)
	}
	if done, over, failed := b.Counts(); done != 4 || over != 1 || failed != 1 || b.Ratio() != 1.5 {
		t.Errorf("%s", b)
	}
}

// What misses its limit is named at the end, and everything else is measured and said all the same; a thing without a limit misses none.
func TestAReportNamesWhatMissedItsLimit(t *testing.T) {
	late, failing, good := &load.Budget{Name: "late", Limit: time.Second}, &load.Budget{Name: "failing", Limit: time.Second}, &load.Budget{Name: "in time", Limit: time.Second}
	late.Took(2*time.Second, true)
	failing.Took(time.Millisecond, false)
	good.Took(time.Second, true)
	said := 0
	r := load.Report{Say: func(string) { said++ }}
	for _, m := range []interface {
		String() string
		Missed() string
	}{load.Result{Name: "slow", Limit: 100, Project: 49, Least: 0.5}, load.Result{Name: "fast", Limit: 100, Project: 50, Least: 0.5}, load.Result{Name: "free", Limit: 100, Project: 1},
		load.Spread{Name: "wide", Median: time.Millisecond, P99: 11 * time.Millisecond, Most: 10}, load.Spread{Name: "narrow", Median: time.Millisecond, P99: 10 * time.Millisecond, Most: 10}, late, failing, good} {
		r.Add(m)
	}
	if err := r.Err(); said != 8 || err == nil || err.Error() != "load: missed its limit: slow; wide; late; failing" {
		t.Errorf("%d said, %v", said, err)
	}
	if err := (&load.Report{}).Err(); err != nil {
		t.Error(err)
	}
}
