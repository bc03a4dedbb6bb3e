package config_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"shebao/shared/config"
)

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	r := config.NewReader(config.Map(map[string]string{"LISTEN": "here", "WORKERS": "many", "KEY": "c2hvcnQ", "PUBLIC": "https://a.example/path", "WAIT": "-1s"}))
	r.Listen("LISTEN", "127.0.0.1:0")
	r.Int("WORKERS", 1, 1, 9)
	r.Secret("KEY", 32)
	r.Password("TOKEN")
	r.PublicURL("PUBLIC", "http://127.0.0.1")
	r.Duration("WAIT", 1)
	r.Required("NAME")
	err := r.Err()
	if err == nil {
		t.Fatal("no problem found")
	}
	for _, name := range []string{"LISTEN", "WORKERS", "KEY", "TOKEN", "PUBLIC", "WAIT", "NAME"} {
		if !strings.Contains(err.Error(), name+": ") {
			t.Errorf("%s is not reported: %v", name, err)
		}
	}
	if strings.Contains(err.Error(), "c2hvcnQ") {
		t.Error("the report shows a secret")
	}
}

func TestSecretsCannotBePrinted(t *testing.T) {
	s := config.Secret("hunter2hunter2")
	b, _ := json.Marshal(map[string]any{"s": s})
	for _, shown := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s", s, s, s, s), string(b)} {
		if strings.Contains(shown, "hunter2") {
			t.Errorf("printed: %s", shown)
		}
	}
}
