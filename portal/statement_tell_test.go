package portal_test

import (
	"strings"
	"testing"
	"time"

	"shebao/portal"
	"shebao/shared/config"
	"shebao/shared/ledger"
	"shebao/shared/seal"
	"shebao/shared/sms"
)

// Everybody with a statement of the year is told once, a batch at a time when that is wanted; who has opened theirs, or has no mobile, is not; a corrected statement is told again.
func TestEverybodyIsToldOfTheirStatement(t *testing.T) {
	s := newSite(t)
	settings := config.NewReader(config.Map(s.settings))
	c := portal.ReadConfig(settings)
	field, err1 := seal.NewFieldKey(s.secret, "ledger")
	hash, err2 := seal.NewHashKey(s.secret, "ledger")
	keys, err3 := ledger.NewStatementKeys([][]byte{s.secret})
	if err1 != nil || err2 != nil || err3 != nil || settings.Err() != nil {
		t.Fatal(err1, err2, err3, settings.Err())
	}
	book := ledger.New(s.pool, ledger.Keys{Field: field, Hash: hash, Statements: keys})
	issue := func() {
		t.Helper()
		if _, err := book.IssueStatements(t.Context(), ledger.IssueOptions{Year: 2025, Now: s.now}); err != nil {
			t.Fatal(err)
		}
	}
	tell := func(region string, atMost int, told, unreachable int64) {
		t.Helper()
		got, err := portal.TellStatements(t.Context(), c, s.pool, portal.TellOptions{Year: 2025, Region: region, AtMost: atMost, Now: s.now})
		if err != nil || got.Told != told || got.Unreachable != unreachable {
			t.Errorf("%+v, %v; want %d told, %d out of reach", got, err, told, unreachable)
		}
	}
	tell("", 0, 0, 0) // none is issued yet
	issue()
	tell("99", 0, 0, 0)
	tell("", 1, 1, 0)
	tell("", 0, 1, 0)
	tell("", 0, 0, 0)
	duty, err := book.StatementDuty(t.Context(), 2025, "")
	if err != nil {
		t.Fatal(err)
	}
	var sent int64
	for _, d := range duty {
		sent += d.Sent
	}
	if sent != 2 {
		t.Errorf("the duty counts %d as sent", sent)
	}
	texts, err := sms.New(s.pool, sms.ReadConfig(settings))
	if err != nil {
		t.Fatal(err)
	}
	phones := sms.NewOutbox(func() time.Time { return s.now })
	for more := true; more; {
		if more, err = texts.DeliverNext(t.Context(), phones, s.now); err != nil {
			t.Fatal(err)
		}
	}
	out := phones.Received()
	if len(out) != 2 {
		t.Fatalf("%d texts", len(out))
	}
	for _, m := range out {
		if !strings.Contains(m.Body, "http://si.example/statement/2025") || strings.Contains(m.Body, "崔鹏霞") || strings.Contains(m.Body, number[6:14]) {
			t.Errorf("the text says %q", m.Body)
		}
	}

	// A corrected record supersedes one statement; the other person loses the mobile.
	s.correct("2025-12-20")
	s.now = s.now.Add(time.Minute)
	issue()
	tell("", 0, 1, 0)
	s.exec(`DELETE FROM ledger.statement_delivery`)
	s.exec(`DELETE FROM sms.message`)
	s.exec(`UPDATE ledger.person SET mobile_sealed = NULL WHERE id = $1`, s.person(other))
	statement, err := book.LatestStatement(t.Context(), s.person(number))
	if err != nil {
		t.Fatal(err)
	}
	if err := book.MarkOpened(t.Context(), statement, s.now); err != nil {
		t.Fatal(err)
	}
	tell("", 0, 0, 1)
}
