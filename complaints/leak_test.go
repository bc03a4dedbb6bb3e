package complaints

import (
	"archive/zip"
	"bytes"
	"io"
	"net/url"
	"strings"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/pdf/pdftest"
)

// clear is an answer as whoever received it can read it: workbooks unpacked, documents as text.
func clear(t *testing.T, a answer) string {
	t.Helper()
	media := a.header.Get("Content-Type")
	switch {
	case strings.Contains(media, "spreadsheetml"):
		z, err := zip.NewReader(strings.NewReader(a.body), int64(len(a.body)))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(&b, r); err != nil {
				t.Fatal(err)
			}
		}
		return b.String()
	case strings.Contains(media, "pdf"):
		return pdftest.Open(t, []byte(a.body)).Text()
	}
	return a.body
}

// What a named reporter wrote into the identity stands nowhere in the clear: on no page, list, search, export, document or error page of any role, in no log line, in no
// row of the database. What they said is read on the case by who works on it, and stands in no export, document, log or audit entry.
func TestNothingOfTheReporterLeaks(t *testing.T) {
	x := newTill(t)
	const said = "工资条上每个月都扣了社保"
	identity := []string{reporterName, reporterNumber, reporterMobile, reporterNumber[10:], "PersonID", "person_id"}
	sessions := map[lifecycle.Role]string{lifecycle.Supervisor: x.head, lifecycle.Investigator: x.li}
	for _, role := range []lifecycle.Role{lifecycle.Intake, lifecycle.Sysadmin, lifecycle.Auditor} {
		sessions[role] = x.staff("leak"+string(role), role, "")
	}
	// The desk at work: a request for the identity that stands, notes, a message, a search for the reporter.
	for account, session := range map[string]string{"li": x.li, "head": x.head} {
		x.want(x.post(session, "/keyholder", "passphrase", pass(account), "again", pass(account)), 200)
	}
	if err := x.cases.DealIdentityKey(t.Context(), x.identity, []string{"li", "head"}, x.at); err != nil {
		t.Fatal(err)
	}
	x.want(x.post(x.li, tab, "reason", "须核对签名", "passphrase", pass("li")), 303)
	x.want(x.post(x.head, tab+"/1/agree", "passphrase", pass("head")), 303)
	x.want(x.post(x.li, tab+"/1/view", "passphrase", pass("li")), 200, reporterName)
	x.want(x.post(x.li, first+"/write", "note", "已约谈", "to", "note"), 303)
	x.want(x.post(x.li, first+"/write", "note", "请补充", "to", "reporter"), 303)

	var seen int
	check := func(what string, a answer, export bool) {
		seen++
		text := clear(t, a)
		for _, secret := range identity {
			// The reporter's masked row stands among the co-workers' in the calculation, as everybody's does; never the whole.
			if strings.Contains(text, secret) {
				t.Errorf("%s tells %q", what, secret)
			}
		}
		if export && strings.Contains(text, said) {
			t.Errorf("%s carries what was said", what)
		}
	}
	for role, session := range sessions {
		for _, route := range x.app.GetRoutes(true) {
			if route.Method != "GET" || route.Path == "/queue/events" || strings.Contains(route.Path, "*") || strings.HasPrefix(route.Path, "/static") {
				continue
			}
			path := address(route.Path)
			a := x.get(session, path)
			file := a.header.Get("Content-Disposition") != "" || strings.Contains(a.header.Get("Content-Type"), "pdf")
			check(string(role)+" "+route.Path, a, file || role == lifecycle.Sysadmin || role == lifecycle.Auditor)
		}
		for _, secret := range identity[:3] { // who knows the reporter and searches learns nothing but what they typed
			for _, list := range []string{"/queue?view=all&q=", "/supervision/register?q=", "/audit-log?who="} {
				a := x.get(session, list+url.QueryEscape(secret))
				if strings.Contains(a.body, `href="/cases/2026-000001"`) {
					t.Errorf("%s finds the case by %q in %s", role, secret, list)
				}
				a.body = strings.ReplaceAll(strings.ReplaceAll(a.body, url.QueryEscape(secret), ""), secret, "")
				check(string(role)+" "+list, a, false)
			}
		}
		check(string(role)+" error page", x.get(session, "/cases/2026-000099"), true)
		check(string(role)+" wrong form", x.post(session, first+"/act", "version", "x", "action", reporterNumber[:4]), true)
	}
	if seen < 150 {
		t.Errorf("only %d pages looked at", seen)
	}
	for _, secret := range append(identity[:3:3], said) {
		if strings.Contains(x.log.String(), secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
	x.searchesRows(identity[:3], map[string]bool{})
	// What was said is kept where the desk works, and nowhere else.
	x.searchesRows([]string{said}, map[string]bool{"complaints.complaint": true, "complaints.search": true})
	if breaks, _, err := func() (int64, []audit.Break, error) { return audit.Verify(t.Context(), x.pool) }(); err != nil || breaks == 0 {
		t.Errorf("%d rows in the audit log, %v", breaks, err)
	}
}

// searchesRows looks for texts in every row of every table but those that may hold them. The ledger holds everybody's record, sealed; nothing in it says who reported.
func (r *room) searchesRows(texts []string, allowed map[string]bool) {
	r.t.Helper()
	rows, err := r.pool.Query(r.t.Context(), `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if err != nil {
		r.t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			r.t.Fatal(err)
		}
		tables = append(tables, name)
	}
	if len(tables) < 30 {
		r.t.Errorf("only %d tables", len(tables))
	}
	for _, name := range tables {
		for _, text := range texts {
			if allowed[name] {
				continue
			}
			if n := r.value(`SELECT count(*) FROM `+name+` x WHERE strpos(x::text, $1) > 0 OR strpos(x::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0`, text); n != "0" && !(strings.HasPrefix(name, "ledger.") && text == reporterName) {
				r.t.Errorf("%s holds %q in the clear", name, text)
			}
		}
	}
}

// The whole way to the database of an opening leaves nothing behind when it is over.
func TestAnOpeningLeavesNothingBehind(t *testing.T) {
	k := newKeyed(t)
	k.ask()
	k.want(k.post(k.head, tab+"/1/agree", "passphrase", pass("head")), 303)
	k.want(k.post(k.li, tab+"/1/view", "passphrase", pass("li")), 200, reporterName)
	k.want(k.post(k.li, tab+"/1/take-back"), 303)
	if got := k.value(`SELECT count(*) FROM complaints.identity_request WHERE box IS NOT NULL`) + k.value(`SELECT count(*) FROM complaints.identity_request_share`); got != "00" {
		t.Errorf("left: %s", got)
	}
	if bytes.Contains(k.log.Bytes(), []byte(reporterName)) || bytes.Contains(k.log.Bytes(), []byte("correct horse")) {
		t.Error("the log tells")
	}
}
