package store_test

import (
	"slices"
	"testing"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/shared/fault"
)

func TestPasswordsAndAccountsHaveRules(t *testing.T) {
	d := newDesk(t)
	admin := d.staff(t, "admin", lifecycle.Sysadmin, "")
	for _, test := range []struct {
		who      store.Staff
		password string
		fields   []string
	}{
		{store.Staff{Account: "X", Name: " ", Role: "king", Region: "3"}, "short", []string{"name", "role", "region", "account", "password"}},
		{store.Staff{Account: "wang", Name: "王", Role: lifecycle.Intake, Region: "33"}, "aaaaaaaaaaaa", []string{"password"}},
		{store.Staff{Account: "wang", Name: "王", Role: lifecycle.Intake, Region: "33"}, "my-wang-secret-1", []string{"password"}},
	} {
		_, err := d.AddStaff(t.Context(), admin, test.who, test.password, now)
		var fields []string
		for _, f := range fault.Of(err).Fields {
			fields = append(fields, f.Name)
		}
		if !fault.Is(err, fault.Invalid) || !slices.Equal(fields, test.fields) {
			t.Errorf("%+v: %v", test.who, err)
		}
	}
}

// What an administrator does to an account holds at once; nobody else may, and nobody to themselves.
func TestAccountsAreAdministered(t *testing.T) {
	d := newDesk(t)
	d.file(t, "330402", 1)
	admin, li := d.staff(t, "admin", lifecycle.Sysadmin, ""), d.staff(t, "li", lifecycle.Investigator, "33")
	if _, err := d.ClaimNext(t.Context(), li, now); err != nil {
		t.Fatal(err)
	}
	for _, who := range []store.Staff{li, d.staff(t, "head", lifecycle.Supervisor, ""), d.staff(t, "auditor", lifecycle.Auditor, "")} {
		if _, err := d.People(t.Context(), who, now); !fault.Is(err, fault.Denied) {
			t.Errorf("%s lists the accounts: %v", who.Account, err)
		}
		if err := d.DisableStaff(t.Context(), who, "admin", true, now); !fault.Is(err, fault.Denied) {
			t.Errorf("%s disables: %v", who.Account, err)
		}
		if _, _, err := d.ResetStaff(t.Context(), who, "admin", now); !fault.Is(err, fault.Denied) {
			t.Errorf("%s resets: %v", who.Account, err)
		}
	}
	if err := d.ChangeStaff(t.Context(), admin, store.Staff{Account: "admin", Name: "x", Role: lifecycle.Supervisor}, now); !fault.Is(err, fault.Denied) {
		t.Errorf("the own account: %v", err)
	}
	if err := d.DisableStaff(t.Context(), admin, "li", true, now); err != nil {
		t.Fatal(err)
	}
	if n := d.value(t, `SELECT count(*) FROM complaints.complaint WHERE owner_id IS NOT NULL`); n != int64(0) {
		t.Error("a disabled account keeps its case")
	}
	if live, err := d.Sessions(t.Context(), admin, "", false, now); err != nil || slices.ContainsFunc(live, func(n store.Session) bool { return n.Account == "li" }) {
		t.Errorf("a disabled account is signed in: %v", err)
	}
	if err := d.DisableStaff(t.Context(), admin, "nobody", true, now); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown account: %v", err)
	}
}

func TestAResetPasswordIsForOnce(t *testing.T) {
	d := newDesk(t)
	admin := d.staff(t, "admin", lifecycle.Sysadmin, "")
	d.staff(t, "li", lifecycle.Investigator, "33")
	password, _, err := d.ResetStaff(t.Context(), admin, "li", now)
	if err != nil {
		t.Fatal(err)
	}
	later := now.Add(time.Minute)
	code, err := d.Code(t.Context(), "li", later)
	if err != nil {
		t.Fatal(err)
	}
	session, _, err := d.SignIn(t.Context(), "li", password, code, "Firefox Linux", later)
	if err != nil {
		t.Fatal(err)
	}
	who, err := d.StaffOf(t.Context(), session, later)
	if err != nil || !who.MustChange {
		t.Fatalf("%+v, %v", who, err)
	}
	if err := d.ChangePassword(t.Context(), who, session, password, password, later); !fault.Is(err, fault.Invalid) {
		t.Errorf("the same again: %v", err)
	}
	if err := d.ChangePassword(t.Context(), who, session, "wrong", "another good 1", later); !fault.Is(err, fault.Invalid) {
		t.Errorf("without the old one: %v", err)
	}
	if err := d.ChangePassword(t.Context(), who, session, password, "another good 1", later); err != nil {
		t.Fatal(err)
	}
	if who, err = d.StaffOf(t.Context(), session, later); err != nil || who.MustChange {
		t.Errorf("%+v, %v", who, err)
	}
}

// A sign-in ends after half an hour without a request; who may end whose is decided in SQL.
func TestSignInsEnd(t *testing.T) {
	d := newDesk(t)
	admin, li := d.staff(t, "admin", lifecycle.Sysadmin, ""), d.staff(t, "li", lifecycle.Investigator, "3304")
	near, far := d.staff(t, "near", lifecycle.Supervisor, "33"), d.staff(t, "far", lifecycle.Supervisor, "3301")
	find := func(who store.Staff) string {
		t.Helper()
		live, err := d.Sessions(t.Context(), who, "", false, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range live {
			if n.Account == "li" {
				return n.Ref
			}
		}
		return ""
	}
	ref := find(admin)
	if ref == "" || find(near) != ref || find(li) != ref || find(far) != "" {
		t.Errorf("seen by admin %q near %q li %q far %q", ref, find(near), find(li), find(far))
	}
	if err := d.EndSession(t.Context(), far, ref, now); !fault.Is(err, fault.NotFound) {
		t.Errorf("ended from another region: %v", err)
	}
	if err := d.EndSession(t.Context(), near, ref, now); err != nil {
		t.Error(err)
	}
	if err := d.EndSession(t.Context(), admin, ref, now); !fault.Is(err, fault.NotFound) {
		t.Errorf("ended twice: %v", err)
	}
	later := now.Add(10 * time.Minute)
	code, err := d.Code(t.Context(), "far", later)
	if err != nil {
		t.Fatal(err)
	}
	session, _, err := d.SignIn(t.Context(), "far", "a long password", code, "", later)
	if err != nil {
		t.Fatal(err)
	}
	for _, wait := range []time.Duration{20 * time.Minute, 20 * time.Minute, 31 * time.Minute} {
		later = later.Add(wait)
		if _, err := d.StaffOf(t.Context(), session, later); (err != nil) != (wait > 30*time.Minute) {
			t.Errorf("after %s without a request: %v", wait, err)
		}
	}
}

// Whoever is given another role or region keeps the open cases that they may still work on; the others wait for somebody else rather than lie with who cannot open them.
func TestWhoMovesLeavesTheCases(t *testing.T) {
	d := newDesk(t)
	d.file(t, "330402", 2)
	admin, li := d.staff(t, "admin", lifecycle.Sysadmin, ""), d.staff(t, "li", lifecycle.Investigator, "33")
	for range 2 {
		if _, err := d.ClaimNext(t.Context(), li, now); err != nil {
			t.Fatal(err)
		}
	}
	d.act(t, li, "2026-000001", lifecycle.Input{Action: lifecycle.Accept})
	for _, step := range []struct {
		role   lifecycle.Role
		region string
		has    string
	}{{lifecycle.Supervisor, "3304", "2026-000001 2026-000002"}, {lifecycle.Intake, "33", "2026-000002"}, {lifecycle.Intake, "3302", ""}} {
		if err := d.ChangeStaff(t.Context(), admin, store.Staff{Account: "li", Name: "李", Role: step.role, Region: step.region}, now); err != nil {
			t.Fatal(err)
		}
		if got := d.found(t, `SELECT coalesce(string_agg(number, ' ' ORDER BY number), '') FROM complaints.complaint WHERE owner_id = $1`, li.ID); got != step.has {
			t.Errorf("as %s of %s: has %q", step.role, step.region, got)
		}
	}
}
