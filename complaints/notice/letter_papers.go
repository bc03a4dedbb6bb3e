package notice

// Letters: to another authority, and to who asked. Who that was stands in none of them: a reply is read with the receipt, a refusal is handed over by it.

func (b builder) transferLetter() {
	b.p.To = b.v["to"]
	b.say("", "下列事项不属于本机关职责范围，依照《社会保险法》第八十二条移送你单位依法处理：")
	b.unit()
	b.list("移送事项", Pair{"本机关案件编号", b.s.CaseNo})
	b.say("事项", b.v["matter"])
	b.say("移送理由和依据", b.v["why"])
	b.say("随附材料", b.v["attached"])
	b.say("请求", "请收到后书面回复接收情况，并引用上述案件编号。提出人的身份依法保密，不随本函移送。")
	b.inspectors()
}

func (b builder) refusal() {
	b.p.To = "本案投诉人（身份依法保密，凭回执码查收）"
	b.say("", "你反映的下列事项，经审查决定不予受理：")
	b.list("受理情况", Pair{"案件编号", b.s.CaseNo})
	b.say("反映事项", b.v["matter"])
	b.say("不予受理的理由", b.v["why"])
	b.say("依据", b.v["articles"])
	b.say("可以向哪里提出", b.v["where"])
	b.appeal()
}

func (b builder) reply() {
	b.p.To = "本案举报人（身份依法保密，凭回执码查收）"
	b.say("", "你反映的事项已经办理，现答复如下：")
	b.list("办理情况", Pair{"案件编号", b.s.CaseNo})
	b.say("反映事项", b.v["matter"])
	b.say("查明的情况", b.v["found"])
	b.say("处理结果", b.v["done"])
	b.say("其他", b.v["further"])
}
