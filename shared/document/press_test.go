package document_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"shebao/frontend/fonts"
	"shebao/shared/document"
	"shebao/shared/pdf/pdftest"
)

var created = time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC)

var words = document.Words{PageOf: "第 {0} 页 共 {1} 页", Missing: "“〓”处的字，字库中没有：{0}。"}

func newPress(t testing.TB) *document.Press {
	t.Helper()
	press, err := document.NewPress(fonts.NotoSerifSC)
	if err != nil {
		t.Fatal(err)
	}
	return press
}

func demand(rows int) document.Document {
	table := document.Table{Caption: "欠缴明细", Unit: "单位：元", Columns: []document.Column{
		{Head: "所属期", Share: 2, Align: document.Middle}, {Head: "险种", Share: 3},
		{Head: "单位", Group: "应缴", Share: 3, Align: document.End}, {Head: "个人", Group: "应缴", Share: 3, Align: document.End},
		{Head: "欠缴", Share: 3, Align: document.End},
	}}
	for i := range rows {
		table.Rows = append(table.Rows, document.Line{Cells: []string{time.Date(2023, time.Month(1+i), 1, 0, 0, 0, 0, time.UTC).Format("2006-01"), "企业职工基本养老保险", "1,234.56", "617.28", "1,851.84"}})
	}
	table.Rows = append(table.Rows, document.Line{Cells: []string{"合计", "", "2,469.12", "1,234.56", "3,703.68"}, Strong: true})
	return document.Document{
		Lang: "zh-CN", Agency: "嘉兴市社会保险事业服务中心", Title: "社会保险费催缴通知书", Number: "嘉社险催〔2026〕12 号", Addressee: "嘉兴南湖电子有限公司：",
		Created: created, Words: words,
		Blocks: []document.Block{
			document.Paragraph{Text: "经核查，你单位自 2025 年 9 月至 2025 年 10 月未按时足额缴纳社会保险费，现依法催缴。请于收到本通知书之日起 5 个工作日内缴纳下列款项；逾期不缴的，将依法处理。", Indent: true},
			document.Pairs{Columns: 2, Items: []document.Pair{{Term: "统一社会信用代码", Value: "91330400MA00000000"}, {Term: "欠缴合计", Value: "3,703.68 元", Strong: true}, {Term: "联系人", Value: "赵𬭎、王䶮、李㛃、孙𠅤、周𫖯"}}},
			table,
			document.Clause{Title: "法律依据", Numbered: true, Items: []string{"《中华人民共和国社会保险法》第六十三条：用人单位未按时足额缴纳社会保险费的，由社会保险费征收机构责令其限期缴纳或者补足。", "《社会保险费征缴暂行条例》第十三条。"}},
			document.Clause{Title: "逾期的后果", Items: []string{"自欠缴之日起，按日加收万分之五的滞纳金。"}},
			document.SignOff{Agency: "嘉兴市社会保险事业服务中心", Date: "2026 年 3 月 2 日", Seal: "印章", Note: "本件由系统出具，以电子签名为准。"},
			document.Slip{Cut: "……沿此线剪下，签收后交回……", Title: "送达回证", Pairs: []document.Pair{{Term: "受送达人", Value: "嘉兴南湖电子有限公司"}, {Term: "文书", Value: "嘉社险催〔2026〕12 号"}, {Term: "收件人签名", Value: ""}, {Term: "收到日期", Value: ""}, {Term: "送达方式", Value: ""}, {Term: "送达人", Value: ""}}, Notes: []string{"拒收的，由见证人签名，并记明拒收事由和日期。"}},
		},
		Verify: &document.Verification{Text: "验真码 7KQ4 2M9X PF3D 8ABC　扫描右侧二维码，或在 https://shebao.example.cn/verify 输入验真码，可核对本件真伪和是否仍有效。", Address: "https://shebao.example.cn/verify/7KQ42M9XPF3D8ABC", Figure: "核验地址的二维码"},
	}
}

func render(t testing.TB, press *document.Press, d document.Document) []byte {
	t.Helper()
	b, err := press.Render(d)
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("SHEBAO_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+".pdf"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func TestANoticeSaysEverythingThatItsModelHolds(t *testing.T) {
	b := render(t, newPress(t), demand(2))
	file := pdftest.Open(t, b)
	text := file.Text()
	for _, want := range []string{
		"嘉兴市社会保险事业服务中心", "社会保险费催缴通知书", "嘉社险催〔2026〕12号", "嘉兴南湖电子有限公司：", "现依法催缴。请于收到本通知书之日起5个工作日内", "91330400MA00000000",
		"赵𬭎、王䶮、李㛃、孙𠅤、周𫖯", "欠缴明细", "单位：元", "应缴", "2023-02", "3,703.68", "法律依据", "第六十三条", "逾期的后果", "印章", "以电子签名为准", "送达回证", "收件人签名",
		"沿此线剪下", "见证人签名", "7KQ42M9XPF3D8ABC", "第1页共2页", "第2页共2页",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not printed", want)
		}
	}
	if strings.Contains(text, "字库中没有") {
		t.Error("a character is reported missing")
	}
	if len(b) > 150_000 {
		t.Errorf("%d bytes", len(b))
	}
	if kinds := file.Kinds(); kinds["H1"] != 1 || kinds["Table"] != 3 || kinds["Figure"] != 1 || kinds["LI"] != 3 || kinds["TH"] < 6 {
		t.Errorf("structure: %v", kinds)
	}
}

func TestALongTableRepeatsItsHeadsAndLosesNoRow(t *testing.T) {
	d := demand(200)
	d.Form, d.Watermark, d.Banner = document.Sheet, "样本", "本件已于 2026-04-01 被新版本取代"
	file := pdftest.Open(t, render(t, newPress(t), d))
	pages := file.Pages()
	if len(pages) < 5 {
		t.Fatalf("%d pages", len(pages))
	}
	for i, page := range pages {
		if rows := strings.Count(page, "企业职工基本养老保险"); rows > 0 && strings.Count(page, "所属期") != 1 {
			t.Errorf("page %d has %d rows and %d heads", i+1, rows, strings.Count(page, "所属期"))
		}
		if !strings.Contains(page, fmt.Sprintf("第 %d 页 共 %d 页", i+1, len(pages))) || !strings.Contains(page, "7KQ4 2M9X PF3D 8ABC") || !strings.Contains(page, "样本") {
			t.Errorf("page %d lacks its number, the code or the watermark", i+1)
		}
	}
	all := strings.Join(pages, "")
	if n := strings.Count(all, "企业职工基本养老保险"); n != 200 {
		t.Errorf("%d rows of 200", n)
	}
	if kinds := file.Kinds(); kinds["Table"] != 3 {
		t.Errorf("the repeated heads are read aloud as tables of their own: %v", kinds)
	}
	if !strings.Contains(pages[0], "被新版本取代") {
		t.Error("the banner is not on the first page")
	}
}

func TestARowTallerThanAPageIsParted(t *testing.T) {
	d := demand(1)
	d.Blocks = []document.Block{document.Table{Columns: []document.Column{{Head: "事项", Share: 1}, {Head: "内容", Share: 3}}, Rows: []document.Line{{Cells: []string{"说明", strings.Repeat("经核查未缴，", 1500) + "完"}}}}}
	pages := pdftest.Open(t, render(t, newPress(t), d)).Pages()
	if all := strings.ReplaceAll(strings.Join(pages, ""), "\n", ""); len(pages) < 3 || strings.Count(all, "经") != 1500 || !strings.Contains(all, "完") {
		t.Errorf("%d pages, %d of 1500", len(pages), strings.Count(all, "经"))
	}
}

func TestTheSlipIsNeverParted(t *testing.T) {
	press := newPress(t)
	for rows := 1; rows < 40; rows += 3 {
		for _, page := range pdftest.Open(t, render(t, press, demand(rows))).Pages() {
			if strings.Contains(page, "送达回证") != strings.Contains(page, "见证人签名") {
				t.Errorf("with %d rows the slip is parted", rows)
			}
		}
	}
}

func TestSameModelSameBytes(t *testing.T) {
	press := newPress(t)
	if !bytes.Equal(render(t, press, demand(30)), render(t, press, demand(30))) {
		t.Error("the same model made other bytes")
	}
	other := demand(30)
	other.Created = created.Add(time.Second)
	if bytes.Equal(render(t, press, demand(30)), render(t, press, other)) {
		t.Error("the time of issue is not in the file")
	}
}

func TestManyDrawAtOnce(t *testing.T) {
	press := newPress(t)
	want := render(t, press, demand(5))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if got, err := press.Render(demand(5)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("drawn at once with others: %v", err)
			}
		})
	}
	all.Wait()
}

func TestACharacterThatNoFontHasIsNamed(t *testing.T) {
	d := demand(1)
	d.Addressee = "赵\U0002A6D6："
	text := pdftest.Open(t, render(t, newPress(t), d)).Text()
	if !strings.Contains(text, "赵\U0002A6D6：") || !strings.Contains(text, "“〓”处的字，字库中没有：U+2A6D6。") {
		t.Errorf("text: %q", text[len(text)-200:])
	}
}

func TestAModelThatCannotBeDrawnIsRefused(t *testing.T) {
	press := newPress(t)
	for name, spoil := range map[string]func(*document.Document){
		"no title":  func(d *document.Document) { d.Title = "" },
		"no agency": func(d *document.Document) { d.Agency = "" },
		"no time":   func(d *document.Document) { d.Created = time.Time{} },
		"a cell too few": func(d *document.Document) {
			d.Blocks = []document.Block{document.Table{Columns: []document.Column{{Head: "a", Share: 1}}, Rows: []document.Line{{}}}}
		},
		"without columns": func(d *document.Document) { d.Blocks = []document.Block{document.Table{}} },
	} {
		d := demand(1)
		spoil(&d)
		if _, err := press.Render(d); !errors.Is(err, document.ErrModel) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A mark in a list is never left behind when its words go to the next page.
func TestAMarkStaysWithItsWords(t *testing.T) {
	press := newPress(t)
	for rows := 10; rows < 60; rows++ {
		d := demand(rows)
		d.Form = document.Sheet
		table := document.Table{Columns: []document.Column{{Head: "事项", Share: 1}}}
		for range rows {
			table.Rows = append(table.Rows, document.Line{Cells: []string{"行"}})
		}
		d.Blocks = []document.Block{table, document.Clause{Numbered: true, Items: []string{"甲", "开头" + strings.Repeat("很长的一条，", 30)}}}
		for i, page := range pdftest.Open(t, render(t, press, d)).Pages() {
			if strings.Contains(page, "2.") != strings.Contains(page, "开头") {
				t.Errorf("with %d rows page %d has the mark or the words alone", rows, i+1)
			}
		}
	}
}
