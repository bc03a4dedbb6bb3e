package complaints

import (
	"bytes"
	"strings"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/seal"
)

// The yearly duty stands by region, as sentence, table and workbook, each supervisor's own part of it; who has no statement is listed by name and masked number.
func TestTheStatementDutyOnItsPage(t *testing.T) {
	r := newRoom(t)
	field, err := seal.NewFieldKey(bytes.Repeat([]byte{3}, 32), "ledger")
	if err != nil {
		t.Fatal(err)
	}
	r.exec(`INSERT INTO ledger.employer (uscc, name, name_grams, region, status, ownership) VALUES ('91330402MA10000010', '嘉兴甲厂', '{}', '330402', 1, ''), ('91350211M000100Y46', '杭州乙店', '{}', '330106', 1, '')`)
	for i, p := range []struct{ name, number, employer string }{
		{"甲一", "070101199001010018", "嘉兴甲厂"}, {"甲二", "070101199001010034", "嘉兴甲厂"}, {"甲三", "07010119900101005X", "嘉兴甲厂"}, {"乙一", "070101199001010077", "杭州乙店"},
	} {
		r.exec(`WITH p AS (
				INSERT INTO ledger.person (id_hash, id_sealed, id_type, name, sex, card_number, status, opening_balance, content_hash)
				VALUES ($1, $2, '居民身份证', $3, '女', '', 1, 0, '') RETURNING id),
			y AS (INSERT INTO ledger.person_year (person_id, year, packed) SELECT id, 2025, '' FROM p)
			INSERT INTO ledger.last_employer (person_id, employer_id) SELECT p.id, e.id FROM p, ledger.employer e WHERE e.name = $4`,
			[]byte{byte(i)}, field.Seal("ledger.person.id_number", []byte(p.number)), p.name, p.employer)
	}
	r.exec(`INSERT INTO ledger.statement (person_id, number, issued_at, data_date, year, issue, region, code, content)
		SELECT id, id, now(), '2026-01-31', 2025, issue, '', convert_to('code-' || id || '-' || issue || 'xx', 'UTF8'), '' FROM ledger.person, generate_series(1, 2) issue WHERE name IN ('甲一', '甲二') AND (name = '甲一' OR issue = 1)`)
	r.exec(`INSERT INTO ledger.statement_delivery (person_id, year, issue, sent_at, opened_at)
		SELECT person_id, year, issue, now(), CASE WHEN person.name = '甲一' THEN now() END FROM ledger.statement JOIN ledger.person ON person.id = person_id WHERE issue = 1`)

	head, city := r.staff("zhao", lifecycle.Supervisor, "33"), r.staff("wang", lifecycle.Supervisor, "3301")
	page := r.get(head, "/supervision/statements")
	r.want(page, 200, "2025 年有缴费记录的 4 人中，已出具 2 人，已送达 2 人，已打开 1 人", "还有 2 人没有对账单", "嘉兴市南湖区", "66.67%", "杭州市西湖区", "070101********005X", "070101********0077", "嘉兴甲厂")
	for _, hidden := range []string{"07010119900101005X", "070101199001010077", "甲三", "070101********0018"} {
		if strings.Contains(page.body, hidden) {
			t.Errorf("the page says %q", hidden)
		}
	}
	narrow := r.get(head, "/supervision/statements?year=2025&region=330402")
	r.want(narrow, 200, "070101********005X")
	own := r.get(city, "/supervision/statements?region=330402") // elsewhere is not theirs
	r.want(own, 200, "2025 年有缴费记录的 1 人中，已出具 0 人", "070101********0077")
	if strings.Contains(narrow.body, "********0077") || strings.Contains(own.body, "********005X") || strings.Contains(own.body, "嘉兴") {
		t.Error("somebody of another region is listed")
	}
	r.want(r.get(head, "/supervision/statements?year=2024"), 200, "2024 年度没有缴费记录", "每个人都有对账单")
	r.want(r.get(r.staff("li", lifecycle.Investigator, "33"), "/supervision/statements"), 403)
}
