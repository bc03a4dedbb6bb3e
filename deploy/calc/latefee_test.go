package calc_test

import (
	"strings"
	"testing"
)

func TestLateFeeSwitches(t *testing.T) {
	base := `"principal":"1000.00","first_day":"2020-01-01"`
	for _, tc := range []struct{ name, question, amount string }{
		{"through the payment day by default", `{` + base + `,"paid_on":"2020-01-10"}`, "5.00"},
		{"day before payment", `{` + base + `,"paid_on":"2020-01-10","convention":"day_before_payment"}`, "4.50"},
		{"last_day is used as it is", `{` + base + `,"last_day":"2020-01-10","convention":"day_before_payment"}`, "5.00"},
		{"paid before a day bore a fee", `{` + base + `,"paid_on":"2020-01-01","convention":"day_before_payment"}`, "0.00"},
		{"bankruptcy declared", `{` + base + `,"last_day":"2020-01-10","bankruptcy_declared":"2020-01-05"}`, "2.00"},
		{"bankruptcy accepted, by default no stop", `{` + base + `,"last_day":"2020-01-10","bankruptcy_accepted":"2020-01-05"}`, "5.00"},
		{"bankruptcy accepted", `{` + base + `,"last_day":"2020-01-10","bankruptcy_accepted":"2020-01-05","bankruptcy_stop":"accepted"}`, "2.00"},
		{"deferred", `{` + base + `,"last_day":"2020-01-10","deferred":[["2020-01-03","2020-01-04"]]}`, "4.00"},
		{"numbers by their text", `{"principal":1000,"first_day":"2020-01-01","last_day":"2020-01-10","payments":[{"date":"2020-01-05","amount":500.5}],"daily_rate":0.0005}`, "3.75"},
		{"other words about a cap", `{"principal":1000,"first_day":"2015-01-01","last_day":"2020-06-23","cap":"0.50 above the principal"}`, "1000.50"},
		{"a period from June 2011", `{"principal":1000,"period":"2011-06","first_day":"2011-06-21","last_day":"2011-07-10"}`, "10.00"},
		{"1998 by a local rule", `{"principal":1000,"period_end":"1998-12-31","first_day":"1999-01-16","last_day":"1999-01-25","local_rules":[{"from":"1998-01-01","daily_rate":0.001,"document":"某省"}]}`, "10.00"},
		{"1998, since the Regulation the national rate", `{"principal":1000,"period":"1998-12","first_day":"1999-01-21","last_day":"1999-01-23","local_rules":[{"from":"1998-01-01","to":"1999-01-21","daily_rate":0.001}]}`, "5.00"},
		{"work injury", `{"principal":1000,"insurance":410,"first_day":"2011-01-01","last_day":"2011-01-02"}`, "1.00"},
		{"days without dates, capped", `{"principal":1000,"days":3000,"daily_rate":"0.0005","cap":"principal"}`, "1000.00"},
		{"items are rounded one by one", `{"principal_each":"50","days_each":[1,1],"daily_rate":"0.0005"}`, "0.06"},
	} {
		if got := run(t, "late-fee", tc.question)[0]; got["amount"] != tc.amount {
			t.Errorf("%s: %v, want %s", tc.name, got, tc.amount)
		}
	}
}

func TestBadQuestions(t *testing.T) {
	base := `"principal":"1000.00","first_day":"2020-01-01","last_day":"2020-01-10"`
	many := strings.TrimSuffix(strings.Repeat(`["2020-01-01","2020-01-02"],`, 1001), ",")
	for name, questions := range map[string][]string{
		"late-fee": {
			`{}`, `{"principal":"1000"}`, `{"principal":"1000","first_day":"2020-01-01"}`, `{` + base + `,"paid_on":"2020-01-03"}`,
			`{"principal":"1e3","first_day":"2020-01-01","last_day":"2020-01-10"}`, `{"principal":"1.005","first_day":"2020-01-01","last_day":"2020-01-10"}`,
			`{"principal":"1","first_day":"2020-02-30","last_day":"2020-03-10"}`, `{"principal":"1","first_day":"2020-03-30","last_day":"2020-03-10"}`,
			`{` + base + `,"convention":"noon"}`, `{` + base + `,"bankruptcy_stop":"noon"}`, `{` + base + `,"old_arrears":"noon"}`,
			`{"principal":1000,"period":"1998-12","first_day":"1999-01-21","last_day":"1999-01-23","old_arrears":"local_only","local_rules":[{"from":"1998-01-01","to":"1999-01-21","daily_rate":0.001}]}`, `{` + base + `,"insurance":"fire"}`, `{` + base + `,"period":"2020-13"}`,
			`{` + base + `,"deferred":[["2020-01-02"]]}`, `{` + base + `,"deferred":[["2020-01-02","2020-01-01"]]}`, `{` + base + `,"deferred":[` + many + `]}`,
			`{` + base + `,"payments":[{"date":"2020-01-02","amount":"1000.01"}]}`, `{` + base + `,"payments":[{"amount":"1"}]}`, `{` + base + `,"daily_rate":"0.002"}`,
			`{` + base + `,"local_rules":[{"from":"2020-01-02","to":"2020-01-01","daily_rate":"0.001"}]}`, `{` + base + `,"local_rules":[{"from":"2020-01-02"}]}`,
			`{"principal":"1","days":1}`, `{"principal":"1","days":-1,"daily_rate":"0.0005"}`, `{"principal":"1","days":1,"daily_rate":"1e999999999"}`,
			`{"principal_each":"1","daily_rate":"0.0005"}`, `{"principal":true}`,
		},
		"interest": {
			`{}`, `{"method":"annual"}`, `{"method":"compound","opening":"1","annual_rate":"0.01","credits_by_month":{}}`, `{"method":"annual","opening":"1","annual_rate":"0.01"}`,
			`{"method":"annual","opening":"1","annual_rate":"0.01","credits_by_month":{},"credited_in_year":"1"}`, `{"method":"annual","opening":"-1","annual_rate":"0.01","credited_in_year":"1"}`,
			`{"method":"annual","opening":"1","annual_rate":"0.01","credited_in_year":"-1"}`, `{"method":"annual","annual_rate":"0.01","credited_in_year":"1"}`, `{"method":"month_product","opening":"1","annual_rate":"-0.01","credits_by_month":{}}`,
			`{"method":"month_product","opening":"1","annual_rate":"0.01","credits_by_month":{"1":"1","01":"1"}}`, `{"method":"month_product","opening":"1","annual_rate":"0.01","credits_by_month":{"1":null}}`,
			`{"method":"month_product","opening":"99999999999999.99","annual_rate":"0.01","credits_by_month":{}}`,
			`{"method":"month_product","opening":"1","annual_rate":"0.01","credited_in_year":"1"}`, `{"method":"month_product","opening":"1","annual_rate":"0.01","credits_by_month":{"13":"1"}}`,
			`{"method":"month_product","opening":"1","annual_rate":"0.01","credits_by_month":{"1":"x"}}`, `{"method":"month_product_partial","opening":"1","annual_rate":"0.01","credits_by_month":{}}`,
			`{"method":"month_product","opening":"1","annual_rate":"0.01","through_month":8,"credits_by_month":{}}`, `{"method":"month_product_partial","opening":"1","annual_rate":"0.01","through_month":8,"credits_by_month":{"9":"1"}}`,
			`{"method":"annual","annual_rate":"0.01","opening":"x"}`,
		},
		"repayment": {
			`{}`, `{"payment":"-1","current_due":"0"}`, `{"current_due":"0"}`, `{"payment":"1"}`, `{"payment":"1","current_due":"-1"}`, `{"payment":"1","current_due":"0","pre_regulation_arrears":[["1997-05",null]]}`, `{"payment":"1","current_due":"0","policy":"mine"}`, `{"payment":"1","current_due":"x"}`, `{"payment":"1","current_due":"0","pre_regulation_arrears":[["1997-05"]]}`,
			`{"payment":"1","current_due":"0","pre_regulation_arrears":[["1997-15","1"]]}`, `{"payment":"1","current_due":"0","post_regulation_arrears":[["2000-05","-1"]]}`, `{"payment":"1","current_due":"0","post_regulation_arrears":[["2000-05","x"]]}`,
		},
		"workdays": {`{}`, `{"start":"2020-01-01"}`, `{"start":"2020-01-01","working_days":1e9}`, `{"start":"2020-01-01","working_days":10001}`, `{"start":"9999-12-31","working_days":10}`},
	} {
		for _, question := range questions {
			if got := run(t, name, question)[0]; got["error"] == nil {
				t.Errorf("%s %.200s: %v", name, question, got)
			}
		}
	}
}
