package web

import (
	"strings"
	"testing"

	"shebao/frontend/locale"
	"shebao/portal/statement"
	"shebao/shared/account"
	"shebao/shared/contribution"
	"shebao/shared/ledger"
)

// A year of two rates tells both, with their months and documents, wherever it is told; so does the region whose rules made it.
func TestAYearOfTwoRatesIsToldWhole(t *testing.T) {
	a := account.Year{Year: 2025, Settled: true, Provisional: true, Rate: 20_000_000, RateDocument: "下半年暂定", Region: "440106", Rates: []account.RatePart{
		{Months: account.Months{First: 1, Last: 6}, Rate: 30_000_000, Document: "上半年公布"}, {Months: account.Months{First: 7, Last: 12}, Rate: 20_000_000, Document: "下半年暂定", Provisional: true}}}
	for l, want := range map[string]string{
		locale.Chinese: "这一年利率有变动，各月按当月的利率计息：1 月至 6 月记账利率 3.00%（上半年公布）；7 月至 12 月记账利率 2.00%，暂用（下半年暂定），正式公布后重算。这一年的账户由广东省广州市天河区管理，按当地的规定记账计息。",
		locale.English: "The credited rate changed within the year, and each month earns by its own: Jan to Jun 3.00% (上半年公布); Jul to Dec 2.00%, provisional (下半年暂定), computed again once published. In this year the account was kept by 广东省广州市天河区, by the rules set there.",
	} {
		if got := strings.ReplaceAll(rateWords(l, &a), "\u00a0", " "); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	if got := accountRow(locale.Chinese, a).Rate; got != "3.00% / 2.00%" {
		t.Errorf("the table says %s", got)
	}
	d := document{}
	d.account(&a)
	for _, want := range []string{`"rates":[{"from":"2025-01","to":"2025-06","rate_percent":"3.00","provisional":false,"rate_document":"上半年公布"},{"from":"2025-07","to":"2025-12"`, `"kept_by":"440106"`, `"rate_status":"provisional"`} {
		if !strings.Contains(string(d.b), want) {
			t.Errorf("the JSON lacks %s: %s", want, d.b)
		}
	}
	a.Settled, a.Region = false, "999999"
	if got := rateWords(locale.Chinese, &a); got != "本年利息在年末结算。这一年的账户由999999管理，按当地的规定记账计息。" {
		t.Errorf("a year under way, kept by a region of no known name: %s", got)
	}
}

// The paper names the rules of interest and back payment that made the account.
func TestThePaperNamesItsRules(t *testing.T) {
	issued := ledger.Statement{Year: 2025, StatementContent: ledger.StatementContent{Rules: []string{account.FullMonthRule.ID, account.Share8.ID, account.AnnualRule.ID, account.AsOnTimeRule.ID}}}
	notes := paperRules(locale.Chinese, issued)
	if len(notes) != 2 || !strings.Contains(notes[0], "年度计算法；地区规定：补缴本金和利息") || strings.Contains(notes[0], "8%") {
		t.Errorf("%q", notes)
	}
	issued.Rules = []string{account.FullMonthRule.ID}
	if notes := paperRules(locale.Chinese, issued); len(notes) != 1 {
		t.Errorf("without an account: %q", notes)
	}
}

// A year without an account says why: it has not begun yet, or contributions from before 1998 need a local rule, and never the one where it is the other.
func TestAYearWithoutAnAccountSaysWhy(t *testing.T) {
	pension := []statement.InsuranceLine{{Insurance: contribution.EmployeePension}}
	for _, tc := range []struct {
		st     statement.Statement
		begins int
		want   string
	}{
		{statement.Statement{Insurances: pension, InsuredSince: 202103}, 2023, "个人账户从 2023 年起逐年记录"},
		{statement.Statement{Insurances: pension, InsuredSince: 199103}, 2023, "个人账户从 2023 年起逐年记录"},
		{statement.Statement{Insurances: pension, InsuredSince: 199703}, 0, "您有 1998 年以前的养老保险缴费"},
		{statement.Statement{Insurances: pension, InsuredSince: 202103}, 0, "从以后的年度开始"},
		{statement.Statement{Insurances: []statement.InsuranceLine{{Insurance: contribution.EmployeeMedical}}, InsuredSince: 199703}, 0, ""},
	} {
		if got := accountWords(locale.Chinese, &tc.st, tc.begins); !strings.Contains(got, tc.want) || tc.want == "" && got != "" {
			t.Errorf("%+v, from %d: %s", tc.st, tc.begins, got)
		}
	}
}
