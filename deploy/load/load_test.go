package load_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

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
	if r, err := load.Compare(context.Background(), "same", 4, 40, good, good); err != nil || r.Ratio() <= 0 {
		t.Errorf("%v, %v", r, err)
	}
	if _, err := load.Compare(context.Background(), "bad", 4, 40, good, bad); err == nil {
		t.Error("a failing page was measured")
	}
}
