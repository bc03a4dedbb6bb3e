package ivr_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"shebao/ivr/softphone"
	"shebao/shared/intake"
)

// What callers key and say goes through every flow, and stands afterwards in no address, no attribute of a document, no line of the log, no key or value in Redis, and in the
// clear in no row; what was keyed is spoken back nowhere either, except for the receipt, which is the caller's to note down.
func TestNothingOfACallerLeaks(t *testing.T) {
	h := withLedger(t, append(open(), quiet, "")...)
	if _, err := h.pool.Exec(t.Context(), `UPDATE ledger.person SET status = 3`); err != nil { // everybody draws a pension
		t.Fatal(err)
	}
	const spoken, reply, otherPIN = "杭城纺织老板姓严", "请带工资条来十二号窗口", "918273"
	var exchanges []softphone.Exchange
	h.phone.Trace = func(e softphone.Exchange) { exchanges = append(exchanges, e) }
	call := h.call(t, "1", "2", "1", "say "+spoken, "1", "202503#", "2", person+"#", otherPIN, person+"#", pin, "1", "record", "1")
	heard(t, call, "回执码是")
	receipt := ""
	for _, e := range exchanges {
		if found := receiptInText.FindString(string(e.Body)); found != "" {
			receipt = ""
			for _, four := range fourDigits.FindAllStringSubmatch(found, -1) {
				receipt += four[1]
			}
		}
	}
	if err := h.reply(t.Context(), reply); err != nil {
		t.Fatal(err)
	}
	do(t, call, "1", "1", "1", "4", "1", "1", "3", receipt+"#", "2", "record", "1", "9", "0", "hangup")
	heard(t, call, reply, "养老金资格认证已经完成", "个人账户累计")
	do(t, h.call(t, "2", "1"), person+"#", pin, "hangup")
	if err := h.background(t.Context()); err != nil {
		t.Fatal(err)
	}
	var name, mobile string
	if err := h.pool.QueryRow(t.Context(), `SELECT name FROM ledger.person WHERE id = (SELECT max(person_id) FROM credential.pin)`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	select {
	case text := <-h.texts:
		mobile, _, _ = strings.Cut(text, " ")
	default:
		t.Fatal("the receipt was not texted")
	}
	keyed := map[string]string{"ID number": person, "half of it": person[6:], "PIN": pin, "wrong PIN": otherPIN, "mobile": strings.TrimPrefix(mobile, "+"), "telephone": h.phone.From[1:]}
	all := map[string]string{"receipt": receipt, "grouped receipt": receipt[:4] + " " + receipt[4:8], "name": name, "employer's words": spoken, "reply": reply}
	for what, marker := range keyed {
		if all[what] = marker; len(marker) < 6 {
			t.Fatalf("%s is %q: nothing would be found", what, marker)
		}
	}
	if len(receipt) != 16 || len(exchanges) < 30 {
		t.Fatalf("receipt %q, %d exchanges", receipt, len(exchanges))
	}
	for _, e := range exchanges {
		addresses := e.URL + " " + attributes(t, e.Body)
		for what, marker := range all {
			if strings.Contains(addresses, marker) || strings.Contains(addresses, url.QueryEscape(marker)) {
				t.Errorf("an address or an attribute holds the %s: %s", what, addresses)
			}
		}
		for what, marker := range keyed {
			if strings.Contains(string(e.Body), marker) {
				t.Errorf("a document speaks the %s", what)
			}
		}
	}
	log := h.log.String()
	for what, marker := range all {
		if strings.Contains(log, marker) {
			t.Errorf("the log holds the %s", what)
		}
		for _, entry := range h.redisDump(t) {
			if strings.Contains(entry, marker) {
				t.Errorf("Redis holds the %s in the clear: %.60q", what, entry)
			}
		}
	}
	for _, table := range h.tables(t, "ivr", "audit", "intake", "sms", "credential", "eligibility") {
		for what, marker := range all {
			var found int
			if err := h.pool.QueryRow(t.Context(), `SELECT count(*) FROM `+table+` AS r WHERE strpos(r::text, $1) > 0 OR strpos(r::text, $2) > 0 OR strpos(r::text, $3) > 0`,
				marker, hex.EncodeToString([]byte(marker)), base64.RawStdEncoding.EncodeToString([]byte(marker))).Scan(&found); err != nil || found > 0 {
				t.Errorf("%s holds the %s in the clear in %d rows, %v", table, what, found, err)
			}
		}
	}
	if s, ok := h.taken(t); !ok || s.TipOff.Channel != intake.Phone || s.Identity == nil { // and the desk has it
		t.Errorf("%+v, %v", s.TipOff, ok)
	}
}

// attributes are all attributes of a document, and the texts that are addresses.
func attributes(t *testing.T, document []byte) string {
	t.Helper()
	var b strings.Builder
	decoder := xml.NewDecoder(strings.NewReader(string(document)))
	address := false
	for {
		token, err := decoder.Token()
		if err != nil {
			return b.String()
		}
		switch e := token.(type) {
		case xml.StartElement:
			address = e.Name.Local == "Redirect" || e.Name.Local == "Play"
			for _, a := range e.Attr {
				fmt.Fprintf(&b, " %s=%s", a.Name.Local, a.Value)
			}
		case xml.CharData:
			if address {
				b.WriteString(" " + string(e))
			}
		}
	}
}
