package callflow_test

import (
	"strings"
	"testing"
	"time"

	"shebao/ivr/callflow"
	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

func rows(year int, unpaid ...int) []contribution.Row {
	var list []contribution.Row
	for m := time.January; m <= time.December; m++ {
		for _, insurance := range []contribution.Insurance{contribution.EmployeePension, contribution.EmployeeMedical} {
			p := calendar.NewPeriod(year, m)
			r := contribution.Row{Period: p, Insurance: insurance, EmployerID: 1, Base: 500000, EmployerDue: 80000, PersonDue: 40000, EmployerPaid: 80000, PersonPaid: 40000, PaidOn: p.LastDay()}
			for _, u := range unpaid {
				if int(m) == u && insurance == contribution.EmployeeMedical { // one insurance is enough
					r.EmployerPaid, r.PersonPaid, r.PaidOn = 0, 0, calendar.Date{}
				}
			}
			list = append(list, r)
		}
	}
	return list
}

func heard(lang string, lines []callflow.Line) []string {
	var texts []string
	for _, line := range lines {
		texts = append(texts, callflow.Text(lang, line))
	}
	return texts
}

func TestFactsAreOneBreathEach(t *testing.T) {
	years := []callflow.Year{
		{Year: 2024, Rows: rows(2024, 5), Account: &account.Year{Year: 2024, Closing: 10000, Settled: true}},
		{Year: 2025, Rows: rows(2025, 3, 4, 9, 12), Account: &account.Year{Year: 2025, Closing: 13360977}},
	}
	reach := calendar.NewDate(2025, 12, 31)
	want := map[string][]string{
		"cmn": {"以下信息截至2025年12月31日。", "最近足额缴费的月份是2025年11月。", "2025年欠缴 3 个月：3月到4月、9月。", "以前年度还有 1 个月欠缴。", "某公司目前欠缴社保费。", "到2024年12月31日，个人账户累计100元。"},
		"en": {"These figures reach to December 31, 2025.", "The last month paid in full is November 2025.", "In 2025, unpaid months: 3. March to April, September.", "Unpaid months in earlier years: 1.",
			"某公司 is in arrears.", "On December 31, 2024 your personal account held 100.00 yuan."},
	}
	for lang, want := range want {
		got := heard(lang, callflow.FactsOf(lang, years, callflow.Standing{Name: "某公司", Owes: true}, reach))
		if len(got) != len(want) {
			t.Fatalf("%s: %q", lang, got)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %q, want %q", lang, got[i], want[i])
			}
		}
	}
}

// The balance of who has retired, or whose account has moved on, is said with that day, not with the end of a year that is not over.
func TestTheBalanceOfAnAccountThatHasEnded(t *testing.T) {
	reach := calendar.NewDate(2025, 9, 30)
	for _, kind := range []account.EventKind{account.Retirement, account.TransferOut} {
		year := account.Year{Year: 2025, Settled: true, Events: []account.Booked{{Kind: kind, On: calendar.NewDate(2025, 8, 20)}}}
		got := heard("cmn", callflow.FactsOf("cmn", []callflow.Year{{Year: 2025, Rows: rows(2025), Account: &year}}, callflow.Standing{}, reach))
		if last := got[len(got)-1]; last != "到2025年8月20日，个人账户累计0元。" {
			t.Errorf("%s: %q", kind, last)
		}
	}
}

// Whose account has moved on or ended hears that before what it holds; whoever has no month of this year hears that, and never that nothing is unpaid.
func TestAnAccountThatHasEndedIsSaidToHave(t *testing.T) {
	reach := calendar.NewDate(2026, 9, 30)
	of := func(kind account.EventKind) []callflow.Year {
		year := account.Year{Year: 2025, Settled: true, Events: []account.Booked{{Kind: kind, On: calendar.NewDate(2025, 8, 20)}}}
		return []callflow.Year{{Year: 2025, Rows: rows(2025), Account: &year}}
	}
	for kind, want := range map[account.EventKind][3]string{
		account.TransferOut: {"您的个人账户已在2025年8月20日转到其他地区。", "您嘅個人賬戶喺2025年8月20日已經轉咗去其他地區。", "Your personal account was moved to another region on August 20, 2025."},
		account.Death:       {"您的个人账户已在2025年8月20日终止。", "您嘅個人賬戶喺2025年8月20日已經終止。", "Your personal account ended on August 20, 2025."},
		account.Termination: {"您的个人账户已在2025年8月20日终止。", "您嘅個人賬戶喺2025年8月20日已經終止。", "Your personal account ended on August 20, 2025."},
		account.Retirement:  {},
	} {
		for i, lang := range []string{"cmn", "yue", "en"} {
			got := heard(lang, callflow.FactsOf(lang, of(kind), callflow.Standing{}, reach))
			if want[i] == "" {
				want[i] = got[1]
			}
			if len(got) < 3 || got[len(got)-2] != want[i] {
				t.Errorf("%s in %s: %q", kind, lang, got)
			}
		}
	}
	back := of(account.TransferOut)
	back[0].Account.Events = append(back[0].Account.Events, account.Booked{Kind: account.TransferIn, On: calendar.NewDate(2025, 11, 3)})
	for lang, want := range map[string]string{"cmn": "2026年没有您的缴费记录。", "yue": "2026年搵唔到您嘅交費記錄。", "en": "There are no contributions on record for you in 2026."} {
		if got := heard(lang, callflow.FactsOf(lang, back, callflow.Standing{}, reach)); got[2] != want {
			t.Errorf("%s, moved out and back, none this year: %q", lang, got)
		}
	}
}

// What was booked after the end is held by now, not by the end of a year that is not over.
func TestTheBalanceOfAnAccountThatGotSomethingAfterItsEnd(t *testing.T) {
	years := []callflow.Year{{Year: 2024, Rows: rows(2024), Account: &account.Year{Year: 2024, Settled: true, Closing: 100}}, {Year: 2025, Account: &account.Year{Year: 2025, Settled: true, Closing: 5000}}}
	got := heard("cmn", callflow.FactsOf("cmn", years, callflow.Standing{}, calendar.NewDate(2025, 9, 30)))
	if last := got[len(got)-1]; last != "到2025年9月30日，个人账户累计50元。" {
		t.Errorf("%q", last)
	}
}

// Who has a balance and no month hears the balance that the portal shows.
func TestTheBalanceOfWhoHasNoMonth(t *testing.T) {
	years := []callflow.Year{{Year: 2024, Account: &account.Year{Year: 2024, Settled: true, Closing: 570111}}, {Year: 2025, Account: &account.Year{Year: 2025, Closing: 570111}}}
	got := heard("cmn", callflow.FactsOf("cmn", years, callflow.Standing{}, calendar.NewDate(2025, 9, 30)))
	if len(got) != 2 || got[0] != "没有查到您的缴费记录。" || got[1] != "到2024年12月31日，个人账户累计5701元1角1分。" {
		t.Errorf("%q", got)
	}
}

// Who has moved here this year hears what was moved, not that the account was empty before.
func TestTheBalanceOfWhoHasMovedHere(t *testing.T) {
	years := []callflow.Year{{Year: 2024, Account: &account.Year{Year: 2024, Settled: true}}, {Year: 2025, Rows: rows(2025), Account: &account.Year{Year: 2025, Adjustments: 3648000, Closing: 4080000}}}
	got := heard("cmn", callflow.FactsOf("cmn", years, callflow.Standing{}, calendar.NewDate(2025, 9, 30)))
	if last := got[len(got)-1]; last != "到2025年9月30日，个人账户累计4万零800元。" {
		t.Errorf("%q", last)
	}
}

func TestFactsOfNobody(t *testing.T) {
	got := callflow.FactsOf("cmn", nil, callflow.Standing{}, calendar.NewDate(2025, 12, 31))
	if len(got) != 1 || got[0].Key != "fact_none" {
		t.Errorf("%+v", got)
	}
}

func TestMoneyIsSaidAsPeopleSayIt(t *testing.T) {
	for fen, want := range map[money.Fen]string{
		13360977: "13万3609元7角7分", 13000905: "13万零9元零5分", 10000000: "10万元", 5000: "50元", 0: "0元", 10: "0元1角", 100000000: "100万元", -250: "负2元5角",
	} {
		if got := callflow.SpokenMoney("cmn", fen); got != want {
			t.Errorf("%d: %s, want %s", fen, got, want)
		}
	}
	if got := callflow.SpokenMoney("yue", 13360977); got != "13萬3609元7角7分" {
		t.Error(got)
	}
	if got := callflow.SpokenMoney("en", 13360977); got != "133,609.77 yuan" {
		t.Error(got)
	}
}

func TestCreditCodesByKeys(t *testing.T) {
	for keys, want := range map[string]string{"91350211M000100Y46": "91350211M000100Y46", "91350211*000100*46": "91350211M000100Y46"} {
		hit := false
		for _, code := range callflow.CreditCodes(keys) {
			hit = hit || string(code) == want
		}
		if n := len(callflow.CreditCodes(keys)); !hit || n > 30 {
			t.Errorf("%s: %d candidates, hit %v", keys, n, hit)
		}
	}
	for _, keys := range []string{"", "123", "***350211M000100Y4", "913502110000000000"} {
		if got := callflow.CreditCodes(keys); len(got) != 0 {
			t.Errorf("%s: %v", keys, got)
		}
	}
}

func TestOpeningHours(t *testing.T) {
	h, err := callflow.ParseHours("1-5 09:00-12:00 13:30-17:00; 6 09:00-12:00")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]bool{
		"2026-11-20T09:00": true, "2026-11-20T08:59": false, "2026-11-20T12:00": false, "2026-11-20T13:30": true, "2026-11-20T17:00": false, // a Friday
		"2026-11-21T10:00": true, "2026-11-21T14:00": false, "2026-11-22T10:00": false, // Saturday service, Sunday
		"2026-10-01T10:00": false, "2026-10-10T14:00": true, // National Day; the make-up Saturday has Monday's hours
	} {
		instant, err := time.ParseInLocation("2006-01-02T15:04", at, calendar.Zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Open(instant, calendar.China()); got != want {
			t.Errorf("%s: %v", at, got)
		}
	}
	for lang, want := range map[string]string{"cmn": "工作日9点到12点、13点半到17点；周六9点到12点", "yue": "工作日9點到12點、13點半到17點；星期六9點到12點",
		"en": "working days from 9 AM to noon and 1:30 PM to 5 PM; Saturday from 9 AM to noon"} {
		if got := h.Spoken(lang); got != want {
			t.Errorf("%s: %s", lang, got)
		}
	}
	for at, want := range map[string]string{ // before opening, at lunch, on Friday after closing, before a Sunday, in the holidays of National Day
		"2026-11-20T08:00": "2026-11-20T09:00", "2026-11-20T12:30": "2026-11-20T13:30", "2026-11-20T09:00": "2026-11-20T13:30", "2026-11-20T17:00": "2026-11-21T09:00",
		"2026-11-21T12:00": "2026-11-23T09:00", "2026-09-30T17:00": "2026-10-03T09:00",
	} {
		instant, err := time.ParseInLocation("2006-01-02T15:04", at, calendar.Zone)
		if err != nil {
			t.Fatal(err)
		}
		if next, ok := h.Next(instant, calendar.China()); !ok || next.In(calendar.Zone).Format("2006-01-02T15:04") != want {
			t.Errorf("after %s: %s, want %s", at, next.In(calendar.Zone), want)
		}
	}
	if got := callflow.SpokenTime("en", time.Date(2026, 11, 20, 5, 30, 0, 0, time.UTC)); got != "November 20, 2026 at 1:30 PM" {
		t.Error(got)
	}
	if _, ok := (callflow.Hours{}).Next(time.Now(), calendar.China()); ok {
		t.Error("nobody ever answers, and a time is promised")
	}
	for _, wrong := range []string{"", "1-5", "8 09:00-10:00", "5-1 09:00-10:00", "1 10:00-09:00", "1 9", "1 09:00-12:00 11:00-13:00"} {
		if _, err := callflow.ParseHours(wrong); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

// Whoever has pension contributions and no account is told why in every language, rather than nothing where the balance would be.
func TestNoAccountIsExplained(t *testing.T) {
	years := []callflow.Year{{Year: 1997, Rows: []contribution.Row{{Period: 199703, Insurance: contribution.EmployeePension, EmployerID: 1, Base: 100000, PersonDue: 4000, PersonPaid: 4000}}}}
	for lang, want := range map[string]string{"cmn": "个人账户要由经办机构核定", "yue": "個人賬戶要由經辦機構核定", "en": "The agency must settle your personal account first"} {
		got := heard(lang, callflow.FactsOf(lang, years, callflow.Standing{}, calendar.NewDate(2025, 12, 31)))
		if len(got) == 0 || !strings.Contains(got[len(got)-1], want) {
			t.Errorf("%s hears %q", lang, got)
		}
	}
	years[0].Rows[0].Insurance = contribution.EmployeeMedical
	if got := callflow.FactsOf("cmn", years, callflow.Standing{}, calendar.NewDate(2025, 12, 31)); got[len(got)-1].Key == "fact_account_local" {
		t.Errorf("without a pension insurance: %+v", got)
	}
}
