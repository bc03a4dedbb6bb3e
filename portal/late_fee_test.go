package portal_test

import (
	"net/url"
	"testing"
)

func TestLateFeeCalculator(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	ask := func(pairs ...string) (int, string) {
		q := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			q.Set(pairs[i], pairs[i+1])
		}
		return b.do("GET", "/tools/late-fee?"+q.Encode(), nil)
	}
	has(t, "the form", b.page("/tools/late-fee"), `action="/tools/late-fee"`, `name="principal"`, "怎样计算")
	has(t, "help leads to it", b.page("/help/gaps"), `href="/tools/late-fee"`)
	has(t, "so does the first page", b.page("/"), `href="/tools/late-fee"`)

	status, page := ask("principal", "1141.87", "first", "2016-06-01", "last", "2016-07-10", "end", "before")
	if status != 200 {
		t.Errorf("%d", status)
	}
	has(t, "one rate", page, "2016-06-01 至 2016-07-09，共 39 天", "1,141.87", "每日 0.5‰", "22.27", "第八十六条", `value="1141.87"`, "两种算法结果相同")
	_, page = ask("principal", "1,000", "first", "2011-06-30", "last", "2011-07-01", "end", "through")
	has(t, "two rates", page, "每日 2‰", "每日 0.5‰", "2.50", "合计 2 天", "第十三条")
	_, page = ask("principal", "1000", "first", "2000-01-01", "last", "2012-01-01")
	has(t, "above the principal", page, "8,490.50", "1,000.00", "行政强制法")
	_, page = ask("principal", "1000", "first", "2011-06-21", "last", "2011-07-10", "period", "2011-06")
	has(t, "June 2011 bears the law's rate only", page, "10.00")
	_, page = ask("principal", "1000", "first", "2011-06-30", "last", "2011-07-01", "insurance", "410")
	has(t, "work injury", page, "1.00", "工伤保险条例")
	_, page = ask("principal", "1000", "first", "2020-01-01", "last", "2020-01-01", "end", "before")
	has(t, "paid before a day bore a fee", page, "没有应计滞纳金的日子")

	for _, tc := range []struct {
		name  string
		pairs []string
		wrong []string
	}{
		{"nothing", []string{"end", "through"}, []string{`id="principal-err"`, `id="first-err"`, `id="last-err"`}},
		{"words for an amount", []string{"principal", "一千", "first", "2016-06-01", "last", "2016-07-10"}, []string{`id="principal-err"`, `value="一千"`, `value="2016-06-01"`}},
		{"too many decimals", []string{"principal", "1.005", "first", "2016-06-01", "last", "2016-07-10"}, []string{`id="principal-err"`}},
		{"nothing owed", []string{"principal", "0", "first", "2016-06-01", "last", "2016-07-10"}, []string{`id="principal-err"`}},
		{"no such day", []string{"principal", "1", "first", "2016-02-30", "last", "2016-07-10"}, []string{`id="first-err"`}},
		{"days the wrong way round", []string{"principal", "1", "first", "2016-06-02", "last", "2016-06-01"}, []string{`id="last-err"`}},
		{"no such month", []string{"principal", "1", "first", "2016-06-02", "last", "2016-07-01", "period", "2016-13"}, []string{`id="period-err"`}},
		{"a month that begins later", []string{"principal", "1", "first", "2016-06-02", "last", "2016-07-01", "period", "2016-07"}, []string{`id="period-err"`}},
		{"before the Regulation", []string{"principal", "1", "first", "1998-06-02", "last", "2016-07-01"}, []string{`id="first-err"`, "1998-06-02 至 1999-01-21", "当地政府规定"}},
		{"arrears from before the Regulation", []string{"principal", "1", "first", "1999-02-01", "last", "1999-02-03", "period", "1998-06"}, []string{`id="first-err"`, "1999-02-01 至 1999-02-03"}},
		{"work injury before 2011", []string{"principal", "1", "first", "2010-12-01", "last", "2011-02-03", "insurance", "410"}, []string{`id="insurance-err"`, "2010-12-01 至 2010-12-31"}},
		{"markup", []string{"principal", `"><script>`, "first", "x", "last", "y"}, []string{`id="principal-err"`}},
	} {
		status, page := ask(tc.pairs...)
		if status != 422 {
			t.Errorf("%s: %d", tc.name, status)
		}
		has(t, tc.name, page, append(tc.wrong, "出错了：", `href="#`)...)
		lacks(t, tc.name, page, `"><script>`, `id="result"`)
	}
}
