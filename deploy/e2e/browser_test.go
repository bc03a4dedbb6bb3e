package e2e

import (
	"context"
	_ "embed" // axe
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// axe-core 4.14.1 (MPL-2.0), as its npm package carries it.
//
//go:embed testdata/axe.min.js
var axe string

// browserProgram finds Chromium, or as root on Debian installs it, announced.
func browserProgram(t testing.TB) string {
	t.Helper()
	find := func() string {
		for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome", "chromium-headless-shell"} {
			if path, err := exec.LookPath(name); err == nil {
				return path
			}
		}
		if _, err := os.Stat("/usr/lib/chromium/chromium-headless-shell"); err == nil {
			return "/usr/lib/chromium/chromium-headless-shell"
		}
		return ""
	}
	if path := find(); path != "" {
		return path
	}
	if apt, err := exec.LookPath("apt-get"); err == nil && os.Geteuid() == 0 {
		fmt.Fprintln(os.Stderr, "Chromium is missing: installing Debian's chromium package …")
		for _, args := range [][]string{{"update", "-qq"}, {"install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-wqy-microhei"}} {
			if err := exec.Command(apt, args...).Run(); err != nil {
				break
			}
		}
	}
	path := find()
	if path == "" {
		t.Fatal("Chromium not found: install it (Debian: apt-get install chromium) or put chromium on the PATH")
	}
	return path
}

// browser is one Chromium; a visitor is a tab with cookies of its own.
type browser struct{ ctx context.Context }

func startBrowser(t testing.TB) browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browserProgram(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("lang", "zh-CN"))
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); cancelAllocator() })
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return browser{ctx}
}

// visitor is somebody with a browser: a phone's or a desktop's window, cookies of their own.
type visitor struct {
	t    testing.TB
	ctx  context.Context
	base string
}

func (b browser) visitor(t testing.TB, base string, width, height int64) *visitor {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	v := &visitor{t: t, ctx: ctx, base: base}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height)); err != nil {
		t.Fatalf("open a window: %v", err)
	}
	return v
}

// patience is how long a page may take on a busy machine before the test gives up; it is no claim about speed.
const patience = 90 * time.Second

func (v *visitor) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		v.shot("failed")
		v.t.Fatalf("%s: %v\npage: %s", what, err, v.text())
	}
}

func (v *visitor) open(path string) {
	v.t.Helper()
	v.do("open "+path, chromedp.Navigate(v.base+path), chromedp.WaitReady(chromedp.CSS("main")))
}

func (v *visitor) fill(name, value string) {
	v.t.Helper()
	css := chromedp.CSS(fmt.Sprintf(`main [name=%q]`, name))
	v.do("fill "+name, chromedp.SetValue(css, value))
}

func (v *visitor) choose(name, value string) {
	v.t.Helper()
	v.eval(fmt.Sprintf(`(() => { const e = document.querySelector('main [name=%q][value=%q]'); if (!e) throw new Error('no such choice'); e.checked = true; return true })()`, name, value))
}

// press submits by a button or follows a link with the given text, and waits for the next page.
func (v *visitor) press(text string) {
	v.t.Helper()
	script := fmt.Sprintf(`(() => {
		const all = [...document.querySelectorAll('main button, main a, header button, header a')];
		const e = all.find(e => e.textContent.trim() === %[1]q) || all.find(e => e.textContent.trim().startsWith(%[1]q));
		if (!e) throw new Error('nothing to press: ' + %[1]q);
		window.__left = false; document.documentElement.dataset.left = '1'; e.click(); return true })()`, text)
	v.eval(script)
	v.nextPage(text)
}

// whole waits until all of the page is there: a long one is read while it still comes.
func (v *visitor) whole() {
	v.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(v.ctx, patience)
		state, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.readyState`))
		cancel()
		if err == nil && state == "complete" {
			return
		}
	}
	v.t.Fatal("the page never came whole")
}

// touch presses a button whose page answers by script, and waits until the page shows the words.
func (v *visitor) touch(text, shows string) {
	v.t.Helper()
	v.eval(fmt.Sprintf(`(() => {
		const e = [...document.querySelectorAll('main button')].find(e => e.textContent.trim() === %[1]q && e.getClientRects().length > 0);
		if (!e) throw new Error('nothing to press: ' + %[1]q);
		e.click(); return true })()`, text))
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](fmt.Sprintf(`document.querySelector('main').innerText.includes(%q)`, shows))); err != nil {
		v.shot("failed")
		v.t.Fatalf("after %s the page does not show %q: %v\n%s", text, shows, err, v.text())
	}
}

func (v *visitor) eval(script string) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script)); err != nil {
		v.shot("failed")
		v.t.Fatalf("%v\npage: %s", err, v.text())
	}
}

func (v *visitor) text() string {
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.title + "\n" + (document.querySelector('main') || document.body).innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

func (v *visitor) reads(wanted ...string) string {
	v.t.Helper()
	text := v.text()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			v.shot("failed")
			v.t.Fatalf("the page lacks %q:\n%s", want, text)
		}
	}
	return text
}

// opensUntil opens a page again until it shows the words: what another part of the house does in the background has then been done.
func (v *visitor) opensUntil(path string, wanted ...string) {
	v.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(500 * time.Millisecond) {
		v.open(path)
		text, missing := v.text(), false
		for _, want := range wanted {
			missing = missing || !strings.Contains(text, want)
		}
		if !missing || time.Now().After(end) {
			v.reads(wanted...)
			return
		}
	}
}

func (v *visitor) element(css string) string {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.TextContent(chromedp.CSS(css)))
	if err != nil {
		v.t.Fatalf("%s: %v\npage: %s", css, err, v.text())
	}
	return strings.TrimSpace(text)
}

// shot keeps a picture where SHEBAO_SHOTS says; without it nothing is kept.
func (v *visitor) shot(name string) {
	dir := os.Getenv("SHEBAO_SHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	if err != nil {
		v.t.Logf("no picture of %s: %v", name, err)
	}
}

// isAccessible runs axe and the checks that axe does not have: nothing scrolls sideways, no text is crushed into a column of single characters,
// no target is smaller than 24 px, and the page asked no other site.
func (v *visitor) isAccessible(name string) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](axe+"; true")); err != nil {
		v.t.Fatalf("%s: load axe: %v", name, err)
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](`axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(
		r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(', '))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("%s: run axe: %v", name, err)
	}
	var faults []string
	if err := json.Unmarshal([]byte(found), &faults); err != nil {
		v.t.Fatal(err)
	}
	more, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => {
		const faults = [], root = document.documentElement;
		if (root.scrollWidth > root.clientWidth + 1) faults.push('scrolls sideways: ' + root.scrollWidth + ' of ' + root.clientWidth);
		const box = document.createRange();
		for (const e of document.querySelectorAll('main td, main th, main dt, main dd, main .tag, main button, main a, header a, header button')) {
			const own = [...e.childNodes].filter(n => n.nodeType === 3 && n.data.trim().length > 3);
			for (const n of own) {
				box.selectNodeContents(n);
				const lines = new Set([...box.getClientRects()].map(r => Math.round(r.top))).size;
				if (lines > 3 && n.data.trim().length / lines < 3) faults.push('crushed text: ' + n.data.trim().slice(0, 12));
			}
		}
		for (const e of document.querySelectorAll('main button, main input:not([type=hidden]), main select, header button, header nav a')) {
			const r = e.getBoundingClientRect();
			if (r.width > 0 && (r.width < 24 || r.height < 24)) faults.push('small target: ' + (e.textContent.trim() || e.name) + ' ' + Math.round(r.width) + '×' + Math.round(r.height));
		}
		for (const r of performance.getEntriesByType('resource')) if (!r.name.startsWith(location.origin)) faults.push('another site: ' + r.name);
		return JSON.stringify(faults) })()`))
	if err != nil {
		v.t.Fatalf("%s: measure: %v", name, err)
	}
	var measured []string
	if err := json.Unmarshal([]byte(more), &measured); err != nil {
		v.t.Fatal(err)
	}
	for _, f := range append(faults, measured...) {
		v.t.Errorf("%s: %s", name, f)
	}
}

// nextPage waits until the page that was left is gone and the next one is whole, its scripts run.
func (v *visitor) nextPage(after string) {
	v.t.Helper()
	v.do("wait for the page after "+after, chromedp.WaitReady(chromedp.CSS("html:not([data-left]) main")))
	v.whole()
}
