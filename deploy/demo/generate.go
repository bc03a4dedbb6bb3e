// Package demo invents an agency: employers, insured persons and three years of contributions, the same ones every time. Nobody in it exists: ID numbers carry
// area codes that were never given out, telephone numbers cannot be dialled.
package demo

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"shebao/shared/calendar"
	"shebao/shared/money"
)

// Persona is an invented worker whose record shows one thing.
type Persona struct {
	Shows    string // in Chinese, for the demo's front page
	Number   string
	Name     string
	PIN      string // empty: not activated yet
	Card     string // social security card
	Mobile   string
	Employer string
}

// The size of the invented agency.
const (
	persons   = 2000
	employers = 80
)

// company is an invented employer.
type company struct {
	code, name, region string
	owesFrom, owesTo   calendar.Period // wholly in arrears in between; none pays
	status             string
}

type worker struct {
	Persona
	sex, birth, status string
	opening            money.Fen
	openingEmployer    money.Fen // of opening
	openingOn          calendar.Date
	base               money.Fen
	company            int
	from, to           calendar.Period
	gap                []calendar.Period // not paid
	late               []calendar.Period // paid seven months later
	second             int               // another employer for one month; none is -1
	event              []string          // what happened to the account: kind, day, balance, note, principal by month
	moved              int               // the employer before the middle of the second year; none is -1
}

type generator struct {
	rng       *rand.Rand
	companies []company
	workers   []worker
	first     calendar.Period
	last      calendar.Period
}

// Write writes employers.csv, persons.csv, contributions.csv and events.csv into a folder and returns the personas. The data runs for three years to the end of the
// year before today, and on to two months before today.
func Write(dir string, today calendar.Date) ([]Persona, error) {
	g := &generator{rng: rand.New(rand.NewPCG(2001, 2003)), first: calendar.NewPeriod(today.Year-3, 1), last: today.Period().Add(-2)}
	g.makeCompanies()
	g.makeWorkers()
	if err := errors.Join(g.writeCompanies(filepath.Join(dir, "employers.csv")), g.writeWorkers(filepath.Join(dir, "persons.csv")), g.writeContributions(filepath.Join(dir, "contributions.csv")),
		g.writeEvents(filepath.Join(dir, "events.csv"))); err != nil {
		return nil, err
	}
	var personas []Persona
	for _, w := range g.workers {
		if w.Shows != "" {
			w.Employer = g.companies[w.company].name
			personas = append(personas, w.Persona)
		}
	}
	return personas, nil
}

// owing are companies of which somebody reports that they do not pay: for how many months they have not, and how many months before the last one that ended.
var owing = map[string]struct{ months, ended int }{"嘉兴南湖电子": {4, 0}, "杭州西湖纺织": {5, 0}, "嘉兴南湖家具": {4, 0}, "嘉兴南湖食品": {3, 0}, "湖州吴兴电子": {3, 0}, "金华婺城食品": {3, 0},
	"绍兴越城纺织": {3, 4}, "杭州余杭软件": {1, 4}}

func (g *generator) makeCompanies() {
	places := []struct{ name, code string }{{"杭州西湖", "330106"}, {"杭州余杭", "330110"}, {"宁波海曙", "330203"}, {"温州鹿城", "330302"}, {"嘉兴南湖", "330402"}, {"湖州吴兴", "330502"}, {"绍兴越城", "330602"}, {"金华婺城", "330702"}}
	trades := []string{"电子", "纺织", "精密机械", "软件", "餐饮管理", "物流", "建筑工程", "服装", "食品", "家具"}
	for i := range employers {
		place, trade := places[i%len(places)], trades[i/len(places)%len(trades)]
		c := company{code: creditCode(place.code, i), name: place.name + trade + "有限公司", region: place.code, status: "正常"}
		owes, reported := owing[place.name+trade]
		switch {
		case reported:
			c.owesTo = g.last.Add(-owes.ended)
			c.owesFrom = c.owesTo.Add(1 - owes.months)
		case i%17 == 16:
			c.owesFrom, c.owesTo = g.last.Add(-g.rng.IntN(12)), g.last
		case i%29 == 28:
			c.status = "停业"
		}
		g.companies = append(g.companies, c)
	}
}

// creditCode makes a valid code by GB 32100.
func creditCode(region string, n int) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	code := fmt.Sprintf("91%sMA%06d", region, 100001+n*37)
	org, sum := code[8:16], 0
	for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		digit := int(org[i] - '0')
		if org[i] >= 'A' {
			digit = int(org[i]-'A') + 10
		}
		sum += w * digit
	}
	code += string("0X987654321"[sum%11])
	sum = 0
	for i, weight := 0, 1; i < 17; i, weight = i+1, weight*3%31 {
		for v := range len(alphabet) {
			if alphabet[v] == code[i] {
				sum += v * weight
			}
		}
	}
	return code + string(alphabet[(31-sum%31)%31])
}

func (g *generator) makeWorkers() {
	family := []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
	given := []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英")
	for i := range persons {
		name := string(family[g.rng.IntN(len(family))]) + string(given[g.rng.IntN(len(given))])
		if g.rng.IntN(3) > 0 {
			name += string(given[g.rng.IntN(len(given))])
		}
		birth := calendar.NewDate(1962+g.rng.IntN(42), 1, 1).AddDays(g.rng.IntN(365))
		w := worker{birth: birth.String(), status: "参保缴费", second: -1, moved: -1,
			base: money.Fen(450000 + g.rng.IntN(160)*10000), from: g.first, to: g.last, openingOn: calendar.NewDate(g.first.Year()-1, 12, 31)}
		w.opening = w.base * 8 / 100 * 12 * money.Fen(g.rng.IntN(12)) / 10 * 11
		w.company = i % employers
		if w.company == 7 { // the very small employer has three people
			w.company = 8
		}
		w.Name, w.Number, w.Card, w.Mobile = name, citizenNumber(birth, i), fmt.Sprintf("D%08d", 10000000+i*13), fmt.Sprintf("10000%06d", i)
		w.sex = "女"
		if (w.Number[16]-'0')%2 == 1 {
			w.sex = "男"
		}
		if i > 13 { // the first ones are personas
			g.retire(&w, birth)
		}
		g.workers = append(g.workers, w)
	}
	g.makePersonas()
}

// retire lets whoever has turned sixty draw a pension; the last contribution is of the month before.
func (g *generator) retire(w *worker, birth calendar.Date) {
	if last := calendar.NewPeriod(birth.Year+60, birth.Month).Add(-1); last <= g.last {
		w.status, w.to = "离退休", max(last, g.first)
	}
}

func citizenNumber(birth calendar.Date, n int) string {
	body := fmt.Sprintf("0701%02d%04d%02d%02d%03d", 1+n/997%40, birth.Year, birth.Month, birth.Day, n%997)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(body[i]-'0')
	}
	return body + string("10X98765432"[sum%11])
}

func (g *generator) makePersonas() {
	year := g.last.Year() - 1
	p := func(i int, shows string, set func(w *worker)) {
		w := &g.workers[i]
		w.Shows, w.PIN = shows, "270413"
		set(w)
	}
	p(0, "单位欠缴", func(w *worker) { w.Name, w.company = "陈建国", 4 })
	p(1, "全部足额", func(w *worker) { w.Name, w.company = "李秀英", 0 })
	p(2, "中间缺月", func(w *worker) {
		w.company, w.gap = 1, []calendar.Period{calendar.NewPeriod(year, 3), calendar.NewPeriod(year, 4)}
	})
	p(3, "后来补缴", func(w *worker) {
		w.company, w.late = 2, []calendar.Period{calendar.NewPeriod(year, 5), calendar.NewPeriod(year, 6)}
	})
	p(4, "一个月两家单位", func(w *worker) { w.company, w.second = 3, 9 })
	p(5, "换过地方", func(w *worker) { w.company, w.moved = 10, 3 })
	p(6, "已退休", func(w *worker) {
		w.company, w.status, w.to = 11, "离退休", calendar.NewPeriod(year, 8)
		birth := calendar.NewDate(year-60, 8, 12)
		w.birth, w.Number = birth.String(), citizenNumber(birth, 6)
		w.event = []string{"离退休", calendar.NewDate(year, 8, 31).String()}
	})
	p(7, "2006 年前的账户", func(w *worker) {
		w.company, w.from, w.opening, w.openingEmployer, w.openingOn = 12, 200401, 200000, 54545, calendar.NewDate(2003, 12, 31)
	})
	for i := 8; i <= 10; i++ {
		shows := ""
		if i == 8 {
			shows = "只有三人的单位"
		}
		p(i, shows, func(w *worker) {
			w.company = 7
			w.gap = []calendar.Period{g.last.Add(-2), g.last.Add(-1)}
		})
	}
	p(11, "名字中有生僻字", func(w *worker) { w.company, w.Name = 13, "赵𬭎䶮" })
	p(13, "从外地转入", func(w *worker) {
		w.company, w.Name, w.from, w.opening, w.openingOn = 15, "吴海燕", calendar.NewPeriod(year, 6), 0, calendar.Date{}
		w.event = []string{"转入", calendar.NewDate(year, 7, 15).String(), "56218.40", "自其他地区转入", "520.00", "520.00", "520.00", "520.00", "520.00"}
	})
	p(12, "还没有开通账号", func(w *worker) { w.company, w.Name, w.PIN = 14, "周桂英", "" })
}

func (g *generator) writeCompanies(path string) error {
	rows := [][]string{{"统一社会信用代码", "单位名称", "行政区划代码", "登记日期", "单位状态", "经济类型"}}
	for i, c := range g.companies {
		rows = append(rows, []string{c.code, c.name, c.region, calendar.NewDate(2001+i%20, 3, 1+i%28).String(), c.status, "有限责任公司"})
	}
	return writeCSV(path, rows)
}

func (g *generator) writeWorkers(path string) error {
	rows := [][]string{{"证件类型", "证件号码", "姓名", "性别", "出生日期", "社会保障卡号", "手机号码", "人员状态", "期初账户余额", "期初单位划转部分", "期初余额日期"}}
	for _, w := range g.workers {
		rows = append(rows, []string{"居民身份证", w.Number, w.Name, w.sex, w.birth, w.Card, w.Mobile, w.status, w.opening.String(), w.openingEmployer.String(), w.openingOn.String()})
	}
	return writeCSV(path, rows)
}

func (g *generator) writeContributions(path string) error {
	rows := [][]string{{"证件号码", "统一社会信用代码", "险种", "费款所属期", "缴费基数", "单位应缴", "单位实缴", "个人应缴", "个人实缴", "到账日期"}}
	for _, w := range g.workers {
		for period := w.from; period <= w.to; period = period.Add(1) {
			at := w.company
			if w.moved >= 0 && period < g.first.Add(18) {
				at = w.moved
			}
			rows = append(rows, g.month(w, at, period)...)
			if w.second >= 0 && period == g.last.Add(-8) {
				rows = append(rows, g.month(w, w.second, period)...)
			}
		}
	}
	return writeCSV(path, rows)
}

func (g *generator) writeEvents(path string) error {
	rows := [][]string{{"证件号码", "业务流水号", "变动类型", "变动日期", "个人部分", "说明", "1月本金", "2月本金", "3月本金", "4月本金", "5月本金"}}
	for i, w := range g.workers {
		if len(w.event) == 0 {
			continue
		}
		row := make([]string, len(rows[0]))
		row[0], row[1] = w.Number, fmt.Sprintf("ZH%06d", i)
		copy(row[2:], w.event)
		rows = append(rows, row)
	}
	return writeCSV(path, rows)
}

func (g *generator) month(w worker, at int, period calendar.Period) [][]string {
	c := g.companies[at]
	paid, on := true, period.FirstDay().AddDays(9+g.rng.IntN(16))
	for _, p := range w.gap {
		paid = paid && p != period
	}
	for _, p := range w.late {
		if p == period {
			on = period.Add(7).FirstDay().AddDays(19)
		}
	}
	if c.owesFrom != 0 && period >= c.owesFrom && period <= c.owesTo {
		paid = false
	}
	var rows [][]string
	growth := money.Fen(100 + 4*(period.Year()-g.first.Year()))
	base := w.base * growth / 100
	for _, k := range []struct {
		insurance     string
		employer, own money.Fen // per ten thousand
	}{{"110", 1600, 800}, {"210", 50, 50}, {"310", 800, 200}, {"410", 40, 0}, {"510", 70, 0}} {
		if period < 200601 && k.insurance != "110" {
			continue
		}
		employer, own := base*k.employer/10000, base*k.own/10000
		row := []string{w.Number, c.code, k.insurance, strconv.Itoa(int(period)), base.String(), employer.String(), employer.String(), own.String(), own.String(), on.String()}
		if !paid {
			row[6], row[8], row[9] = "0.00", "0.00", ""
		}
		rows = append(rows, row)
	}
	return rows
}

func writeCSV(path string, rows [][]string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	err = w.WriteAll(rows)
	return errors.Join(err, f.Close())
}
