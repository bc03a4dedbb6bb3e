package complaints

import (
	"context"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/complaints/web"
)

func (d desk) SignIn(ctx context.Context, account, password, code, device string, now time.Time) (string, error) {
	session, _, err := d.store.SignIn(ctx, account, password, code, device, now)
	return session, err
}

func (d desk) SignOut(ctx context.Context, session string, now time.Time) error {
	return d.store.SignOut(ctx, session, now)
}

func (d desk) Member(ctx context.Context, session string, now time.Time) (web.Member, context.Context, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err == nil {
		ctx = store.Known(ctx, session, who)
	}
	return web.Member{ID: who.ID, Account: who.Account, Name: who.Name, Role: who.Role, Region: who.Region, MustChange: who.MustChange}, ctx, err
}

func (d desk) ChangePassword(ctx context.Context, session, old, password string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.ChangePassword(ctx, who, session, old, password, now)
}

func (d desk) SignIns(ctx context.Context, session string, own bool, now time.Time) ([]web.SignIn, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	found, err := d.store.Sessions(ctx, who, session, own, now)
	list := make([]web.SignIn, len(found))
	for i, n := range found {
		list[i] = web.SignIn(n)
	}
	return list, err
}

func (d desk) EndSignIn(ctx context.Context, session, ref string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.EndSession(ctx, who, ref, now)
}

func (d desk) People(ctx context.Context, session string, now time.Time) ([]web.Person, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	found, err := d.store.People(ctx, who, now)
	list := make([]web.Person, len(found))
	for i, p := range found {
		list[i] = web.Person(p)
	}
	return list, err
}

func (d desk) AddPerson(ctx context.Context, session string, p web.Person, password string, now time.Time) (string, error) {
	by, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return "", err
	}
	return d.store.AddStaff(ctx, by, staffOf(p, true), password, now)
}

func staffOf(p web.Person, mustChange bool) store.Staff {
	return store.Staff{Account: p.Account, Name: p.Name, Role: lifecycle.Role(p.Role), Region: p.Region, MustChange: mustChange}
}

func (d desk) ChangePerson(ctx context.Context, session string, p web.Person, now time.Time) error {
	by, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.ChangeStaff(ctx, by, staffOf(p, false), now)
}

func (d desk) DisablePerson(ctx context.Context, session, account string, disable bool, now time.Time) error {
	by, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.DisableStaff(ctx, by, account, disable, now)
}

func (d desk) ResetPerson(ctx context.Context, session, account string, now time.Time) (password, secret string, err error) {
	by, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return "", "", err
	}
	return d.store.ResetStaff(ctx, by, account, now)
}
