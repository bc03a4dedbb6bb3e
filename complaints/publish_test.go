package complaints

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/eligibility"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/pdf/pdftest"
	"shebao/shared/postgres"
	"shebao/shared/publication"
	"shebao/shared/receipt"
)

var thirdQuarter = publication.Key{Subject: publication.Collection, Region: "33", Span: "2026Q3"}

// draft makes one as the page does.
func (o office) draft(t *testing.T, who store.Staff, k publication.Key, minimum money.Fen) int32 {
	t.Helper()
	p := publisher{o.store, o.ledger, eligibility.New(o.pool)}
	data, body, err := p.compose(t.Context(), who, k, supervision.Quarter(2026, 3), minimum)
	if err != nil {
		t.Fatal(err)
	}
	id, err := o.store.DraftEdition(t.Context(), who, k, data, body, supervisedAt)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (o office) edition(t *testing.T, who store.Staff, id int32) store.Edition {
	t.Helper()
	e, _, err := o.store.Edition(t.Context(), who, id)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (o office) actOn(t *testing.T, who store.Staff, id int32, action supervision.EditionAction, at time.Time) error {
	t.Helper()
	return o.store.ActOnEdition(t.Context(), who, id, o.edition(t, who, id).Version, action, "理由", at)
}

func (o office) mustActOn(t *testing.T, who store.Staff, id int32, action supervision.EditionAction, at time.Time) {
	t.Helper()
	if err := o.actOn(t, who, id, action, at); err != nil {
		t.Fatalf("%s: %v", action, err)
	}
}

func (o office) published(t *testing.T, k publication.Key) publication.Published {
	t.Helper()
	p, err := publication.NewReader(o.pool).Open(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(p.Content); !bytes.Equal(sum[:], p.SHA256) {
		t.Error("the hash is not of the content")
	}
	return p
}

func TestFiguresArePublishedByTwo(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	author, second, auditor := o.staff(t, "zhao", lifecycle.Supervisor, "33"), o.staff(t, "wang", lifecycle.Supervisor, "33"), o.staff(t, "auditor", lifecycle.Auditor, "")
	elsewhere, worker := o.staff(t, "elsewhere", lifecycle.Supervisor, "32"), o.staff(t, "li", lifecycle.Investigator, "33")
	id := o.draft(t, author, thirdQuarter, 0)
	if _, err := o.store.DraftEdition(t.Context(), second, thirdQuarter, store.MadeFrom{DataDate: calendar.DateOf(supervisedAt)}, publication.Body{}, supervisedAt); fault.Of(err).Key != "fault.publication.running" {
		t.Errorf("a second draft of the same: %v", err)
	}
	o.mustActOn(t, author, id, supervision.Submit, supervisedAt)
	for _, c := range []struct {
		who  store.Staff
		kind fault.Kind
	}{{author, fault.Denied}, {auditor, fault.NotFound}, {elsewhere, fault.NotFound}, {worker, fault.NotFound}} {
		if err := o.store.ActOnEdition(t.Context(), c.who, id, 2, supervision.Approve, "", supervisedAt); !fault.Is(err, c.kind) {
			t.Errorf("%s approves: %v", c.who.Account, err)
		}
	}
	if err := o.store.ActOnEdition(t.Context(), second, id, 1, supervision.Approve, "", supervisedAt); fault.Of(err).Key != "fault.desk.changed" {
		t.Errorf("approving what was not seen: %v", err)
	}
	if _, err := o.pool.Exec(t.Context(), `UPDATE complaints.edition SET approver_id = author_id WHERE id = $1`, id); err == nil {
		t.Error("the database lets one person do both")
	}
	if _, err := publication.NewReader(o.pool).Open(t.Context(), thirdQuarter); !fault.Is(err, fault.NotFound) {
		t.Errorf("before its gate: %v", err)
	}
	o.mustActOn(t, second, id, supervision.Approve, supervisedAt)
	p := o.published(t, thirdQuarter)
	var due, collected money.Fen
	err := o.pool.QueryRow(t.Context(), `SELECT sum(employer_due + person_due), sum(employer_paid + person_paid) FILTER (WHERE paid_on <= '2026-09-30') FROM ledger.contribution WHERE period BETWEEN 202607 AND 202609`).Scan(&due, &collected)
	total := p.Edition.Collection.Total
	if err != nil || total.Due != due || total.Collected != collected || !total.Below || p.Edition.Revision != 1 || p.Edition.RegionName == "" {
		t.Errorf("published %+v, the ledger says %s and %s (%v)", total, due, collected, err)
	}
	for _, f := range p.Edition.Collection.Regions { // two and three employers
		if !f.Suppressed || f.Amounts != nil {
			t.Errorf("%s is shown though few employers stand behind it", f.Code)
		}
	}
	if len(p.Edition.Collection.Regions) != 2 || len(p.Edition.Collection.Insurances) != 2 || p.Edition.Collection.Insurances[0].Suppressed || len(p.Edition.Collection.Course) != 3 {
		t.Errorf("%+v", p.Edition.Collection)
	}
	if bytes.Contains(p.Content, []byte(": ")) || !bytes.HasPrefix(p.Content, []byte(`{"agency":`)) {
		t.Errorf("not canonical: %.80s", p.Content)
	}
	if err := o.actOn(t, second, id, supervision.Drop, supervisedAt); fault.Of(err).Key != "fault.publication.state" {
		t.Errorf("dropped after publication: %v", err)
	}
	again := o.draft(t, second, thirdQuarter, 0)
	o.mustActOn(t, second, again, supervision.Submit, supervisedAt)
	o.mustActOn(t, author, again, supervision.Approve, supervisedAt)
	q := o.published(t, thirdQuarter)
	if q.Revision != 2 || q.Edition.Previous != fmt.Sprintf("%x", p.SHA256) || len(q.Edition.Corrections) != 1 || q.Edition.Corrections[0].Kind != publication.Replaced {
		t.Errorf("published again: %+v", q.Edition.Corrections)
	}
	if first := o.edition(t, author, id); first.State != supervision.Replaced {
		t.Errorf("the first one is %s", first.State)
	}
}

func TestWhatWasPublishedStays(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	a, b := o.staff(t, "zhao", lifecycle.Supervisor, "33"), o.staff(t, "wang", lifecycle.Supervisor, "33")
	id := o.draft(t, a, thirdQuarter, 0)
	o.mustActOn(t, a, id, supervision.Submit, supervisedAt)
	o.mustActOn(t, b, id, supervision.Approve, supervisedAt)
	for _, sql := range []string{`UPDATE publication.snapshot SET span = '2026Q2'`, `DELETE FROM publication.snapshot`, `TRUNCATE publication.snapshot`,
		`INSERT INTO publication.snapshot VALUES ('audit', '33', '2026Q3', 1, now(), sha256('a'), 'b')`} {
		if _, err := o.pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s passed", sql)
		}
	}
}

func TestTooEarlyAndTooSmall(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	head := o.staff(t, "zhao", lifecycle.Supervisor, "33")
	p := publisher{o.store, o.ledger, eligibility.New(o.pool)}
	if _, _, err := p.compose(t.Context(), head, thirdQuarter, supervision.Quarter(2026, 4), 0); fault.Of(err).Fields[0].Key != "fault.publication.early" {
		t.Errorf("a quarter that is not over: %v", err)
	}
	small := publication.Key{Subject: publication.Collection, Region: "3301", Span: "2026Q3"}
	if _, _, err := p.compose(t.Context(), head, small, supervision.Quarter(2026, 3), 0); fault.Of(err).Key != "fault.publication.small" {
		t.Errorf("two employers: %v", err)
	}
	if _, _, err := p.compose(t.Context(), head, publication.Key{Subject: publication.Arrears, Region: "33", Span: "2026Q3"}, supervision.Quarter(2026, 3), 1_000_000_00); fault.Of(err).Fields[0].Key != "fault.publication.nobody" {
		t.Errorf("nobody owes as much: %v", err)
	}
	if _, err := o.store.DraftEdition(t.Context(), o.staff(t, "city", lifecycle.Supervisor, "3304"), thirdQuarter, store.MadeFrom{DataDate: calendar.DateOf(supervisedAt)}, publication.Body{}, supervisedAt); !fault.Is(err, fault.Denied) {
		t.Errorf("the city drafts for the province: %v", err)
	}
	for _, k := range []publication.Key{{Subject: "wages", Region: "33", Span: "2026Q3"}, {Subject: publication.Audit, Region: "333", Span: "2026Q3"}, {Subject: publication.Audit, Region: "33", Span: "2026Q5"}} {
		if _, err := o.store.DraftEdition(t.Context(), head, k, store.MadeFrom{DataDate: calendar.DateOf(supervisedAt)}, publication.Body{}, supervisedAt); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", k, err)
		}
	}
}

// A wider edition hides a region: its own edition may not tell what was hidden.
func TestHiddenFiguresStayHidden(t *testing.T) {
	o := newOffice(t)
	o.exec(t, `INSERT INTO ledger.employer (uscc, name, name_grams, region, status, ownership) SELECT '91330411MA200000' || n, '嘉兴' || n, '{}', '330411', 1, '' FROM generate_series(10, 12) n`)
	o.exec(t, `INSERT INTO ledger.contribution (person_id, base, employer_due, employer_paid, person_due, person_paid, period, employer_id, paid_on, run_id, insurance)
		SELECT e.id * 100, 600000, 96000, 96000, 48000, 48000, 202607, e.id, '2026-07-20', 1, 110 FROM ledger.employer e WHERE e.id > 5`)
	o.imported(t)
	o.mustRefresh(t, supervisedAt)
	a, b := o.staff(t, "zhao", lifecycle.Supervisor, "33"), o.staff(t, "wang", lifecycle.Supervisor, "33")
	province := o.draft(t, a, thirdQuarter, 0) // 3301 has two employers and is hidden; 3304 has six, and is hidden with it
	o.mustActOn(t, a, province, supervision.Submit, supervisedAt)
	o.mustActOn(t, b, province, supervision.Approve, supervisedAt)
	k := publication.Key{Subject: publication.Collection, Region: "3304", Span: "2026Q3"}
	p := publisher{o.store, o.ledger, eligibility.New(o.pool)}
	if _, _, err := p.compose(t.Context(), a, k, supervision.Quarter(2026, 3), 0); fault.Of(err).Key != "fault.publication.disclosed" {
		t.Errorf("the city is drafted though it tells what the province hides: %v", err)
	}
	total := publication.Figure{Code: "2026Q3", Amounts: &publication.Amounts{Due: 1}} // drafted before the province was published
	city, err := o.store.DraftEdition(t.Context(), a, k, store.MadeFrom{DataDate: calendar.DateOf(supervisedAt)}, publication.Body{Collection: &publication.CollectionFigures{Total: total, Regions: []publication.Figure{}}}, supervisedAt)
	if err != nil {
		t.Fatal(err)
	}
	o.mustActOn(t, a, city, supervision.Submit, supervisedAt)
	if err := o.actOn(t, b, city, supervision.Approve, supervisedAt); fault.Of(err).Key != "fault.publication.disclosed" {
		t.Errorf("the city tells what the province hides: %v", err)
	}
}

// What audits found at few employers in a month is left out, and a quarter that would tell it by subtraction is not published; nor a region with all its parts but that one.
func TestAuditsOfFewStayHidden(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	a, b := o.staff(t, "zhao", lifecycle.Supervisor, "33"), o.staff(t, "wang", lifecycle.Supervisor, "33")
	publish := func(region, span string, employers int) error {
		t.Helper()
		f := composeAudit(supervision.AuditFigures{Employers: employers, Found: 100, Recovered: 10})
		id, err := o.store.DraftEdition(t.Context(), a, publication.Key{Subject: publication.Audit, Region: region, Span: span}, store.MadeFrom{DataDate: calendar.DateOf(supervisedAt)}, publication.Body{Audit: f}, supervisedAt)
		if err != nil {
			t.Fatal(err)
		}
		o.mustActOn(t, a, id, supervision.Submit, supervisedAt)
		return o.actOn(t, b, id, supervision.Approve, supervisedAt)
	}
	for _, e := range []struct {
		region, span string
		employers    int
		refused      bool
	}{{"33", "2026-07", 9, false}, {"33", "2026-08", 6, false}, {"33", "2026-09", 3, false}, {"33", "2026Q3", 18, true}, {"33", "2026Q2", 12, false}, {"3301", "2026Q2", 3, false}, {"3304", "2026Q2", 9, true}} {
		if err := publish(e.region, e.span, e.employers); (err != nil) != e.refused || e.refused && fault.Of(err).Key != "fault.publication.disclosed" {
			t.Errorf("%s in %s: %v", e.span, e.region, err)
		}
	}
	k := publication.Key{Subject: publication.Audit, Region: "33", Span: "2026Q3"}
	o.mustActOn(t, a, 2, supervision.AskWithdraw, supervisedAt)
	o.mustActOn(t, b, 2, supervision.Withdraw, supervisedAt)
	if err := o.actOn(t, b, 4, supervision.Approve, supervisedAt); fault.Of(err).Key != "fault.publication.disclosed" {
		t.Errorf("August is withdrawn, and whoever kept it reads September from the quarter: %v", err)
	}
	if err := o.actOn(t, b, 4, supervision.Drop, supervisedAt); err != nil {
		t.Fatal(err)
	}
	id := o.draft(t, a, k, 0)
	if f := o.edition(t, a, id).Body.Audit; f.AuditAmounts != nil || !f.Suppressed {
		t.Errorf("a draft of the quarter tells %+v", f)
	}
}

func TestListedEmployersObject(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	a, b, c := o.staff(t, "zhao", lifecycle.Supervisor, "33"), o.staff(t, "wang", lifecycle.Supervisor, "33"), o.staff(t, "sun", lifecycle.Supervisor, "33")
	k := publication.Key{Subject: publication.Arrears, Region: "33", Span: "2026Q3"}
	id := o.draft(t, a, k, 1_00)
	o.mustActOn(t, a, id, supervision.Submit, supervisedAt)
	if letters, err := o.store.Letters(t.Context(), a, id); err != nil || len(letters) != 0 {
		t.Errorf("letters before the approval: %d %v", len(letters), err)
	}
	o.mustActOn(t, b, id, supervision.Approve, supervisedAt)
	e := o.edition(t, a, id)
	letters, err := o.store.Letters(t.Context(), a, id)
	if err != nil || len(letters) != 3 || e.State != supervision.Objection || !e.ObjectionsTo.IsZero() || e.Unserved != 3 {
		t.Fatalf("%d letters, %s to %s, %v", len(letters), e.State, e.ObjectionsTo, err)
	}
	one := letters[0]
	o.lettersAreDocuments(t, a, id, letters)
	if e = o.edition(t, a, id); e.ObjectionsTo != calendar.NewDate(2026, 12, 1) || e.Unserved != 0 {
		t.Fatalf("all are served, and the window ends on %s", e.ObjectionsTo)
	}
	for _, wrong := range []struct {
		uscc string
		code receipt.Code
	}{{one.Entry.USCC, letters[1].Code}, {letters[1].Entry.USCC, one.Code}, {one.Entry.USCC, "0000000000000000"}} {
		if _, err := o.counter.Listing(t.Context(), wrong.uscc, wrong.code); fault.Of(err).Key != "fault.publication.listing" {
			t.Errorf("opened with a wrong pair: %v", err)
		}
	}
	form, words := []byte("form-1"), "七月至九月已于十一月补缴，有银行回单。"
	file := publication.File{Name: "回单.pdf", MediaType: "application/pdf", SHA256: publication.Hash([]byte("pdf")), Content: []byte("pdf")}
	for range 2 { // a second click files nothing more
		if err := o.counter.Object(t.Context(), one.Entry.USCC, one.Code, form, words, []publication.File{file}, supervisedAt); err != nil {
			t.Fatal(err)
		}
	}
	if got := o.textOf(t, `SELECT string_agg(encode(words, 'escape') || encode(name, 'escape') || encode(content, 'escape'), '') FROM publication.objection JOIN publication.objection_file ON objection_id = id`); strings.Contains(got, "银行") || strings.Contains(got, "pdf") {
		t.Error("what was written lies open")
	}
	filed, err := o.store.Objections(t.Context(), b, id)
	if err != nil || len(filed) != 1 || filed[0].Words != words || len(filed[0].Attached) != 1 || filed[0].Attached[0].Name != file.Name {
		t.Fatalf("%+v %v", filed, err)
	}
	if f, err := o.store.ObjectionFile(t.Context(), b, id, filed[0].ID, file.SHA256); err != nil || string(f.Content) != "pdf" {
		t.Errorf("the file: %v", err)
	}
	after := e.ObjectionsTo.AddDays(1).Midnight()
	if n, err := o.store.ReleaseEditions(t.Context(), after); err != nil || n != 0 {
		t.Errorf("released with an open objection: %d %v", n, err)
	}
	if err := o.store.DecideObjection(t.Context(), a, id, filed[0].ID, true, "已核实", supervisedAt); fault.Of(err).Key != "fault.publication.own" {
		t.Errorf("the author decides: %v", err)
	}
	if err := o.store.DecideObjection(t.Context(), c, id, filed[0].ID, true, "", supervisedAt); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a reply: %v", err)
	}
	if err := o.store.DecideObjection(t.Context(), c, id, filed[0].ID, true, "回单已核实，不列入。", supervisedAt); err != nil {
		t.Fatal(err)
	}
	if err := o.store.DecideObjection(t.Context(), c, id, filed[0].ID, false, "再次", supervisedAt); fault.Of(err).Key != "fault.publication.decided" {
		t.Errorf("decided twice: %v", err)
	}
	l, err := o.counter.Listing(t.Context(), one.Entry.USCC, one.Code)
	if err != nil || l.State != publication.Removed || len(l.Objections) != 1 || l.Objections[0].Decision != "upheld" || l.Objections[0].Reply != "回单已核实，不列入。" || l.Objections[0].Files != 1 || l.Open(calendar.DateOf(supervisedAt)) {
		t.Errorf("what the employer reads: %+v %v", l, err)
	}
	if err := o.actOn(t, b, id, supervision.Release, e.ObjectionsTo.Midnight()); fault.Of(err).Key != "fault.publication.window" {
		t.Errorf("released on the window's last day: %v", err)
	}
	if err := o.counter.Object(t.Context(), letters[1].Entry.USCC, letters[1].Code, []byte("late"), "迟了", nil, after); fault.Of(err).Key != "fault.publication.closed" {
		t.Errorf("objected after the window: %v", err)
	}
	if n, err := o.store.ReleaseEditions(t.Context(), after); err != nil || n != 1 {
		t.Fatalf("released %d, %v", n, err)
	}
	list := o.published(t, k).Edition.Arrears
	if list.Count != 2 || len(list.Employers) != 2 || list.Owed != list.Employers[0].Owed+list.Employers[1].Owed || list.Employers[0].Owed < list.Employers[1].Owed {
		t.Errorf("published %+v", list)
	}
	if err := o.counter.Object(t.Context(), letters[1].Entry.USCC, letters[1].Code, []byte("later"), "再迟", nil, supervisedAt); fault.Of(err).Key != "fault.publication.closed" {
		t.Errorf("objected to a published list: %v", err)
	}
}

// serve records that a letter, or all that wait, were served by post on the day.
func (o office) serve(t *testing.T, who store.Staff, id int32, uscc string) {
	t.Helper()
	v := store.Service{Way: notice.Post, DoneOn: calendar.DateOf(supervisedAt), Receiver: "收发室"}
	if err := o.store.ServeLetters(t.Context(), who, id, o.edition(t, who, id).Version, uscc, v, supervisedAt); err != nil {
		t.Fatal(err)
	}
}

// lettersAreDocuments: numbered without a gap, kept as issued, the code within and nowhere in the open; the window counts from service, and a wrong record of it is marked and made anew.
func (o office) lettersAreDocuments(t *testing.T, who store.Staff, id int32, letters []store.Letter) {
	t.Helper()
	numbers := map[string]bool{}
	for _, l := range letters {
		number, file, err := o.store.LetterFile(t.Context(), who, id, l.Entry.USCC, supervisedAt)
		if err != nil || number != l.Number || numbers[number] || !strings.HasPrefix(number, "示社稽公〔2026〕") {
			t.Fatalf("letter %q: %v", number, err)
		}
		numbers[number] = true
		if text := strings.Join(pdftest.Open(t, file).Pages(), "\n"); !strings.Contains(text, l.Code.Grouped()) || !strings.Contains(text, l.Entry.Owed.Grouped()) || !strings.Contains(text, "5个工作日") || !strings.Contains(text, number) {
			t.Errorf("the letter says:\n%s", text)
		}
	}
	if len(numbers) != 3 || !numbers["示社稽公〔2026〕1号"] || !numbers["示社稽公〔2026〕3号"] {
		t.Errorf("numbers %v", numbers)
	}
	version := func() int { return o.edition(t, who, id).Version }
	bad := store.Service{Way: notice.Left, DoneOn: calendar.DateOf(supervisedAt).AddDays(1)}
	if err := o.store.ServeLetters(t.Context(), who, id, version(), letters[0].Entry.USCC, bad, supervisedAt); len(fault.Of(err).Fields) != 3 {
		t.Errorf("left tomorrow with nobody before nobody: %v", err)
	}
	if n, err := o.store.ReleaseEditions(t.Context(), supervisedAt.AddDate(0, 1, 0)); err != nil || n != 0 {
		t.Errorf("published %d though nobody was told, %v", n, err)
	}
	l, err := o.counter.Listing(t.Context(), letters[0].Entry.USCC, letters[0].Code)
	if err != nil || !l.Open(calendar.DateOf(supervisedAt).AddDays(90)) {
		t.Errorf("before service is recorded the window has no end: %+v %v", l, err)
	}
	late := store.Service{Way: notice.Announcement, DoneOn: calendar.DateOf(supervisedAt), Announced: notice.Announced{Why: notice.Unknown, Place: "示例日报", Course: "登记地址无人"}}
	if err := o.store.ServeLetters(t.Context(), who, id, version(), letters[0].Entry.USCC, late, supervisedAt); err != nil {
		t.Fatal(err)
	}
	if l, err = o.counter.Listing(t.Context(), letters[0].Entry.USCC, letters[0].Code); err != nil || l.ObjectionsTo != calendar.NewDate(2026, 12, 31) { // 30 days of announcement, then five working days
		t.Errorf("announced, the window ends on %s (%v)", l.ObjectionsTo, err)
	}
	if err := o.store.VoidLetterService(t.Context(), who, id, version(), letters[0].Entry.USCC, "", supervisedAt); !fault.Is(err, fault.Invalid) {
		t.Errorf("voided without a reason: %v", err)
	}
	if err := o.store.VoidLetterService(t.Context(), who, id, version(), letters[0].Entry.USCC, "误登记", supervisedAt); err != nil {
		t.Fatal(err)
	}
	o.serve(t, who, id, letters[1].Entry.USCC)
	if e := o.edition(t, who, id); !e.ObjectionsTo.IsZero() || e.Unserved != 2 {
		t.Errorf("two of three wait: %s, %d", e.ObjectionsTo, e.Unserved)
	}
	o.serve(t, who, id, "")
	if err := o.store.ServeLetters(t.Context(), who, id, version(), "", late, supervisedAt); fault.Of(err).Key != "fault.publication.served" {
		t.Errorf("served twice: %v", err)
	}
}

func (o office) textOf(t *testing.T, sql string) string {
	t.Helper()
	var s string
	if err := o.pool.QueryRow(t.Context(), sql).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

// listed publishes the list of employers in arrears, whole.
func (o office) listed(t *testing.T, a, b store.Staff) (publication.Key, int32) {
	t.Helper()
	k := publication.Key{Subject: publication.Arrears, Region: "33", Span: "2026Q3"}
	id := o.draft(t, a, k, 1_00)
	o.mustActOn(t, a, id, supervision.Submit, supervisedAt)
	o.mustActOn(t, b, id, supervision.Approve, supervisedAt)
	o.serve(t, a, id, "")
	if n, err := o.store.ReleaseEditions(t.Context(), supervisedAt.AddDate(0, 0, 8)); err != nil || n != 1 {
		t.Fatalf("released %d, %v", n, err)
	}
	return k, id
}

// Paid in whole: off the list by itself. Paid in part: noted. Taken back: noted again. Nothing paid: no revision.
func TestWhoPaysIsTakenOff(t *testing.T) {
	for _, annotate := range []bool{false, true} {
		o := newOffice(t)
		o.mustRefresh(t, supervisedAt)
		a, b := o.staff(t, "zhao", lifecycle.Supervisor, "33"), o.staff(t, "wang", lifecycle.Supervisor, "33")
		k, id := o.listed(t, a, b)
		first := o.published(t, k).Edition.Arrears
		if n, err := o.store.FollowPayments(t.Context(), supervisedAt); err != nil || n != 0 {
			t.Errorf("without a payment %d revisions, %v", n, err)
		}
		o.store.Publish(o.window, supervision.ObjectionDays, annotate, printer(t))
		pays := func(uscc, where string) {
			t.Helper()
			o.exec(t, `UPDATE ledger.contribution c SET employer_paid = employer_due, person_paid = person_due, paid_on = '2026-11-23' FROM ledger.employer e WHERE e.id = c.employer_id AND e.uscc = '`+uscc+`' AND `+where)
			o.imported(t)
			o.mustRefresh(t, supervisedAt)
			if n, err := o.store.FollowPayments(t.Context(), supervisedAt); err != nil || n != 1 {
				t.Fatalf("%d revisions, %v", n, err)
			}
		}
		pays(first.Employers[0].USCC, "period = 202607")
		second := o.published(t, k).Edition
		if d := second.Arrears.Employers[0]; d.Paid == nil || d.Paid.Left+d.Paid.Amount != d.Owed || d.Paid.Amount == 0 || second.Arrears.Owed != first.Owed-d.Paid.Amount || second.Corrections[0].Kind != publication.PaidPart {
			t.Errorf("paid in part: %+v %+v", d, second.Corrections)
		}
		pays(first.Employers[0].USCC, "true")
		third := o.published(t, k)
		wantCount, shown := 2, false
		if annotate {
			wantCount, shown = 3, true
		}
		if third.Edition.Arrears.Count != wantCount || strings.Contains(string(third.Content), first.Employers[0].USCC) != shown || third.Edition.Corrections[1].Kind != publication.PaidUp || third.Edition.Corrections[1].Count != 1 || third.Revision != 3 {
			t.Errorf("annotate %v, paid up: %d named, %+v", annotate, third.Edition.Arrears.Count, third.Edition.Corrections)
		}
		if annotate && (third.Edition.Arrears.Employers[0].Left() != 0 || third.Edition.Arrears.Owed != first.Owed-first.Employers[0].Owed) {
			t.Errorf("noted: %+v", third.Edition.Arrears.Employers[0])
		}
		if n, err := o.store.FollowPayments(t.Context(), supervisedAt); err != nil || n != 0 {
			t.Errorf("annotate %v: a second look made %d revisions, %v", annotate, n, err)
		}
		events, err := o.store.EditionEvents(t.Context(), id)
		if err != nil || events[1].What != "paid" || events[1].Employer != first.Employers[0].USCC || events[1].By != "" {
			t.Errorf("%+v %v", events, err)
		}
	}
}

// With the database away nothing is published and nothing is lost; the same step passes afterwards.
func TestAnOutageLeavesTheEdition(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	a, b := o.staff(t, "zhao", lifecycle.Supervisor, "33"), o.staff(t, "wang", lifecycle.Supervisor, "33")
	id := o.draft(t, a, thirdQuarter, 0)
	o.mustActOn(t, a, id, supervision.Submit, supervisedAt)
	err := postgres.Tx(t.Context(), o.pool, func(tx pgx.Tx) error { // another publication of the same number, not committed yet
		if _, err := tx.Exec(t.Context(), `INSERT INTO publication.snapshot (subject, region, span, revision, published_at, sha256, content) VALUES ('collection', '33', '2026Q3', 1, now(), sha256('{}'), '{}')`); err != nil {
			return err
		}
		_, err := o.pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		return err
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("the outage: %v", err)
	}
	o.mustActOn(t, b, id, supervision.Approve, supervisedAt)
	if p := o.published(t, thirdQuarter); p.Revision != 1 {
		t.Errorf("revision %d", p.Revision)
	}
}

// Withdrawn by two: the public page loses its figures, says since when and why, and keeps the hash of what it said; names are gone, payments are followed no more, and the same can be published anew.
func TestAWrongPublicationIsWithdrawn(t *testing.T) {
	o := newOffice(t)
	o.mustRefresh(t, supervisedAt)
	a, b := o.staff(t, "zhao", lifecycle.Supervisor, "33"), o.staff(t, "wang", lifecycle.Supervisor, "33")
	k, id := o.listed(t, a, b)
	wrong := o.published(t, k)
	o.mustActOn(t, a, id, supervision.AskWithdraw, supervisedAt)
	if err := o.actOn(t, a, id, supervision.Withdraw, supervisedAt); !fault.Is(err, fault.Denied) {
		t.Errorf("one person withdraws: %v", err)
	}
	if e := o.edition(t, b, id); e.WithdrawName != "zhao" || e.WithdrawReason != "理由" {
		t.Errorf("who asked and why: %q %q", e.WithdrawName, e.WithdrawReason)
	}
	o.mustActOn(t, b, id, supervision.Withdraw, supervisedAt)
	p := o.published(t, k)
	if p.Revision != 2 || p.Edition.Arrears != nil || p.Edition.Withdrawn == nil || p.Edition.Withdrawn.Reason != "理由" || p.Edition.Withdrawn.On != calendar.DateOf(supervisedAt) ||
		p.Edition.Previous != fmt.Sprintf("%x", wrong.SHA256) || p.Edition.Corrections[0].Kind != publication.Revoked || bytes.Contains(p.Content, []byte(wrong.Edition.Arrears.Employers[0].Name)) {
		t.Errorf("withdrawn: %s", p.Content)
	}
	if n, err := o.store.FollowPayments(t.Context(), supervisedAt); err != nil || n != 0 {
		t.Errorf("payments made %d revisions of what is withdrawn, %v", n, err)
	}
	if got := o.textOf(t, `SELECT string_agg(DISTINCT state, ' ') FROM publication.listing`); got != "removed" {
		t.Errorf("listings are %s", got)
	}
	again := o.draft(t, a, k, 1_00)
	o.mustActOn(t, a, again, supervision.Submit, supervisedAt)
	o.mustActOn(t, b, again, supervision.Approve, supervisedAt)
	o.serve(t, a, again, "")
	if n, err := o.store.ReleaseEditions(t.Context(), supervisedAt.AddDate(0, 0, 8)); err != nil || n != 1 {
		t.Fatalf("released %d, %v", n, err)
	}
	if p := o.published(t, k); p.Revision != 3 || p.Edition.Withdrawn != nil || len(p.Edition.Corrections) != 2 || p.Edition.Arrears.Count != 3 {
		t.Errorf("published anew: %+v", p.Edition)
	}
}

// What few employers owed or paid late cannot be found from everything that is published: not by subtracting lines from their total, not from the span before, not from another region's edition.
func TestArrearsOfFewCannotBeComputed(t *testing.T) {
	o := newOffice(t)
	o.exec(t, `INSERT INTO ledger.employer (uscc, name, name_grams, region, status, ownership) SELECT '91' || r || 'MA200000' || n, '单位' || r || n, '{}', r, 1, '' FROM unnest(ARRAY['330411', '330106']) r, generate_series(10, 15) n ORDER BY r DESC, n`)
	o.exec(t, `INSERT INTO ledger.contribution (person_id, base, employer_due, employer_paid, person_due, person_paid, period, employer_id, paid_on, run_id, insurance)
		SELECT e.id * 100, 600000, 96000 + e.id, CASE WHEN many AND p = 202609 THEN 0 ELSE 96000 + e.id END, 48000, 48000, p, e.id, CASE WHEN p = 202605 AND late THEN date '2026-08-10' ELSE make_date(p / 100, p % 100, 20) END, 1, 110
		FROM ledger.employer e, generate_series(202601, 202609) p, LATERAL (SELECT e.region = '330411' AS many, e.region = '330411' OR right(e.uscc, 2) = '10' AS late) l WHERE e.id > 5`)
	o.imported(t)
	o.mustRefresh(t, supervisedAt)
	a, b := o.staff(t, "zhao", lifecycle.Supervisor, "33"), o.staff(t, "wang", lifecycle.Supervisor, "33")
	publish := func(k publication.Key) error {
		t.Helper()
		id := o.draft(t, a, k, 0)
		o.mustActOn(t, a, id, supervision.Submit, supervisedAt)
		err := o.actOn(t, b, id, supervision.Approve, supervisedAt)
		if err != nil {
			o.mustActOn(t, a, id, supervision.Drop, supervisedAt)
		}
		return err
	}
	if err := publish(thirdQuarter); err != nil {
		t.Fatal(err)
	}
	many := publication.Key{Subject: publication.Collection, Region: "3304", Span: "2026Q3"}
	if err := publish(many); err != nil {
		t.Fatal(err)
	}
	if c := o.published(t, many).Edition.Collection; c.Total.Arrearage != nil || c.Total.Amounts == nil {
		t.Errorf("the city of many tells what the province leaves out, and with it that of few: %+v", c.Total)
	}
	var why []supervision.Cause
	if err := o.pool.QueryRow(t.Context(), `SELECT left_out FROM complaints.edition WHERE region = '3304'`).Scan(&why); err != nil {
		t.Fatal(err)
	}
	few, many3 := supervision.Place{Region: "3301", From: 202607, To: 202609}, supervision.Place{Region: "3304", From: 202607, To: 202609}
	if !slices.ContainsFunc(why, func(c supervision.Cause) bool {
		return c.Place == many3 && c.Arrears && c.Owed && c.Secret != nil && *c.Secret == few && slices.Contains(c.By, supervision.Place{Region: "33", From: 202607, To: 202609})
	}) {
		t.Errorf("why the city's arrears are left out: %+v", why)
	}
	if err := publish(publication.Key{Subject: publication.Collection, Region: "3301", Span: "2026Q3"}); err != nil {
		t.Errorf("the city of few, whose own arrears are left out: %v", err)
	}
	for _, k := range []publication.Key{thirdQuarter, {Subject: publication.Collection, Region: "3301", Span: "2026Q3"}} {
		c := o.published(t, k).Edition.Collection
		unsaid := 0
		for _, group := range [][]publication.Figure{c.Regions, c.Insurances} {
			n := 0
			for _, f := range group {
				if f.Amounts == nil || f.Arrearage == nil {
					n++
				}
			}
			if n == 1 && c.Total.Arrearage != nil {
				t.Errorf("%s: the one line that is left out is the total less the others", k)
			}
			unsaid += n
		}
		if unsaid == 0 {
			t.Errorf("%s leaves nothing out", k)
		}
		for i := 1; i < len(c.Course); i++ { // what a span ends with the next begins with
			before, next := c.Course[i-1], c.Course[i]
			if before.Amounts == nil || before.Arrearage == nil || next.Amounts != nil && next.Arrearage != nil {
				continue
			}
			if left := before.Opening + before.Due - before.Collected - before.Recovered; left > 0 { // nothing is nobody's
				t.Errorf("%s: %s begins with %s, by the figures of %s", k, next.Code, left, before.Code)
			}
		}
	}
	if c := o.published(t, thirdQuarter).Edition.Collection; c.Total.Arrearage == nil || c.Regions[0].Amounts == nil || c.Regions[0].Arrearage != nil || c.Regions[1].Arrearage != nil {
		t.Errorf("the province: %+v", c)
	}
	if c := o.published(t, publication.Key{Subject: publication.Collection, Region: "3301", Span: "2026Q3"}).Edition.Collection; c.Total.Arrearage != nil || c.Total.Amounts == nil {
		t.Errorf("the city of few: %+v", c.Total)
	}
}
