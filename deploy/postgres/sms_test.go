package postgres

import (
	"bytes"
	"encoding/base64"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/config"
	"shebao/shared/postgres"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/sms"
)

// Each process may enqueue a text, counting those before it; none but the hotline reads one.
func TestEveryProcessEnqueuesTexts(t *testing.T) {
	address := postgrestest.URL(t, Migrations()...)
	owner, err := postgres.Open(t.Context(), address, "", "test")
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	if err := Grant(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	settings := config.NewReader(config.Map(map[string]string{"SHEBAO_STATE_KEY": base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))}))
	for _, role := range []string{"shebao_portal", "shebao_ivr", "shebao_complaints"} {
		pool, err := postgres.Open(t.Context(), address, role, "test")
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		texts, err := sms.New(pool, sms.ReadConfig(settings))
		if err != nil {
			t.Fatal(err)
		}
		err = postgres.Tx(t.Context(), pool, func(tx pgx.Tx) error {
			return texts.Enqueue(t.Context(), tx, sms.Message{PersonID: 17, Number: "10000000017", Kind: sms.OneTimeCode, Body: "204817", Cause: role}, time.Now())
		})
		if err != nil {
			t.Errorf("%s: %v", role, err)
		}
		if _, err := pool.Exec(t.Context(), `SELECT body FROM sms.message`); (err == nil) != (role == "shebao_ivr") {
			t.Errorf("%s reads a text: %v", role, err)
		}
	}
}
