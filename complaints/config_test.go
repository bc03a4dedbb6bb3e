package complaints

import (
	"bytes"
	"encoding/base64"
	"maps"
	"strings"
	"testing"
	"time"

	"shebao/shared/config"
	"shebao/shared/document/documenttest"
	"shebao/shared/seal"
)

// settings are those without which the desk does not start, and more.
func settings(t *testing.T, more map[string]string) map[string]string {
	t.Helper()
	key, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	private, err := key.Encode()
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	list := map[string]string{"DESK_PUBLIC_URL": "https://desk.example", "SHEBAO_LEDGER_KEY": text, "SHEBAO_STATE_KEY": text, "SHEBAO_RECEIPT_KEY": text, "SHEBAO_AUDIT_SEEDS": text,
		"SHEBAO_DESK_CONTENT_PUBLIC": key.Public().Encode(), "SHEBAO_DESK_IDENTITY_PUBLIC": key.Public().Encode(), "SHEBAO_DESK_CONTENT_PRIVATE": private}
	maps.Copy(list, documenttest.Settings(t))
	maps.Copy(list, more)
	return list
}

// How long an identity waits for the second person and is shown goes by the settings, as the process reads them.
func TestOpeningsGoByTheSettings(t *testing.T) {
	r := config.NewReader(config.Map(settings(t, map[string]string{"DESK_IDENTITY_WAIT": "30m", "DESK_IDENTITY_SHOWN": "10m"})))
	read := ReadConfig(r)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	k := newKeyed(t, func(c *Config) { c.openings = read.openings })
	k.ask()
	k.want(k.get(k.li, tab), 200, "10:30")
	k.at = k.at.Add(29 * time.Minute)
	k.want(k.post(k.head, tab+"/1/agree", "passphrase", pass("head")), 303)
	k.want(k.post(k.li, tab+"/1/view", "passphrase", pass("li")), 200, reporterName, "可查看到 2026-11-24 10:39")
	k.at = k.at.Add(10 * time.Minute)
	k.want(k.post(k.li, tab+"/1/view", "passphrase", pass("li")), 409, "查看时间已过")
	k.ask()
	k.at = k.at.Add(30 * time.Minute)
	k.want(k.post(k.head, tab+"/2/agree", "passphrase", pass("head")), 409, "申请已过期")
}

// What is wrong is named, all of it at once; nothing secret is said.
func TestWrongSettingsAreNamed(t *testing.T) {
	wrong := map[string]string{"DESK_IDENTITY_WAIT": "3 days", "DESK_IDENTITY_SHOWN": "0s", "DESK_SMALL_EMPLOYER": "few", "DESK_DAYS_FUND": "0", "DESK_DAYS_WARN": "x", "DESK_KEEP": "petition:5", "DESK_PUBLICATION_PAID": "keep",
		"DESK_WATCH_LEVELS": "much", "SHEBAO_DESK_CONTENT_PRIVATE": "not-a-private-key"}
	r := config.NewReader(config.Map(settings(t, wrong)))
	ReadConfig(r)
	err := r.Err()
	if err == nil {
		t.Fatal("all is taken")
	}
	for name, value := range wrong {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
		if name == "SHEBAO_DESK_CONTENT_PRIVATE" && strings.Contains(err.Error(), value) {
			t.Error("the key is said")
		}
	}
}
