package complaints

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"shebao/complaints/lifecycle"
)

// newAuditRoom is a desk whose region has two employers and a pensioner, with two auditors who may be sent and one who may not.
func newAuditRoom(t *testing.T) (r *room, head, li string) {
	r = newRoom(t)
	head, li = r.staff("head", lifecycle.Supervisor, "33"), r.staff("li", lifecycle.Investigator, "33")
	r.staff("wang", lifecycle.Investigator, "33")
	r.staff("raw", lifecycle.Investigator, "33")
	r.exec(`INSERT INTO ledger.employer (uscc, name, name_grams, region, status, ownership) VALUES ('91330402MA10000010', '嘉兴甲厂', '{}', '330402', 1, ''), ('91330106MA10000011', '杭州乙店', '{}', '330106', 1, '')`)
	r.exec(`INSERT INTO complaints.employer_sign VALUES (1, '91330402MA10000010', '嘉兴甲厂', '330402', 10, 20, 400000), (2, '91330106MA10000011', '杭州乙店', '330106', 5, 5, 600000)`)
	r.exec(`INSERT INTO complaints.pensioner_count VALUES ('330402', 4)`)
	for _, account := range []string{"li", "wang"} {
		base := "/supervision/auditors/" + account + "/"
		r.want(r.post(head, base+"training", "ended_on", "2026-03-06", "days", "3", "subject", "稽核业务"), 303)
		r.want(r.post(head, base+"exam", "held_on", "2026-03-07", "score", "90", "passed", "yes"), 303)
		r.want(r.post(head, base+"certificate", "number", "稽证-"+account, "issued_on", "2026-03-08", "expires_on", "2027-01-01"), 303)
	}
	return r, head, li
}

// The way of an audit through the pages: plan, choice with reasons, case, auditors, visit, coverage, report and its workbook.
func TestAnAuditGoesThroughThePages(t *testing.T) {
	r, head, li := newAuditRoom(t)
	r.want(r.get(head, "/supervision/plan"), 200, "2026 年还没有稽核计划", "嘉兴甲厂", "参保人数一年内减少三成以上 +20")
	r.want(r.post(head, "/supervision/plan", "year", "2026", "version", "0", "routine", "many", "special", "0", "tip_off", "0", "subject", "写过的字"), 422, "请填写不小于零的整数", "写过的字")
	r.want(r.post(head, "/supervision/plan", "year", "2026", "version", "0", "routine", "2", "special", "0", "tip_off", "0"), 303)
	r.want(r.post(head, "/supervision/plan/choose", "year", "2026", "kind", "routine", "audit_on", "2026-12-08"), 422, "请选择 1 到 50 家单位")
	r.want(r.post(head, "/supervision/plan/choose", "year", "2026", "kind", "routine", "audit_on", "2026-11-25", "employer", "1"), 422, "至少在今天之后 3 天", `value="1" checked`)
	r.want(r.post(head, "/supervision/plan/choose", "year", "2026", "kind", "routine", "audit_on", "2026-12-08", "employer", "1"), 303)
	r.want(r.get(head, "/supervision/plan?year=2026"), 200, "计划稽核 2 家，已选取 1 家", "/cases/2026-000001", "参保人数一年内减少三成以上")
	r.want(r.get(li, first), 200, "稽核", "年度稽核计划", "列入稽核计划")
	r.want(r.get(li, "/queue?view=open"), 200, "嘉兴甲厂")
	page := r.get(head, first+"/audit")
	r.want(page, 200, "员工li", "员工wang", "10")
	if strings.Contains(page.body, `value="raw"`) {
		t.Error("somebody unfit is offered")
	}
	r.want(r.post(head, first+"/audit/assign", "auditors", "li", "auditors2", "raw"), 422, "有人培训不满 3 天")
	r.want(r.post(head, first+"/audit/assign", "auditors", "li"), 422, "至少要两名稽核人员")
	r.want(r.post(head, first+"/audit/assign", "auditors", "li", "auditors2", "wang"), 303)
	r.want(r.post(li, first+"/act", "version", "1", "action", "investigate"), 303)
	visit := []string{"visited_on", "2026-11-24", "found", "11", "checked", "9", "unregistered", "1", "underreported", "0", "refused", "no", "note", ""}
	r.want(r.post(li, first+"/audit/visits", append([]string{"x", ""}, "visited_on", "2026-11-24", "found", "3", "checked", "4", "unregistered", "0", "underreported", "0")...), 422, "核查人数不能多于现场人数")
	r.want(r.post(li, first+"/audit/visits", visit...), 303)
	r.want(r.get(li, first+"/audit"), 200, "员工li、员工wang", "作废 2026-11-24 的结果")
	r.want(r.get(head, "/supervision/coverage"), 200, "实地稽核 9 人，占参保 15 人的 60.00%", "已达到 60%")
	r.want(r.get(head, "/supervision/report?span=2026Q4"), 200, "实地稽核 9 人", "年终检查考评")
	book := r.get(head, "/supervision/report.xlsx?span=2026Q4")
	r.want(book, 200)
	sheets, err := excelize.OpenReader(bytes.NewReader([]byte(book.body)))
	if err != nil {
		t.Fatal(err)
	}
	figures := map[string]string{}
	rows, err := sheets.GetRows("稽核工作报告")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if len(row) > 2 {
			figures[row[1]] = row[2]
		}
	}
	if figures["实地稽核人数（本期）"] != "9" || figures["未参保人数"] != "1" || figures["占参保人数"] != "60.00%" || figures["可以派出的人"] != "2" {
		t.Errorf("the workbook says %v", figures)
	}
	if list := sheets.GetSheetList(); len(list) != 3 {
		t.Errorf("sheets %v", list)
	}
	for _, span := range []string{"2026Q4", "2026"} {
		r.workbook(head, "/supervision/report", "span="+span)
	}
	r.want(r.get(head, "/supervision/plan.xlsx?year=2026"), 200)
}

// Every page of audits answers those who may see it and nobody else; what nobody may change is not offered.
func TestWhoSeesThePagesOfAudits(t *testing.T) {
	r, head, li := newAuditRoom(t)
	watcher, admin, counter := r.staff("watcher", lifecycle.Auditor, ""), r.staff("admin", lifecycle.Sysadmin, ""), r.staff("counter", lifecycle.Intake, "33")
	for path, investigators := range map[string]int{"/supervision/plan": 403, "/supervision/coverage": 403, "/supervision/pensioners": 200, "/supervision/assistance": 200, "/supervision/auditors": 403, "/supervision/auditors/li": 403, "/supervision/report": 403,
		"/supervision/report?span=2026": 403, "/supervision/statements": 403, "/supervision/statements.xlsx": 403} {
		r.want(r.get(head, path), 200)
		r.want(r.get(li, path), investigators)
		r.want(r.get(admin, path), 403)
		r.want(r.get(counter, path), 403)
		r.want(r.get("", path), 303)
		r.want(r.get(watcher, path), 403) // the security auditor sees the audit log, and nothing else
	}
	for _, bad := range []string{"/supervision/plan?year=x", "/supervision/report?span=%3Cscript%3E&region=%27", "/supervision/pensioners?after=x&year=99999999999", "/supervision/statements?region=%27%3B"} {
		r.want(r.get(head, bad), 200)
	}
	r.want(r.get(head, "/supervision/assistance/x"), 404)
	r.want(r.get(head, "/supervision/auditors/nobody"), 404)
	r.want(r.post(head, "/supervision/auditors/head/training", "ended_on", "2026-03-06", "days", "3", "subject", "x"), 403, "由另一位主管登记")
}

// Requests between regions and the pensioners' samples by the pages; script comes back as text.
func TestAssistanceAndSamplesByThePages(t *testing.T) {
	r, head, li := newAuditRoom(t)
	const evil = `"><script>alert(1)</script>`
	r.want(r.post(li, "/supervision/assistance", "direction", "in", "matter", "employer", "other", evil, "document", "苏协 3", "began_on", "2026-10-29", "days", "20", "words", evil), 303)
	list := r.get(li, "/supervision/assistance")
	r.want(list, 200, "外地请我方协查", "剩 2 个工作日", "2026-11-26")
	one := r.get(li, "/supervision/assistance/1")
	for _, page := range []answer{list, one, r.post(li, "/supervision/assistance", "direction", "out", "matter", evil, "other", evil, "document", evil, "days", "x", "words", evil)} {
		if strings.Contains(page.body, "<script>alert") {
			t.Error("a page carries script")
		}
	}
	r.want(r.post(li, "/supervision/assistance/1/answer", "version", "1", "outcome", "answered", "answered_on", "2026-11-24", "answer", ""), 422, "请写明答复内容")
	r.want(r.post(li, "/supervision/assistance/1/answer", "version", "1", "outcome", "answered", "answered_on", "2026-11-24", "answer", "参保 20 人"), 303)
	r.want(r.get(li, "/supervision/assistance"), 200, "没有待答复的协查", "已答复")
	r.exec(`INSERT INTO ledger.person (id, id_hash, id_sealed, id_type, name, sex, card_number, status, opening_balance, content_hash) OVERRIDING SYSTEM VALUE VALUES (71, '71', '', '', '退休人', '女', '', 3, 0, '')`)
	r.exec(`INSERT INTO ledger.last_employer VALUES (71, 1)`)
	r.exec(`INSERT INTO eligibility.confirmation VALUES (71, 2026, 'phone', '330402', true, '2026-11-20', now())`)
	r.want(r.post(head, "/supervision/pensioners/draw", "year", "2026", "count", "0"), 422, "1 到 1000")
	r.want(r.post(li, "/supervision/pensioners/counter", "year", "2026", "id_number", "070122198908103150", "counter_met", "yes"), 422, "您的范围内没有这个身份证号")
	if got := r.value(`SELECT count(*) FROM complaints.eligibility_visit`); got != "0" {
		t.Errorf("%s were drawn", got)
	}
}

// workbook opens the workbook of a page: every sheet has a bold heading that stays in sight, columns wide enough, no formula, amounts and shares as numbers with their format, and no figure that the page does not show.
func (r *room) workbook(session, path, query string) {
	r.t.Helper()
	page := r.get(session, path+"?"+query)
	book := r.get(session, path+".xlsx?"+query)
	r.want(book, 200)
	file, err := excelize.OpenReader(bytes.NewReader([]byte(book.body)))
	if err != nil {
		r.t.Fatal(err)
	}
	numbers := 0
	for _, sheet := range file.GetSheetList() {
		rows, err := file.GetRows(sheet)
		if err != nil || len(rows) < 2 {
			r.t.Fatalf("%s has %d rows, %v", sheet, len(rows), err)
		}
		if panes, err := file.GetPanes(sheet); err != nil || !panes.Freeze || panes.YSplit != 1 {
			r.t.Errorf("the heading of %s scrolls away: %+v, %v", sheet, panes, err)
		}
		for y, row := range rows {
			for x, text := range row {
				at, err := excelize.CoordinatesToCellName(x+1, y+1)
				if err != nil {
					r.t.Fatal(err)
				}
				formula, err1 := file.GetCellFormula(sheet, at)
				id, err2 := file.GetCellStyle(sheet, at)
				style, err3 := file.GetStyle(id)
				raw, err4 := file.GetCellValue(sheet, at, excelize.Options{RawCellValue: true})
				kind, err5 := file.GetCellType(sheet, at)
				if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
					r.t.Fatal(err)
				}
				if formula != "" {
					r.t.Errorf("%s!%s is a formula", sheet, at)
				}
				if y == 0 {
					column, _, _ := strings.Cut(at, "1")
					width, err := file.GetColWidth(sheet, column)
					if err != nil || style.Font == nil || !style.Font.Bold || text == "" || width < 10 {
						r.t.Errorf("%s!%s: heading %q, width %v, %v", sheet, at, text, width, err)
					}
					continue
				}
				number := kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber
				switch {
				case style.CustomNumFmt != nil && (*style.CustomNumFmt == "#,##0.00" || *style.CustomNumFmt == "0.00%"):
					if _, err := strconv.ParseFloat(raw, 64); err != nil || !number {
						r.t.Errorf("%s!%s is no number: %q", sheet, at, raw)
					}
					numbers++
				case number && raw != "" && strings.ContainsAny(raw, "."):
					r.t.Errorf("%s!%s has no number format: %q", sheet, at, raw)
				}
				if text != "" && text != "--" && y > 2 && x > 0 && !strings.Contains(page.body, text) {
					r.t.Errorf("%s!%s: the page does not show %q", sheet, at, text)
				}
			}
		}
	}
	if numbers < 5 {
		r.t.Errorf("%d amounts and shares", numbers)
	}
}
