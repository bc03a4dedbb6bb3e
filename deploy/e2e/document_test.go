package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var printedCode = regexp.MustCompile(`[0-9A-Z]{4}( [0-9A-Z]{4}){3}`)

// A worker downloads the statement's paper; whoever is handed it types the code as people do and compares; nobody learns more than stands on it. All pages in every dress.
func TestAPaperAndItsCheck(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	a := h.start("demo")
	b := startBrowser(t)
	worker := b.visitor(t, a.Portal, 360, 740)
	worker.open("/sign-in")
	worker.fill("number", a.SignIns.Worker.IDNumber)
	worker.fill("pin", a.SignIns.Worker.PIN)
	worker.press("登录")
	worker.open("/statement/2025")
	worker.reads("正式对账单", "验真码", "下载 PDF（约 80 KB）")
	worker.downloads("/statement/2025.pdf")
	worker.downloads("/statement/2025.pdf?lang=en")
	worker.open("/me/documents")
	code := printedCode.FindString(worker.reads("出具给我的单据", "2025 年度对账单", "有效"))
	if code == "" {
		t.Fatalf("no code: %s", worker.text())
	}
	if pages := worker.prints("/statement/2025"); pages > 2 {
		t.Errorf("the statement's page prints on %d sheets", pages)
	}
	h.empties2019(a.SignIns.Worker.IDNumber)
	worker.open("/statement/2019")
	worker.reads("这一年已经没有缴费和账户变动", "现在有效的一份说明这一年已无记录")
	stranger := b.visitor(t, a.Portal, 360, 740)
	stranger.open("/")
	stranger.press("核验单据真伪")
	stranger.fill("code", "7KQ4")
	stranger.press("核验")
	stranger.reads("对照单据核对")
	stranger.isAccessible("a wrong code")
	stranger.fill("code", strings.NewReplacer("0", "o", "1", "l", " ", "-").Replace(strings.ToLower(code)))
	stranger.press("核验")
	if text := stranger.reads("是真的，现在有效", "核对栏", code); strings.Contains(text, a.SignIns.Worker.IDNumber) {
		t.Error("the check shows the whole ID number")
	}
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"phone", 360, 740}, {"narrow", 320, 640}, {"desktop", 1280, 900}} {
		for _, v := range []*visitor{worker, stranger} {
			v.do("resize", chromedp.EmulateViewport(size.width, size.height))
		}
		for _, dress := range []struct{ name, button string }{{"plain", ""}, {"dark", "深色"}, {"large", "长辈版"}, {"English", "English"}, {"undone", "中文"}} {
			for who, paths := range [][]string{{"/statement/2025", "/me/documents", "/statement/2019"}, {"/verify", "/verify/" + strings.ReplaceAll(code, " ", ""), "/verify/0000000000000000"}} {
				v := []*visitor{worker, stranger}[who]
				if dress.button != "" {
					v.open("/")
					v.press(dress.button)
				}
				if dress.name == "undone" { // as it was, for the next size
					v.press("标准版")
					v.press("浅色")
					continue
				}
				for i, path := range paths {
					v.open(path)
					v.isAccessible(fmt.Sprintf("%s %s %s", path, size.name, dress.name))
					v.shot(fmt.Sprintf("document%d%d.%s.%s", who, i, size.name, dress.name))
				}
			}
		}
	}
}

// empties2019 issues a statement of 2019, where a wrong opening date has the worker's account begin, and again once the date is put right: the year holds nothing any more.
func (h *house) empties2019(number string) {
	h.t.Helper()
	path := filepath.Join(h.t.TempDir(), "worker.csv")
	h.run(0, number+"\n", "export", "person", path)
	right, err := os.ReadFile(strings.TrimSuffix(path, ".csv") + ".persons.csv")
	if err != nil {
		h.t.Fatal(err)
	}
	for _, content := range [][]byte{bytes.ReplaceAll(right, []byte("2022-12-31"), []byte("2018-12-31")), right} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			h.t.Fatal(err)
		}
		h.run(0, "", "import", "persons", path)
		h.run(0, "", "statements", "issue", "--year", "2019")
	}
}

// downloads fetches a file as the page's own link would, and checks that it is a signed PDF.
func (v *visitor) downloads(path string) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	script := fmt.Sprintf(`fetch(%q).then(r => r.arrayBuffer().then(b => {
		const text = new TextDecoder('latin1').decode(b);
		if (r.status !== 200 || r.headers.get('Content-Type') !== 'application/pdf' || !text.startsWith('%%PDF-1.7') || !text.includes('/ByteRange') || b.byteLength > 150000) throw new Error(r.status + ' ' + b.byteLength);
		return true }))`, path)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise)); err != nil {
		v.t.Errorf("download %s: %v", path, err)
	}
}

// prints counts the A4 sheets that a page takes.
func (v *visitor) prints(path string) int {
	v.t.Helper()
	v.open(path)
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	printed, err := chromedp.Run(ctx, func(ctx context.Context, target *chromedp.Target) ([]byte, error) {
		r, err := cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69})
		return r.Data, err
	})
	if err != nil {
		v.t.Fatalf("print %s: %v", path, err)
	}
	if dir := os.Getenv("SHEBAO_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "printed.pdf"), printed, 0o600); err != nil {
			v.t.Fatal(err)
		}
	}
	return bytes.Count(printed, []byte("/Type /Page\n"))
}
