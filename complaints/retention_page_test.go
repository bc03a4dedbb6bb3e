package complaints

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"shebao/complaints/lifecycle"
)

// The supervisor sees what may go, confirms exactly that, and keeps the certificate; a hold keeps a case.
func TestTheSupervisorRemovesWhatIsOld(t *testing.T) {
	r := newRoom(t)
	r.at = time.Date(2010, 6, 1, 2, 0, 0, 0, time.UTC)
	r.file()
	r.file()
	r.exec(`UPDATE complaints.complaint SET state = 'closed', due = NULL, tell_by = NULL`)
	r.at = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	head, far := r.staff("head", lifecycle.Supervisor, "33"), r.staff("far", lifecycle.Supervisor, "3301")
	r.want(r.post(head, "/retention/hold", "do", "place", "case", "2010-000002", "reason", ""), 422, "请写明理由")
	r.want(r.post(head, "/retention/hold", "do", "place", "case", "2010-009999", "reason", "诉讼"), 422, "没有这个案件")
	r.want(r.post(far, "/retention/hold", "do", "place", "case", "2010-000002", "reason", "诉讼"), 422, "没有这个案件")
	r.want(r.post(head, "/retention/hold", "do", "place", "case", "2010-000002", "reason", "诉讼中"), 303)
	if _, err := r.cases.WarnRetention(t.Context(), r.at); err != nil {
		t.Fatal(err)
	}
	r.want(r.get(head, "/retention"), 200, "即将到期", "2010-000001", "诉讼中", "不予受理、撤回、移送")
	r.want(r.post(head, "/retention/run", "digest", "x"), 409, "现在没有可以销毁的案件")
	r.at = r.at.AddDate(0, 0, 30)
	page := r.get(head, "/retention")
	r.want(page, 200, "可以销毁", "2021-01-01", "销毁以上案件")
	digest := regexp.MustCompile(`name="digest" value="([0-9a-f]+)"`).FindStringSubmatch(page.body)
	if digest == nil {
		t.Fatal("no digest on the page")
	}
	r.want(r.post(head, "/retention/run", "digest", "0000"), 409, "名单已经变了")
	r.want(r.post(far, "/retention/run", "digest", digest[1]), 409)
	r.want(r.post(head, "/retention/run", "digest", digest[1]), 200, "证书 2026-0001：销毁 1 件")
	r.want(r.get(head, "/retention/2026-0001.txt"), 200, "case 2010-000001", "anonymise")
	r.want(r.get(head, "/retention/2026-0002.txt"), 404)
	r.want(r.get(far, "/retention/2026-0001.txt"), 404)
	r.want(r.get(head, "/cases/2010-000001"), 200, "保存期将满")
	if strings.Contains(r.get(head, "/cases/2010-000001").body, "三月起没交") {
		t.Error("the words are still there")
	}
	r.want(r.post(head, "/cases/2010-000001/act", "version", "2", "action", "reopen", "reason", "新线索", "leads", "yes"), 409, "不能重新办理")
	r.want(r.post(head, "/retention/hold", "do", "lift", "case", "2010-000002", "reason", "已结"), 303)
	r.want(r.post(head, "/retention/hold", "do", "lift", "case", "2010-000002", "reason", "已结"), 409, "没有登记暂缓")
}
