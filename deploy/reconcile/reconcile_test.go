package reconcile_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"log/slog"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints"
	"shebao/complaints/notice"
	grants "shebao/deploy/postgres"
	"shebao/deploy/reconcile"
	"shebao/portal"
	"shebao/shared/calendar"
	"shebao/shared/config"
	"shebao/shared/document/documenttest"
	"shebao/shared/ledger"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/publication"
	"shebao/shared/redis"
	"shebao/shared/seal"
	"shebao/shared/server"
)

var now = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const movedPerson = "070122198908103150" // 叶𠅤

// agency is a small ledger with a register and a published list over it; refreshed brings the register up to a day.
func agency(t *testing.T) (s reconcile.Sources, pool *pgxpool.Pool, refreshed func(at time.Time)) {
	t.Helper()
	pool = postgrestest.New(t, grants.Migrations()...)
	secret := bytes.Repeat([]byte{7}, 32)
	field, err := seal.NewFieldKey(secret, "ledger")
	if err != nil {
		t.Fatal(err)
	}
	hash, err := seal.NewHashKey(secret, "ledger")
	if err != nil {
		t.Fatal(err)
	}
	key, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	private, err := key.Encode()
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString(secret)
	settings := map[string]string{"PORTAL_PUBLIC_URL": "http://si.example", "DESK_PUBLIC_URL": "http://desk.example", "SHEBAO_LEDGER_KEY": text, "SHEBAO_PIN_PEPPER": text, "SHEBAO_RECEIPT_KEY": text, "SHEBAO_STATE_KEY": text, "SHEBAO_TOKEN_SEEDS": text, "SHEBAO_AUDIT_SEEDS": text,
		"SHEBAO_STATEMENT_SEEDS": text, "SHEBAO_DESK_CONTENT_PUBLIC": key.Public().Encode(), "SHEBAO_DESK_IDENTITY_PUBLIC": key.Public().Encode(), "SHEBAO_DESK_CONTENT_PRIVATE": private}
	maps.Copy(settings, documenttest.Settings(t))
	reader := config.NewReader(config.Map(settings))
	desk, public, signing := complaints.ReadConfig(reader), portal.ReadConfig(reader), ledger.ReadStatementKeys(reader)
	if err := reader.Err(); err != nil {
		t.Fatal(err)
	}
	book := ledger.New(pool, ledger.Keys{Field: field, Hash: hash, Statements: signing})
	dir := t.TempDir() // the rejects are written beside the file
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions} {
		content, err := os.ReadFile(filepath.Join("../../shared/ledger/testdata/small", string(kind)+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, string(kind)+".csv")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := book.Import(t.Context(), kind, file, ledger.Options{Now: now}); err != nil {
			t.Fatal(err)
		}
	}
	events := filepath.Join(dir, "events.csv")
	if err := os.WriteFile(events, []byte("id_number,number,kind,on,personal,employer,month_2,note\n"+movedPerson+",T1,transfer_in,2025-03-01,1000.00,1.50,80.00,x\n"+movedPerson+",T2,transfer_out,2026-03-01,,,,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if report, err := book.Import(t.Context(), ledger.Events, events, ledger.Options{Now: now}); err != nil || report.Added != 2 {
		t.Fatalf("%+v, %v", report, err)
	}
	for _, account := range []string{"zhao", "wang"} {
		if _, err := complaints.AddStaff(t.Context(), desk, pool, complaints.Account{Account: account, Name: account, Role: "supervisor", Region: "07", Password: "a long password"}, now); err != nil {
			t.Fatal(err)
		}
	}
	agency := notice.DefaultAgency()
	agency.Name, agency.Series, agency.Address, agency.Contact, agency.Phone = "示例省社会保险中心", "示社稽", "示例路 1 号", "稽核科", "12333"
	if err := complaints.InstallAgency(t.Context(), desk, pool, "", agency, now); err != nil {
		t.Fatal(err)
	}
	list := complaints.PlayedEdition{Subject: publication.Arrears, Region: "07", Author: "zhao", Approver: "wang", Ago: 14, Minimum: 1}
	audits := complaints.PlayedEdition{Subject: publication.Audit, Region: "07", Author: "zhao", Approver: "wang", Ago: 1}
	if err := complaints.PlayPublications(t.Context(), desk, pool, book, []complaints.PlayedEdition{list, audits}, now); err != nil {
		t.Fatal(err)
	}
	demanded(t, pool)
	local, err := redis.StartEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(local.Stop)
	client, err := redis.Open(local.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() }) // nothing of it is kept
	wing, err := portal.New(t.Context(), public, server.Deps{DB: pool, Redis: client, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	forms, err := portal.Forms(public, server.Deps{DB: pool, Redis: client, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	refreshed = func(at time.Time) {
		t.Helper()
		if err := complaints.PlayPublications(t.Context(), desk, pool, book, nil, at); err != nil {
			t.Fatal(err)
		}
	}
	return reconcile.Sources{DB: pool, Ledger: book, Today: calendar.DateOf(now), Forms: forms, Portal: func(path string) (int, []byte, error) {
		answer, err := wing.App.Test(httptest.NewRequest("GET", path, nil), -1)
		if err != nil {
			return 0, nil, err
		}
		body, err := io.ReadAll(answer.Body)
		return answer.StatusCode, body, err
	}}, pool, refreshed
}

func differing(t *testing.T, s reconcile.Sources) (where map[string]int, all int) {
	t.Helper()
	lines, err := reconcile.Run(t.Context(), s, calendar.DateOf(now))
	if err != nil {
		t.Fatal(err)
	}
	where = map[string]int{}
	for _, l := range lines {
		if !l.Agrees() {
			where[l.Where]++
			if !strings.Contains(l.String(), l.Shown) {
				t.Errorf("%s does not say what is shown", l)
			}
		}
	}
	return where, len(lines)
}

// One fen anywhere is found, and where it is.
func TestAFenIsFound(t *testing.T) {
	s, pool, _ := agency(t)
	if where, all := differing(t, s); len(where) != 0 || all < 50 {
		t.Fatalf("before anything was changed %d totals are compared and %v differ", all, where)
	}
	for _, c := range []struct {
		change, back string
		where        []string
	}{
		{`UPDATE complaints.debtor SET owed_after = owed_after + 1 WHERE employer_id = (SELECT min(employer_id) FROM complaints.debtor WHERE cleared_on IS NULL)`,
			`UPDATE complaints.debtor SET owed_after = owed_after - 1 WHERE employer_id = (SELECT min(employer_id) FROM complaints.debtor WHERE cleared_on IS NULL)`, []string{"register"}},
		{`UPDATE complaints.collection_flow SET paid = paid + 1 WHERE (region, insurance, period, received) = (SELECT region, insurance, period, received FROM complaints.collection_flow WHERE received > 0 AND period = (SELECT to_char(data_date - interval '4 months', 'YYYYMM')::integer FROM ledger.reach) ORDER BY 1, 2, 3, 4 LIMIT 1)`,
			`UPDATE complaints.collection_flow SET paid = paid - 1 WHERE (region, insurance, period, received) = (SELECT region, insurance, period, received FROM complaints.collection_flow WHERE received > 0 AND period = (SELECT to_char(data_date - interval '4 months', 'YYYYMM')::integer FROM ledger.reach) ORDER BY 1, 2, 3, 4 LIMIT 1)`, []string{"desk"}},
		{`UPDATE ledger.contribution SET employer_due = employer_due + 1 WHERE (person_id, period, insurance) = (SELECT person_id, period, insurance FROM ledger.contribution WHERE employer_paid < employer_due ORDER BY 1, 2, 3 LIMIT 1)`,
			`UPDATE ledger.contribution SET employer_due = employer_due - 1 WHERE (person_id, period, insurance) = (SELECT person_id, period, insurance FROM ledger.contribution WHERE employer_paid < employer_due ORDER BY 1, 2, 3 LIMIT 1)`,
			[]string{"register", "portal", "open data"}},
		{`UPDATE ledger.account_event SET personal = personal + 1 WHERE number = 'T1'`, `UPDATE ledger.account_event SET personal = personal - 1 WHERE number = 'T1'`, []string{"portal"}},
	} {
		changed, err := pool.Exec(t.Context(), c.change)
		if err != nil || changed.RowsAffected() == 0 {
			t.Fatalf("%s: %v", c.change, err)
		}
		where, _ := differing(t, s)
		for _, w := range c.where {
			if where[w] == 0 {
				t.Errorf("%s is not found in %s: %v", c.change, w, where)
			}
		}
		if _, err := pool.Exec(t.Context(), c.back); err != nil {
			t.Fatal(err)
		}
	}
	if where, _ := differing(t, s); len(where) != 0 {
		t.Errorf("put back, and still %v", where)
	}
}

// The hotline's number is compared too: a month that only the packed row lacks is heard.
func TestWhatIsSpokenIsCompared(t *testing.T) {
	s, pool, _ := agency(t)
	if _, err := pool.Exec(t.Context(), `
		UPDATE ledger.contribution SET employer_paid = employer_due, person_paid = person_due, paid_on = period_day
		FROM (SELECT person_id AS who, period AS month, max(make_date(period / 100, period % 100, 20)) AS period_day FROM ledger.contribution, ledger.reach
			WHERE employer_paid < employer_due AND period / 100 = extract(year FROM data_date) GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 1) AS one WHERE person_id = who AND period = month`); err != nil {
		t.Fatal(err)
	}
	if where, _ := differing(t, s); where["hotline"] == 0 || where["portal"] == 0 {
		t.Errorf("found in %v", where)
	}
}

// With the database away nothing is said to agree.
func TestReconcilingInAnOutage(t *testing.T) {
	s, pool, _ := agency(t)
	pool.Close()
	if _, err := reconcile.Run(t.Context(), s, calendar.DateOf(now)); err == nil {
		t.Error("without a database it agrees")
	}
}
