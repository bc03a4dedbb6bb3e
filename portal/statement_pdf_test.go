package portal_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/skip2/go-qrcode"
	"github.com/smallstep/pkcs7"

	"shebao/shared/ledger"
	"shebao/shared/pdf/pdftest"
)

// pdf downloads a paper.
func (b *browser) pdf(path string) []byte {
	b.t.Helper()
	status, body := b.do("GET", path, nil)
	if status != http.StatusOK {
		b.t.Fatalf("%s: %d %.200s", path, status, body)
	}
	if dir := os.Getenv("SHEBAO_SHOTS"); dir != "" {
		name := strings.NewReplacer("/", "-", "?", "-", "&", "-", "=", "-").Replace(strings.TrimPrefix(path, "/")) + ".pdf"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
	return []byte(body)
}

// One site for all that only reads, and for two that change its people at the end.
func TestPaper(t *testing.T) {
	s := newSite(t)
	t.Run("shows the figures of page and JSON", s.paperFigures)
	t.Run("is signed and stays the same", s.paperSigned)
	t.Run("is in English on request only", s.paperEnglish)
	t.Run("is only for its person", s.paperOwn)
	t.Run("leads to its check by the square code on every page", s.paperCode)
	t.Run("draws rare names", s.paperRareNames)
}

// Every figure of the JSON stands on the paper, row by row, and so do the words that an official document needs.
func (s *site) paperFigures(t *testing.T) {
	b := s.signedIn()
	for year := 2023; year <= 2025; year++ {
		d, file := b.statement(year), b.pdf(fmt.Sprintf("/statement/%d.pdf", year))
		paper := pdftest.Open(t, file)
		lines := strings.Join(paper.Pages(), "\n")
		for i, m := range d.Months {
			row := fmt.Sprintf("\n%d\u00a0月\n", i+1)
			_, rest, ok := strings.Cut(lines, row)
			if !ok {
				t.Fatalf("%d: no row of month %d", year, i+1)
			}
			cells := strings.Split(rest, "\n")
			for j, want := range map[int]string{1: m.Base, 2: m.EmployerDue, 3: m.PersonDue, 4: m.EmployerPaid, 5: m.PersonPaid, 6: m.Credited} {
				if cells[j] != grouped(want) {
					t.Errorf("%s, cell %d: paper %s, JSON %s", m.YM, j, cells[j], want)
				}
			}
		}
		for _, name := range []string{"opening", "credited_personal", "interest_on_opening", "interest_on_current", "closing"} {
			has(t, fmt.Sprint("paper ", year), lines, grouped(d.Account[name].(string)))
		}
		for _, line := range d.Insurances {
			has(t, fmt.Sprint("paper ", year), lines, fmt.Sprintf("\n%d\n%d\n%d\n", line.ThisYear, line.Total, line.Arrears))
		}
		text := paper.Text()
		for _, e := range d.Employers {
			has(t, fmt.Sprint("paper ", year), text, e.Name, e.USCC)
		}
		has(t, fmt.Sprint("paper ", year), text, fmt.Sprintf("%d年度社会保险个人权益记录单（对账单）", year), "社会保险经办机构", "崔鹏霞", "070106********8610", "编号", "出具日期2026年11月23日", "数据截至",
			"书面申请核查", "12333", "电子印章", "http://si.example/verify", "第1页共2页", "第2页共2页", "核对栏", grouped(d.Owed))
		lacks(t, fmt.Sprint("paper ", year), text, number, "被新的一份取代")
		if len(file) > 150_000 {
			t.Errorf("%d: %d bytes", year, len(file))
		}
		if kb := len(file) / 1000; year == 2025 {
			said, _ := strconv.Atoi(between(b.page("/statement/2025"), "（约 ", " KB）"))
			if kb < said*8/10 || kb > said*12/10 {
				t.Errorf("the page says %d KB, the file has %d", said, kb)
			}
		}
	}
}

func (s *site) paperSigned(t *testing.T) {
	b := s.signedIn()
	first := b.pdf("/statement/2025.pdf")
	s.now = s.now.Add(48 * time.Hour)
	b = s.signedIn()
	if string(first) != string(b.pdf("/statement/2025.pdf")) {
		t.Error("the same statement makes another file")
	}
	covered, signature, ok := pdftest.Open(t, first).Signature()
	if !ok {
		t.Fatal("not signed")
	}
	message, err := pkcs7.Parse(signature)
	if err != nil {
		t.Fatal(err)
	}
	if message.Content = covered; message.Verify() != nil {
		t.Error("the signature does not verify")
	}
	covered[len(covered)/2] ^= 1
	if message.Content = covered; message.Verify() == nil {
		t.Error("an altered file verifies")
	}
}

func (s *site) paperEnglish(t *testing.T) {
	b := s.signedIn()
	b.cookies["lang"] = "en"
	has(t, "the paper", pdftest.Open(t, b.pdf("/statement/2025.pdf")).Text(), "个人权益记录单", "第1页共2页")
	file := pdftest.Open(t, b.pdf("/statement/2025.pdf?lang=en"))
	has(t, "the paper in English", file.Text(), "Statementofsocialinsurancecontributions2025", "148,979.42", "Page1of2", "崔鹏霞", "!Unpaid")
	has(t, "its catalog", file.Catalog(), "/Lang(en)")
}

// The square code on each page, read back from what is drawn, is the one of the paper's own address: it opens the page that says whether the paper is genuine.
func (s *site) paperCode(t *testing.T) {
	paper := pdftest.Open(t, s.signedIn().pdf("/statement/2025.pdf"))
	path := "/verify/" + s.issued(2025)[0].Code.String()
	code, err := qrcode.New("http://si.example"+path, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	code.DisableBorder = true
	for page := range paper.Pages() {
		if drawn := paper.Matrix(page); !reflect.DeepEqual(drawn, code.Bitmap()) {
			t.Errorf("page %d has another code, %d squares wide", page+1, len(drawn))
		}
	}
	has(t, "where it leads", s.browser().page(path), "是真的，现在有效")
}

// A name with characters beyond U+FFFF is drawn, selectable, and one that no font has is named.
func (s *site) paperRareNames(t *testing.T) {
	if _, err := s.pool.Exec(t.Context(), `UPDATE ledger.person SET name = $1 WHERE id = $2`, "赵𬭎䶮㛃𠅤𫖯\U0002A6D6", s.person(number)); err != nil {
		t.Fatal(err)
	}
	has(t, "the paper", pdftest.Open(t, s.signedIn().pdf("/statement/2025.pdf")).Text(), "赵𬭎䶮㛃𠅤𫖯\U0002A6D6", "字库中暂缺：U+2A6D6")
}

// What was issued is a snapshot: after a correction the page says so, the next download issues anew, and the old one stays reachable and says that it is superseded.
func TestACorrectionSupersedesAndTheOldPaperSaysSo(t *testing.T) {
	s := newSite(t)
	s.superseded(t)
	t.Run("an issued paper is not withheld when none can be issued", s.notWithheld)
}

func (s *site) superseded(t *testing.T) {
	b := s.signedIn()
	has(t, "before the first issue", b.page("/statement/2025"), "下载时出具并编号", "/statement/2025.pdf")
	has(t, "the list", b.page("/me/documents"), "还没有出具过")
	lacks(t, "the JSON", b.page("/api/v1/statements/2025"), "verify_code")
	b.pdf("/statement/2025.pdf")
	issued := s.issued(2025)[0]
	has(t, "the page", b.page("/statement/2025"), issued.Code.Grouped(), "/verify/"+issued.Code.String(), issued.Region+"-2025-", "2026-11-23")
	has(t, "the JSON", b.page("/api/v1/statements/2025"), `"verify_code":"`+issued.Code.String()+`"`, `"current":true`)
	if issued.OpenedAt.IsZero() {
		t.Error("the download is not noted as opened")
	}
	s.correct("2025-12-20")
	has(t, "the page after a correction", b.page("/statement/2025"), "记录在出具后有变动")
	has(t, "the JSON after a correction", b.page("/api/v1/statements/2025"), `"current":false`)
	s.now = s.now.Add(time.Minute)
	second := pdftest.Open(t, b.pdf("/statement/2025.pdf")).Text()
	list := s.issued(2025)
	if len(list) != 2 || list[0].Issue != 2 || list[1].SupersededAt.IsZero() {
		t.Fatalf("%+v", list)
	}
	has(t, "the new paper", second, strings.ReplaceAll(list[0].Code.Grouped(), " ", ""))
	lacks(t, "the new paper", second, "已于")
	old := pdftest.Open(t, b.pdf("/statement/2025.pdf?issue=1")).Text()
	has(t, "the old paper", old, strings.ReplaceAll(list[1].Code.Grouped(), " ", ""), "本单已于2026年11月23日被新的一份取代", "29,950.04")
	lacks(t, "the page", b.page("/statement/2025"), "记录在出具后有变动")
	has(t, "the list", b.page("/me/documents"), list[0].Code.Grouped(), list[1].Code.Grouped(), "2026-11-23 已被取代", "有效", "/statement/2025.pdf?issue=1")
	for _, path := range []string{"/statement/2025.pdf?issue=3", "/statement/2025.pdf?issue=x", "/statement/1990.pdf", "/statement/x.pdf"} {
		if status, _ := b.do("GET", path, nil); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// issued lists the issues of a year of the first person, the newest first.
func (s *site) issued(year int) (list []ledger.Statement) {
	s.t.Helper()
	all, err := s.book.Statements(s.t.Context(), s.person(number))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, issued := range all {
		if issued.Year == year {
			list = append(list, issued)
		}
	}
	return list
}

// correct imports a payment of March 2025 that came late, on a day.
func (s *site) correct(day string) {
	s.t.Helper()
	content, err := os.ReadFile("../shared/ledger/testdata/small/contributions.csv")
	if err != nil {
		s.t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(content), "\n")
	var line string
	for _, row := range strings.Split(string(content), "\n") {
		if strings.Contains(row, number) && strings.Contains(row, ",110,202503,") {
			line = row
		}
	}
	cells := strings.Split(strings.TrimSpace(line), ",") // number, employer, insurance, period, base, due and paid of both parts, day of arrival
	if len(cells) != 10 {
		s.t.Fatalf("no row of March: %q", line)
	}
	cells[6], cells[8], cells[9] = cells[5], cells[7], day
	path := filepath.Join(s.t.TempDir(), "correction.csv")
	if err := os.WriteFile(path, []byte(head+"\n"+strings.Join(cells, ",")+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	report, err := s.book.Import(s.t.Context(), ledger.Contributions, path, ledger.Options{Now: s.now})
	if err != nil || report.Rejected > 0 {
		s.t.Fatalf("%+v %v", report, err)
	}
}

func (s *site) paperOwn(t *testing.T) {
	s.signedIn().pdf("/statement/2025.pdf")
	if status, to := s.browser().do("GET", "/statement/2025.pdf", nil); status != http.StatusSeeOther || !strings.HasPrefix(to, "/sign-in?next=") {
		t.Errorf("without a sign-in: %d %s", status, to)
	}
	if status, to := s.browser().do("GET", "/me/documents", nil); status != http.StatusSeeOther || !strings.HasPrefix(to, "/sign-in") {
		t.Errorf("the list without a sign-in: %d %s", status, to)
	}
}

// Issuing needs to write; what is issued already is shown when that is impossible.
func (s *site) notWithheld(t *testing.T) {
	b := s.signedIn()
	first := b.pdf("/statement/2025.pdf")
	s.correct("2025-12-21")
	if _, err := s.pool.Exec(t.Context(), `ALTER TABLE ledger.statement_seal ADD CONSTRAINT full_disk CHECK (id < 0) NOT VALID`); err != nil {
		t.Fatal(err)
	}
	if string(b.pdf("/statement/2025.pdf")) != string(first) {
		t.Error("not the issued one")
	}
	if status, _ := b.do("GET", "/statement/2024.pdf", nil); status != http.StatusInternalServerError {
		t.Errorf("one that was never issued: %d", status)
	}
	lacks(t, "the log", s.log.String(), number, "崔鹏霞")
}
