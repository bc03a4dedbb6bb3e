package web

import (
	"slices"
	"strings"
	"testing"

	"shebao/frontend/locale"
	"shebao/portal/statement"
	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/ledger"
)

func rowOf(p calendar.Period, paid bool) contribution.Row {
	r := contribution.Row{Period: p, Insurance: contribution.EmployeePension, EmployerID: 1, Base: 600000, EmployerDue: 96000, PersonDue: 48000}
	if paid {
		r.EmployerPaid, r.PersonPaid, r.PaidOn = r.EmployerDue, r.PersonDue, p.FirstDay()
	}
	return r
}

// The plain sentence of years with little in them, in both languages.
func TestSentencesOfShortYears(t *testing.T) {
	for name, c := range map[string]struct {
		rows    []contribution.Row
		chinese string
		english string
	}{
		"one month":          {[]contribution.Row{rowOf(202608, true)}, "您单位 2026 年为您缴了 1 个月，每个月都足额。", "Your employer paid the one month of 2026 in full."},
		"two months":         {[]contribution.Row{rowOf(202607, true), rowOf(202608, true)}, "您单位 2026 年为您缴了 2 个月，每个月都足额。", "Your employer paid all 2 months of 2026 in full."},
		"only pending":       {[]contribution.Row{rowOf(202610, false)}, "2026 年有 1 个月正在处理，不算欠缴。", "In 2026, 1 month is being processed and does not count as unpaid."},
		"one paid, two not":  {[]contribution.Row{rowOf(202609, true), rowOf(202610, false), rowOf(202611, false)}, "您单位 2026 年为您缴了 1 个月，每个月都足额。另有 2 个月正在处理，不算欠缴。", "Your employer paid the one month of 2026 in full. 2 more months are being processed and do not count as unpaid."},
		"nothing on record":  {nil, "2026 年没有您的缴费记录。可能是没有参保、资料还没有到，或者在其他地方参保。", "There is no contribution of yours in 2026. You may not have been insured, the data may not have arrived, or you were insured elsewhere."},
		"owed and something": {[]contribution.Row{rowOf(202601, false), rowOf(202602, true)}, "2026 年您单位应缴 2 个月，足额缴了 1 个月，1 月没有足额缴费。", "In 2026 your employer owed 2 months and paid 1 in full; Jan was not paid in full."},
	} {
		st := statement.Build(statement.Input{Year: 2026, Rows: c.rows, DataDate: calendar.NewDate(2026, 11, 28)})
		for l, want := range map[string]string{locale.Chinese: c.chinese, locale.English: c.english} {
			if got := strings.ReplaceAll(sentence(l, &st), "\u00a0", " "); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	}
}

// A month whose data may still come is not called a month without insurance.
func TestMonthsThatMayStillComeAreNotCalledUninsured(t *testing.T) {
	st := statement.Build(statement.Input{Year: 2026, Rows: []contribution.Row{rowOf(202601, true)}, DataDate: calendar.NewDate(2026, 11, 28)})
	var words []string
	for _, cell := range gridOf(locale.Chinese, &st).Rows[0].Cells {
		words = append(words, cell.Word)
	}
	if words[8] != "未参保" || words[9] != "未到" || words[10] != "未到" || words[11] != "未到" {
		t.Errorf("%q", words)
	}
}

// The hotline counts what is owed of earlier years; the first page leads there.
func TestWhatIsOwedOfEarlierYears(t *testing.T) {
	medical := rowOf(202403, false)
	medical.Insurance = contribution.EmployeeMedical
	r := record{Record: ledger.Record{DataDate: calendar.NewDate(2026, 11, 28), Years: []ledger.PersonYear{
		{Year: 2024, Rows: []contribution.Row{rowOf(202403, false), medical, rowOf(202404, false), rowOf(202405, true)}}, {Year: 2025, Rows: []contribution.Row{rowOf(202501, true)}},
		{Year: 2026, Rows: []contribution.Row{rowOf(202601, false)}}}}}
	list := r.earlierOwed(locale.English, 2026)
	if len(list) != 1 || list[0].Text != "2 months of 2024" || list[0].Href != "/statement/2024?only=gaps" {
		t.Errorf("%+v", list)
	}
}

// Of a year after the account's end neither a rate nor the year's end is told.
func TestAYearAfterTheAccountsEnd(t *testing.T) {
	a := account.Year{Year: 2026, Opening: 894474, CreditedPersonal: 96000, Closing: 990474, Settled: true}
	st := statement.Statement{Year: 2026, Account: &a}
	if got := rateWords(locale.Chinese, &a); got != "账户已在以前年度终结，不再计息。" {
		t.Errorf("%q", got)
	}
	pairs := accountPairs(locale.Chinese, &a)
	if last := pairs[len(pairs)-1]; last.Term != "到目前累计储存额" {
		t.Errorf("%+v", last)
	}
	if b := balanceOf(locale.Chinese, &a); b.Label != "养老个人账户（已终结）" {
		t.Errorf("%+v", b)
	}
	if slices.Contains(notesOf(locale.Chinese, &st), locale.Text(locale.Chinese, "portal.note.provisional")) {
		t.Error("a rate that is of no use is called provisional")
	}
}

// Who has a pension insurance and no account learns why.
func TestWhyThereIsNoAccount(t *testing.T) {
	old := rowOf(199501, true)
	why := locale.Text(locale.Chinese, "portal.account.local")
	for insurance, want := range map[contribution.Insurance]bool{contribution.EmployeePension: true, contribution.EmployeeMedical: false} {
		old.Insurance = insurance
		st := statement.Build(statement.Input{Year: 1995, Rows: []contribution.Row{old}, DataDate: calendar.NewDate(2026, 11, 28)})
		if (accountWords(locale.Chinese, &st, 0) == why) != want || paidPension(st.Months[0].Rows) != want {
			t.Errorf("%d: why is said: %v", insurance, !want)
		}
	}
}

func TestAChartOfOneYear(t *testing.T) {
	c := chartOf(locale.Chinese, []account.Year{{Year: 2026, Closing: 48000}})
	if strings.ReplaceAll(c.Title, "\u00a0", " ") != "2026 年个人账户余额" || strings.Count(c.Description, "2026") != 1 {
		t.Errorf("%q, %q", c.Title, c.Description)
	}
}

// What several employers owe together stands on the page too, as on paper and in JSON; of one it is its own line's sum.
func TestTheAlertSaysWhatIsOwedInAll(t *testing.T) {
	debts := []statement.Debt{
		{Employer: statement.Employer{Name: "甲"}, Months: []calendar.Period{202503}, Owed: 10000}, {Employer: statement.Employer{Name: "乙"}, Months: []calendar.Period{202504}, Owed: 2345},
	}
	for _, l := range []string{locale.Chinese, locale.English} {
		if a := alertOf(l, &statement.Statement{Year: 2025, Owed: 12345, Owing: debts}); !strings.Contains(a.Title, "123.45") {
			t.Errorf("%s: %s", l, a.Title)
		}
		if a := alertOf(l, &statement.Statement{Year: 2025, Owed: 10000, Owing: debts[:1]}); strings.Contains(a.Title, "100.00") {
			t.Errorf("%s: %s", l, a.Title)
		}
	}
}
