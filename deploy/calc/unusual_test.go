package calc_test

import (
	"strings"
	"testing"

	"shebao/deploy/calc"
	"shebao/shared/calendar"
)

var today = calendar.NewDate(2026, 11, 27)

// What a stranger may ask: the answers were worked out by hand from the law and the formulas, not by the program.
func TestUnusualQuestions(t *testing.T) {
	for _, c := range []struct{ name, question, answer string }{
		// Late fee: nothing owed bears nothing; a day too early, a sum that is missing or below zero is a mistake.
		{"late-fee", `{"principal":"0","first_day":"2016-06-01","last_day":"2016-07-09"}`, `"amount":"0.00" "segments":[]`},
		{"late-fee", `{"principal":"0.00","first_day":"2016-06-02","last_day":"2016-06-01"}`, `"error"`},
		{"late-fee", `{"first_day":"2016-06-01","last_day":"2016-07-09"}`, `"error"`},
		{"late-fee", `{"principal":"-1","first_day":"2016-06-01","last_day":"2016-07-09"}`, `"error"`},
		{"late-fee", `{"principal":"1000","first_day":"2016-06-02","last_day":"2016-06-01"}`, `"error"`},
		{"late-fee", `{"principal":"1000","first_day":"2016-06-01","last_day":"2016-06-01"}`, `"amount":"0.50" "days":1`},
		{"late-fee", `{"principal":"0.01","first_day":"2016-06-01","last_day":"2016-06-01"}`, `"amount":"0.00"`},
		// Across the law of 2011-07-01: one day at 2‰, one at 0.5‰; arrears of June 2011 itself bear 0.5‰ only.
		{"late-fee", `{"principal":"1000","first_day":"2011-06-30","last_day":"2011-07-01"}`, `"amount":"2.50" "to":"2011-06-30" "from":"2011-07-01"`},
		{"late-fee", `{"principal":"1000","first_day":"2011-06-30","last_day":"2011-07-01","period":"2011-06"}`, `"amount":"1.00"`},
		// 25.01 × 2‰ = 0.05002 and 25.01 × 0.5‰ = 0.012505 are rounded once: 0.062525 is 0.06.
		{"late-fee", `{"principal":"25.01","first_day":"2011-06-30","last_day":"2011-07-01"}`, `"amount":"0.06"`},
		// Bankruptcy: the day of the declaration bears none, nor any after it.
		{"late-fee", `{"principal":"1000","first_day":"2015-01-01","last_day":"2015-01-10","bankruptcy_declared":"2015-01-05"}`, `"amount":"2.00" "to":"2015-01-04" "stopped":"2015-01-05"`},
		{"late-fee", `{"principal":"1000","first_day":"2015-01-01","last_day":"2015-01-10","bankruptcy_declared":"2015-01-01"}`, `"amount":"0.00" "segments":[]`},
		{"late-fee", `{"principal":"1000","first_day":"2015-01-01","last_day":"2015-01-10","bankruptcy_accepted":"2015-01-05","bankruptcy_declared":"2015-01-08","bankruptcy_stop":"accepted"}`, `"amount":"2.00"`},
		// Before the Regulation, and work injury before 2011: a local rule, or none at all.
		{"late-fee", `{"principal":"1000","first_day":"1999-01-21","last_day":"1999-01-22"}`, `"error"`},
		{"late-fee", `{"principal":"1000","first_day":"1999-01-22","last_day":"1999-01-22"}`, `"amount":"2.00"`},
		{"late-fee", `{"principal":"1000","first_day":"2010-12-31","last_day":"2011-01-01","insurance":"work_injury"}`, `"error"`},
		{"late-fee", `{"principal":"1000","first_day":"2011-01-01","last_day":"2011-07-02","insurance":"410"}`, `"amount":"91.50"`},
		{"late-fee", `{"principal":"1000","first_day":"2011-01-01","last_day":"2011-01-02","insurance":"Work-Injury"}`, `"amount":"1.00"`},
		// Part payments: the day of payment still bears on the old principal; one of everything ends it; more than is owed is a mistake.
		{"late-fee", `{"principal":"10000","first_day":"2020-01-16","last_day":"2020-06-30","payments":[{"date":"2020-03-10","amount":"10000"}]}`, `"amount":"275.00"`},
		{"late-fee", `{"principal":"10000","first_day":"2020-01-16","last_day":"2020-06-30","payments":[{"date":"2020-03-10","amount":"10000.01"}]}`, `"error"`},
		{"late-fee", `{"principal":"1000","first_day":"2015-01-01","last_day":"2020-06-23","cap":"principal"}`, `"amount":"1000.00" "uncapped":"1000.50"`},
		// Interest: half a fen goes up, zero earns zero, the annual method takes months too.
		{"interest", `{"method":"month_product","opening":"0.33","credits_by_month":{},"annual_rate":"0.0150"}`, `"interest_on_opening":"0.00" "closing":"0.33"`}, // 0.00495
		{"interest", `{"method":"month_product","opening":"0.20","credits_by_month":{"12":"6.00"},"annual_rate":"0.0250"}`, `"interest_on_opening":"0.01" "interest_on_current":"0.01" "closing":"6.22"`},
		{"interest", `{"method":"month_product","opening":"1000","credits_by_month":{"1":"100","12":"100"},"annual_rate":"0"}`, `"interest_on_current":"0.00" "closing":"1200.00"`},
		{"interest", `{"method":"annual","opening":"0","credits_by_month":{"1":"960.00","12":"960.00"},"annual_rate":"0.0829"}`, `"interest_on_current":"86.19" "closing":"2006.19"`},
		{"interest", `{"method":"annual","opening":"100","credited_in_year":"0","annual_rate":"0.05"}`, `"closing":"105.00"`},
		{"interest", `{"method":"month_product","opening":"1","credits_by_month":{"13":"1"},"annual_rate":"0.05"}`, `"error"`},
		{"interest", `{"method":"month_product","opening":"1","credits_by_month":["1"],"annual_rate":"0.05"}`, `"error":"credits_by_month`},
		{"interest", `{"method":"month_product","opening":"1","credits_by_month":{},"annual_rate":"5%"}`, `"error"`},
		// Repayment: a mode is told only where something of the arrears is paid.
		{"repayment", `{"payment":"1500","current_due":"1000","pre_regulation_arrears":[],"post_regulation_arrears":[]}`, `"mode":"none" [["current","1000.00"]] "left_over":"500.00"`},
		{"repayment", `{"payment":"0","current_due":"0","pre_regulation_arrears":[["1998-01","5"]],"post_regulation_arrears":[]}`, `"mode":"none" "allocations":[] "left_over":"0.00"`},
		{"repayment", `{"payment":"700","current_due":"0","pre_regulation_arrears":[["1998-02","200"],["1998-01","300"]],"post_regulation_arrears":[]}`,
			`"mode":"all_at_once" [["1998-01","300.00"],["1998-02","200.00"]] "left_over":"200.00"`},
		{"repayment", `{"payment":"100","current_due":"0","pre_regulation_arrears":[],"post_regulation_arrears":[["2000-01","0"]]}`, `"mode":"none" "left_over":"100.00"`},
		{"repayment", `{"payment":"500","current_due":"400","pre_regulation_arrears":[],"post_regulation_arrears":[["2000-01","300"]],"policy":1997}`, `"allocations":[["2000-01","300.00"],["current","200.00"]]`},
		// ID numbers: old ones, small x, full width, a slip that can be read, a birthday to come.
		{"id", `{"number":"110105491231002"}`, `"valid":true "normalized":"11010519491231002X"`},
		{"id", `{"number":"１１０１０５１９４９１２３１００２ｘ"}`, `"valid":true "normalized":"11010519491231002X"`},
		{"id", `{"number":"110105194912310021"}`, `"valid":false "birth_date":"1949-12-31" "sex":"female" "region_code":"110105" "reason":"checksum"`},
		{"id", `{"number":"11010519491331002X"}`, `"valid":false "sex":"female" "region_code":"110105" "reason":"birth_date"`},
		{"id", `{"number":"110105202611280012"}`, `"valid":false "birth_date":"2026-11-28" "reason":"birth_date"`},
		{"id", `{"number":"110105202611270017"}`, `"valid":true "birth_date":"2026-11-27" "reason":""`},
		{"id", `{"number":"110105190002290017"}`, `"valid":false "reason":"birth_date"`}, // 1900 was no leap year
		{"id", `{"number":"11010519491231002"}`, `"valid":false "reason":"length"`},
		{"id", `{"number":"X1010519491231002X"}`, `"valid":false "reason":"alphabet"`},
		{"id", `{"number":"11010520900101001A"}`, `"valid":false "reason":"alphabet"`}, // what cannot be read comes before what it says
		{"id", `{"number":""}`, `"valid":false "reason":"length"`}, {"id", `{}`, `"error":"number:`}, {"id", `{"number":null}`, `"error":"number:`},
		{"uscc", `{"code":""}`, `"valid":false "reason":"length"`}, {"uscc", `{}`, `"error":"code:`},
		{"id", `{"number":"91184019850101001X"}`, `"valid":true "birth_date":"1985-01-01" "sex":"male" "reason":""`},
		// Credit codes: small letters and full width are taken, I O S V Z are not.
		{"uscc", `{"code":"91350100m000100y43"}`, `"valid":true "normalized":"91350100M000100Y43"`},
		{"uscc", `{"code":"９１３５０１００Ｍ０００１００Ｙ４３"}`, `"valid":true`},
		{"uscc", `{"code":"91350100I000100Y43"}`, `"reason":"alphabet"`}, {"uscc", `{"code":"91350100O000100Y43"}`, `"reason":"alphabet"`}, {"uscc", `{"code":"91350100s000100Y43"}`, `"reason":"alphabet"`},
		{"uscc", `{"code":"91350100V000100Y43"}`, `"reason":"alphabet"`}, {"uscc", `{"code":"91350100Z000100Y43"}`, `"reason":"alphabet"`},
		// Working days: none is the day itself, back goes too, make-up days are worked, an unpublished year is a guess.
		{"workdays", `{"start":"2026-10-03","working_days":0}`, `"date":"2026-10-03" "provisional":false`},
		{"workdays", `{"start":"2026-10-01","working_days":1}`, `"date":"2026-10-08"`},
		{"workdays", `{"start":"2026-10-09","working_days":1}`, `"date":"2026-10-10"`}, // a Saturday that is worked
		{"workdays", `{"start":"2026-10-08","working_days":-1}`, `"date":"2026-09-30"`},
		{"workdays", `{"start":"2026-12-31","working_days":"1"}`, `"date":"2027-01-04" "provisional":true`},
		{"workdays", `{"start":"2026-01-05","working_days":1.5}`, `"error"`},
		{"workdays", `{"start":"2026-01-05"}`, `"error"`},
	} {
		var out strings.Builder
		if err := calc.Run(t.Context(), c.name, today, strings.NewReader(c.question+"\n"), &out); err != nil {
			t.Fatal(err)
		}
		for _, want := range strings.Fields(c.answer) {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s %s: %s has no %s", c.name, c.question, strings.TrimSpace(out.String()), want)
			}
		}
		if strings.Contains(c.question, "91184019850101001X") && strings.Contains(out.String(), "region_code") {
			t.Errorf("a foreigner's card names no area of first registration: %s", out.String())
		}
		if strings.Contains(out.String(), `"error"`) != strings.Contains(c.answer, `"error`) {
			t.Errorf("%s %s: %s", c.name, c.question, out.String())
		}
	}
}
