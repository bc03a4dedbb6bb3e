package e2e

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Every page of a signed-in worker with the worst account, of a visitor and of a reporter: at phone and desktop size, light, dark, in large type, in forced colours and in English; what it
// weighs, by keyboard alone, without scripts, on the smallest screen.
func TestPagesInEveryDress(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	importWorst(t, h)
	a := h.start("demo")
	b := startBrowser(t)
	year := time.Now().Year() - 1
	worker := []string{"/", fmt.Sprintf("/statement/%d", year), fmt.Sprintf("/statement/%d?only=gaps", year), fmt.Sprintf("/statement/%d/7", year), fmt.Sprintf("/statement/%d/11", year-1), "/account", "/me",
		"/objection", "/tip-off?kind=unpaid"}
	visitors := []string{"/", "/sign-in", "/tip-off", "/progress", "/help", "/help/after", "/help/missing", "/open/arrears", "/open/collection", "/tools/late-fee?principal=1000&first=2011-06-30&last=2020-07-01", "/nowhere"}
	v := b.visitor(t, a.Portal, 360, 740)
	looksAt(v, "visitor", visitors)
	v = b.visitor(t, a.Portal, 360, 740)
	v.entersAs(worstNumber, worstPIN)
	v.downloads(fmt.Sprintf("/statement/%d.pdf", year))
	looksAt(v, "worker", worker)
	v.printsOn(fmt.Sprintf("/statement/%d", year), 2)
	v.printsOn("/account", 2)
	v = b.visitor(t, a.Portal, 360, 740)
	v.open("/tip-off")
	v.choose("kind", "unpaid")
	v.choose("own", "no")
	v.fill("employer", "示例（长三角生态绿色一体化发展示范区）没有登记的工坊")
	v.fill("words", "工资条一直在扣，社保没有到账。"+longWord)
	v.press("下一步")
	v.reads("请选择是哪一家单位") // the register has others of like names
	v.isAccessible("which employer")
	v.choose("choice", "typed")
	v.press("下一步")
	v.isAccessible("the answers of a reporter")
	v.press("提交举报")
	code := regexp.MustCompile(`\d{4} \d{4} \d{4} \d{4}`).FindString(v.text())
	looksAt(v, "reporter", []string{"/tip-off/receipt"})
	v.printsOn("/tip-off/receipt", 1)
	v.open("/progress")
	v.fill("code", code)
	v.press("查进度")
	looksAt(v, "reporter", []string{"/progress"})
	softphonesIn(t, b, a)
}

// longWord cannot be broken where words end.
const longWord = "https://example.invalid/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// citizenKB is what the first load of a citizen's page may cost.
const citizenKB = 40

// looksAt judges pages in every dress, and leaves the visitor in the plain one.
func looksAt(v *visitor, who string, paths []string) {
	v.t.Helper()
	for _, path := range paths {
		v.plainly(who+" "+path, path, citizenKB)
	}
	type size struct {
		name          string
		width, height int64
	}
	phone, desktop, smallest := size{"phone", 360, 740}, size{"desktop", 1280, 900}, size{"smallest", 320, 568}
	for _, dress := range []struct {
		name, on, off string
		sizes         []size
	}{{"plain", "", "", []size{phone, desktop}}, {"dark", "深色", "浅色", []size{phone}}, {"elder", "长辈版", "标准版", []size{phone, smallest}}, {"english", "English", "中文", []size{smallest}}} {
		if dress.on != "" {
			v.press(dress.on)
		}
		for _, path := range paths {
			for _, size := range dress.sizes {
				v.do("resize", chromedp.EmulateViewport(size.width, size.height))
				v.open(path)
				v.isAccessible(fmt.Sprintf("%s %s %s %s", who, path, size.name, dress.name))
				v.keepsTogether(fmt.Sprintf("%s %s %s %s", who, path, size.name, dress.name))
				v.shot(fmt.Sprintf("%s-%s.%s.%s", who, nameOf(path), size.name, dress.name))
			}
		}
		if dress.off != "" {
			v.press(dress.off)
		}
	}
}

// keepsTogether checks that no date is broken at the end of a line, and that no table must be moved sideways to be read on an ordinary phone, not even in large type.
func (v *visitor) keepsTogether(name string) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => {
		const faults = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
		while (texts.nextNode()) for (const m of texts.currentNode.data.matchAll(/\d{4}-\d{2}-\d{2}/g)) {
			range.setStart(texts.currentNode, m.index); range.setEnd(texts.currentNode, m.index + m[0].length);
			if (new Set([...range.getClientRects()].filter(r => r.width > 0).map(r => Math.round(r.top))).size > 1) faults.push('broken date ' + m[0]);
		}
		if (innerWidth >= 360) for (const e of document.querySelectorAll('main .tablebox'))
			if (e.scrollWidth > e.clientWidth + 1) faults.push('a table is ' + e.scrollWidth + ' wide in ' + e.clientWidth);
		return faults.join('; ') })()`))
	if err != nil {
		v.t.Fatalf("%s: %v", name, err)
	}
	if found != "" {
		v.t.Errorf("%s: %s", name, found)
	}
}

// printsOn prints a page as the browser does, on A4: on no more sheets than so many.
func (v *visitor) printsOn(path string, sheets int) {
	v.t.Helper()
	v.open(path)
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	printed, err := chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) (page.PrintToPDFResult, error) {
		size := true // of the style sheet
		return cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &size})
	})
	if err != nil {
		v.t.Fatalf("print %s: %v", path, err)
	}
	if n := len(regexp.MustCompile(`/Type /Page\b`).FindAll(printed.Data, -1)); n == 0 || n > sheets {
		v.t.Errorf("%s is printed on %d sheets, not on %d", path, n, sheets)
	}
}

// nameOf is a page's address without what would not do in a file's name.
func nameOf(path string) string {
	name := strings.Trim(strings.NewReplacer("/", "-", "?", "-", "=", "-", "&", "-").Replace(path), "-")
	if name == "" {
		return "home"
	}
	return name
}

// softphonesIn looks at the soft phone.
func softphonesIn(t *testing.T, b browser, a addresses) {
	t.Helper()
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"phone", 360, 740}, {"desktop", 1280, 900}} {
		phone := b.visitor(t, a.Softphone, size.width, size.height)
		phone.open("/")
		phone.touch("拨打 12333", "普通话请按 1")
		phone.isAccessible("soft phone " + size.name)
		phone.touch("1", "举报单位请按 2")
		phone.shot("softphone." + size.name)
	}
}
