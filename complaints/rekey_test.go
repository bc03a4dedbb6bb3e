package complaints

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/shared/calendar"
	"shebao/shared/config"
	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/publication"
	"shebao/shared/rekey"
	"shebao/shared/seal"
)

// renewed runs a rotation twice, and says how many rows of each kind the first wrote; the second has nothing to do.
func renewed(t *testing.T, run func() ([]rekey.Line, error)) map[string]int64 {
	t.Helper()
	written := map[string]int64{}
	for again := range 2 {
		lines, err := run()
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if l.Lost > 0 || again == 1 && l.Renewed > 0 {
				t.Errorf("%+v", l)
			}
			written[l.What] += l.Renewed
		}
	}
	return written
}

// After a rotation a listed employer still objects with the code on its letter, and the letter is the one that was issued.
func TestLettersOutliveTheirKeys(t *testing.T) {
	o := newOffice(t)
	_, id, a, _, letters := o.held(t)
	of := letters[0]
	_, before, err := o.store.LetterFile(t.Context(), a, id, of.Entry.USCC, supervisedAt)
	if err != nil {
		t.Fatal(err)
	}
	state, own := config.Secrets{bytes.Repeat([]byte("s"), 32), bytes.Repeat([]byte{2}, 32)}, config.Secrets{bytes.Repeat([]byte("l"), 32), bytes.Repeat([]byte{3}, 32)}
	hashes := func(keys ...[]byte) *publication.Counter {
		t.Helper()
		hash, err := seal.HashKeyOf(keys, "ledger")
		key, err2 := seal.GenerateKey()
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		return publication.NewCounter(o.pool, key.Public(), hash)
	}
	if _, err := hashes(own...).Listing(t.Context(), of.Entry.USCC, of.Code); err != nil {
		t.Errorf("before, with both keys: %v", err)
	}
	kinds, err := Rekeyed(state, own)
	if err != nil {
		t.Fatal(err)
	}
	written := renewed(t, func() ([]rekey.Line, error) { return rekey.Run(t.Context(), o.pool, kinds, true, nil) })
	if written["listed employers"] != 3 || written["codes on letters to employers"] != 3 || written["letters to employers"] != 3 {
		t.Errorf("%v", written)
	}
	if l, err := hashes(own[0]).Listing(t.Context(), of.Entry.USCC, of.Code); err != nil || l.Entry.USCC != of.Entry.USCC {
		t.Errorf("%v", err)
	}
	if _, err := hashes(own[1]).Listing(t.Context(), of.Entry.USCC, of.Code); fault.Of(err).Key != "fault.publication.listing" {
		t.Errorf("the old key still finds: %v", err)
	}
	field, err := seal.FieldKeyOf(state[:1], "complaints")
	if err != nil {
		t.Fatal(err)
	}
	after := store.New(o.pool, nil, lifecycle.Rules{Workdays: calendar.China()}, nil, field)
	again, err := after.Letters(t.Context(), a, id)
	if err != nil || len(again) != 3 || again[0].Code != of.Code {
		t.Errorf("%v", err)
	}
	if _, file, err := after.LetterFile(t.Context(), a, id, of.Entry.USCC, supervisedAt); err != nil || !bytes.Equal(file, before) {
		t.Errorf("%d bytes, %v", len(file), err)
	}
}

// After a rotation staff's files open as they were, and the second factor is the same; nobody but the owner of the database may write a file's content, and only as long as before.
func TestFilesAndSecondFactorsOutliveTheirKey(t *testing.T) {
	var desk Config
	r := newRoom(t, func(c *Config) { desk = *c })
	if _, err := r.cases.AddStaff(t.Context(), store.Staff{}, store.Staff{Account: "he.ping", Name: "何平", Role: lifecycle.Investigator, Region: "3304"}, "correct horse battery", r.at); err != nil {
		t.Fatal(err)
	}
	code, err := r.cases.Code(t.Context(), "he.ping", r.at)
	if err != nil {
		t.Fatal(err)
	}
	kinds, err := Rekeyed(config.Secrets{bytes.Repeat([]byte("s"), 32), desk.stateKeys[0]}, desk.ledgerKeys)
	if err != nil {
		t.Fatal(err)
	}
	written := renewed(t, func() ([]rekey.Line, error) { return rekey.Run(t.Context(), r.pool, kinds, true, nil) })
	if written["second factors of staff"] != 1 {
		t.Errorf("%v", written)
	}
	li := r.staff("li", lifecycle.Investigator, "3304")
	r.file()
	const at = "/cases/2026-000001/files"
	r.want(r.upload(li, at, "现场录音.wav", wav(), "about", "谈话"), 303)
	if n, err := rekey.Run(t.Context(), r.pool, kinds, true, nil); err != nil || n[2].Renewed != 1 {
		t.Fatalf("%+v, %v", n, err)
	}
	for name, refused := range map[string]string{"another length": `UPDATE complaints.case_file SET content = 'x'`, "its hash": `UPDATE complaints.case_file SET sha256 = content`} {
		if _, err := r.pool.Exec(t.Context(), refused); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	r.exec(`GRANT USAGE ON SCHEMA complaints TO pg_monitor`)
	r.exec(`GRANT SELECT, UPDATE ON complaints.case_file TO pg_monitor`)
	if err := postgres.Tx(t.Context(), r.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `SET LOCAL ROLE pg_monitor`)
		if err == nil {
			_, err = tx.Exec(t.Context(), `UPDATE complaints.case_file SET content = content`)
		}
		return err
	}); err == nil || !strings.Contains(err.Error(), "never changed") {
		t.Errorf("somebody else than the owner writes a file's content: %v", err)
	}
	desk.stateKeys = config.Secrets{bytes.Repeat([]byte("s"), 32)}
	after, err := desk.store(r.pool)
	if err != nil {
		t.Fatal(err)
	}
	who, err := after.StaffByAccount(t.Context(), "li")
	if err != nil {
		t.Fatal(err)
	}
	if _, content, err := after.OpenFile(t.Context(), who, "2026-000001", 1, r.at); err != nil || !bytes.Equal(content, wav()) {
		t.Errorf("%d bytes, %v", len(content), err)
	}
	if again, err := after.Code(t.Context(), "he.ping", r.at); err != nil || again != code {
		t.Errorf("%v", err)
	}
}
