package store_test

import (
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/shared/fault"
)

// Two secrets that are one are one: the passphrase is never the password.
func TestAPassphraseIsNotThePassword(t *testing.T) {
	h, ctx := newDesk(t), t.Context()
	const password = "the same long secret 1"
	if _, err := h.AddStaff(ctx, store.Operator, store.Staff{Account: "li", Name: "李", Role: lifecycle.Investigator}, password, now); err != nil {
		t.Fatal(err)
	}
	who, err := h.StaffByAccount(ctx, "li")
	if err != nil {
		t.Fatal(err)
	}
	if f := fault.Of(h.MakeKeyholder(ctx, who, password, now)); f == nil || len(f.Fields) != 1 || f.Fields[0].Key != "identity.fault.password" {
		t.Errorf("the password as passphrase: %v", f)
	}
	if err := h.MakeKeyholder(ctx, who, password+"2", now); err != nil {
		t.Error(err)
	}
	who.Role = lifecycle.Intake
	if err := h.MakeKeyholder(ctx, who, password+"3", now); !fault.Is(err, fault.Denied) {
		t.Errorf("the counter holds a part: %v", err)
	}
}
