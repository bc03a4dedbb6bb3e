package notice

import "fmt"

// The documents of an audit (社会保险稽核办法, 令第16号, in force 2003-04-01; GB/T 32622-2016 annexes).

func (b builder) auditNotice() {
	b.say("", "依照《社会保险费征缴暂行条例》和《社会保险稽核办法》的规定，本机关决定对你单位参加社会保险和缴纳社会保险费的情况进行稽核。现将有关事项通知如下：")
	b.unit()
	b.list("稽核安排", Pair{"稽核时间", b.dayOf("audit_on")}, Pair{"稽核地点", b.v["place"]}, Pair{"稽核所属期间", b.v["scope"]})
	b.say("稽核内容", b.v["contents"])
	b.say("稽核方式", b.v["method"])
	b.say("需要准备的资料", b.v["materials"])
	b.say("具体要求", b.v["demands"])
	b.say("权利和义务", "你单位有权核对稽核人员的证件；认为稽核人员与本单位有利害关系、可能影响公正的，有权申请其回避；有权进行陈述和申辩。",
		"你单位应当如实提供资料和说明情况。拒绝稽核，伪造、变造、故意毁灭有关账册、材料，或者迟延缴纳的，将依法提请社会保险行政部门处理。")
	b.say("依据", "《社会保险费征缴暂行条例》第五条、第二十一条；《社会保险稽核办法》第五条、第九条、第十条。")
	b.inspectors()
}

func (b builder) inquiryRecord() {
	b.p.To = ""
	b.unit()
	b.list("询问情况", Pair{"询问时间", b.dayOf("asked_on") + " " + b.v["asked_from"] + "至" + b.v["asked_to"]}, Pair{"询问地点", b.v["place"]}, Pair{"被询问人", b.v["asked"]}, Pair{"职务", b.v["post"]}, Pair{"记录人", b.v["recorder"]})
	b.say("告知", fmt.Sprintf("我们是%s的工作人员%s、%s，已向你出示执法证件。现依法向你询问，请如实回答；作虚假陈述的，承担法律责任。你认为我们与本事项有利害关系的，可以申请回避。", b.s.Agency.Name, b.v["inspector1"], b.v["inspector2"]))
	b.say("询问内容", b.v["talk"])
	if b.v["unsigned"] != "" {
		b.say("拒绝签名的理由", b.v["unsigned"])
	}
	b.inspectors()
	b.say("", "以上笔录已交被询问人核对；被询问人无阅读能力的，已向其宣读。被询问人应当逐页签名，更正处按指印或者盖章。")
	b.p.Signatures = []string{"被询问人（签名、日期）", "单位法定代表人或负责人（签名、日期）", "询问人（签名、日期）", "询问人（签名、日期）", "记录人（签名、日期）"}
}

func (b builder) auditOpinion() {
	from := ""
	if number := b.earlier(AuditNotice); number != "" {
		from = "（稽核通知书：" + number + "）"
	}
	b.say("", fmt.Sprintf("本机关对你单位参加社会保险和缴纳社会保险费的情况进行了稽核%s，稽核于%s结束。现提出如下意见：", from, b.dayOf("audit_ended")))
	b.unit()
	b.say("查明的事实", b.v["facts"])
	b.say("违反的规定", b.v["articles"])
	b.figures()
	b.sums()
	b.say("稽核意见", b.v["opinion"])
	b.say("改正期限", fmt.Sprintf("请自收到本意见书之日起 %s 日内改正，并将改正情况书面报告本机关。", b.days()))
	if b.s.Figures != nil {
		b.paying()
	}
	b.heard()
	b.say("逾期后果", "逾期未改正的，本机关将依照《社会保险稽核办法》第十一条提请社会保险行政部门依法处罚；欠缴的社会保险费依法加收滞纳金，并可依法强制征缴。")
	b.say("依据", "《社会保险法》第六十三条、第八十六条；《社会保险费征缴暂行条例》第十三条；《社会保险稽核办法》第十条、第十一条。")
	b.inspectors()
}

func (b builder) cleanResult() {
	from := ""
	if number := b.earlier(AuditNotice); number != "" {
		from = "（稽核通知书：" + number + "）"
	}
	b.say("", fmt.Sprintf("本机关对你单位参加社会保险和缴纳社会保险费的情况进行了稽核%s，稽核于%s结束。现将结果告知如下：", from, b.dayOf("audit_ended")))
	b.unit()
	b.list("稽核范围", Pair{"所属期间和内容", b.v["scope"]})
	b.say("稽核结果", b.v["result"])
	b.say("说明", "对本结果有异议的，可以向本机关书面提出，并附有关资料。")
	b.say("依据", "《社会保险稽核办法》第十条：未发现违反法规行为的，在稽核结束后五个工作日内书面告知稽核结果。")
	b.inspectors()
}

func (b builder) penaltyProposal() {
	b.p.To = b.v["to"]
	b.say("", "依照《社会保险稽核办法》第十一条、第十二条，现将下列情况提请你单位依法处理：")
	b.unit()
	b.say("事实", b.v["facts"])
	b.say("证据", b.v["evidence"])
	b.say("违反的规定", b.v["articles"])
	b.figures()
	b.sums()
	b.say("处罚建议", b.v["proposal"])
	if number := b.earlier(AuditOpinion); number != "" {
		b.say("此前文书", "稽核意见书："+number)
	}
	b.say("请求", "请将处理结果书面告知本机关。")
	b.inspectors()
}
