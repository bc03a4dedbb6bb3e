package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A tip-off from the first ring to the receipt on the soft phone's page: keys by mouse and keyboard, typed speech, a sound, a person, in both sizes.
func TestACallOnTheSoftPhonesPage(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	a := h.start("demo")
	b := startBrowser(t)
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"phone", 360, 740}, {"desktop", 1280, 900}} {
		v := b.visitor(t, a.Softphone, size.width, size.height)
		v.open("/")
		v.shot("softphone.idle." + size.name)
		v.touch("拨打 12333", "普通话请按 1")
		v.typesKey("1", "举报单位请按 2")
		v.fill("words", "我要举报我们公司")
		v.touch("说出来", "有几个月没缴")
		v.touch("1", "请说出单位名称")
		v.shot("softphone.speech." + size.name)
		v.isAccessible("soft phone listens " + size.name)
		v.fill("words", "南湖电子")
		v.touch("说出来", "嘉兴南湖电子有限公司，请按 1")
		v.typesKey("1", "从哪个月开始")
		if size.name == "phone" {
			v.fill("keys", "202503#")
			v.touch("按下", "从2025年3月开始")
		} else { // keys that are typed quickly are all taken
			for _, key := range "20250" {
				v.do("key", chromedp.KeyEvent(string(key)))
			}
			v.waitsFor("已按 20250")
			v.typesKey("3", "从2025年3月开始")
		}
		v.typesKey("1", "请在滴声后讲述")
		v.shot("softphone.record." + size.name)
		v.isAccessible("soft phone records " + size.name)
		v.touch("讲述", "录好了")
		v.typesKey("2", "♪ audio/wav")
		v.typesKey("1", "回执码是")
		v.shot("softphone.receipt." + size.name)
		v.eval(`document.querySelector('main').innerText.includes('没有听到') ? (() => { throw new Error('silence was heard') })() : true`)
		v.typesKey("0", "正在转接人工")
		v.isAccessible("soft phone puts through " + size.name)
		v.touch("人工接听", "感谢来电")
		v.shot("softphone.over." + size.name)
		v.isAccessible("soft phone after a call " + size.name)
	}
	// The keyboard is the telephone's only while it is switched on.
	v := b.visitor(t, a.Softphone, 1280, 900)
	v.open("/")
	v.touch("拨打 12333", "普通话请按 1")
	v.eval(`document.getElementById('keyboard').click(); document.getElementById('keyboard').blur(); document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '3', bubbles: true})); true`)
	v.touch("1", "举报单位请按 2")
	v.eval(`document.querySelector('main').innerText.includes('To report an employer') ? (() => { throw new Error('a key was taken') })() : true`)
}

// typesKey presses a key of the keyboard, and waits for what is heard then.
func (v *visitor) typesKey(key, shows string) {
	v.t.Helper()
	v.do("key "+key, chromedp.KeyEvent(key))
	v.waitsFor(shows)
}

func (v *visitor) waitsFor(shows string) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](fmt.Sprintf(`document.querySelector('main').innerText.includes(%q)`, shows))); err != nil {
		v.shot("failed")
		v.t.Fatalf("the page does not show %q: %v\n%s", shows, err, v.text())
	}
}

// The page works without script: the same forms answer with pages.
func TestTheSoftPhoneWithoutScript(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	a := h.start("demo")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	for i, step := range []struct {
		path  string
		form  url.Values
		shows string
	}{
		{"/dial", nil, "普通话请按 1"}, {"/press", url.Values{"key": {"1"}}, "举报单位请按 2"}, {"/press", url.Values{"keys": {"2"}}, "有几个月没缴"}, {"/press", url.Values{"key": {"1"}}, "请说出单位名称"},
		{"/say", url.Values{"words": {"南湖电子"}}, "嘉兴南湖电子有限公司，请按 1"}, {"/press", url.Values{"key": {"1"}}, "从哪个月开始"}, {"/silence", nil, "没有收到按键"}, {"/record", nil, "现在"}, {"/hangup", nil, "拨打 12333"},
	} {
		resp, err := client.PostForm(a.Softphone+step.path, step.form)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close() // it has been read
		if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(page), step.shows) {
			t.Fatalf("%d, %s: %d, %v, without %q:\n%s", i, step.path, resp.StatusCode, err, step.shows, fmt.Sprintf("%.3000s", page))
		}
	}
}
