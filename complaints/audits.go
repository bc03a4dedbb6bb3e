package complaints

import (
	"bytes"
	"context"
	"time"

	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/audit"
)

// audits is what the pages of the security auditor call.
type audits struct {
	store *store.Store
	keys  audit.Keys
	kept  string // file of checkpoints, compared with when there is one
}

func (a audits) Log(ctx context.Context, session string, f web.AuditFilter, now time.Time) ([]web.AuditRow, error) {
	who, err := a.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	found, err := a.store.AuditLog(ctx, who, store.AuditFilter(f), now)
	list := make([]web.AuditRow, len(found))
	for i, r := range found {
		list[i] = web.AuditRow(r)
	}
	return list, err
}

func (a audits) Checkpoint(ctx context.Context, session string, now time.Time) ([]byte, error) {
	who, err := a.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	c, err := a.store.AuditCheckpoint(ctx, who, a.keys, now)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = c.Write(&b)
	return b.Bytes(), err
}

func (a audits) Verify(ctx context.Context, session string, now time.Time) (web.AuditVerdict, error) {
	who, err := a.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.AuditVerdict{}, err
	}
	var kept []audit.Checkpoint
	if a.kept != "" {
		if kept, err = a.keys.Kept(a.kept); err != nil {
			return web.AuditVerdict{}, err
		}
	}
	checked, breaks, err := a.store.AuditBreaks(ctx, who, kept, now)
	return web.AuditVerdict{Checked: checked, Checkpoints: len(kept), Breaks: breaks}, err
}
