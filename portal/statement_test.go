package portal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

type statementJSON struct {
	Year       int
	Person     map[string]any
	Employers  []struct{ Name, USCC, From, To string }
	Insurances []struct {
		Kind     int
		ThisYear int `json:"months_this_year"`
		Total    int `json:"months_total"`
		Arrears  int `json:"arrears_months"`
	}
	Months []struct {
		YM, Status, Credited, Base string
		EmployerDue                string `json:"employer_due"`
		PersonDue                  string `json:"person_due"`
		EmployerPaid               string `json:"employer_paid"`
		PersonPaid                 string `json:"person_paid"`
		Rows                       []struct {
			Insurance int
			Status    string
			PaidOn    string `json:"paid_on"`
		}
		Recovery struct {
			Owed  string
			Steps []struct {
				Kind, On, Number, Amount string
				PayBy                    string `json:"pay_by"`
			}
		}
	}
	Account map[string]any
	Owed    string
}

func (b *browser) statement(year int) statementJSON {
	b.t.Helper()
	var d statementJSON
	if err := json.Unmarshal([]byte(b.page(fmt.Sprintf("/api/v1/statements/%d", year))), &d); err != nil {
		b.t.Fatal(err)
	}
	return d
}

// grouped writes an amount of the JSON as pages do.
func grouped(amount string) string {
	whole, part, _ := strings.Cut(amount, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole + "." + part
}

var cells = regexp.MustCompile(`<td class="num[^"]*">([^<]*)</td>`)

// The sample's figures, to the fen, and every figure of the JSON on the page.
func TestPageAndJSONShowTheSameFigures(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	d := b.statement(2025)
	for name, want := range map[string]string{"opening": "133609.77", "credited_personal": "13274.24", "interest_on_opening": "2004.15", "interest_on_current": "91.26", "closing": "148979.42", "rate_percent": "1.50"} {
		if d.Account[name] != want {
			t.Errorf("%s = %v, want %s", name, d.Account[name], want)
		}
	}
	for year := 2023; year <= 2025; year++ {
		d, page := b.statement(year), b.page(fmt.Sprintf("/statement/%d", year))
		for _, name := range []string{"opening", "credited_personal", "interest_on_opening", "interest_on_current", "closing"} {
			has(t, fmt.Sprint(year), page, grouped(d.Account[name].(string)))
		}
		found := cells.FindAllStringSubmatch(page, -1)
		if len(found) < 48 {
			t.Fatalf("%d: the table of months has %d figures", year, len(found))
		}
		for i, m := range d.Months {
			for j, want := range []string{m.EmployerPaid, m.PersonPaid, m.Base, m.Credited} {
				if got := found[i*4+j][1]; got != grouped(want) {
					t.Errorf("%s figure %d: page %s, JSON %s", m.YM, j, got, want)
				}
			}
		}
		for _, e := range d.Employers {
			has(t, fmt.Sprint(year), page, e.Name, e.USCC)
		}
	}
	if len(d.Months) != 12 || d.Months[2].Status != "arrears" || len(d.Months[2].Rows) != 5 || d.Months[2].Rows[0].PaidOn != "" {
		t.Errorf("March: %+v", d.Months[2])
	}
	// Four months of five insurances; what came in 2023 and 2024 counts too.
	if line := d.Insurances[0]; line.Kind != 110 || line.ThisYear != 8 || line.Total != 32 || line.Arrears != 4 {
		t.Errorf("pension: %+v", line)
	}
	if want := "29950.04"; d.Owed != want {
		t.Errorf("owed %s, want %s", d.Owed, want)
	}
}

func TestHomeSaysTheYearInASentence(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	page := strings.ReplaceAll(b.page("/"), "\u00a0", " ")
	has(t, "home", page, "崔**，您好", "2025 年您单位应缴 12 个月，足额缴了 8 个月，3 月至 6 月没有足额缴费。", "单位有 4 个月没有足额缴费", "杭城纺织有限公司：3 月至 6 月，共 29,950.04 元没有到账。",
		"/tip-off?kind=unpaid&amp;employer=91070102MAXG612DD9&amp;from=2025-03&amp;to=2025-06", "148,979.42", "数据截至 2025-12-31")
	b.cookies["lang"] = "en"
	has(t, "home in English", b.page("/"), "Hello, 崔**", "In 2025 your employer owed 12 months and paid 8 in full; Mar to Jun were not paid in full.", "CNY 148,979.42", "31 December 2025")
	b.cookies["ui"], b.cookies["lang"] = "elder", "zh-CN"
	has(t, "home for elders", b.page("/"), `class="elder"`, "有问题的月份", "/statement/2025/3")
}

func TestAMonthShowsWhatWasDueAndPaid(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	has(t, "March", strings.ReplaceAll(b.page("/statement/2025/3"), "\u00a0", " "), "2025 年 3 月", "单位没有缴", "应缴 3,318.56", "应缴 1,659.28", "7,487.51", "/tip-off?kind=unpaid&amp;employer=91070102MAXG612DD9&amp;from=2025-03&amp;to=2025-03")
	has(t, "January", b.page("/statement/2025/1"), "按时到账", "2025-01-19", "kind=underpaid")
	lacks(t, "January", b.page("/statement/2025/1"), "kind=unpaid", "应缴 ")
	for _, path := range []string{"/statement/2025/0", "/statement/2025/13", "/statement/2025/x", "/statement/1990/1", "/statement/20255", "/statement/x"} {
		if status, _ := b.do("GET", path, nil); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestOnlyTheMonthsWithSomethingWrong(t *testing.T) {
	s := newSite(t)
	page := s.signedIn().page("/statement/2025?only=gaps")
	has(t, "the page", page, "2025\u00a0年有问题的月份", "/statement/2025/3", "/statement/2025/6", "看全部月份")
	lacks(t, "the page", page, `href="/statement/2025/1"`, `href="/statement/2025/7"`)
}

func TestTheAccountYearByYear(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	page := b.page("/account")
	has(t, "the page", page, "148,979.42", "133,609.77", "1.50%", `role="img"`, "<desc", "/statement/2023")
	b.cookies["ui"] = "elder"
	has(t, "for elders", b.page("/account"), "148,979.42", `class="mlist"`)
}

// An ID number is masked wherever it stands, and never reaches the log; figures of one person never show to another.
func TestNobodySeesAnothersRecord(t *testing.T) {
	s := newSite(t)
	mine, theirs := s.signedIn(), s.browser()
	if status, _ := theirs.do("POST", "/sign-in", url.Values{"number": {other}, "pin": {pin}}); status != 303 {
		t.Fatal(status)
	}
	page := theirs.page("/statement/2025")
	has(t, "the other's page", page, "傅怡", "070122********0566")
	lacks(t, "the other's page", page, "崔鹏霞", "148,979.42", other, number)
	lacks(t, "the own page", mine.page("/statement/2025"), "傅怡", other, number)
	lacks(t, "the log", s.log.String(), number, other, pin, "崔鹏霞")
	if status, body := s.browser().do("GET", "/api/v1/statements/2025", nil); status != 403 || !strings.Contains(body, `"code":"fault.session"`) {
		t.Errorf("without a token: %d %s", status, body)
	}
	if status, body := mine.do("GET", "/api/v1/statements/1990", nil); status != 404 || !strings.Contains(body, `"status":404`) {
		t.Errorf("a year without a record: %d %s", status, body)
	}
}

func TestMarkupInTheLedgerIsShownAsText(t *testing.T) {
	s := newSite(t)
	const evil = `<script>alert(1)</script>"'&`
	for _, update := range []string{`UPDATE ledger.employer SET name = $1`, `UPDATE ledger.person SET name = $1`} {
		if _, err := s.pool.Exec(context.Background(), update, evil); err != nil {
			t.Fatal(err)
		}
	}
	b := s.signedIn()
	for _, path := range []string{"/", "/statement/2025", "/statement/2025/3", "/account", "/tip-off", "/tip-off?employer=91070102MAXG612DD9"} {
		lacks(t, path, b.page(path), "<script>alert")
	}
	has(t, "the statement", b.page("/statement/2025"), "&lt;script&gt;alert(1)")
}
