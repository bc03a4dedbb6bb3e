package complaints

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
)

// Account of a member of staff.
type Account struct {
	Account, Name, Role, Region, Password string
	MustChange                            bool // at the first sign-in: somebody else chose the password
}

// AddStaff creates a staff account and returns the secret of its second factor. Errors: fault.Invalid by field; fault.Conflict when it exists.
func AddStaff(ctx context.Context, c Config, pool *pgxpool.Pool, a Account, now time.Time) (secret string, err error) {
	cases, err := c.store(pool)
	if err != nil {
		return "", err
	}
	return cases.AddStaff(ctx, store.Operator, store.Staff{Account: a.Account, Name: a.Name, Role: lifecycle.Role(a.Role), Region: a.Region, MustChange: a.MustChange}, a.Password, now)
}

// DisableStaff ends an account and its sign-ins; the cases that it has wait for somebody else. Error: fault.NotFound.
func DisableStaff(ctx context.Context, c Config, pool *pgxpool.Pool, account string, disable bool, now time.Time) error {
	cases, err := c.store(pool)
	if err != nil {
		return err
	}
	return cases.DisableStaff(ctx, store.Operator, account, disable, now)
}

// ResetStaff gives an account a password for once and a new second factor. Error: fault.NotFound.
func ResetStaff(ctx context.Context, c Config, pool *pgxpool.Pool, account string, now time.Time) (password, secret string, err error) {
	cases, err := c.store(pool)
	if err != nil {
		return "", "", err
	}
	return cases.ResetStaff(ctx, store.Operator, account, now)
}

// ListStaff lists every account.
func ListStaff(ctx context.Context, c Config, pool *pgxpool.Pool, now time.Time) ([]store.Person, error) {
	cases, err := c.store(pool)
	if err != nil {
		return nil, err
	}
	return cases.People(ctx, store.Operator, now)
}
