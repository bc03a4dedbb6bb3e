package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// plainly looks at a page as those do who have less: by the keyboard alone, with colours of their own, on the narrowest screen, at 400 % zoom, and with no script. The page
// is opened anew each time; first load must not cost more than so many KB over the wire.
func (v *visitor) plainly(name, path string, mostKB int) {
	v.t.Helper()
	v.open(path)
	v.weighs(name, mostKB)
	v.isReachedByKeys(name)
	v.media("forced-colors", "active")
	v.open(path)
	v.isAccessible(name + ", forced colours")
	v.showsEdges(name)
	v.media("forced-colors", "")
	for _, size := range [][2]int64{{320, 800}, {320, 256}} { // 1280 × 1024 at 400 %
		v.do("resize", chromedp.EmulateViewport(size[0], size[1]))
		v.open(path)
		v.isAccessible(fmt.Sprintf("%s, %d × %d", name, size[0], size[1]))
	}
	v.do("resize", chromedp.EmulateViewport(1280, 900))
	v.script(false)
	v.open(path)
	without := v.count(visibleText)
	v.script(true)
	v.open(path)
	if with := v.count(visibleText); without < with*85/100 {
		v.t.Errorf("%s: without script %d of %d characters are left", name, without, with)
	}
}

// visibleText counts what can be read, without what only a script can do.
const visibleText = `[...document.querySelectorAll('.jsonly')].reduce((n, e) => n - e.innerText.length, document.body.innerText.length)`

func (v *visitor) count(script string) (n int) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	n, err := chromedp.Run(ctx, chromedp.Evaluate[int](script))
	if err != nil {
		v.t.Fatalf("%s: %v", script, err)
	}
	return n
}

// weighs is what a first visit costs: the page and all that it loads, compressed.
func (v *visitor) weighs(name string, mostKB int) {
	v.t.Helper()
	bytes := v.count(`[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((n, e) => n + e.encodedBodySize + 300, 0)`)
	if bytes > mostKB<<10 {
		v.t.Errorf("%s: %d bytes, more than %d KB", name, bytes, mostKB)
	}
	v.t.Logf("%s: %d bytes", name, bytes)
}

// isReachedByKeys goes through the page with the tab key: everything that can be used is reached, in turn, shows that it is, and lies under nothing else.
func (v *visitor) isReachedByKeys(name string) {
	v.t.Helper()
	v.eval(`(() => { document.activeElement.blur(); window.scrollTo(0, 0);
		const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')].filter(e => !e.disabled && e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden' && !(e.closest('details:not([open])') && e.tagName !== 'SUMMARY'));
		const groups = new Set();
		window.__wanted = all.filter(e => { if (e.type !== 'radio') return true; if (groups.has(e.name)) return false; groups.add(e.name); return true });
		window.__seen = new Set(); window.__dark = []; window.__covered = []; return true })()`)
	n := v.count(`window.__wanted.length`)
	for range n + 5 {
		v.do("tab", chromedp.KeyEvent("\t"))
		v.eval(`(() => { const e = document.activeElement; if (e === document.body) return true;
			window.__seen.add(e.type === 'radio' ? 'radio ' + e.name : e);
			const s = getComputedStyle(e);
			if (s.outlineStyle === 'none' && s.boxShadow === 'none') window.__dark.push(e.outerHTML.slice(0, 80));
			const r = e.getBoundingClientRect(), spots = [[.5, .5], [.1, .1], [.9, .1], [.1, .9], [.9, .9]].map(([x, y]) => document.elementFromPoint(r.left + r.width * x, r.top + r.height * y));
			if (!spots.some(top => top && (e.contains(top) || top.contains(e) || e.labels && [...e.labels].some(l => l.contains(top))))) window.__covered.push(e.outerHTML.slice(0, 80));
			return true })()`)
	}
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](`JSON.stringify([
		...window.__wanted.filter(e => !window.__seen.has(e.type === 'radio' ? 'radio ' + e.name : e)).map(e => 'not reached: ' + e.outerHTML.slice(0, 80)),
		...window.__dark.map(e => 'shows no focus: ' + e), ...window.__covered.map(e => 'is covered while it has the focus: ' + e)])`))
	if err != nil {
		v.t.Fatal(err)
	}
	var faults []string
	if err := json.Unmarshal([]byte(found), &faults); err != nil {
		v.t.Fatal(err)
	}
	for _, f := range faults {
		v.t.Errorf("%s: %s", name, f)
	}
}

// showsEdges checks that with colours of the system's own a button and a field still have an edge.
func (v *visitor) showsEdges(name string) {
	v.t.Helper()
	n := v.count(`[...document.querySelectorAll('main .btn, main input[type=text], main select, main textarea, main .tag')].filter(e => e.getClientRects().length > 0 && getComputedStyle(e).borderTopStyle === 'none').length`)
	if n > 0 {
		v.t.Errorf("%s: %d fields, buttons or tags have no edge in forced colours", name, n)
	}
}

func (v *visitor) media(feature, value string) {
	v.t.Helper()
	v.do("emulate "+feature, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: feature, Value: value}}})
		return err
	}))
}

func (v *visitor) script(on bool) {
	v.t.Helper()
	v.do("switch scripts", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	}))
}

// deskKB is what the first load of a page of the desk may cost.
const deskKB = 60

// The desk for everybody: each page of each role, by those who have less.
func TestTheDeskPlainly(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	a := h.start("demo")
	b := startBrowser(t)
	open := func(account, password, shows string) *visitor {
		v := b.visitor(t, a.Complaints, 1280, 900)
		v.signInTo(account, password, shows)
		return v
	}
	stranger := b.visitor(t, a.Complaints, 1280, 900)
	stranger.plainly("/sign-in", "/sign-in", deskKB)
	v := open(a.SignIns.Investigator.Account, a.SignIns.Investigator.Password, "今日工作")
	v.opensUntil("/queue?view=all", "-000001")
	first := v.firstCase()
	for _, path := range []string{"/today", "/queue?view=open", first, first + "/evidence", first + "/related", first + "/notices", "/me"} {
		v.plainly(path, path, deskKB)
	}
	clerk := open("hu.xin", "demo-intake", "今日工作")
	clerk.plainly("/intake/new", "/intake/new", deskKB)
	admin := open("gao.yuan", "demo-sysadmin", "工作人员")
	admin.plainly("/people", "/people", deskKB)
}

// firstCase is the address of the first case of the list that is open.
func (v *visitor) firstCase() string {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	path, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector('[data-list] tbody a').getAttribute('href')`))
	if err != nil {
		v.t.Fatal(err)
	}
	return path
}
