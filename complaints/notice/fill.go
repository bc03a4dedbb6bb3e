package notice

import (
	"fmt"
	"strconv"
	"strings"

	"shebao/shared/calendar"
)

// Facts are what fields are filled from before anybody types.
type Facts struct {
	Unit, USCC string
	From, To   calendar.Period // of the matter
	Agency     Agency
	Figures    *Figures
	Situation  Situation
	Inspector  string // who fills it in
	Matter     string // what was reported, as a kind and never in the reporter's words
}

// Fill proposes every field that the facts decide. What nobody can know stays empty, and an empty field cannot be issued.
func Fill(k Kind, n Facts) Values {
	v := Values{"unit": n.Unit, "uscc": n.USCC, "inspector1": n.Inspector}
	scope := n.scope()
	switch k {
	case AuditNotice:
		v["audit_on"], v["place"], v["scope"] = n.Situation.Today.AddDays(7).String(), "你单位办公场所", scope
		v["contents"] = "1. 参保登记的人数是否与实际用工人数一致；\n2. 申报的缴费基数是否符合规定；\n3. 社会保险费是否按时足额缴纳；\n4. 欠缴社会保险费的补缴情况。"
		v["method"] = "实地稽核，查阅、记录、复制有关资料，询问有关人员。"
		v["materials"] = "1. 营业执照；\n2. 职工名册、劳动合同；\n3. 工资发放表、考勤记录；\n4. 会计账簿、凭证和年度财务报表；\n5. 社会保险费申报和缴纳凭证。"
		v["demands"] = "请指定熟悉情况的人员配合，并于稽核当日备齐上述资料。"
	case InquiryRecord:
		v["asked_on"], v["place"] = n.Situation.Today.String(), n.Agency.Address
		v["talk"] = "问：请介绍你单位的用工人数和工资发放情况。\n答：\n问：你单位为职工缴纳社会保险费的情况如何？\n答："
	case AuditOpinion:
		v["audit_ended"], v["facts"], v["articles"] = n.Situation.AuditEnded.String(), n.found(), articles
		v["opinion"], v["days"] = "责成你单位足额补缴欠缴的社会保险费和滞纳金。", strconv.Itoa(n.Agency.CorrectIn)
	case CleanResult:
		v["audit_ended"], v["scope"] = n.Situation.AuditEnded.String(), scope
		v["result"] = "在上述范围内未发现违反社会保险法律、法规的行为。"
	case PenaltyProposal:
		v["to"], v["facts"], v["articles"] = n.Agency.Department, n.found(), articles
	case Demand:
		v["facts"], v["days"] = n.found(), strconv.Itoa(n.Agency.PayDays)
	case Rectification:
		v["facts"], v["articles"], v["days"] = n.found(), articles, strconv.Itoa(n.Agency.CorrectIn)
		v["order"] = "足额补缴欠缴的社会保险费，并缴纳滞纳金。"
	case EnforcementWarning:
		v["decision"], v["days"] = n.decision(), strconv.Itoa(CourtDays)
		v["duty"] = "足额缴纳欠缴的社会保险费和滞纳金。"
	case TransferLetter:
		v["matter"] = n.Matter
	case Refusal, Reply:
		v = Values{"matter": n.Matter}
		if k == Refusal {
			v["articles"] = "《关于实施〈劳动保障监察条例〉若干规定》（劳动和社会保障部令第25号）第十八条。"
		}
	}
	return v
}

const articles = "《社会保险法》第六十条：用人单位应当自行申报、按时足额缴纳社会保险费，非因不可抗力等法定事由不得缓缴、减免。"

func (n Facts) scope() string {
	switch {
	case n.From == 0:
		return ""
	case n.To == 0:
		return n.From.String() + " 至今"
	}
	return months(n.From, n.To)
}

// months is from the first to the last; one month is itself.
func months(first, last calendar.Period) string {
	if first == last {
		return first.String()
	}
	return first.String() + " 至 " + last.String()
}

// found says what the calculation found, in one sentence.
func (n Facts) found() string {
	if n.Figures == nil {
		return ""
	}
	if len(n.Figures.Result.Rows) == 0 {
		var open []string
		if lost := n.Figures.Result.Interest.Open; lost > 0 {
			open = append(open, "应随本金缴纳的补缴利息 "+lost.Grouped()+" 元")
		}
		if fee := n.Figures.Result.OpenFee; fee > 0 {
			open = append(open, "已计收的滞纳金 "+fee.Grouped()+" 元")
		}
		if len(open) == 0 {
			return ""
		}
		return "你单位欠缴的社会保险费本金已缴清，" + strings.Join(open, "、") + "未缴。"
	}
	periods := n.Figures.Result.ByPeriod()
	first, last := calendar.Period(periods[0].Key), calendar.Period(periods[len(periods)-1].Key)
	return fmt.Sprintf("你单位 %s 应缴社会保险费 %s 元，已缴 %s 元，欠缴 %s 元。", months(first, last),
		(n.Figures.Result.Sum.Due + n.Figures.Result.Sum.Gap).Grouped(), n.Figures.Result.Sum.Paid.Grouped(), n.Figures.Result.Sum.Owed.Grouped())
}

// decision names the order that was not obeyed.
func (n Facts) decision() string {
	if order, ok := n.Situation.latest(Rectification); ok {
		return "《限期改正指令书》（" + order.Number + "）"
	}
	return ""
}
