package complaints

import (
	"strings"
	"testing"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/shared/calendar"
	"shebao/shared/ledger"
)

// Whose months are demanded sees it from the day of service, under the number on the paper; a service that was entered wrongly, and a paper that is withdrawn or replaced, are not shown.
func TestThoseWhoseMonthsAreDemandedSeeIt(t *testing.T) {
	x := newTill(t)
	x.agency()
	person, err := x.book.PersonByDocument(t.Context(), reporterNumber)
	if err != nil {
		t.Fatal(err)
	}
	shown := func(when string, want int) []ledger.RecoveryEvent {
		t.Helper()
		list, err := x.book.Recovery(t.Context(), person.ID)
		if err != nil || len(list) != want {
			t.Fatalf("%s: %v, %v, want %d", when, list, err, want)
		}
		return list
	}
	calculation := x.keep()
	id := x.draft(notice.Demand, calculation)
	at := "/cases/2026-000001/notices/" + id
	x.want(x.post(x.li, at, append(x.filledIn(id, calculation), "do", "save")...), 303)
	x.want(x.issue(id), 303)
	shown("issued and not served", 0)
	service := []string{"way", "direct", "done_on", "2026-11-24", "receiver", "张强"}
	x.want(x.post(x.li, at+"/service", service...), 303)
	for i, e := range shown("served", 3) {
		if e.Period != calendar.Period(202607+i) || e.On != calendar.NewDate(2026, 11, 24) || e.By != calendar.NewDate(2026, 12, 1) || e.Number != "嘉社稽催〔2026〕1号" || !e.Demanded() {
			t.Errorf("%+v", e)
		}
	}
	x.want(x.post(x.li, at+"/end", "do", "void", "void_reason", "写错"), 303)
	shown("service void", 0)
	x.want(x.post(x.li, at+"/service", service...), 303)
	shown("served again", 3)
	a := x.post(x.li, "/cases/2026-000001/notices", "kind", "demand", "replaces", id)
	x.want(a, 303)
	second := a.header.Get("Location")[len("/cases/2026-000001/notices/"):]
	x.want(x.issue(second), 303)
	shown("replaced", 0)
	x.want(x.post(x.li, "/cases/2026-000001/notices/"+second+"/service", service...), 303)
	shown("the one in its place served", 3)
	x.want(x.post(x.li, "/cases/2026-000001/notices/"+second+"/end", "do", "withdraw", "reason", "撤回"), 303)
	shown("withdrawn", 0)
}

// A paper is announced only where nothing else can be tried: the file says why, where, and what was tried before (民事诉讼法 art. 95), and until the days have run nobody was served.
func TestAnAnnouncementSaysWhyWhereAndWhatWasTried(t *testing.T) {
	x := newTill(t)
	x.agency()
	calculation := x.keep()
	id := x.draft(notice.Demand, calculation)
	at := "/cases/2026-000001/notices/" + id
	x.want(x.post(x.li, at, append(x.filledIn(id, calculation), "do", "save")...), 303)
	x.want(x.issue(id), 303)
	x.want(x.get(x.li, at), 200, "民事诉讼法第九十五条", "受送达人下落不明", "用其他方式无法送达")
	x.want(x.post(x.li, at+"/service", "way", "announcement", "done_on", "2026-11-24", "course", "11 月 23 日到登记地址，已搬离"), 422, "请选择公告理由", "请写明公告登在哪里", "11 月 23 日到登记地址，已搬离")
	x.want(x.post(x.li, at+"/service", "way", "announcement", "done_on", "2026-11-24", "why", "busy", "place", "示例日报第 3 版"), 422, "请选择公告理由", "请写明公告前怎样送过", "示例日报第 3 版")
	x.want(x.post(x.li, at+"/service", "way", "announcement", "done_on", "2026-11-24", "why", "unknown", "place", "示例日报第 3 版", "course", "11 月 23 日到登记地址，已搬离", "note", "报样附卷"), 303)
	x.want(x.get(x.li, at), 200, "公告中", "2026-12-24", "2026-11-24", "受送达人下落不明", "示例日报第 3 版", "11 月 23 日到登记地址，已搬离", "报样附卷")
	x.want(x.get(x.li, "/cases/2026-000001/notices"), 200, "公告中", "催缴通知书还没有送达")
	if _, err := x.pool.Exec(t.Context(), `UPDATE complaints.service SET place = ''`); err == nil {
		t.Error("the database keeps an announcement without its place")
	}
	x.step(x.li, 303, "propose_decision", "ground", "unpaid", "reason", "查实", "text", "已责令补缴。")
	x.step(x.staff("zhao", lifecycle.Supervisor, "33"), 303, "approve_decision")
	x.want(x.post(x.li, "/cases/2026-000001/act", "version", x.value(`SELECT version FROM complaints.complaint`), "action", "close", "text", "已办结。", "reason", "另行追缴"), 409, "还没有送达")
	x.at = time.Date(2026, 12, 25, 2, 0, 0, 0, time.UTC)
	page := x.get(x.li, "/cases/2026-000001/notices")
	x.want(page, 200, "2026-12-24 公告送达")
	if strings.Contains(page.body, "催缴通知书还没有送达") {
		t.Error("the days have run, and it is not served")
	}
}

// A case is not closed while a document lies that nobody was served, or while the employer still has time to obey one and has not paid.
func TestACaseWaitsForItsDocuments(t *testing.T) {
	x := newTill(t)
	x.agency()
	calculation := x.keep()
	id := x.draft(notice.Demand, calculation)
	at := "/cases/2026-000001/notices/" + id
	x.want(x.post(x.li, at, append(x.filledIn(id, calculation), "do", "save")...), 303)
	x.want(x.issue(id), 303)
	x.step(x.li, 303, "propose_decision", "ground", "unpaid", "reason", "查实", "text", "已责令补缴。")
	x.step(x.staff("zhao", lifecycle.Supervisor, "33"), 303, "approve_decision")
	closes := func(status int, words ...string) {
		t.Helper()
		x.want(x.post(x.li, "/cases/2026-000001/act", "version", x.value(`SELECT version FROM complaints.complaint`), "action", "close", "text", "已办结。", "reason", "另行追缴"), status, words...)
	}
	closes(409, "还没有送达")
	x.want(x.post(x.li, at+"/service", "way", "direct", "done_on", "2026-11-24", "receiver", "张强"), 303)
	closes(409, "还没有过")
	x.exec(`UPDATE complaints.service SET done_on = '2026-11-17', served_on = '2026-11-17'`) // its last day is today
	closes(409, "还没有过")
	x.exec(`UPDATE complaints.service SET done_on = '2026-11-16', served_on = '2026-11-16'`)
	closes(303)
}
