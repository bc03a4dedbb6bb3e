package e2e

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The queue, the account and the staff in every dress; what one member of staff does is what another sees.
func TestTheDeskInEveryDress(t *testing.T) {
	h := newHouse(t)
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
			for _, page := range []struct{ name, path string }{{"today", "/today"}, {"queue", "/queue?view=open"}, {"filtered", "/queue?view=all&state=received&q=南湖"}, {"related", "/cases/" + year + "-000001/related"}, {"me", "/me"}} {
				v.open(page.path)
				v.isAccessible(page.name + " " + size.name + " " + dress.name)
				v.shot("desk-" + page.name + "." + size.name + "." + dress.name)
			}
		}
	}
	admin := b.visitor(t, a.Complaints, 1280, 900)
	admin.signInTo("gao.yuan", "demo-sysadmin", "工作人员")
	for i, path := range []string{"/people", "/people/new", "/people/li.min", "/sign-ins"} {
		admin.open(path)
		admin.isAccessible(path)
		admin.shot(fmt.Sprintf("desk-people%d", i))
	}
	worksByKeys(t, b, a)
}

// worksByKeys goes through the list by single letters, marks, opens, and is told of what somebody else does.
func worksByKeys(t *testing.T, b browser, a addresses) {
	t.Helper()
	head, li := b.visitor(t, a.Complaints, 1280, 900), b.visitor(t, a.Complaints, 1280, 900)
	head.signIn(a.SignIns.Supervisor.Account, a.SignIns.Supervisor.Password)
	head.open("/queue?view=open")
	head.eval(`(() => { const key = k => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: k, bubbles: true }));
		key('j'); key('j'); key('k'); key('x'); key('?');
		const row = document.querySelector('[data-list] tbody tr');
		if (!row.classList.contains('cur') || !row.querySelector('input').checked) throw new Error('keys do nothing');
		key('e');
		if (!document.querySelector('#bulk details').open) throw new Error('e does not open the bulk actions');
		return true })()`)
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
