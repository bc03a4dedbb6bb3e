package main

import "shebao/complaints/notice"

// demoAgency issues the demo's documents. Nothing in it exists: no such account can be paid into, no such number be called.
func demoAgency() notice.Agency {
	a := notice.DefaultAgency()
	a.Name, a.Department, a.Series = "示例省社会保险事业管理中心", "示例省人力资源和社会保障厅", "示社稽"
	a.Holder, a.Bank, a.Account, a.Place = "示例省社会保险基金专户", "示例银行", "0000 0000 0000 0000", "示例路 1 号一楼 3 号窗口（工作日 8:30 至 17:00）"
	a.Address, a.Contact, a.Phone = "示例路 1 号", "稽核科", "12333"
	a.Review, a.Court = "示例省人民政府", "示例市中级人民法院"
	return a
}
