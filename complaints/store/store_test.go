package store_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/seal"
)

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

type desk struct {
	*store.Store
	pool    *pgxpool.Pool
	counter *intake.Counter
}

func newDesk(t *testing.T) desk {
	t.Helper()
	pool := postgrestest.New(t, audit.Migrations(), intake.Migrations(), store.Migrations())
	content, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	identity, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	hash, err := seal.NewHashKey(bytes.Repeat([]byte{1}, 32), "receipt")
	if err != nil {
		t.Fatal(err)
	}
	field, err := seal.NewFieldKey(bytes.Repeat([]byte{2}, 32), "complaints")
	if err != nil {
		t.Fatal(err)
	}
	slow := seal.NewSlow()
	return desk{store.New(pool, intake.NewDesk(pool, content), lifecycle.Rules{Workdays: calendar.China(), Settings: lifecycle.DefaultSettings()}, slow, field), pool,
		intake.NewCounter(pool, intake.PublicKeys{Content: content.Public(), Identity: identity.Public()}, hash, slow)}
}

func (d desk) staff(t *testing.T, account string, role lifecycle.Role, region string) store.Staff {
	t.Helper()
	if _, err := d.AddStaff(t.Context(), store.Operator, store.Staff{Account: account, Name: account, Role: role, Region: region}, "a long password", now); err != nil {
		t.Fatal(err)
	}
	return d.signIn(t, account, now)
}

func (d desk) signIn(t *testing.T, account string, at time.Time) store.Staff {
	t.Helper()
	code, err := d.Code(t.Context(), account, at)
	if err != nil {
		t.Fatal(err)
	}
	session, _, err := d.SignIn(t.Context(), account, "a long password", code, "", at)
	if err != nil {
		t.Fatal(err)
	}
	who, err := d.StaffOf(t.Context(), session, at)
	if err != nil {
		t.Fatal(err)
	}
	return who
}

func (d desk) file(t *testing.T, region string, n int) {
	t.Helper()
	for i := range n {
		_, err := d.counter.File(t.Context(), intake.NewKey(), intake.TipOff{Channel: intake.Web, Kind: intake.Unpaid, EmployerName: fmt.Sprintf("单位%s-%d", region, i), Region: region, Named: true},
			&intake.Reporter{Name: "叶𠅤", Mobile: "10000009711", IDNumber: "070122198908103150"}, calendar.NewDate(2026, 11, 30), now)
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.TakeAll(t.Context(), now); err != nil {
		t.Fatal(err)
	}
}

func TestEachCaseIsClaimedOnce(t *testing.T) {
	d := newDesk(t)
	var staff []store.Staff
	for i := range 8 {
		staff = append(staff, d.staff(t, fmt.Sprint("li", i), lifecycle.Investigator, "33"))
	}
	d.file(t, "330402", 12)
	var mu sync.Mutex
	claimed := map[string]int{}
	var wait sync.WaitGroup
	for _, who := range staff {
		wait.Go(func() {
			for {
				number, err := d.ClaimNext(t.Context(), who, now)
				if fault.Is(err, fault.NotFound) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				claimed[number]++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if len(claimed) != 12 {
		t.Errorf("%d cases were claimed", len(claimed))
	}
	for number, n := range claimed {
		if n != 1 {
			t.Errorf("%s was claimed %d times", number, n)
		}
	}
}

// Another region's case, and any case for an administrator, is not found: by number, in lists, by claiming, by acting; and the attempt is in the audit log.
func TestNobodySeesBeyondTheirScope(t *testing.T) {
	d := newDesk(t)
	d.file(t, "330402", 1)
	here := d.staff(t, "here", lifecycle.Investigator, "3304")
	if _, _, err := d.CaseByNumber(t.Context(), here, "2026-000001", now); err != nil {
		t.Fatal(err)
	}
	for _, who := range []store.Staff{d.staff(t, "elsewhere", lifecycle.Supervisor, "3301"), d.staff(t, "admin", lifecycle.Sysadmin, ""), d.staff(t, "auditor", lifecycle.Auditor, "")} {
		if _, _, err := d.CaseByNumber(t.Context(), who, "2026-000001", now); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s opened it: %v", who.Account, err)
		}
		if list, _, err := d.Queue(t.Context(), who, store.Filter{View: "all"}, now, 10); err != nil || len(list) > 0 {
			t.Errorf("%s lists %d cases, %v", who.Account, len(list), err)
		}
		if counts, err := d.Counts(t.Context(), who, now); err != nil || counts[store.Open] != 0 {
			t.Errorf("%s counts %v, %v", who.Account, counts, err)
		}
		if _, err := d.ClaimNext(t.Context(), who, now); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s claimed it: %v", who.Account, err)
		}
		if err := d.Act(t.Context(), who, "2026-000001", 1, lifecycle.Input{Action: lifecycle.Accept}, now); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s accepted it: %v", who.Account, err)
		}
		if err := d.Write(t.Context(), who, "2026-000001", "x", true, now); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s wrote to the reporter: %v", who.Account, err)
		}
	}
	var refused int
	if err := d.pool.QueryRow(t.Context(), `SELECT count(*) FROM audit.entry WHERE action = 'view case' AND outcome = 'refused'`).Scan(&refused); err != nil || refused != 3 {
		t.Errorf("%d refusals in the audit log, %v", refused, err)
	}
}

func TestWhoeverIsSlowerIsTold(t *testing.T) {
	d := newDesk(t)
	d.file(t, "330402", 1)
	who := d.staff(t, "li", lifecycle.Investigator, "33")
	if err := d.Write(t.Context(), who, "2026-000001", "看过了", false, now); err != nil {
		t.Fatal(err)
	}
	before, _, err := d.CaseByNumber(t.Context(), who, "2026-000001", now)
	if err != nil {
		t.Fatal(err)
	}
	if before.Version != 1 || before.Due != calendar.NewDate(2026, 11, 30) {
		t.Errorf("a note moved version or deadline: %d %s", before.Version, before.Due)
	}
	accept := lifecycle.Input{Action: lifecycle.Accept}
	if err := d.Act(t.Context(), who, before.Number, before.Version, accept, now); err != nil {
		t.Fatal(err)
	}
	if err := d.Act(t.Context(), who, before.Number, before.Version, accept, now); !fault.Is(err, fault.Conflict) || fault.Of(err).Key != "fault.desk.changed" {
		t.Errorf("a second click: %v", err)
	}
}

// Nothing of the reporter is in any table of the desk in the clear.
func TestTheReporterIsNotInTheTables(t *testing.T) {
	d := newDesk(t)
	d.file(t, "330402", 1)
	for _, table := range []string{"complaints.complaint", "complaints.event", "audit.entry"} {
		var rows string
		if err := d.pool.QueryRow(t.Context(), `SELECT coalesce(string_agg(t::text, ' '), '') FROM `+table+` t`).Scan(&rows); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"叶𠅤", "10000009711", "070122198908103150"} {
			if strings.Contains(rows, secret) {
				t.Errorf("%s holds it", table)
			}
		}
	}
}

func TestACodeIsGoodOnceAndFiveFailuresLock(t *testing.T) {
	d := newDesk(t)
	d.staff(t, "li", lifecycle.Investigator, "")
	code, err := d.Code(t.Context(), "li", now)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.SignIn(t.Context(), "li", "a long password", code, "", now); !fault.Is(err, fault.Denied) {
		t.Errorf("a code used twice: %v", err)
	}
	later := now.Add(10 * time.Minute)
	d.signIn(t, "li", later)
	for range 5 {
		if _, _, err := d.SignIn(t.Context(), "li", "wrong", "000000", "", later); !fault.Is(err, fault.Denied) {
			t.Fatalf("a wrong password: %v", err)
		}
	}
	fresh, err := d.Code(t.Context(), "li", later.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.SignIn(t.Context(), "li", "a long password", fresh, "", later.Add(time.Minute)); !fault.Is(err, fault.Limited) {
		t.Errorf("while locked: %v", err)
	}
	if _, _, err := d.SignIn(t.Context(), "nobody", "x", "000000", "", now); !fault.Is(err, fault.Denied) {
		t.Errorf("an unknown account: %v", err)
	}
}
