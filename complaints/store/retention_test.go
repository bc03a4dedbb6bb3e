package store_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/receipt"
)

// long is a report of many years ago with everything that a reporter leaves behind.
const marker = "独一无二的话八七六五"

func (d desk) reported(t *testing.T, at time.Time) receipt.Code {
	t.Helper()
	key, ctx := intake.NewKey(), t.Context()
	code, err := d.counter.File(ctx, key, intake.TipOff{Channel: intake.Web, Kind: intake.Fraud, EmployerName: "某某单位", Region: "330402", Words: marker, Named: true},
		&intake.Reporter{Name: "叶𠅤", Mobile: "10000009711", IDNumber: "070122198908103150"}, calendar.NewDate(2030, 1, 1), at)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.counter.Attach(ctx, intake.Web, key, intake.Attachment{Kind: intake.File, Name: marker + ".pdf", MediaType: "application/pdf", Content: []byte(marker)}, at); err != nil {
		t.Fatal(err)
	}
	m, err := d.counter.Open(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.counter.Write(ctx, m, intake.NewKey(), marker, at); err != nil {
		t.Fatal(err)
	}
	if _, err := d.TakeAll(ctx, at); err != nil {
		t.Fatal(err)
	}
	return code
}

func (d desk) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := d.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (d desk) found(t *testing.T, sql string, args ...any) string {
	t.Helper()
	var v any
	if err := d.pool.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return fmt.Sprint(v)
}

// old are n reports of 2010, closed then: fund supervision, ten years, so that they may go from 2021-01-01.
func (d desk) old(t *testing.T, n int) (codes []receipt.Code) {
	t.Helper()
	at := time.Date(2010, 6, 1, 2, 0, 0, 0, time.UTC)
	for range n {
		codes = append(codes, d.reported(t, at))
	}
	d.exec(t, `UPDATE complaints.complaint SET state = 'closed', due = NULL, tell_by = NULL, finding = 'violation'`)
	return codes
}

var y2026 = time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC)

// warned lets the warning be given and its days go by.
func (d desk) warned(t *testing.T) time.Time {
	t.Helper()
	if _, err := d.WarnRetention(t.Context(), y2026); err != nil {
		t.Fatal(err)
	}
	return y2026.AddDate(0, 0, 30)
}

// everywhere are the tables of the database that hold a text in the clear.
func (d desk) everywhere(t *testing.T, text string) (tables []string) {
	t.Helper()
	rows, err := d.pool.Query(t.Context(), `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
	}
	for _, name := range all {
		if d.found(t, `SELECT count(*) FROM `+name+` x WHERE strpos(x::text, $1) > 0`, text) != "0" {
			tables = append(tables, name)
		}
	}
	return tables
}

// Warned first, previewed, then done: nothing of the reporter is left, the figures are, and the certificate says what went.
func TestWhatIsOldIsAnonymised(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	head := d.staff(t, "head", lifecycle.Supervisor, "33")
	code := d.old(t, 1)[0]
	// Letters say again what the reporter said; one was handed over, and its receipt bears a name. A draft was never issued.
	d.exec(t, `INSERT INTO complaints.notice (complaint_id, employer_uscc, kind, state, fields, drafted_at, drafted_by, number, issued_on, issued_by, paper, pdf, sha256, ended_at, end_reason)
		SELECT 1, '', kind, state, jsonb_build_object('found', $2::text), now(), $1, number, '2010-06-01', $1, jsonb_build_object('to', $2::text), convert_to($2, 'UTF8'), sha256(convert_to($2, 'UTF8')), now(), '对 ' || $2
		FROM (VALUES ('reply', 'issued', '复1号'), ('refusal', 'withdrawn', '拒1号'), ('reply', 'draft', NULL), ('demand', 'draft', NULL)) k (kind, state, number)`, head.ID, marker)
	d.exec(t, `INSERT INTO complaints.service (notice_id, way, done_on, served_on, receiver, witness, note, recorded_at, recorded_by) SELECT id, 'direct', '2010-06-01', '2010-06-01', '叶𠅤', '叶𠅤', '电话 10000009711', now(), $1
		FROM complaints.notice WHERE number = '复1号'`, head.ID)
	d.exec(t, `INSERT INTO complaints.service_scan SELECT id, 'image/png', '', convert_to($1, 'UTF8'), now(), recorded_by FROM complaints.service`, marker)
	d.exec(t, `INSERT INTO complaints.caution (complaint_id, headcount, reason, confirmed_at, confirmed_by) VALUES (1, 3, $2, now(), $1)`, head.ID, marker)
	d.exec(t, `UPDATE complaints.complaint SET by_helper = true, own_months = '202607/110/arrears'`)
	if plan, err := d.RetentionPlan(ctx, head, y2026); err != nil || len(plan.Ready) != 0 || len(plan.Warn) != 1 {
		t.Fatalf("before the warning: %+v, %v", plan, err)
	}
	day := d.warned(t)
	if n, err := d.WarnRetention(ctx, day); err != nil || n != 0 {
		t.Errorf("warned again: %d, %v", n, err)
	}
	if _, err := d.RunRetention(ctx, head, digest(t, d, head, day.AddDate(0, 0, -1)), day.AddDate(0, 0, -1)); fault.Of(err).Key != "retention.fault.nothing" {
		t.Errorf("a day too soon: %v", err)
	}
	if _, err := d.RunRetention(ctx, head, "0123456789abcdef", day); fault.Of(err).Key != "retention.fault.changed" {
		t.Errorf("another list than previewed: %v", err)
	}
	for _, text := range []string{marker, hex.EncodeToString([]byte(marker)), "叶𠅤"} {
		if tables := d.everywhere(t, text); len(tables) == 0 {
			t.Fatalf("%s is nowhere: the test is of no use", text)
		}
	}
	c, err := d.RunRetention(ctx, head, digest(t, d, head, day), day)
	if err != nil {
		t.Fatal(err)
	}
	if c.Number != "2026-0001" || c.Done != 1 || c.Kept != 0 || len(c.SHA256) != 64 || !strings.Contains(c.Text, `case 2010-000001 fund_supervision_tipoff ended 2010-06-01 due 2021-01-01: anonymise {"letters": 2, "reports": 1, "messages": 1, "openings": 0, "attachments": 1}`) {
		t.Errorf("certificate %+v", c)
	}
	for _, text := range []string{marker, hex.EncodeToString([]byte(marker)), "叶𠅤", "10000009711", "070122198908103150"} {
		if tables := d.everywhere(t, text); len(tables) > 0 {
			t.Errorf("%s is left in %v", text, tables)
		}
	}
	if got := d.found(t, `SELECT string_agg(number || ' ' || (sha256 = sha256(convert_to($1, 'UTF8'))), ', ' ORDER BY id) FROM complaints.notice`, marker); got != "复1号 true, 拒1号 true" {
		t.Errorf("of the letters stays %s", got)
	}
	if _, err := d.pool.Exec(ctx, `UPDATE complaints.notice SET number = '2', erased_at = NULL`); err == nil {
		t.Error("an erased letter can be changed")
	}
	if _, err := d.NoticeFile(ctx, head, "2010-000001", 1, day); fault.Of(err).Key != "fault.notice.erased" {
		t.Errorf("the letter's file: %v", err)
	}
	if got := d.found(t, `SELECT (SELECT count(*) FROM intake.submission) || ' ' || (SELECT count(*) FROM intake.attachment) || ' ' || (SELECT count(*) FROM intake.mailbox) || ' ' || (SELECT count(*) FROM intake.message)`); got != "0 0 0 0" {
		t.Errorf("the intake still has %s", got)
	}
	if got := d.found(t, `SELECT number || state || finding || route || region || (identity IS NULL)::text || own_months || by_helper FROM complaints.complaint`); got != "2010-000001closedviolationfund_supervision_tipoff330402truefalse" {
		t.Errorf("the figures are %s", got)
	}
	if _, err := d.counter.Open(ctx, code); !fault.Is(err, fault.NotFound) {
		t.Errorf("the mailbox: %v", err)
	}
	if err := d.Act(ctx, head, "2010-000001", 0, lifecycle.Input{Action: lifecycle.Reopen, Reason: "r", NewLeads: true}, day); fault.Of(err).Key != "retention.fault.anonymised" {
		t.Errorf("taken up again: %v", err)
	}
	if got := d.found(t, `SELECT count(*) FROM audit.entry WHERE action = 'anonymise case' AND case_no = '2010-000001' OR action = 'certify retention' AND reason = 'sha256 ' || $1`, c.SHA256); got != "2" {
		t.Errorf("%s entries in the audit log", got)
	}
	if _, err := d.pool.Exec(ctx, `UPDATE complaints.retention_run SET certificate = 'x'`); err == nil {
		t.Error("a certificate can be changed")
	}
	if plan, err := d.RetentionPlan(ctx, head, day.AddDate(1, 0, 0)); err != nil || len(plan.Ready)+len(plan.Warn)+len(plan.Waiting) != 0 {
		t.Errorf("it is planned again: %+v, %v", plan, err)
	}
}

// digest is that of what is ready now.
func digest(t *testing.T, d desk, who store.Staff, at time.Time) string {
	t.Helper()
	plan, err := d.RetentionPlan(t.Context(), who, at)
	if err != nil {
		t.Fatal(err)
	}
	return store.Digest(plan)
}

// What was never taken up is deleted, and counted: the numbers of the past do not change. A hold keeps, merged cases go with their lead, and what has books is not deleted.
func TestWhatIsDeletedIsCounted(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	head := d.staff(t, "head", lifecycle.Supervisor, "33")
	d.old(t, 6)
	d.exec(t, `UPDATE complaints.complaint SET state = 'rejected', finding = ''`)
	d.exec(t, `UPDATE complaints.complaint SET state = 'merged', lead_id = 1 WHERE id = 2`)
	d.exec(t, `UPDATE complaints.complaint SET state = 'investigating', lead_id = NULL WHERE id = 6`) // not over
	d.exec(t, `UPDATE complaints.complaint SET state = 'merged', lead_id = 6 WHERE id = 5`)           // and neither is its follower
	d.exec(t, `INSERT INTO complaints.notice (complaint_id, employer_uscc, kind, state, fields, drafted_at, drafted_by, number, issued_on, issued_by, paper, pdf, sha256)
		VALUES (4, '', 'demand', 'issued', '{}', now(), $1, '1', '2010-06-01', $1, '{}', '', '')`, head.ID)
	if err := d.PlaceHold(ctx, head, "2010-000003", "诉讼中", y2026); err != nil {
		t.Fatal(err)
	}
	if err := d.PlaceHold(ctx, head, "2010-000003", "又一次", y2026); fault.Of(err).Key != "retention.fault.held" {
		t.Errorf("held twice: %v", err)
	}
	day := d.warned(t)
	c, err := d.RunRetention(ctx, head, digest(t, d, head, day), day)
	if err != nil {
		t.Fatal(err)
	}
	if c.Done != 3 {
		t.Errorf("%d done: %s", c.Done, c.Text)
	}
	if got := d.found(t, `SELECT string_agg(number || coalesce('/' || date_part('year', anonymised_at), ''), ' ' ORDER BY id) FROM complaints.complaint`); got != "2010-000003 2010-000004/2026 2010-000005 2010-000006" {
		t.Errorf("left: %s", got)
	}
	if got := d.found(t, `SELECT string_agg(year || region || channel || route || kind || state || cases, ' ' ORDER BY state) FROM complaints.deleted_case`); got !=
		"2010330402webfund_supervision_tipofffraudmerged1 2010330402webfund_supervision_tipofffraudrejected1" {
		t.Errorf("counted: %s", got)
	}
	if err := d.LiftHold(ctx, head, "2010-000003", "判决生效", day); err != nil {
		t.Fatal(err)
	}
	day2 := day.AddDate(0, 0, 1)
	if _, err := d.WarnRetention(ctx, day2); err != nil {
		t.Fatal(err)
	}
	day3 := day2.AddDate(0, 0, 30)
	c2, err := d.RunRetention(ctx, head, digest(t, d, head, day3), day3)
	if err != nil || c2.Number != "2027-0001" || !strings.Contains(c2.Text, "before "+c.SHA256) {
		t.Errorf("the second certificate: %+v, %v", c2, err)
	}
	for _, who := range []store.Staff{{Role: lifecycle.Investigator}, {Role: lifecycle.Sysadmin}, {Role: lifecycle.Auditor}, {Role: lifecycle.Intake}} {
		if _, err := d.RetentionPlan(ctx, who, day); !fault.Is(err, fault.Denied) {
			t.Errorf("%s plans: %v", who.Role, err)
		}
		if _, err := d.RunRetention(ctx, who, "x", day); !fault.Is(err, fault.Denied) {
			t.Errorf("%s runs: %v", who.Role, err)
		}
	}
	far := d.staff(t, "far", lifecycle.Supervisor, "3301")
	if plan, err := d.RetentionPlan(ctx, far, day3.AddDate(2, 0, 0)); err != nil || len(plan.Ready)+len(plan.Warn)+len(plan.Waiting)+len(plan.Held) > 0 {
		t.Errorf("another region's cases: %+v, %v", plan, err)
	}
}

// A run that breaks off in the middle goes on where it was: what was done stays done, once, and one certificate names all.
func TestARunThatBreaksOffGoesOn(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	head := d.staff(t, "head", lifecycle.Supervisor, "33")
	d.old(t, 5)
	day := d.warned(t)
	preview := digest(t, d, head, day)
	d.exec(t, `CREATE FUNCTION public.crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.id = 3 THEN RAISE EXCEPTION 'the power fails'; END IF; RETURN NEW; END $$;
		CREATE TRIGGER crash BEFORE UPDATE ON complaints.complaint FOR EACH ROW EXECUTE FUNCTION public.crash()`)
	if _, err := d.RunRetention(ctx, head, preview, day); err == nil {
		t.Fatal("the crash went unnoticed")
	}
	if got := d.found(t, `SELECT (SELECT count(*) FROM complaints.complaint WHERE anonymised_at IS NOT NULL) || ' ' || (SELECT count(*) FROM intake.submission)`); got != "2 3" {
		t.Errorf("half done: %s", got)
	}
	d.exec(t, `DROP TRIGGER crash ON complaints.complaint; UPDATE complaints.complaint SET state = 'investigating', clock_from = '2026-01-01' WHERE id = 4`) // and meanwhile one was taken up again
	c, err := d.RunRetention(ctx, head, "whatever", day.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if c.Done != 4 || c.Kept != 1 || !strings.Contains(c.Text, "case 2010-000004 fund_supervision_tipoff ended 2010-06-01 due 2021-01-01: kept") || strings.Count(c.Text, "case 2010-") != 5 {
		t.Errorf("%s", c.Text)
	}
	if got := d.found(t, `SELECT (SELECT count(*) FROM complaints.complaint WHERE anonymised_at IS NOT NULL) || ' ' || (SELECT count(*) FROM intake.submission) || ' ' || (SELECT count(*) FROM complaints.retention_run)`); got != "4 1 1" {
		t.Errorf("in the end: %s", got)
	}
	if got := d.found(t, `SELECT count(*) FROM audit.entry WHERE action = 'anonymise case'`); got != "4" {
		t.Errorf("%s entries", got)
	}
}

// Every table that refers to a case is known to retention: a new one must be decided about.
func TestNoTableIsForgotten(t *testing.T) {
	d := newDesk(t)
	known := map[string]bool{}
	for _, name := range store.RetiredTables() {
		known["complaints."+name] = true
	}
	rows, err := d.pool.Query(t.Context(), `SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = 'complaints.complaint'::regclass`)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		found++
		if !known[name] {
			t.Errorf("%s refers to cases, and retention neither removes it nor names it as a book", name)
		}
	}
	if found < 10 {
		t.Errorf("only %d tables found", found)
	}
}

func TestDraftsGoAfterTheirTime(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	for i, days := range []int{91, 89} {
		key := intake.Key(fmt.Sprintf("draft-key-%08d", i))
		at := y2026.AddDate(0, 0, -days)
		if err := d.counter.SaveDraft(ctx, intake.Web, key, intake.TipOff{Channel: intake.Web, EmployerName: "x"}, at); err != nil {
			t.Fatal(err)
		}
		if err := d.counter.Attach(ctx, intake.Web, key, intake.Attachment{Kind: intake.File, MediaType: "image/png", Content: []byte("x")}, at); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := d.SweepDrafts(ctx, y2026); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	if got := d.found(t, `SELECT (SELECT count(*) FROM intake.draft) || ' ' || (SELECT count(*) FROM intake.attachment)`); got != "1 1" {
		t.Errorf("left: %s", got)
	}
}
