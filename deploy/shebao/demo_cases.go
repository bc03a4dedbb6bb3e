package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints"
	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/shared/calendar"
	"shebao/shared/config"
	"shebao/shared/intake"
	"shebao/shared/ledger"
)

// demoStep is one action of a past, some days after the report was received.
type demoStep struct {
	after   int
	account string
	input   lifecycle.Input
	paper   complaints.PlayedPaper
}

func say(after int, account string, action lifecycle.Action, reason, text string) demoStep {
	return demoStep{after: after, account: account, input: lifecycle.Input{Action: action, Reason: reason, Text: text, To: "市医疗保障局", Code: "no_leads", NewLeads: true}}
}

func do(after int, account string, paper complaints.PlayedPaper) demoStep {
	return demoStep{after: after, account: account, paper: paper}
}

// What is done with money and documents in a past.
var (
	reckon = complaints.PlayedPaper{Reckon: true}
	demand = complaints.PlayedPaper{Issue: notice.Demand}
	hand   = complaints.PlayedPaper{Serve: notice.Direct}
	pay    = complaints.PlayedPaper{Pays: "示例银行回单"}
)

// demoPasts are ways that cases went, by how far they came.
var demoPasts = map[string][]demoStep{
	"new":      nil,
	"accepted": {say(1, "hu.xin", lifecycle.Accept, "", "")},
	"asked":    {say(1, "hu.xin", lifecycle.AskMore, "", "请补充最近三个月的工资条或劳动合同照片。")},
	"open":     {say(1, "hu.xin", lifecycle.Accept, "", ""), say(2, "li.min", lifecycle.Investigate, "", "")},
	"open2":    {say(1, "hu.xin", lifecycle.Accept, "", ""), say(2, "chen.jie", lifecycle.Investigate, "", "")},
	"paused": {say(1, "hu.xin", lifecycle.Accept, "", ""), say(2, "li.min", lifecycle.Investigate, "", ""),
		say(6, "zhao.lei", lifecycle.Suspend, "等待法院就劳动关系作出判决", "因劳动关系正在诉讼，调查中止，判决后恢复。")},
	"longer": {say(1, "hu.xin", lifecycle.Accept, "", ""), say(2, "li.min", lifecycle.Investigate, "", ""),
		say(30, "zhao.lei", lifecycle.Extend, "涉及人数多，需核对三年名册", "案情复杂，办理期限延长三十个工作日。")},
	"proposed": {say(1, "hu.xin", lifecycle.Accept, "", ""), say(2, "li.min", lifecycle.Investigate, "", ""), do(11, "li.min", reckon),
		say(12, "li.min", lifecycle.ProposeDecision, "名册与台账核对，少报缴费基数", "经查，单位少报缴费基数，责令限期补缴差额。")},
	"decided": {say(1, "hu.xin", lifecycle.Accept, "", ""), say(2, "chen.jie", lifecycle.Investigate, "", ""), do(11, "chen.jie", reckon),
		say(12, "chen.jie", lifecycle.ProposeDecision, "查实欠缴", "经查，单位欠缴属实，责令限期补缴。"), say(14, "wang.fang", lifecycle.Approve, "", ""), do(15, "chen.jie", demand)},
	"served": {say(1, "hu.xin", lifecycle.Accept, "", ""), say(2, "li.min", lifecycle.Investigate, "", ""), do(8, "li.min", reckon),
		say(9, "li.min", lifecycle.ProposeDecision, "查实欠缴", "经查，单位欠缴属实，已责令限期补缴。"), say(10, "zhao.lei", lifecycle.Approve, "", ""), do(10, "li.min", demand), do(11, "li.min", hand), say(11, "li.min", lifecycle.Notify, "", "")},
	"closed": {say(1, "hu.xin", lifecycle.Accept, "", ""), say(2, "li.min", lifecycle.Investigate, "", ""), do(14, "li.min", reckon),
		say(15, "li.min", lifecycle.ProposeDecision, "查实欠缴", "经查，单位欠缴属实，已责令限期补缴。"), say(17, "zhao.lei", lifecycle.Approve, "", ""), do(17, "li.min", demand), do(18, "li.min", hand),
		say(18, "li.min", lifecycle.Notify, "", ""), do(24, "li.min", pay), say(30, "li.min", lifecycle.Close, "补缴已到账", "单位已补缴全部欠费，本案办结。")},
	"rejected":    {say(2, "hu.xin", lifecycle.Reject, "没有单位名称和时间，无法核查", "您反映的情况缺少可查的线索，不予受理；有新线索可以再次举报。")},
	"transferred": {say(2, "hu.xin", lifecycle.Transfer, "涉及医疗保险基金，移送市医保局", "您反映的问题属于医疗保障部门职责，已移送。")},
}

// demoFoundBase is the true base that pay sheets showed where too little was declared.
const demoFoundBase = 8_200_00

// demoCase is an invented report.
type demoCase struct {
	past, employer string
	kind           intake.Kind
	channel        intake.Channel
	ago            int // days since it was received
	own            bool
	words          string
}

// demoCases give the desk something of everything: near limits and passed ones, several regions, four reports about one employer.
var demoCases = []demoCase{
	{"open", "杭州西湖精密机械有限公司", intake.Unpaid, intake.Web, 92, true, "公司去年底起就没有给车间的人交社保。"},
	{"longer", "温州鹿城食品有限公司", intake.Underpaid, intake.Operator, 75, false, "按最低基数交，实际工资是两倍。"},
	{"paused", "宁波海曙建筑工程有限公司", intake.NotRegistered, intake.Web, 60, true, "进场八个月了，一直说下个月登记。"},
	{"closed", "绍兴越城纺织有限公司", intake.Unpaid, intake.Web, 58, true, "有三个月没有缴费记录。"},
	{"closed", "湖州吴兴家具有限公司", intake.Underpaid, intake.Phone, 55, true, "奖金没有计入缴费基数。"},
	{"closed", "杭州余杭软件有限公司", intake.Unpaid, intake.Web, 50, false, "有一个月断缴，前后都正常。"},
	{"rejected", "金华婺城物流有限公司", intake.Other, intake.Phone, 47, false, "听说有问题。"},
	{"transferred", "宁波海曙服装有限公司", intake.Fraud, intake.Web, 44, false, "有人拿别人的医保卡开药再卖。"},
	{"decided", "嘉兴南湖家具有限公司", intake.Unpaid, intake.Web, 20, true, "六月以后查不到缴费。"},
	{"proposed", "杭州余杭餐饮管理有限公司", intake.Underpaid, intake.Web, 33, true, "每个人都按最低基数报。"},
	{"proposed", "宁波海曙建筑工程有限公司", intake.Underpaid, intake.Operator, 31, false, "工地上的人都按最低基数缴费。"},
	{"open", "杭州余杭餐饮管理有限公司", intake.Unpaid, intake.Web, 41, true, "店里二十多人，上半年没交。"},
	{"open2", "嘉兴南湖食品有限公司", intake.Unpaid, intake.Phone, 28, true, "工资条扣了，查询没有。"},
	{"open2", "嘉兴南湖物流有限公司", intake.Underpaid, intake.Web, 26, false, "司机按内勤的基数报。"},
	{"open", "温州鹿城食品有限公司", intake.Unpaid, intake.Web, 24, true, "七月起断缴。"},
	{"open", "绍兴越城精密机械有限公司", intake.NotRegistered, intake.Web, 22, true, "试用期不给登记。"},
	{"open", "湖州吴兴电子有限公司", intake.Unpaid, intake.Operator, 19, true, "七月以来都没到账。"},
	{"open", "杭州西湖餐饮管理有限公司", intake.Unpaid, intake.Web, 17, false, "后厨的人都没有社保。"},
	{"served", "杭州西湖纺织有限公司", intake.Unpaid, intake.Web, 18, true, "五个月没有缴费。"},
	{"served", "湖州吴兴物流有限公司", intake.Underpaid, intake.Phone, 15, false, "跑长途的按最低基数。"},
	{"asked", "温州鹿城服装有限公司", intake.Unpaid, intake.Phone, 13, true, "好几个月没交。"},
	{"asked", "金华婺城家具有限公司", intake.Underpaid, intake.Web, 11, true, "基数不对。"},
	{"open", "金华婺城食品有限公司", intake.Unpaid, intake.Web, 16, true, "车间从七月起没有缴费，问人事说没钱。"},
	{"new", "金华婺城食品有限公司", intake.Unpaid, intake.Web, 6, true, "和同事一样，七月以后都没有。"},
	{"new", "金华婺城食品有限公司", intake.Unpaid, intake.Phone, 5, true, "查不到九月的。"},
	{"new", "金华婺城食品有限责任公司", intake.Unpaid, intake.Web, 2, false, "替家人反映，欠缴三个月。"},
	{"accepted", "杭州西湖电子有限公司", intake.Unpaid, intake.Web, 12, true, "合同换签以后断了两个月。"},
	{"accepted", "宁波海曙纺织有限公司", intake.Underpaid, intake.Operator, 9, true, "加班费不算进基数。"},
	{"accepted", "绍兴越城餐饮管理有限公司", intake.NotRegistered, intake.Web, 8, false, "兼职的都没有登记。"},
	{"new", "湖州吴兴服装有限公司", intake.Unpaid, intake.Phone, 14, true, "一直没人回复，再次反映。"},
	{"new", "杭州余杭物流有限公司", intake.Unpaid, intake.Web, 10, false, "去年的也没补。"},
	{"new", "温州鹿城软件有限公司", intake.Underpaid, intake.Web, 7, true, "基数三年没变。"},
	{"new", "宁波海曙电子有限公司", intake.Unpaid, intake.Web, 6, true, "离职前两个月没有缴。"},
	{"new", "绍兴越城食品有限公司", intake.Fraud, intake.Web, 5, false, "给不上班的亲属报了社保。"},
	{"new", "嘉兴南湖软件有限公司", intake.Unpaid, intake.Web, 4, true, "十月工资扣了没缴。"},
	{"new", "金华婺城服装有限公司", intake.NotRegistered, intake.Operator, 3, true, "入职半年没有登记。"},
	{"new", "杭州西湖家具有限公司", intake.Unpaid, intake.Web, 3, false, "仓库的人都没有。"},
	{"new", "湖州吴兴精密机械有限公司", intake.Unpaid, intake.Phone, 2, true, "问了说在办。"},
	{"new", "宁波海曙物流有限公司", intake.Underpaid, intake.Web, 1, true, "按半个月工资报。"},
	{"new", "温州鹿城家具有限公司", intake.Unpaid, intake.Web, 1, true, "上个月没到账。"},
	{"open", "金华婺城电子有限公司", intake.Unpaid, intake.Web, 10, true, "一共三个人，夏天起都没有缴费。"}, // so few that acting may tell who it was
}

// demoDesk gives the desk its past. before is how many reports were filed already this year.
func demoDesk(ctx context.Context, pool *pgxpool.Pool, settings *config.Reader, book *ledger.Ledger, counter *intake.Counter, before int, now time.Time) error {
	c := complaints.ReadConfig(settings)
	if err := settings.Err(); err != nil {
		return err
	}
	numbers := map[int]int{calendar.DateOf(now).Year: before}
	var steps []complaints.Played
	var lead string
	for i, d := range demoCases {
		received := now.AddDate(0, 0, -d.ago).Add(-time.Duration(i) * time.Minute)
		year := calendar.DateOf(received).Year
		numbers[year]++
		number := fmt.Sprintf("%d-%06d", year, numbers[year])
		if err := d.file(ctx, book, counter, received); err != nil {
			return err
		}
		for _, s := range demoPasts[d.past] {
			at := received.AddDate(0, 0, s.after)
			if at.After(now) {
				break
			}
			s.input.By, s.input.Ground = calendar.DateOf(at.AddDate(0, 0, 10)), "unpaid"
			if d.kind == intake.Underpaid {
				s.input.Ground = "base_low"
				if s.paper.Reckon {
					s.paper.Base = demoFoundBase
				}
			}
			if s.paper.Pays != "" {
				s.paper.Pays += " " + number // no two payments have the same
			}
			steps = append(steps, complaints.Played{Case: number, Account: s.account, At: at, Input: s.input, Paper: s.paper})
		}
		if d.employer == demoRecorded {
			steps = append(steps, complaints.Played{Case: number, Account: "chen.jie", At: received.AddDate(0, 0, 3), Transcript: demoTranscript},
				complaints.Played{Case: number, Account: "chen.jie", At: received.AddDate(0, 0, 4), Message: "已收到您的电话录音，正在核对单位的缴费记录。"})
		}
		if d.employer == "金华婺城食品有限公司" { // the second report of the matter is merged into the first; the others wait to be noticed
			switch {
			case lead == "":
				lead = number
				steps = append(steps, complaints.Played{Case: number, Account: "li.min", At: received.AddDate(0, 0, 3), Note: "已约单位财务本周提供工资表。"})
			case d.ago == 6:
				steps = append(steps, complaints.Played{Case: number, Account: "li.min", At: received.AddDate(0, 0, 1), Into: lead})
			}
		}
	}
	steps = append(steps, demoPhrases(now.AddDate(0, 0, -90))...)
	slices.SortStableFunc(steps, func(a, b complaints.Played) int { return a.At.Compare(b.At) })
	return complaints.Play(ctx, c, pool, book, steps, now)
}

func (d demoCase) file(ctx context.Context, book *ledger.Ledger, counter *intake.Counter, at time.Time) error {
	tip := intake.TipOff{Channel: d.channel, Kind: d.kind, EmployerName: d.employer, Region: "330702", OwnRights: d.own, Words: d.words, From: calendar.DateOf(at).Period().Add(-4)}
	found, err := book.SearchEmployers(ctx, d.employer, 1)
	if err != nil {
		return err
	}
	if len(found) > 0 && found[0].Name == d.employer {
		tip.EmployerUSCC, tip.Region = string(found[0].USCC), found[0].Region
	}
	promised, _ := calendar.China().Add(calendar.DateOf(at), 5)
	var reporter *intake.Reporter
	if d.employer == demoNamed {
		tip.Named, reporter = true, demoReporter()
	}
	key := intake.NewKey()
	if _, err = counter.File(ctx, key, tip, reporter, promised, at); err != nil || d.employer != demoRecorded {
		return err
	}
	return counter.Attach(ctx, d.channel, key, intake.Attachment{Kind: intake.Recording, MediaType: "audio/wav", Content: demoSpeech()}, at)
}
