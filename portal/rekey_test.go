package portal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"net/http"
	"regexp"
	"testing"

	"shebao/portal"
	"shebao/shared/config"
	"shebao/shared/ledger"
	"shebao/shared/rekey"
	"shebao/shared/seal"
)

// All of the portal's secrets are replaced while people use it: the new ones are known first, then used, then alone. Who was signed in stays so, who signs in by the PIN comes in, the receipt of
// an objection opens, and the same persons are found.
func TestEverySecretIsReplacedInUse(t *testing.T) {
	s := newSite(t)
	old, fresh := s.settings["SHEBAO_LEDGER_KEY"], base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte("n"), 32))
	secrets := []string{"SHEBAO_LEDGER_KEY", "SHEBAO_PIN_PEPPER", "SHEBAO_STATE_KEY"}
	secretsAre := func(value string) {
		t.Helper()
		for _, name := range secrets {
			s.settings[name] = value
		}
		s.open(s.pool)
	}
	b := s.signedIn()
	if status, to := b.do("POST", "/objection", with(carried(b.checked()), "do", "file")); status != http.StatusSeeOther || to != "/tip-off/receipt" {
		t.Fatalf("filing: %d %s", status, to)
	}
	address := regexp.MustCompile(`/me/objections/\d+`).FindString(b.page("/me/objections"))
	works := func(when string) {
		t.Helper()
		has(t, when, b.page("/me/objections"), "缴了费，却没有记上")
		if status, to := b.do("POST", address, nil); status != http.StatusSeeOther || to != "/progress" {
			t.Errorf("%s: the receipt: %d %s", when, status, to)
		}
		s.signedIn()
	}
	for _, known := range []string{old + "," + fresh, fresh + "," + old} {
		secretsAre(known)
		works(known)
	}
	masters := config.Secrets{bytes.Repeat([]byte("n"), 32), s.secret}
	field, err1 := seal.FieldKeyOf(masters, "ledger")
	hash, err2 := seal.HashKeyOf(masters, "ledger")
	kinds, err3 := portal.Rekeyed(masters)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	lines, err := rekey.Run(t.Context(), s.pool, append(ledger.New(s.pool, ledger.Keys{Field: field, Hash: hash}).Rekeyed(), kinds...), true, nil)
	if err != nil || lines[0].Renewed != 2 || lines[2].Renewed != 1 {
		t.Fatalf("%+v, %v", lines, err)
	}
	works("rekeyed")
	secretsAre(fresh)
	works("the old secrets are gone")
	stranger := s.browser()
	if status, _ := stranger.signIn("999999"); status == http.StatusSeeOther {
		t.Error("a wrong PIN opens")
	}
}
