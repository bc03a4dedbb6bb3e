package ivr_test

import (
	"regexp"
	"strings"
	"testing"

	"shebao/ivr/softphone"
)

// The telephone in the terminal, as a newcomer and as a script use it: a tip-off by words and keys, its progress by the receipt that was read, an inquiry, a pension; a word that it does not
// know is said to be none, help lists what there is, and an expectation that is not met is the script's error.
func TestTheTerminalPhone(t *testing.T) {
	h := withLedger(t, quiet, "")
	call := func(lines ...string) (screen string, err error) {
		var out strings.Builder
		err = softphone.Terminal(t.Context(), h.phone, strings.NewReader(strings.Join(lines, "\n")+"\n"), &out)
		return out.String(), err
	}
	screen, err := call("1", "please", "help", "say 我要举报", "? 有几个月没缴", "1", "say 杭城纺织", "1", "202503", "1", "record", "2", "1", "? 回执码是")
	if err != nil {
		t.Error(err)
	}
	for _, want := range []string{"[keys, or say …] > say 我要举报", "! no key 'p' (help shows what can be done)", "mumble 提交", "[keys, or say …: 6, or fewer and #] > 202503", "[record, silence; or # * 0 9] > record", "☎ ♪ audio/wav", "☎ 再说一遍："} {
		if !strings.Contains(screen, want) {
			t.Errorf("the screen lacks %q:\n%s", want, screen)
		}
	}
	receipt := strings.ReplaceAll(regexp.MustCompile(`\d{4} \d{4} \d{4} \d{4}`).FindString(screen), " ", "")
	if screen, err = call("2", "3", receipt+"#", "? 已經收到", "? 未有畀您嘅回覆", "hangup", "? nothing more"); err == nil || err.Error() != "not heard: nothing more" || !strings.HasSuffix(screen, "— the call is over —\n") {
		t.Errorf("%v:\n%s", err, screen)
	}
	if _, err := h.pool.Exec(t.Context(), `UPDATE ledger.person SET status = 3`); err != nil {
		t.Fatal(err)
	}
	if screen, err = call("1", "1", person+"#", pin, "? 最近足额缴费的月份是2025年12月", "4", "1", "? 养老金资格认证已经完成", "say 再见", "? 没有听懂", "hangup"); err != nil {
		t.Errorf("%v:\n%s", err, screen)
	}
}
