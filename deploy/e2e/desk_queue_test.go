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

// The queue, the account and the staff in every dress; what one member of staff does is what another sees.
func TestTheDeskInEveryDress(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	a := h.start("demo")
	b := startBrowser(t)
	year := time.Now().Format("2006")
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"phone", 360, 740}, {"desktop", 1280, 900}} {
		v := b.visitor(t, a.Complaints, size.width, size.height)
		if size.name == "phone" {
			v.signIn(a.SignIns.Supervisor.Account, a.SignIns.Supervisor.Password)
		} else {
			v.signIn(a.SignIns.Investigator.Account, a.SignIns.Investigator.Password)
		}
		v.opensUntil("/queue?view=all", year+"-000001")
		for _, dress := range []struct{ name, button string }{{"plain", ""}, {"dark", "深色"}, {"large", "长辈版"}, {"English", "English"}} {
			if dress.button != "" {
				v.open("/today")
				v.press(dress.button)
			}
			for _, page := range []struct{ name, path string }{{"today", "/today"}, {"queue", "/queue?view=open"}, {"filtered", "/queue?view=all&state=received&q=南湖"}, {"related", "/cases/" + year + "-000001/related"}, {"me", "/me"}, {"case", "/cases/" + year + "-000003"}} {
				v.open(page.path)
				v.isAccessible(page.name + " " + size.name + " " + dress.name)
				v.shot("desk-" + page.name + "." + size.name + "." + dress.name)
			}
		}
	}
	staffByCommand(t, h)
	admin := b.visitor(t, a.Complaints, 1280, 900)
	admin.signInTo("gao.yuan", "demo-sysadmin", "工作人员")
	admin.open("/people")
	admin.reads("cli.one", "命令行")
	for i, path := range []string{"/people", "/people/new", "/people/li.min", "/sign-ins"} {
		admin.open(path)
		admin.isAccessible(path)
		admin.shot(fmt.Sprintf("desk-people%d", i))
	}
	takesAReport(b.visitor(t, a.Complaints, 360, 740), "phone")
	takesAReport(b.visitor(t, a.Complaints, 1280, 900), "desktop")
	worksByKeys(t, b, a)
}

// staffByCommand makes, lists, resets and ends an account from the command line, as an operator does whose only administrator has lost the authenticator.
func staffByCommand(t *testing.T, h house) {
	t.Helper()
	if said := h.run(0, "a good password 1\n", "staff", "add", "-account", "cli.one", "-name", "命令行", "-role", "intake", "-region", "3304"); !strings.Contains(said, "secret into an authenticator") {
		t.Errorf("adding says %s", said)
	}
	if said := h.run(1, "short\n", "staff", "add", "-account", "cli.two", "-name", "短"); !strings.Contains(said, "password: ") || strings.Contains(said, "fault.") {
		t.Errorf("a short password: %s", said)
	}
	h.run(1, "a good password 1\n", "staff", "add", "-account", "cli.one", "-name", "又一个")
	if said := h.run(0, "", "staff", "reset", "-account", "cli.one"); !strings.Contains(said, "password for once") || !strings.Contains(said, "secret for the authenticator") {
		t.Errorf("resetting says %s", said)
	}
	h.run(0, "", "staff", "disable", "-account", "cli.one")
	if said := h.run(0, "", "staff", "list"); !regexp.MustCompile(`cli\.one +intake +3304 +disabled`).MatchString(said) || !regexp.MustCompile(`li\.min +investigator +33 +active`).MatchString(said) {
		t.Errorf("the list is\n%s", said)
	}
	h.run(1, "", "staff", "disable", "-account", "nobody")
	h.run(0, "", "staff", "enable", "-account", "cli.one")
}

// takesAReport writes down at the counter what somebody tells: asked which employer, read back, filed with a receipt.
func takesAReport(v *visitor, size string) {
	v.t.Helper()
	v.signIn("hu.xin", "demo-intake")
	v.open("/intake/new")
	v.isAccessible("report " + size)
	v.shot("desk-report." + size)
	v.press("下一步")
	v.reads("请选择是什么问题", "请选择是谁的社保")
	v.isAccessible("report refused " + size)
	v.shot("desk-report-wrong." + size)
	v.choose("kind", "underpaid")
	v.choose("own", "no")
	v.fill("employer", "南湖")
	v.fill("words", "按最低基数缴，实发八千。")
	v.press("下一步")
	v.choose("choice", "typed")
	v.press("下一步")
	v.reads("读给举报人听", "按最低基数缴，实发八千。", "不留名")
	v.isAccessible("report read back " + size)
	v.shot("desk-report-check." + size)
	v.press("登记并出具回执")
	v.reads("登记回执", "最晚")
	v.isAccessible("report's receipt " + size)
	v.shot("desk-report-receipt." + size)
}

// worksByKeys goes through the list by single letters, marks, opens, and is told of what somebody else does.
func worksByKeys(t *testing.T, b browser, a addresses) {
	t.Helper()
	head, li := b.visitor(t, a.Complaints, 1280, 900), b.visitor(t, a.Complaints, 1280, 900)
	head.signIn(a.SignIns.Supervisor.Account, a.SignIns.Supervisor.Password)
	head.open("/queue?view=open")
	head.eval(`(() => { const key = k => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: k, bubbles: true }));
		key('j'); key('j'); key('k'); key('x');
		const row = document.querySelector('[data-list] tbody tr');
		if (!row.classList.contains('cur') || !row.querySelector('input').checked) throw new Error('keys do nothing');
		key('?');
		if (!document.getElementById('keys').open) throw new Error('? does not open the help');
		key('e');
		if (document.querySelector('#bulk details').open) throw new Error('keys work behind the help');
		return true })()`)
	head.isAccessible("help with keys")
	head.shot("desk-keys")
	head.do("close the help", chromedp.KeyEvent("\x1b"))
	head.eval(`(() => { const key = k => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: k, bubbles: true }));
		if (document.getElementById('keys').open) throw new Error('the help stays open');
		key('e');
		if (!document.querySelector('#bulk details').open) throw new Error('e does not open the bulk actions');
		return true })()`)
	goesByKeys(head)
	head.open("/queue?view=waiting")
	li.signInTo("chen.jie", "demo-investigator-2", "今日工作")
	before := head.text()
	li.press("领取下一件")
	ctx, cancel := context.WithTimeout(head.ctx, patience)
	defer cancel()
	count := regexp.MustCompile(`待领取（\d+）`).FindString(before)
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](fmt.Sprintf(`!document.querySelector('main').innerText.includes(%q)`, count))); err != nil {
		t.Errorf("the list still shows %s after another has claimed: %v", count, err)
	}
}

// goesByKeys opens a case from the list, goes through its tabs and comes back to the list at the same case; with the keys switched off nothing happens.
func goesByKeys(v *visitor) {
	v.t.Helper()
	key := func(k string) {
		v.t.Helper()
		v.eval(fmt.Sprintf(`(() => { document.documentElement.dataset.left = '1'; document.body.dispatchEvent(new KeyboardEvent('keydown', { key: %q, bubbles: true })); return true })()`, k))
		v.nextPage(k)
	}
	v.open("/queue?view=open")
	at := v.firstCase()
	v.eval(fmt.Sprintf(`(() => { document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true }));
		if (document.activeElement.getAttribute('href') !== %q) throw new Error('j stands on ' + document.activeElement.outerHTML);
		document.documentElement.dataset.left = '1'; return true })()`, at))
	v.do("enter", chromedp.KeyEvent("\r"))
	v.nextPage("enter")
	key("2")
	v.eval(fmt.Sprintf(`(() => { if (location.pathname !== %q) throw new Error('2 leads to ' + location.pathname); return true })()`, at+"/evidence"))
	key("q")
	v.eval(`(() => { const row = document.querySelector('[data-list] tr.cur a');
		if (location.search !== '?view=open' || !row || row.getAttribute('href') !== ` + fmt.Sprintf("%q", at) + `) throw new Error('q leads to ' + location.href); return true })()`)
	key("c")
	v.reads("案件 ", "已领取")
	v.open("/me")
	v.press("关闭快捷键")
	v.open("/queue?view=open")
	v.eval(`(() => { document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true }));
		if (document.activeElement.closest('[data-list]')) throw new Error('keys work though they are off'); return true })()`)
	v.open("/me")
	v.press("打开快捷键")
}
