package e2e

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A newcomer opens an account with the message that arrives on the soft phone; a worker lets a relative read, who reads as themselves and is seen. At phone and desktop size, in
// every dress.
func TestAccountsFromTheFirstMessageToTheHelper(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	a := h.start("demo")
	b := startBrowser(t)
	looks(t, b, a)
	activates(t, b, a)
	helps(t, b, a)
	leavesASharedComputer(b.visitor(t, a.Portal, 1280, 900), a)
	refusesWeakPINsAtTheCounter(h, a)
}

// dressed looks at a page in every dress and comes back to the plain one.
func (v *visitor) dressed(name, path string) {
	v.t.Helper()
	for _, dress := range []struct{ name, on, off string }{{"plain", "", ""}, {"dark", "深色", "浅色"}, {"elder", "长辈版", "标准版"}, {"english", "English", "中文"}} {
		if dress.on != "" {
			v.press(dress.on)
		}
		v.open(path)
		v.isAccessible(name + " " + dress.name)
		v.keepsTogether(name + " " + dress.name)
		v.shot(name + "." + dress.name)
		if dress.off != "" {
			v.press(dress.off)
		}
	}
	v.open(path)
}

// looks at the pages that anybody opens, on a desktop and on the smallest phone.
func looks(t *testing.T, b browser, a addresses) {
	t.Helper()
	for _, width := range []int64{320, 1280} {
		v := b.visitor(t, a.Portal, width, 800)
		for _, path := range []string{"/sign-in", "/activate", "/recover?gone=1"} {
			v.open(path)
			v.isAccessible(fmt.Sprint(path, width))
			v.press("长辈版")
			v.open(path)
			v.isAccessible(fmt.Sprint(path, width, " elder"))
			v.press("标准版")
		}
	}
}

func activates(t *testing.T, b browser, a addresses) {
	t.Helper()
	who := a.SignIns.Newcomer
	v := b.visitor(t, a.Portal, 360, 740)
	v.open("/sign-in")
	v.shot("sign-in")
	v.press("第一次使用，先开通账号")
	v.press("发送验证码")
	v.reads("有 3 处需要修改")
	v.isAccessible("activation refused")
	v.dressed("activate", "/activate")
	v.fill("number", who.IDNumber)
	v.fill("name", "周桂")
	v.fill("card", who.Card)
	v.press("发送验证码")
	v.reads("对不上登记的信息")
	v.shot("activate.nomatch")
	v.fill("name", who.Name)
	v.press("发送验证码")
	v.reads("验证码已发到登记的手机")
	v.dressed("code", "/proof/code")

	phone := b.visitor(t, a.Softphone, 1280, 900)
	phone.opensUntil("/", "用于开通账号")
	phone.isAccessible("soft phone with messages")
	phone.shot("softphone.texts")
	code := regexp.MustCompile(`验证码 (\d{6})`).FindStringSubmatch(phone.text())[1]
	v.fill("code", string('0'+(code[0]-'0'+1)%10)+code[1:])
	v.press("下一步")
	v.reads("验证码不对")
	v.isAccessible("a wrong code")
	v.fill("code", code)
	v.press("下一步")
	v.dressed("pin", "/proof/pin")
	v.fill("pin", "123456")
	v.fill("again", "123456")
	v.press("开通")
	v.reads("不要用连续的数字")
	v.fill("pin", "905173")
	v.fill("again", "905173")
	v.press("开通")
	v.reads("账号已开通")
	v.isAccessible("activated")
	v.shot("activated")
	v.press("看我的对账单")
	v.reads(who.Name)
	phone.opensUntil("/", "查询密码已于")
}

func helps(t *testing.T, b browser, a addresses) {
	t.Helper()
	worker, relative := b.visitor(t, a.Portal, 360, 740), b.visitor(t, a.Portal, 1280, 900)
	for v, who := range map[*visitor]struct{ IDNumber, PIN, Name string }{worker: a.SignIns.Worker, relative: a.SignIns.Relative} {
		v.open("/sign-in?next=%2Fme")
		v.fill("number", who.IDNumber)
		v.fill("pin", who.PIN)
		v.press("登录")
	}
	worker.dressed("me", "/me")
	worker.press("授权代办人")
	worker.press("同意授权")
	worker.reads("请填写对方的姓名", "密码是 6")
	worker.fill("number", a.SignIns.Relative.IDNumber)
	worker.fill("name", a.SignIns.Relative.Name)
	worker.choose("days", "90")
	worker.fill("pin", a.SignIns.Worker.PIN)
	worker.press("同意授权")
	worker.reads("已授权", "李**")
	worker.dressed("helpers", "/me/helpers")

	relative.open("/helping")
	relative.isAccessible("helping")
	relative.shot("helping")
	relative.press("替其查看")
	relative.reads("陈** 的社保")
	relative.open("/statement")
	if text := relative.element(".acting"); !strings.Contains(text, "您正在替 陈** 查看") {
		t.Errorf("on whose behalf: %q", text)
	}
	relative.dressed("acting", "/statement")
	relative.open("/me")
	relative.reads("只能由 陈** 本人办理")
	relative.isAccessible("not a helper's")
	relative.shot("helping.own")
	worker.open("/me")
	worker.reads("代办人 李**", "查看缴费记录")
	worker.shot("me.seen")
	worker.open("/me/helpers")
	worker.press("结束授权")
	worker.reads("对方马上不能再看")
	relative.open("/statement")
	relative.reads("授权已经结束")
	relative.shot("helping.ended")
}

// On a shared computer a page that nobody uses says that it will leave, stays when asked to, and leaves; whoever comes next is nobody.
func leavesASharedComputer(v *visitor, a addresses) {
	v.t.Helper()
	v.open("/sign-in?next=%2Faccount")
	v.fill("number", a.SignIns.Worker.IDNumber)
	v.fill("pin", a.SignIns.Worker.PIN)
	v.choose("shared", "yes")
	v.press("登录")
	v.later(14)
	v.waits("2 分钟后会自动退出")
	v.isAccessible("about to leave")
	v.shot("leave")
	v.eval(`document.querySelector('.leave button').click(); true`)
	v.eval(`if (document.querySelector('.leave')) throw new Error('the warning stays'); true`)
	v.later(14)
	v.waits("2 分钟后会自动退出")
	v.later(2)
	v.waits("登录已过期")
	v.open("/account")
	v.reads("证件号码", "密码") // the session is over
}

// later lets the page's clock run ahead by minutes.
func (v *visitor) later(minutes int) {
	v.t.Helper()
	v.eval(fmt.Sprintf(`(() => { const now = Date.now; Date.now = () => now() + %d * 60000; return true })()`, minutes))
}

// waits until the page, or the next one, shows the words.
func (v *visitor) waits(words string) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	for ctx.Err() == nil {
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
		if err == nil && strings.Contains(text, words) {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	v.shot("failed")
	v.t.Fatalf("the page does not show %q:\n%s", words, v.text())
}

func refusesWeakPINsAtTheCounter(h house, a addresses) {
	h.t.Helper()
	number := a.SignIns.Worker.IDNumber
	if out := h.run(1, number+" "+number[8:14]+"\n", "pin", "set"); !strings.Contains(out, "line 1: The PIN cannot be your birthday") || strings.Contains(out, number) {
		h.t.Errorf("a birthday at the counter: %s", out)
	}
}
