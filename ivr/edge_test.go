package ivr_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"shebao/ivr/softphone"
	"shebao/ivr/web"
	"shebao/shared/intake"
	"shebao/shared/redis"
)

// What comes from outside and is not as it should be: late, twice, in another order, too large, unknown, or another call's.

const someCall = "CA00112233445566778899aabbccddeeff"

// send sends a request to the hotline, signed with a token over what is said to be its form.
func (h *hotline) send(t *testing.T, token, address, contentType string, body []byte, signed url.Values) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("X-Twilio-Signature", web.Sign([]byte(token), address, signed))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // read to its end
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// post sends a form of a call's.
func (h *hotline) post(t *testing.T, token, address string, form url.Values) (int, string) {
	t.Helper()
	whole := url.Values{"AccountSid": {accountSID}, "From": {h.phone.From}, "To": {"+8612333"}}
	maps.Copy(whole, form)
	return h.send(t, token, address, "application/x-www-form-urlencoded; charset=UTF-8", []byte(whole.Encode()), whole)
}

var actionOf = regexp.MustCompile(`action="([^"]+)"`)

func action(t *testing.T, document string) string {
	t.Helper()
	found := actionOf.FindStringSubmatch(document)
	if found == nil {
		t.Fatalf("no action in %s", document)
	}
	return found[1]
}

func TestTwoTokensAreTakenDuringARotation(t *testing.T) {
	h := newHotline(t, quiet, "")
	for token, want := range map[string]int{authToken: http.StatusOK, "an-older-token": http.StatusOK, "a-stranger's": http.StatusForbidden, "": http.StatusForbidden} {
		status, body := h.post(t, token, h.phone.Hotline+"/voice/start", url.Values{"CallSid": {someCall}})
		if status != want || want == http.StatusForbidden && body != "" {
			t.Errorf("token %q: %d, %q", token, status, body)
		}
	}
}

func TestUnknownAndRepeatedFieldsAreSignedAndPassedOver(t *testing.T) {
	h := newHotline(t, quiet, "")
	form := url.Values{"CallSid": {someCall}, "StirVerstat": {"TN-Validation-Passed-A"}, "Ärger": {"", "ß", "b"}, "Digits ": {"7"}, "FutureThing": {"1", "1", "0"}, "Empty": {""}}
	status, body := h.post(t, authToken, h.phone.Hotline+"/voice/start", form)
	if status != http.StatusOK || !strings.Contains(body, "<Gather") {
		t.Fatalf("%d: %s", status, body)
	}
	if status, body = h.post(t, authToken, action(t, body), url.Values{"CallSid": {someCall}, "Digits": {"1"}, "Digits[]": {"9"}, "SpeechResult2": {"x"}}); status != http.StatusOK || !strings.Contains(body, "查询缴费") {
		t.Errorf("%d: %s", status, body)
	}
}

// A JSON body is covered by the hash in the address; what was changed after signing is refused.
func TestJSONBodiesAreTaken(t *testing.T) {
	h := newHotline(t, quiet, "")
	body := []byte(`{"AccountSid":"` + accountSID + `","CallSid":"` + someCall + `","From":"+8610000000001","Nested":{"a":1},"Digits":1}`)
	sum := sha256.Sum256(body)
	address := h.phone.Hotline + "/voice/start?bodySHA256=" + hex.EncodeToString(sum[:])
	if status, reply := h.send(t, authToken, address, "application/json", body, nil); status != http.StatusOK || !strings.Contains(reply, "<Gather") {
		t.Errorf("%d: %s", status, reply)
	}
	for name, changed := range map[string][]byte{"changed": bytes.Replace(body, []byte("0001"), []byte("0002"), 1), "no object": []byte(`[1]`), "cut off": body[:20], "empty": nil} {
		if status, reply := h.send(t, authToken, address, "application/json", changed, nil); status != http.StatusForbidden || reply != "" {
			t.Errorf("%s: %d %q", name, status, reply)
		}
	}
	if status, reply := h.send(t, authToken, h.phone.Hotline+"/voice/start", "text/plain", body, nil); status != http.StatusForbidden || reply != "" {
		t.Errorf("neither form nor JSON: %d %q", status, reply)
	}
}

// A megabyte is refused before it is read, with nothing that the carrier would read aloud; the call that it pretends to be of goes on.
func TestAMegabyteIsRefused(t *testing.T) {
	h := newHotline(t, quiet, "")
	call := h.call(t, "1")
	big := url.Values{"CallSid": {call.SID()}, "SpeechResult": {strings.Repeat("南", 1<<20/3)}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.phone.Hotline+"/voice/start", strings.NewReader(big.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", web.Sign([]byte(authToken), h.phone.Hotline+"/voice/start", big))
	if resp, err := http.DefaultClient.Do(req); err == nil { // the connection may be closed while we still write
		body, _ := io.ReadAll(resp.Body) // as above
		_ = resp.Body.Close()
		if resp.StatusCode/100 != 4 || len(body) > 0 {
			t.Errorf("%d: %.200q", resp.StatusCode, body)
		}
	}
	do(t, call, "2")
	heard(t, call, "有几个月没缴")
}

// What is keyed at one call's step moves no other call, and tells nothing of it; it is noted.
func TestDigitsOfAnotherCallMoveNothing(t *testing.T) {
	h := newHotline(t, quiet, "")
	var documents []string
	h.phone.Trace = func(e softphone.Exchange) { documents = append(documents, string(e.Body)) }
	mine := h.call(t, "1", "2")
	address := action(t, documents[len(documents)-1])
	other := h.call(t, "1")
	for name, c := range map[string]struct{ address, call string }{
		"their call at my step":          {address, other.SID()},
		"their call's number in my path": {strings.Replace(address, mine.SID(), other.SID(), 1), other.SID()},
		"a step that has not come":       {strings.Replace(address, "/0/", "/7/", 1), mine.SID()},
		"a call that is none":            {strings.Replace(address, mine.SID(), someCall, 1), someCall},
		"no number for a step":           {strings.Replace(address, "/0/", "/0e0/", 1), mine.SID()},
		"another place of the menus":     {strings.Replace(address, "-kind-", "-code-", 1), mine.SID()},
		"more failures than were":        {strings.Replace(address, "-0-0-1-", "-0-2-1-", 1), mine.SID()},
		"a state without its seal":       {regexp.MustCompile(`[A-Za-z0-9_-]{16}cmn-`).ReplaceAllString(address, "cmn-"), mine.SID()},
	} {
		status, body := h.post(t, authToken, c.address, url.Values{"CallSid": {c.call}, "Digits": {"1"}})
		if status != http.StatusOK || !strings.Contains(body, "感谢来电，再见") || !strings.Contains(body, "<Hangup/>") || strings.Contains(body, "action") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, body := h.post(t, authToken, address, url.Values{"CallSid": {mine.SID()}, "AccountSid": {"AC" + strings.Repeat("f", 32)}, "Digits": {"1"}}); status != http.StatusForbidden || body != "" {
		t.Errorf("another account: %d %s", status, body)
	}
	do(t, mine, "1")
	heard(t, mine, "请说出单位名称")
	var noted int
	if err := h.pool.QueryRow(t.Context(), `SELECT count(*) FROM audit.entry WHERE action = 'foreign call step' AND outcome = 'refused'`).Scan(&noted); err != nil || noted < 3 {
		t.Errorf("%d noted, %v", noted, err)
	}
}

// The same request, many times at once and again long after: one reply, one tip-off.
func TestReplaysGetTheSameReply(t *testing.T) {
	h := newHotline(t, quiet, "")
	var documents []string
	h.phone.Trace = func(e softphone.Exchange) { documents = append(documents, string(e.Body)) }
	call := h.call(t, "1", "2", "1", "1", "1#", "1", "record")
	address := action(t, documents[len(documents)-2]) // the last is the notice of the recording
	form := url.Values{"CallSid": {call.SID()}, "Digits": {"1"}}
	replies := make([]string, 12)
	var wait sync.WaitGroup
	for i := range replies {
		wait.Go(func() {
			for replies[i] == "" || strings.Contains(replies[i], "正在处理") { // asked again, as the document says
				if _, replies[i] = h.post(t, authToken, address, form); strings.Contains(replies[i], "正在处理") {
					address := regexp.MustCompile(`<Redirect method="POST">([^<]+)<`).FindStringSubmatch(replies[i])[1]
					_, replies[i] = h.post(t, authToken, address, url.Values{"CallSid": {call.SID()}})
				}
			}
		})
	}
	wait.Wait()
	for _, reply := range replies[1:] {
		if reply != replies[0] || !strings.Contains(reply, "回执码是") {
			t.Errorf("another reply: %s\nthan %s", reply, replies[0])
		}
	}
	_, late := h.post(t, authToken, action(t, replies[0]), url.Values{"CallSid": {call.SID()}, "Digits": {"1"}}) // the call goes on
	if !strings.Contains(late, "查询缴费") {
		t.Errorf("the call does not go on: %s", late)
	}
	if _, again := h.post(t, authToken, address, form); again != replies[0] {
		t.Errorf("the replay after the next step: %s", again)
	}
	if _, ok := h.taken(t); !ok {
		t.Error("nothing was filed")
	}
	if _, ok := h.taken(t); ok {
		t.Error("it was filed twice")
	}
}

// A caller hangs up while recording: the step's request, the notice of the recording and the end of the call come in any order, some twice, and nothing is lost or doubled.
func TestCallbacksInAnyOrder(t *testing.T) {
	for _, order := range []string{"step notice end", "step end notice", "notice step end", "notice end step", "end step notice", "end notice step", "notice notice end end notice", "end end notice"} {
		t.Run(order, func(t *testing.T) {
			h := newHotline(t, quiet, "")
			var documents []string
			h.phone.Trace = func(e softphone.Exchange) { documents = append(documents, string(e.Body)) }
			call := h.call(t, "1", "2", "1", "1", "1#", "1")
			document := documents[len(documents)-1]
			notice, _, _ := strings.Cut(regexp.MustCompile(`recordingStatusCallback="([^"]+)"`).FindStringSubmatch(document)[1], "#")
			sid := "RE" + strings.Repeat("ab", 16)
			recording := h.phone.Carrier + "/2010-04-01/Accounts/" + accountSID + "/Recordings/" + sid
			put, err := http.NewRequestWithContext(t.Context(), http.MethodPut, recording+".wav", bytes.NewReader(softphone.Tone(20)))
			if err != nil {
				t.Fatal(err)
			}
			put.SetBasicAuth(accountSID, authToken)
			resp, err := http.DefaultClient.Do(put)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close() // nothing in it
			for _, what := range strings.Fields(order) {
				switch what {
				case "step":
					h.post(t, authToken, action(t, document), url.Values{"CallSid": {call.SID()}, "Digits": {"hangup"}, "RecordingUrl": {recording}, "RecordingDuration": {"2"}})
				case "notice":
					h.post(t, authToken, notice, url.Values{"CallSid": {call.SID()}, "RecordingSid": {sid}, "RecordingUrl": {"https://evil.example/" + sid}, "RecordingStatus": {"completed"}, "RecordingDuration": {"2"}})
				case "end":
					h.post(t, authToken, h.phone.Hotline+"/voice/status", url.Values{"CallSid": {call.SID()}, "CallStatus": {"completed"}})
				}
			}
			if err := h.background(t.Context()); err != nil {
				t.Fatal(err)
			}
			drafts, err := h.desk.IncompleteDrafts(t.Context(), h.now().Add(time.Minute), 10)
			if err != nil || len(drafts) != 1 || drafts[0].TipOff.Kind != intake.Unpaid {
				t.Errorf("drafts: %+v, %v", drafts, err)
			}
			var kept, states int
			if err := h.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM intake.attachment), (SELECT count(*) FROM ivr.call WHERE state IS NOT NULL)`).Scan(&kept, &states); err != nil || kept != 1 || states != 0 || h.carrier.Recordings() != 0 {
				t.Errorf("%d recordings kept, %d left at the carrier, %d states, %v\n%s", kept, h.carrier.Recordings(), states, err, h.log.String())
			}
		})
	}
}

// A call that is silent for an hour goes on where it was; one that comes back after the carrier's longest call is over, and what was confirmed is a draft.
func TestACallThatComesBackAfterAnHour(t *testing.T) {
	h := withLedger(t, quiet, "")
	call := h.call(t, "1", "2", "1", "say 杭城纺织", "1", "202503#")
	h.pass(time.Hour)
	do(t, call, "1", "record")
	h.pass(time.Hour)
	if err := h.background(t.Context()); err != nil {
		t.Fatal(err)
	}
	do(t, call, "1")
	heard(t, call, "回执码是")

	late := h.call(t, "1", "2", "2", "say 杭城纺织", "1")
	h.pass(5 * time.Hour)
	deadline := time.Now().Add(time.Minute)
	for {
		if err := h.background(t.Context()); err != nil {
			t.Fatal(err)
		}
		var going int
		if err := h.pool.QueryRow(t.Context(), `SELECT count(*) FROM ivr.call WHERE ended_at IS NULL`).Scan(&going); err != nil {
			t.Fatal(err)
		}
		if going == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d calls are never ended", going)
		}
	}
	do(t, late, "202503#")
	heard(t, late, "感谢来电，再见")
	if !late.Ended() {
		t.Error("a call that is over goes on")
	}
	drafts, err := h.desk.IncompleteDrafts(t.Context(), h.now().Add(time.Minute), 10)
	if err != nil || len(drafts) != 1 || drafts[0].TipOff.Kind != intake.Underpaid {
		t.Errorf("drafts: %+v, %v", drafts, err)
	}
}

// The number of an anonymous reporter stands in no row, no key in Redis and no line of the log.
func TestAnAnonymousCallersNumberIsStoredNowhere(t *testing.T) {
	h := withLedger(t, append(open(), quiet, "")...)
	call := h.call(t, "1", "2", "1", "say 杭城纺织", "1", "202503#", "1", "record", "1")
	heard(t, call, "我们不保存您的号码", "回执码是")
	do(t, call, "1", "3", "0000000000000098#", "9", "0", "hangup") // a look-up that is limited by caller, and the line of who waits
	if err := h.background(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, ok := h.taken(t)
	if !ok || s.Identity != nil || strings.Contains(fmt.Sprintf("%+v", s.TipOff), h.phone.From[3:]) {
		t.Fatalf("%+v, %v", s.TipOff, ok)
	}
	plain, encoded := h.phone.From[1:], hex.EncodeToString([]byte(h.phone.From[1:]))
	for _, table := range h.tables(t, "ivr", "intake", "audit", "sms", "credential") {
		var found int
		if err := h.pool.QueryRow(t.Context(), `SELECT count(*) FROM `+table+` AS r WHERE r::text LIKE '%' || $1 || '%' OR r::text LIKE '%' || $2 || '%'`, plain, encoded).Scan(&found); err != nil || found > 0 {
			t.Errorf("%s: %d rows hold the number, %v", table, found, err)
		}
	}
	if strings.Contains(h.log.String(), plain) {
		t.Error("the log holds the number")
	}
	for _, entry := range h.redisDump(t) {
		if strings.Contains(entry, plain) {
			t.Errorf("Redis holds the number: %s", entry)
		}
	}
}

// Whether it is safe to call or text is asked; silence, a wrong key and a hurry are no. Only a clear yes lets the receipt be texted, and only to the mobile on record.
func TestOnlyAClearYesLetsUsTextTheReporter(t *testing.T) {
	for answer, texted := range map[string]bool{"silence": false, "2": false, "1": true} {
		t.Run(answer, func(t *testing.T) {
			h := withLedger(t, append(open(), quiet, "")...)
			call := h.call(t, "1", "2", "1", "say 杭城纺织", "1", "202503#", "2", person+"#", pin, answer)
			heard(t, call, "打您的电话或发短信安全吗")
			do(t, call, "record", "1")
			heard(t, call, "回执码是")
			if err := h.background(t.Context()); err != nil {
				t.Fatal(err)
			}
			select {
			case text := <-h.texts:
				if to, _, _ := strings.Cut(text, " "); !texted || to == h.phone.From || to == "" {
					t.Errorf("texted to %s", to)
				}
			default:
				if texted {
					t.Error("the receipt was not texted")
				}
			}
		})
	}
}

// tables are those of some schemas, quoted.
func (h *hotline) tables(t *testing.T, schemas ...string) (list []string) {
	t.Helper()
	err := h.pool.QueryRow(t.Context(), `SELECT array_agg(format('%I.%I', table_schema, table_name)) FROM information_schema.tables WHERE table_schema = ANY ($1) AND table_type = 'BASE TABLE'`, schemas).Scan(&list)
	if err != nil || len(list) < 10 {
		t.Fatalf("%v, %v", list, err)
	}
	return list
}

// redisDump is every key of the hotline's Redis with what it holds.
func (h *hotline) redisDump(t *testing.T) []string {
	t.Helper()
	client, err := redis.Open(h.redis.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }() // only read
	keys, err := client.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for i, key := range keys {
		value, _ := client.Dump(t.Context(), key).Result() // a key may have run out meanwhile
		keys[i] += " " + value
	}
	return keys
}
