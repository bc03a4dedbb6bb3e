package notice

import (
	"strconv"

	"shebao/shared/calendar"
	"shebao/shared/money"
)

// PublicationNotice (拟公布欠费单位告知书) tells an employer in arrears that it is going to be named, and until when it may object: it is heard before something is published against it (行政处罚法 arts. 44,
// 45, by analogy). It belongs to no case, so it is offered in none.
const PublicationNotice Kind = "publication_notice"

// Naming is what an employer is told of the list that it is on.
type Naming struct {
	Unit, USCC string
	Where      string // whose list: 浙江省 2026 年第三季度
	From, To   calendar.Period
	Owed       money.Fen
	Code       string // that opens the employer's own line, in groups
	Days       int    // working days to object, from service
}

// BuildNaming makes the letter. Nothing of it is typed by anybody.
func BuildNaming(n Naming, s Source) (Paper, error) {
	return Build(PublicationNotice, Values{"unit": n.Unit, "uscc": n.USCC, "where": n.Where, "from": n.From.String(), "to": n.To.String(), "owed": n.Owed.Grouped() + " 元", "code": n.Code, "days": strconv.Itoa(n.Days)}, s)
}

func (b builder) publicationNotice() {
	b.say("", "经核对缴费台账，你单位在本机关拟公布的"+b.v["where"]+"欠费单位名单中。依照《社会保险费征缴暂行条例》第十七条和劳社厅发〔2001〕4号通知，现将拟公布的内容告知如下：")
	b.unit()
	b.list("拟公布的内容", Pair{"欠缴所属期", b.v["from"] + " 至 " + b.v["to"]}, Pair{"欠缴本金", b.v["owed"]})
	b.say("提出异议", "如有异议，请自收到本告知书之日起"+b.v["days"]+"个工作日内提出；已经缴清的，不予公布。",
		"在网上办事大厅“公开信息 · 单位异议”一页填写统一社会信用代码和下面的查询码，可以查看本单位的数字、提出异议、上传材料，处理结果也在那里；也可以书面或者当面提出。")
	b.list("", Pair{"查询码", b.v["code"]})
	b.say("逾期的后果", "逾期没有提出异议也没有缴清的，将依法向社会公布。公布后缴清的，从名单中移除或者注明。")
}
