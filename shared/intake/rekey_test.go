package intake_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"shebao/shared/intake"
	"shebao/shared/postgres"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/rekey"
	"shebao/shared/seal"
)

// Drafts, reports, messages and files that were sealed to the desk's old key are read with the new one alone after a rotation, and a receipt is found under either key; how many mailboxes
// still need the old receipt key is counted until they are gone.
func TestTheDesksAndTheReceiptsKeysRotate(t *testing.T) {
	pool, ctx := postgrestest.New(t, intake.Migrations()), t.Context()
	var texts [3]string
	var keys [3]seal.PrivateKey
	for i := range keys {
		key, err1 := seal.GenerateKey()
		text, err2 := key.Encode()
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		keys[i], texts[i] = key, text
	}
	old, fresh, identity := keys[0], keys[1], keys[2]
	hash := func(letters ...byte) seal.HashKey {
		t.Helper()
		var masters [][]byte
		for _, letter := range letters {
			masters = append(masters, bytes.Repeat([]byte{letter}, 32))
		}
		k, err := seal.HashKeyOf(masters, "receipt")
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	counter := func(content seal.PrivateKey, letters ...byte) *intake.Counter {
		return intake.NewCounter(pool, intake.PublicKeys{Content: content.Public(), Identity: identity.Public()}, hash(letters...), seal.NewSlow())
	}
	before := counter(old, 'a')
	filing := intake.NewKey()
	if err := before.Attach(ctx, intake.Web, filing, intake.Attachment{Kind: "file", MediaType: "image/png", Name: "工资条.png", SHA256: bytes.Repeat([]byte{1}, 32), Content: []byte("picture")}, now); err != nil {
		t.Fatal(err)
	}
	code, err := before.File(ctx, filing, tipOff, reporter, promised, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := before.SaveDraft(ctx, intake.Web, intake.NewKey(), tipOff, now); err != nil {
		t.Fatal(err)
	}
	mailbox, err := before.Open(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	if err := before.Write(ctx, mailbox, intake.NewKey(), "工资条在这里", now); err != nil {
		t.Fatal(err)
	}
	both, err := seal.ParsePrivateKeys(texts[1] + "," + texts[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, renewed := range []int64{1, 0} {
		lines, err := rekey.Run(ctx, pool, intake.Rekeyed(both), true, nil)
		if err != nil || len(lines) != 5 {
			t.Fatal(lines, err)
		}
		for _, l := range lines {
			if l.Rows != 1 || l.Lost != 0 || l.Renewed != renewed {
				t.Errorf("%+v", l)
			}
		}
	}
	lines, err := rekey.Run(ctx, pool, intake.Rekeyed(old), false, nil)
	if err != nil || lines[0].Lost != 1 || lines[1].Lost != 1 {
		t.Errorf("the old key still opens: %+v, %v", lines, err)
	}
	desk := intake.NewDesk(pool, fresh)
	var s intake.Submission
	var m intake.Incoming
	err = postgres.Tx(ctx, pool, func(tx pgx.Tx) (err error) {
		if s, _, err = desk.Take(ctx, tx, now); err == nil {
			m, _, err = desk.TakeMessage(ctx, tx, now)
		}
		return err
	})
	if err != nil || s.TipOff != tipOff || m.Text != "工资条在这里" {
		t.Errorf("%v, %q, %v", s.TipOff, m.Text, err)
	}
	files, err := desk.Attachments(ctx, s.ID)
	if err != nil || len(files) != 1 || files[0].Name != "工资条.png" || string(files[0].Content) != "picture" {
		t.Errorf("%d files, %v", len(files), err)
	}

	// The receipt, under a key that only stands behind another now.
	after := counter(fresh, 'b', 'a')
	if opened, err := after.Open(ctx, code); err != nil || len(opened.Messages) != 1 {
		t.Errorf("%v", err)
	}
	if _, err := after.Progress(ctx, code); err != nil {
		t.Error(err)
	}
	if _, err := after.File(ctx, intake.NewKey(), tipOff, reporter, promised, now); err != nil {
		t.Fatal(err)
	}
	count := func(letters ...byte) rekey.Tally {
		t.Helper()
		lines, err := rekey.Run(ctx, pool, []rekey.Kind{intake.RekeyedReceipts(hash(letters...))}, true, nil)
		if err != nil {
			t.Fatal(err)
		}
		return lines[0].Tally
	}
	if got := count('b', 'a'); got != (rekey.Tally{Rows: 2, Old: 1}) {
		t.Errorf("%+v", got)
	}
	if got := count('b'); got != (rekey.Tally{Rows: 2, Lost: 1}) {
		t.Errorf("without the old key: %+v", got)
	}
	if _, err := pool.Exec(ctx, `UPDATE intake.mailbox SET receipt_key = NULL WHERE receipt_key = $1`, hash('a').Names()[0]); err != nil { // from before keys had names
		t.Fatal(err)
	}
	if got := count('b', 'a'); got != (rekey.Tally{Rows: 2, Old: 1}) {
		t.Errorf("without a name: %+v", got)
	}
	if err := postgres.Tx(ctx, pool, func(tx pgx.Tx) error { _, err := desk.Erase(ctx, tx, s.ID); return err }); err != nil {
		t.Fatal(err)
	}
	if got := count('b', 'a'); got != (rekey.Tally{Rows: 1}) {
		t.Errorf("after the case was removed: %+v", got)
	}
}
