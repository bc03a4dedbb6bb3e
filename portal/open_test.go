package portal_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/money"
	"shebao/shared/postgres"
	"shebao/shared/publication"
	"shebao/shared/receipt"
	"shebao/shared/seal"
)

// publish publishes a document as the desk does.
func (s *site) publish(e publication.Edition, why ...publication.Correction) publication.Snapshot {
	s.t.Helper()
	var out publication.Snapshot
	err := postgres.Tx(s.t.Context(), s.pool, func(tx pgx.Tx) (err error) {
		out, err = publication.Publish(s.t.Context(), tx, e, 0, why, s.now)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func amounts(due, collected money.Fen, rate string, below bool) *publication.Amounts {
	return &publication.Amounts{Due: due, Collected: collected, Rate: rate, Below: below, Arrearage: &publication.Arrearage{RateWith: rate, RecoveryRate: "0.00", BelowWith: below}}
}

func collectionEdition() publication.Edition {
	return publication.Edition{Subject: publication.Collection, Region: "33", RegionName: "浙江省", Span: "2026Q3", DataDate: calendar.NewDate(2026, 11, 20), Agency: "示例中心", Body: publication.Body{Collection: &publication.CollectionFigures{Line: 90,
		Total:      publication.Figure{Code: "2026Q3", Amounts: amounts(1_2846_0000_00, 1_1500_0000_00, "89.52", true)},
		Regions:    []publication.Figure{{Code: "3301", Name: "浙江省杭州市", Amounts: amounts(8000_0000_00, 7500_0000_00, "93.75", false)}, {Code: "3302", Name: "浙江省宁波市", Suppressed: true}, {Code: "3304", Name: "浙江省嘉兴市", Suppressed: true}},
		Insurances: []publication.Figure{{Code: "110", Amounts: amounts(1_2846_0000_00, 1_1500_0000_00, "89.52", true)}},
		Course:     []publication.Figure{{Code: "2026Q2", Amounts: amounts(100, 95, "95.00", false)}, {Code: "2026Q3", Amounts: amounts(1_2846_0000_00, 1_1500_0000_00, "89.52", true)}}}}}
}

func arrearsEdition(n int) publication.Edition {
	list := publication.ArrearsList{Minimum: 1_0000_00, Through: 202609}
	for i := range n {
		list.Employers = append(list.Employers, publication.Debtor{USCC: fmt.Sprintf("91330402MA100%05d", i), Name: fmt.Sprintf("示例单位%03d", i), Region: "330402", RegionName: "浙江省嘉兴市南湖区", From: 202601, To: 202609, Owed: money.Fen(9_0000_00 - i), Headcount: 12, State: "running"})
	}
	list.Employers[0].Paid = &publication.Paid{Amount: 1_0000_00, Left: 8_0000_00, On: calendar.NewDate(2026, 11, 22)}
	list.Employers[1].Headcount = 0
	list.Sum()
	return publication.Edition{Subject: publication.Arrears, Region: "33", RegionName: "浙江省", Span: "2026Q3", DataDate: calendar.NewDate(2026, 11, 20), Body: publication.Body{Arrears: &list}}
}

// Nothing before its gate; then pages, JSON and CSV say the same, and the JSON is what its hash is of.
func TestThePublicReadsWhatIsPublished(t *testing.T) {
	s := newSite(t)
	b, a := s.browser(), s.api()
	if page := b.page("/open"); !strings.Contains(page, "还没有公布") || !strings.Contains(page, "的数字预计在") {
		t.Error("an empty page does not say so, or not by when figures are expected")
	}
	if status, page := b.do("GET", "/open/collection/33/2099Q4", nil); status != 404 || !strings.Contains(page, "2100") {
		t.Errorf("a quarter to come: %d", status)
	}
	for _, path := range []string{"/open/collection", "/open/collection/33/2026Q3", "/open/collection/33/2026Q3.json", "/open/collection/33/2026Q3.csv", "/open/wages/33/2026Q3", "/open/collection/3/2026Q3"} {
		if status, _ := b.do("GET", path, nil); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _ := a.call("GET", "/open/collection/33/2026Q3", ""); status != http.StatusNotFound {
		t.Errorf("the API: %d", status)
	}
	out := s.publish(collectionEdition())
	page := b.page("/open/collection/33/2026Q3")
	for _, want := range []string{"征缴率 89.52%，低于 90%", "1.28 亿元", "杭州市", "93.75%", "不公布", "128,460,000.00", "实际征缴额不含上级补助", "示例中心", hex.EncodeToString(out.SHA256), "<svg", "少于 5 家"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %s", want)
		}
	}
	_, body := b.do("GET", "/open/collection/33/2026Q3.json", nil)
	if sum := sha256.Sum256([]byte(body)); hex.EncodeToString(sum[:]) != hex.EncodeToString(out.SHA256) {
		t.Error("the download is not what the hash is of")
	}
	if status, v := a.call("GET", "/open/collection/33/2026Q3", ""); status != http.StatusOK || v["collection"].(map[string]any)["total"].(map[string]any)["due"] != "128460000.00" {
		t.Errorf("the API: %d %v", status, v)
	}
	if _, v := a.call("GET", "/open", ""); len(v["editions"].([]any)) != 1 {
		t.Errorf("the index: %v", v)
	}
	_, text := b.do("GET", "/open/collection/33/2026Q3.csv", nil)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 8 || rows[1][0] != "total" || rows[1][4] != "128460000.00" || rows[3][3] != "true" || rows[3][4] != "" {
		t.Errorf("CSV %v %v", rows, err)
	}
	if status, to := b.do("GET", "/open/collection", nil); status != http.StatusFound || to != "/open/collection/33/2026Q3" {
		t.Errorf("the subject leads to %s (%d)", to, status)
	}
	tag := `"` + hex.EncodeToString(out.SHA256) + `"`
	if status, body := b.do("GET", "/open/collection/33/2026Q3.json", nil, "If-None-Match", tag); status != http.StatusNotModified || body != "" {
		t.Errorf("the same again: %d", status)
	}
	corrected := collectionEdition()
	corrected.Collection.Total.Collected++
	s.publish(corrected, publication.Correction{Kind: publication.Replaced})
	if status, _ := b.do("GET", "/open/collection/33/2026Q3.json", nil, "If-None-Match", tag); status != http.StatusOK {
		t.Errorf("after a correction: %d", status)
	}
	if page := b.page("/open/collection/33/2026Q3"); !strings.Contains(page, "重新公布，取代前一版") {
		t.Error("the correction is not on the page")
	}
	b.cookies["lang"] = "en"
	if page := b.page("/open/collection/33/2026Q3"); !strings.Contains(page, "collection rate 89.52%, below 90%") || !strings.Contains(page, "CNY 128.46 million") {
		t.Error("the English page")
	}
	audit := publication.Edition{Subject: publication.Audit, Region: "33", RegionName: "浙江省", Span: "2026Q3", DataDate: calendar.NewDate(2026, 11, 20), Body: publication.Body{Audit: &publication.AuditFigures{OnSite: 700, Insured: 1000, OnSiteRate: "70.00", OnSiteTarget: 60, OnSiteReached: true,
		Verified: 10, Pensioners: 100, VerifiedRate: "10.00", PensionersTarget: 60, Audits: 3, Suppressed: true}}}
	s.publish(audit)
	if status, _ := a.call("GET", "/open/audit/33/2026Q3", ""); status != http.StatusOK {
		t.Errorf("audit: %d", status)
	}
	if page := s.browser().page("/open/audit/33/2026Q3"); !strings.Contains(page, "70.00% 达到目标") || !strings.Contains(page, "10.00% 未到目标") || !strings.Contains(page, "不公布") {
		t.Error("the audit page")
	}
}

func TestEmployersInArrearsAreFoundAndPaged(t *testing.T) {
	s := newSite(t)
	s.publish(arrearsEdition(120))
	b := s.browser()
	page := b.page("/open/arrears/33/2026Q3")
	for _, want := range []string{"公布 120 家欠费单位", "示例单位000", "已缴 10,000.00 元", "80,000.00", "不足 5 人", "第 1 页，共 3 页", "示例单位049"} {
		if !strings.Contains(page, want) {
			t.Errorf("the first page does not say %s", want)
		}
	}
	if strings.Contains(page, "示例单位050") {
		t.Error("the page is not bounded")
	}
	if last := b.page("/open/arrears/33/2026Q3?page=999"); !strings.Contains(last, "示例单位119") || strings.Contains(last, "下一页") {
		t.Error("the last page")
	}
	for q, want := range map[string]string{"单位077": "找到 1 家", "91330402ma10000003": "找到 1 家", "南湖": "找到 120 家", "没有这家": "没有列名不等于没有欠费", "<script>": "找到 0 家"} {
		if page := b.page("/open/arrears/33/2026Q3?q=" + url.QueryEscape(q)); !strings.Contains(page, want) || strings.Contains(page, "<script>\"") {
			t.Errorf("%s does not find %s", q, want)
		}
	}
	if status, _ := s.api().call("GET", "/open/arrears/33/2026Q3", ""); status != http.StatusOK {
		t.Errorf("the API: %d", status)
	}
}

// listed lets an employer object until 2026-12-01.
func (s *site) listed() (publication.Debtor, receipt.Code) {
	s.t.Helper()
	hash, err := seal.NewHashKey(s.secret, "ledger")
	if err != nil {
		s.t.Fatal(err)
	}
	code, err := receipt.Generate(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	entry := publication.Debtor{USCC: "91070106MAY4CL12T9", Name: "嘉兴示例有限公司", From: 202601, To: 202609, Owed: 5_0000_00, State: "running"}
	err = postgres.Tx(s.t.Context(), s.pool, func(tx pgx.Tx) error {
		window := publication.NewWindow(s.content, hash)
		if err := window.List(s.t.Context(), tx, 1, publication.Key{Subject: publication.Arrears, Region: "33", Span: "2026Q3"}, entry, code); err != nil {
			return err
		}
		return window.OpenUntil(s.t.Context(), tx, 1, entry.USCC, calendar.NewDate(2026, 12, 1))
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return entry, code
}

func TestAnEmployerObjectsOnThePortal(t *testing.T) {
	s := newSite(t)
	entry, code := s.listed()
	b := s.browser()
	for _, c := range []struct {
		uscc, code string
		status     int
		says       string
	}{{"", "", 422, "请核对信用代码"}, {entry.USCC, "1234", 422, "请核对查询码"}, {"91330402MA10000031", code.String(), 422, "请核对信用代码"}} {
		if status, page := b.do("POST", "/open/objection", url.Values{"uscc": {c.uscc}, "code": {c.code}}); status != c.status || !strings.Contains(page, c.says) {
			t.Errorf("%s: %d, want %d and %s", c.uscc, status, c.status, c.says)
		}
	}
	foreign, err := receipt.Generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if status, page := b.do("POST", "/open/objection", url.Values{"uscc": {entry.USCC}, "code": {foreign.String()}}); status != 404 || !strings.Contains(page, "没有找到") || strings.Contains(page, entry.Name) {
		t.Errorf("another code: %d", status)
	}
	if status, to := b.do("POST", "/open/objection", url.Values{"uscc": {entry.USCC}, "code": {code.Grouped()}}); status != 303 || to != "/open/objection" {
		t.Fatalf("opened: %d %s", status, to)
	}
	page := b.page("/open/objection")
	if !strings.Contains(page, entry.Name) || !strings.Contains(page, "50,000.00") || !strings.Contains(page, "剩 6 个工作日") || strings.Contains(page, code.String()) {
		t.Errorf("the employer's page:\n%s", page)
	}
	key := b.key(page)
	if status, page := b.hand("/open/objection/send", url.Values{"key": {key}, "words": {""}}, nil); status != 422 || !strings.Contains(page, "请写明理由") {
		t.Errorf("without a word: %d", status)
	}
	if status, page := b.hand("/open/objection/send", url.Values{"key": {key}, "words": {"已缴"}}, map[string][]byte{"a.exe": []byte("MZ\x90\x00 not a document")}); status != 422 || !strings.Contains(page, "已缴") || !strings.Contains(page, "a.exe") {
		t.Errorf("with a program: %d", status)
	}
	for range 2 {
		if status, to := b.hand("/open/objection/send", url.Values{"key": {key}, "words": {"九月已缴，见回单"}}, nil); status != 303 || to != "/open/objection?sent=1" {
			t.Fatalf("sent: %d %s", status, to)
		}
	}
	if n := s.count(`SELECT count(*) FROM publication.objection`); n != 1 {
		t.Errorf("%d objections", n)
	}
	if page := b.page("/open/objection?sent=1"); !strings.Contains(page, "异议已收到") || !strings.Contains(page, "等待处理") || strings.Contains(page, "见回单") {
		t.Error("the employer does not see that it was taken")
	}
	if _, err := s.pool.Exec(t.Context(), `UPDATE publication.objection SET decision = 'refused', reply = '回单是八月的', decided_by = 1, decided_at = $1`, s.now); err != nil {
		t.Fatal(err)
	}
	if page := b.page("/open/objection"); !strings.Contains(page, "不成立") || !strings.Contains(page, "回单是八月的") {
		t.Error("the decision is not seen by the same code")
	}
	s.now = s.now.AddDate(0, 0, 9)
	b.do("POST", "/open/objection", url.Values{"uscc": {entry.USCC}, "code": {code.String()}})
	if page := b.page("/open/objection"); !strings.Contains(page, "异议期已于 2026-12-01 结束") || strings.Contains(page, `name="words"`) {
		t.Error("after the window it still asks")
	}
	if status, _ := b.hand("/open/objection/send", url.Values{"key": {key}, "words": {"迟了"}}, nil); status != 422 {
		t.Errorf("after the window: %d", status)
	}
	b.do("POST", "/open/objection/close", url.Values{})
	if page := b.page("/open/objection"); strings.Contains(page, entry.Name) {
		t.Error("closed, and still shown")
	}
	s.redis.Stop()
	if status, _ := b.do("POST", "/open/objection", url.Values{"uscc": {entry.USCC}, "code": {code.String()}}); status != 503 {
		t.Errorf("without Redis the guard of the codes lets through: %d", status)
	}
	if strings.Contains(s.log.String(), code.String()) {
		t.Error("the log holds a code")
	}
}

// Open pages stand without Redis; without the database they say so, and nothing is cached.
func TestOpenPagesInAnOutage(t *testing.T) {
	s := newSite(t)
	s.publish(collectionEdition())
	s.redis.Stop()
	b := s.browser()
	b.page("/open/collection/33/2026Q3")
	if _, err := s.pool.Exec(t.Context(), `ALTER TABLE publication.snapshot RENAME TO gone`); err != nil {
		t.Fatal(err)
	}
	s.pool.Close()
	if status, _ := b.do("GET", "/open/collection/33/2026Q3.json", nil); status < 500 {
		t.Errorf("without a database: %d", status)
	}
}
