package store_test

import (
	"testing"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/shared/intake"
)

// What a caller had confirmed before hanging up is seen as incomplete by those of the region who work cases, once whoever may still be speaking has been left a quarter of an hour; what
// names no region yet by all of them, and nothing of it by who works none.
func TestTheDeskSeesCallsThatWereHungUp(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	for key, tip := range map[string]intake.TipOff{"a key of sixteen bytes": {Channel: intake.Phone, Kind: intake.Unpaid, EmployerName: "杭城纺织有限公司", Region: "330102"}, "another of sixteen bytes": {Channel: intake.Phone, Kind: intake.Other, EmployerName: "（见录音）"}} {
		if err := d.counter.SaveDraft(ctx, intake.Phone, intake.Key(key), tip, now); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		account, region string
		role            lifecycle.Role
		after           time.Duration
		want            int
	}{
		{"own", "3301", lifecycle.Investigator, 16 * time.Minute, 2}, {"whole", "33", lifecycle.Supervisor, 16 * time.Minute, 2}, {"early", "3301", lifecycle.Intake, 14 * time.Minute, 0},
		{"elsewhere", "3304", lifecycle.Investigator, 16 * time.Minute, 1}, {"admin", "33", lifecycle.Sysadmin, 16 * time.Minute, 0}, {"auditor", "33", lifecycle.Auditor, 16 * time.Minute, 0},
	} {
		drafts, err := d.Drafts(ctx, d.staff(t, c.account, c.role, c.region), now.Add(c.after))
		if err != nil || len(drafts) != c.want {
			t.Errorf("%s: %d drafts, want %d, %v", c.account, len(drafts), c.want, err)
		}
		for _, draft := range drafts {
			if draft.TipOff.Channel != intake.Phone || draft.TipOff.EmployerName == "" {
				t.Errorf("%s: %+v", c.account, draft)
			}
		}
	}
}
