package notice

import "fmt"

// The chain of a demand (劳社厅发〔2001〕4号 二(三): first 催缴通知书, then 限期改正指令书; 行政强制法 arts. 35, 37, 54).

func (b builder) demand() {
	b.say("", "经核查，你单位未按时足额缴纳社会保险费。现依法催缴：")
	b.unit()
	b.say("查明的事实", b.v["facts"])
	b.figures()
	b.sums()
	b.say("缴纳期限", fmt.Sprintf("请自收到本通知书之日起 %s 个工作日内足额缴纳上述款项。滞纳金持续计算至实际缴清之日。", b.days()))
	b.paying()
	b.heard()
	b.say("逾期后果", "逾期仍未缴纳或者补足的，由有关行政部门处欠缴数额一倍以上三倍以下的罚款；本机关可以依法查询存款账户、申请划拨，要求提供担保、签订延期缴费协议，或者申请人民法院扣押、查封、拍卖财产以抵缴社会保险费。滞纳金不得向职工转嫁。")
	b.say("依据", "《社会保险法》第六十条、第六十三条、第八十六条；《社会保险费征缴暂行条例》第十三条；《社会保险费申报缴纳管理规定》（人力资源和社会保障部令第20号）。")
	b.appeal()
	b.inspectors()
}

func (b builder) rectification() {
	b.say("", "你单位违反社会保险费征缴规定，经催缴逾期仍未缴纳。现责令限期改正：")
	b.unit()
	b.say("查明的事实", b.v["facts"])
	b.say("违反的规定", b.v["articles"])
	if number := b.earlier(Demand); number != "" {
		b.say("此前文书", "社会保险费催缴通知书："+number)
	}
	b.figures()
	b.sums()
	b.say("指令", b.v["order"])
	b.say("改正期限", fmt.Sprintf("自收到本指令书之日起 %s 日内改正，并将改正情况书面报告本机关。", b.days()))
	b.paying()
	b.heard()
	b.say("逾期后果", "逾期拒不改正的，从欠缴之日起依法加收滞纳金，并依法予以行政处罚；对欠缴的社会保险费依法申请强制执行。")
	b.say("依据", "《社会保险法》第六十三条、第八十六条；《社会保险费征缴暂行条例》第十三条、第二十三条、第二十六条；《劳动保障监察条例》第十八条。")
	b.appeal()
	b.inspectors()
}

func (b builder) enforcementWarning() {
	b.say("", fmt.Sprintf("本机关作出的%s已送达你单位，你单位在规定的期限内未履行。依照《中华人民共和国行政强制法》第三十五条、第五十四条，现催告如下：", b.v["decision"]))
	b.unit()
	b.say("应当履行的义务", b.v["duty"])
	b.figures()
	b.sums()
	b.say("履行期限和方式", fmt.Sprintf("请自收到本催告书之日起 %s 个工作日内履行，按下列方式缴款。", b.days()))
	b.paying()
	b.heard()
	b.say("逾期后果", "逾期仍不履行且无正当理由的，本机关将依法申请人民法院强制执行，由此产生的费用由你单位承担。")
	b.say("依据", "《行政强制法》第三十五条、第三十六条、第五十三条、第五十四条；《社会保险法》第六十三条。")
	b.inspectors()
}
