package ivr_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"shebao/ivr/softphone"
)

// Two hundred callers at once, each with a whole matter: a tip-off with a recording, the progress of a report and a person, a hang-up half way, an inquiry with a PIN, and
// somebody who is slow and wrong. No step fails, and what was filed is there once each.
func TestTwoHundredCallsAtOnce(t *testing.T) {
	h := withLedger(t, append(open(), quiet, "")...)
	h.phone.Fallback = "/voice/fallback" // who lands there has met a failure
	const callers = 200
	doings := [][]string{{"1", "2", "1", "say 杭城纺织", "1", "202503#", "1", "record", "1", "*"}, {"1", "3", "0000000000000098#", "0", "hangup"}, {"1", "2", "2", "say 杭城纺织", "1", "hangup"},
		{"3", "1", person + "#", pin, "9"}, {"2", "8", "7", "silence", "2", "4", "2", "9", "say 杭城纺织", "1"}}
	// A pause that the hotline asks for lasts as at the carrier, with the words before it.
	h.phone.Wait = func(ctx context.Context, d time.Duration) {
		select {
		case <-ctx.Done():
		case <-time.After(d + 2*time.Second):
		}
	}
	problems := make([]error, callers)
	receipts := make([]string, callers)
	var wait sync.WaitGroup
	for i := range callers {
		wait.Go(func() {
			receipts[i], problems[i] = h.callOf(t.Context(), fmt.Sprintf("+861000000%04d", 1000+i), doings[i%len(doings)])
		})
	}
	wait.Wait()
	filed, seen := 0, map[string]bool{}
	for i, err := range problems {
		if err != nil {
			t.Errorf("caller %d: %v", i, err)
		}
		if i%len(doings) > 0 {
			continue
		}
		if filed++; receipts[i] == "" || seen[receipts[i]] {
			t.Errorf("caller %d has the receipt %q", i, receipts[i])
		}
		seen[receipts[i]] = true
	}
	var submissions, drafts, recordings int
	if err := h.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM intake.submission), (SELECT count(*) FROM intake.draft), (SELECT count(*) FROM ivr.recording WHERE fate = 'keep')`).Scan(&submissions, &drafts, &recordings); err != nil ||
		submissions != filed || drafts != 2*callers/len(doings) || recordings != filed {
		t.Errorf("%d filed of %d, %d drafts, %d recordings, %v", submissions, filed, drafts, recordings, err)
	}
	for line := range strings.Lines(h.log.String()) {
		if strings.Contains(line, "level=ERROR") && !strings.Contains(line, "/voice/status") || strings.Contains(line, "/voice/fallback") {
			t.Errorf("the log tells of a failure: %s", line)
		}
	}
}

// callOf makes one caller's call, and gives back the receipt that was read out. A step that is answered otherwise than with a document ends it with an error.
func (h *hotline) callOf(ctx context.Context, from string, doings []string) (receipt string, err error) {
	phone := h.phone
	phone.From = from
	phone.Trace = func(e softphone.Exchange) {
		if e.Status >= 300 && !strings.Contains(e.URL, "/voice/status") { // that one is told again until it is taken
			err = fmt.Errorf("status %d of %s", e.Status, e.URL)
		}
		if found := receiptInText.FindString(string(e.Body)); found != "" {
			receipt = ""
			for _, four := range fourDigits.FindAllStringSubmatch(found, -1) {
				receipt += four[1]
			}
		}
	}
	call, failed := softphone.Dial(ctx, phone)
	for _, d := range doings {
		if failed != nil || err != nil {
			break
		}
		failed = call.Do(ctx, d)
	}
	if failed == nil && err == nil {
		failed = call.HangUp(ctx)
	}
	if w := call.Warnings(); len(w) > 0 {
		return receipt, fmt.Errorf("the carrier warns: %v", w)
	}
	switch heard := strings.Join(call.Heard(), "\n"); {
	case failed != nil:
		return receipt, fmt.Errorf("%w; heard %s", failed, heard)
	case strings.Contains(heard, "抱歉") || strings.Contains(heard, "系统正在恢复") || strings.Contains(heard, "Sorry"):
		return receipt, fmt.Errorf("heard %s", heard)
	}
	return receipt, err
}
