package notice

import (
	"strings"

	"shebao/shared/calendar"
)

// LetterOf is the document that an action on a case owes: a refusal and a reply to a reporter who gave a name (劳社部令第25号 art. 18, 人社部令第49号), the letter with which
// a matter is handed over (社会保险法 art. 82). None for every other action; an anonymous reporter reads the words alone. named is false for an audit from the plan.
func LetterOf(action string, named bool) Kind {
	switch {
	case action == "transfer":
		return TransferLetter
	case action == "reject" && named:
		return Refusal
	case action == "approve_decision" && named:
		return Reply
	}
	return ""
}

// Matter is what a letter is filled from. Nothing of it is in the reporter's words.
type Matter struct {
	Kind       string // of the report, in words
	Unit, USCC string
	From, To   calendar.Period
	Words      string // written by the desk for the reporter to read
	Reason     string // written by the desk for the authority that takes over
	Code       string // of a refusal
	Ground     string // of a decision
	Receiver   string // of a transfer
}

// FillLetter fills a letter whole, so that it can be issued in the step that owes it.
func FillLetter(k Kind, m Matter) Values {
	switch k {
	case Refusal:
		return Values{"matter": m.about(), "why": lines(refusals[m.Code].why, m.Words), "articles": refusalBasis, "where": refusals[m.Code].where}
	case Reply:
		return Values{"matter": m.about(), "found": grounds[m.Ground], "done": m.Words}
	case TransferLetter:
		unit := m.Unit
		if unit == "" {
			unit = "单位名称不详"
		}
		return Values{"to": m.Receiver, "unit": unit, "uscc": m.USCC, "matter": m.about(), "why": lines(m.Reason, transferBasis)}
	}
	return nil
}

// Words are what the reporter reads and hears: what the desk wrote, and the number that can be quoted.
func (m Matter) Told(k Kind, number string) string {
	switch k {
	case Refusal:
		return lines(m.Words, "理由："+refusals[m.Code].why, "您可以："+refusals[m.Code].where, "不予受理决定书文号："+number+"。")
	case Reply:
		return lines(m.Words, "答复书文号："+number+"。")
	case TransferLetter:
		return lines(m.Words, "接收部门："+m.Receiver+"。移送函文号："+number+"。向该部门查询时请报这个文号；移送的材料中没有您的身份。")
	}
	return m.Words
}

func lines(texts ...string) string {
	var kept []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			kept = append(kept, t)
		}
	}
	return strings.Join(kept, "\n")
}

// about says what was reported: kind, employer, months.
func (m Matter) about() string {
	text := m.Kind
	if m.Unit != "" {
		text = m.Unit + "：" + text
	}
	if scope := (Facts{From: m.From, To: m.To}).scope(); scope != "" {
		text += "（" + scope + "）"
	}
	return text
}

const (
	refusalBasis  = "《关于实施〈劳动保障监察条例〉若干规定》（劳动和社会保障部令第25号）第十八条。"
	transferBasis = "依据：《社会保险法》第八十二条。"
)

// refusals are the reasons why a report is not taken up, and where its reporter can turn instead; keyed by the reason codes of the lifecycle.
var refusals = map[string]struct{ why, where string }{
	"no_employer":     {"没有明确的被举报单位，无法核查。", "补充单位名称、地址或统一社会信用代码后再次提出。"},
	"no_leads":        {"没有可以核查的线索。", "补充时间、人数、凭证等线索后再次提出。"},
	"not_competent":   {"不属于本机关职权范围。", "向有权处理的部门提出；不知道是哪个部门的，可以拨打12333咨询。"},
	"in_arbitration":  {"同一事项已由劳动人事争议仲裁委员会或者人民法院受理。", "在仲裁或者诉讼程序中提出。"},
	"already_decided": {"同一事项已经办结，没有新的线索。", "有新线索的，可以再次提出；对处理决定不服的，可以申请行政复议。"},
	"same_reporter":   {"您就同一事项已经提出，正在办理。", "凭先前的回执码查询进度、补充材料。"},
	"not_infringed":   {"反映的情况没有违反社会保险法律、法规。", "对本决定不服的，可以申请行政复议。"},
}

// grounds of a decision as the reply says them; keyed by the reason codes of the lifecycle.
var grounds = map[string]string{
	"unpaid":          "经查，单位未按时足额缴纳社会保险费。",
	"withheld":        "经查，单位从工资中代扣了职工应缴的社会保险费而未缴纳。",
	"base_low":        "经查，单位申报的缴费基数低于职工工资。",
	"not_registered":  "经查，单位没有为应当参保的职工办理社会保险登记。",
	"records_refused": "经查，单位拒不提供资料或者提供虚假资料。",
	"fraud":           "经查，存在骗取社会保险待遇的行为。",
	"record_wrong":    "经核查，权益记录有误，已经更正。",
	"no_violation":    "经查，没有发现违反社会保险规定的情况。",
	"made_good":       "经查，反映的情况存在，在作出处理决定之前已经补缴或者改正。",
	"not_proven":      "经查，现有证据不足以认定反映的情况。",
	"record_right":    "经核查，权益记录无误。",
}
