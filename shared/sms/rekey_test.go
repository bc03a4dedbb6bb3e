package sms_test

import (
	"bytes"
	"encoding/base64"
	"testing"

	"shebao/shared/config"
	"shebao/shared/rekey"
	"shebao/shared/sms"
)

func stateKeys(letters ...byte) (setting string) {
	for i, letter := range letters {
		if i > 0 {
			setting += ","
		}
		setting += base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{letter}, 32))
	}
	return setting
}

// A text that waits is sealed with the newest key, and goes out without the older one; what counts against a number's limit counts under both.
func TestATextThatWaitsIsRekeyed(t *testing.T) {
	h, c := newHouse(t, "SMS_PER_PERSON", "1"), &carrier{}
	h.mustEnqueue(code("您的验证码是 204817"), now)
	under := func(letters ...byte) *sms.Messages {
		t.Helper()
		r := config.NewReader(config.Map(map[string]string{"SHEBAO_STATE_KEY": stateKeys(letters...), "SMS_PER_PERSON": "1"}))
		m, err := sms.New(h.pool, sms.ReadConfig(r))
		if err != nil || r.Err() != nil {
			t.Fatal(err, r.Err())
		}
		return m
	}
	both, newest := under('b', 7), under('b')
	another := code("1")
	another.PersonID++
	h.Messages = both
	if err := h.enqueue(another, now); err == nil {
		t.Error("the number's limit is forgotten with its key")
	}
	for _, want := range []rekey.Line{{Tally: rekey.Tally{Rows: 1}, Renewed: 1}, {Tally: rekey.Tally{Rows: 1}}} {
		lines, err := rekey.Run(t.Context(), h.pool, both.Rekeyed(), true, nil)
		if err != nil || len(lines) != 2 {
			t.Fatal(lines, err)
		}
		for _, l := range lines {
			if l.Tally != want.Tally || l.Renewed != want.Renewed {
				t.Errorf("%+v", l)
			}
		}
	}
	if more, err := newest.DeliverNext(t.Context(), c, now); err != nil || !more || len(c.got) != 1 || c.got[0].Number != "+86"+mobile || c.got[0].Body != "您的验证码是 204817" {
		t.Errorf("%v %v %+v", more, err, c.got)
	}
}
