package e2e

import (
	"bytes"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"shebao/shared/redis"
)

// lookout is where the operator's side of a running house can be looked at: everything that it logs, what it measures, and its Redis.
type lookout struct {
	t       *testing.T
	redis   string
	metrics string
	mu      sync.Mutex
	log     bytes.Buffer
}

// watch has a house log everything, measure, and keep its sessions where the test can read them. It must come before the house starts.
func watch(t *testing.T, h *house) *lookout {
	t.Helper()
	server, err := redis.StartEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &lookout{t: t, redis: server.URL(), metrics: free.Addr().String()}
	_ = free.Close() // for the house to take
	h.env = append(h.env, "REDIS_URL="+w.redis, "METRICS_LISTEN="+w.metrics)
	h.log = w
	return w
}

func (w *lookout) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(p)
}

// findsNothing looks for what people gave of themselves, what they said, and what opens their matter: in the logs and the metrics of all processes, in Redis, and on what
// anybody may read.
func (w *lookout) findsNothing(a addresses, markers map[string]string) {
	w.t.Helper()
	places := map[string]string{}
	w.mu.Lock()
	places["the log"] = w.log.String()
	w.mu.Unlock()
	_, places["the metrics"] = get(w.t, "http://"+w.metrics+"/metrics")
	for _, wing := range []string{"portal", "ivr", "complaints"} {
		if !strings.Contains(places["the log"], `"wing":"`+wing+`"`) || !strings.Contains(places["the metrics"], wing) {
			w.t.Errorf("the %s was not looked at", wing)
		}
	}
	for _, path := range []string{"/", "/sign-in", "/progress", "/tip-off", "/publication", "/progress?code=1", "/nowhere"} {
		if status, body := get(w.t, a.Portal+path); status != http.StatusNotFound || path == "/nowhere" {
			places["the portal's "+path] = body
		}
	}
	_, places["the desk's sign-in"] = get(w.t, a.Complaints+"/sign-in")
	_, places["the hotline"] = get(w.t, a.IVR+"/voice/start")
	client, err := redis.Open(w.redis)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = client.Close() }() // only read
	keys, err := client.Keys(w.t.Context(), "*").Result()
	if err != nil || len(keys) == 0 {
		w.t.Errorf("%d keys in Redis, %v", len(keys), err)
	}
	for _, key := range keys {
		value, _ := client.Dump(w.t.Context(), key).Result() // a key may have run out meanwhile
		places["Redis "+key] = key + " " + value
	}
	for where, text := range places {
		for what, marker := range markers {
			// A number of its own, not six digits of a longer one: instants and measures have many.
			found := regexp.MustCompile(`(^|[^0-9.])(` + regexp.QuoteMeta(marker) + `|` + regexp.QuoteMeta(url.QueryEscape(marker)) + `)([^0-9]|$)`).FindStringIndex(text)
			if found != nil {
				w.t.Errorf("%s holds the %s: …%.200q", where, what, text[max(0, found[0]-80):])
			}
		}
	}
}
