package complaints

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/lifecycle"
	"shebao/complaints/retention"
	"shebao/complaints/store"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/config"
	"shebao/shared/eligibility"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/publication"
	"shebao/shared/receipt"
	"shebao/shared/seal"
	"shebao/shared/server"
)

// room is the desk as its pages are asked for, over a real database, with the public side that files into it.
type room struct {
	t        *testing.T
	app      *fiber.App
	pool     *pgxpool.Pool
	cases    *store.Store
	counter  *intake.Counter
	identity seal.PrivateKey
	log      *bytes.Buffer
	at       time.Time
}

// The reporter of every test: none of it may be found where it does not belong.
const (
	reporterName   = "叶𠅤"
	reporterMobile = "10000009711"
	reporterNumber = "070122198908103150"
)

func newRoom(t *testing.T, set ...func(c *Config)) *room {
	t.Helper()
	r := &room{t: t, pool: postgrestest.New(t, audit.Migrations(), ledger.Migrations, eligibility.Migrations(), intake.Migrations(), publication.Migrations(), Migrations()), log: &bytes.Buffer{}, at: time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)}
	content, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	if r.identity, err = seal.GenerateKey(); err != nil {
		t.Fatal(err)
	}
	c := Config{ledgerKeys: config.Secrets{bytes.Repeat([]byte{3}, 32)}, stateKeys: config.Secrets{bytes.Repeat([]byte{2}, 32)}, contentKey: content, smallEmployer: 5, takeEvery: time.Second, idle: 366 * 24 * time.Hour, windowDays: 5, assistanceDays: 20, limits: lifecycle.DefaultSettings()}
	c.publicKeys, c.receiptKeys = intake.PublicKeys{Content: content.Public(), Identity: r.identity.Public()}, config.Secrets{bytes.Repeat([]byte{1}, 32)}
	c.keep, c.openings = retention.Default(), store.DefaultOpenings()
	for _, s := range set {
		s(&c)
	}
	if c.audit, err = audit.NewKeys(bytes.Repeat([]byte{5}, 32)); err != nil {
		t.Fatal(err)
	}
	wing, err := New(t.Context(), c, server.Deps{DB: r.pool, Log: slog.New(slog.NewTextHandler(r.log, nil)), Now: func() time.Time { return r.at }})
	if err != nil {
		t.Fatal(err)
	}
	r.app = wing.App
	if r.cases, err = c.store(r.pool); err != nil {
		t.Fatal(err)
	}
	hash, err := seal.NewHashKey(bytes.Repeat([]byte{1}, 32), "receipt")
	if err != nil {
		t.Fatal(err)
	}
	r.counter = intake.NewCounter(r.pool, intake.PublicKeys{Content: content.Public(), Identity: r.identity.Public()}, hash, seal.NewSlow())
	return r
}

// staff adds a member and returns a session of theirs.
func (r *room) staff(account string, role lifecycle.Role, region string) (session string) {
	r.t.Helper()
	session = "session-of-" + account
	r.exec(`WITH f AS (INSERT INTO complaints.staff (account, name, role, region, password_hash, password_salt, totp_secret) VALUES ($1, $2, $3, $4, '', '', '') RETURNING id)
		INSERT INTO complaints.staff_session (id, staff_id, started_at, expires_at) SELECT $5, id, $6, $7 FROM f`, account, "员工"+account, string(role), region, session, r.at, r.at.AddDate(1, 0, 0))
	return session
}

func (r *room) exec(sql string, args ...any) {
	r.t.Helper()
	if _, err := r.pool.Exec(r.t.Context(), sql, args...); err != nil {
		r.t.Fatal(err)
	}
}

// value is one value of the database as text.
func (r *room) value(sql string, args ...any) string {
	r.t.Helper()
	var v any
	if err := r.pool.QueryRow(r.t.Context(), sql, args...).Scan(&v); err != nil {
		r.t.Fatal(err)
	}
	return fmt.Sprint(v)
}

// file files a tip-off and takes it; the case is numbered in order from 2026-000001.
func (r *room) file(change ...func(*intake.TipOff, *intake.Reporter)) (intake.Key, receipt.Code) {
	r.t.Helper()
	tip := intake.TipOff{Channel: intake.Web, Kind: intake.Unpaid, EmployerName: "嘉兴示例单位", Region: "330402", Words: "三月起没交", Named: true, OwnRights: true}
	who := &intake.Reporter{Name: reporterName, Mobile: reporterMobile, IDNumber: reporterNumber, PersonID: 17}
	for _, f := range change {
		f(&tip, who)
	}
	if !tip.Named {
		who = nil
	}
	key := intake.NewKey()
	code, err := r.counter.File(r.t.Context(), key, tip, who, calendar.NewDate(2026, 12, 1), r.at)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.cases.TakeAll(r.t.Context(), r.at); err != nil {
		r.t.Fatal(err)
	}
	return key, code
}

// answer of a page.
type answer struct {
	status int
	body   string
	header http.Header
}

func (r *room) do(session string, q *http.Request) answer {
	r.t.Helper()
	q.AddCookie(&http.Cookie{Name: "desk", Value: session})
	got, err := r.app.Test(q, -1)
	if err != nil {
		r.t.Fatal(err)
	}
	body, err := io.ReadAll(got.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer{got.StatusCode, string(body), got.Header}
}

func (r *room) get(session, path string) answer {
	r.t.Helper()
	return r.do(session, httptest.NewRequest("GET", path, nil))
}

// post sends a form of names and values in turn.
func (r *room) post(session, path string, fields ...string) answer {
	r.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	q := httptest.NewRequest("POST", path, strings.NewReader(values.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	return r.do(session, q)
}

// upload sends a file with more fields.
func (r *room) upload(session, path, name string, content []byte, fields ...string) answer {
	r.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i+1 < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		r.t.Fatal(err)
	}
	q := httptest.NewRequest("POST", path, &b)
	q.Header.Set("Content-Type", w.FormDataContentType())
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	return r.do(session, q)
}

// want checks status and words of an answer.
func (r *room) want(a answer, status int, words ...string) {
	r.t.Helper()
	if a.status != status {
		r.t.Errorf("status %d, want %d: %.400s", a.status, status, a.body)
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			r.t.Errorf("the page does not say %q", w)
		}
	}
}
