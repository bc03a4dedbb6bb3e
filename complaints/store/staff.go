package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp/totp"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/seal"
)

const placeTOTP = "complaints.staff.totp"

// Operator acts from the command line: a person with the machine in their hands, and no account.
var Operator = Staff{Role: "operator"}

var (
	accountForm = regexp.MustCompile(`^[a-z][a-z0-9.-]{1,31}$`)
	regionForm  = regexp.MustCompile(`^([0-9]{2}){0,3}$`)
)

// AddStaff creates an account and returns the secret of its second factor, to be entered into an authenticator. A password chosen by somebody else must be changed
// at the first sign-in. Errors: fault.Invalid by field; fault.Conflict (fault.desk.account) when the account exists.
func (s *Store) AddStaff(ctx context.Context, by, who Staff, password string, now time.Time) (secret string, err error) {
	wrong := checkStaff(who)
	if !accountForm.MatchString(who.Account) {
		wrong = append(wrong, fault.Field{Name: "account", Key: "fault.people.account"})
	}
	if key := passwordProblem(password, who.Account); key != "" {
		wrong = append(wrong, fault.Field{Name: "password", Key: key})
	}
	if len(wrong) > 0 {
		return "", fault.InvalidFields(wrong...)
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Shebao", AccountName: who.Account})
	if err != nil {
		return "", fmt.Errorf("make second factor: %w", err)
	}
	salt := seal.NewSalt()
	hash, err := s.slow.Hash(ctx, []byte(password), salt)
	if err != nil {
		return "", err
	}
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var id int32
		err := tx.QueryRow(ctx, `INSERT INTO complaints.staff (account, name, role, region, password_hash, password_salt, totp_secret, must_change, password_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
			who.Account, who.Name, string(who.Role), who.Region, hash, salt, s.field.Seal(placeTOTP, []byte(key.Secret())), who.MustChange, now).Scan(&id)
		if postgres.IsUnique(err, "") {
			return fault.New(fault.Conflict, "fault.desk.account")
		}
		if err != nil {
			return fmt.Errorf("insert staff: %w", err)
		}
		return noteStaff(ctx, tx, by, "add staff", id, now)
	})
	return key.Secret(), err
}

func checkStaff(who Staff) []fault.Field {
	var wrong []fault.Field
	if name := strings.TrimSpace(who.Name); name == "" || len([]rune(name)) > 40 {
		wrong = append(wrong, fault.Field{Name: "name", Key: "fault.people.name"})
	}
	if !slices.Contains(lifecycle.Roles[:], who.Role) {
		wrong = append(wrong, fault.Field{Name: "role", Key: "fault.people.role"})
	}
	if !regionForm.MatchString(who.Region) {
		wrong = append(wrong, fault.Field{Name: "region", Key: "fault.people.region"})
	}
	return wrong
}

// passwordProblem says what is wrong with a password (GB/T 22239: complexity): ten characters at least, of two kinds, without the account's name, and not one character over
// and over.
func passwordProblem(password, account string) string {
	runes := []rune(password)
	if len(runes) < 10 || len(runes) > 128 {
		return "fault.people.password.length"
	}
	kinds := map[int]bool{}
	different := map[rune]bool{}
	for _, r := range runes {
		different[r] = true
		switch {
		case unicode.IsDigit(r):
			kinds[0] = true
		case unicode.IsLetter(r):
			kinds[1] = true
		default:
			kinds[2] = true
		}
	}
	if len(kinds) < 2 || len(different) < 5 || account != "" && strings.Contains(strings.ToLower(password), account) {
		return "fault.people.password.weak"
	}
	return ""
}

func noteStaff(ctx context.Context, tx pgx.Tx, by Staff, action string, id int32, now time.Time) error {
	e := audit.Entry{Stream: "complaints", At: now, Actor: fmt.Sprintf("staff:%d", by.ID), Role: string(by.Role), Action: action, Subject: fmt.Sprintf("staff:%d", id)}
	if by.ID == 0 {
		e.Stream, e.Actor = "command", "operator"
	}
	return audit.Append(ctx, tx, e)
}

// Person is an account as the administrator sees it.
type Person struct {
	ID       int32
	Account  string
	Name     string
	Role     lifecycle.Role
	Region   string
	Disabled bool
	Locked   bool
	SignedIn time.Time // zero: never
	Cases    int       // open ones that they have
}

// People lists every account. Error: fault.Denied for whoever administers nothing.
func (s *Store) People(ctx context.Context, by Staff, now time.Time) ([]Person, error) {
	if !by.administers() {
		return nil, fault.New(fault.Denied, "fault.desk.role")
	}
	rows, err := s.pool.Query(ctx, `
		SELECT f.id, f.account, f.name, f.role, f.region, f.disabled_at IS NOT NULL, coalesce(f.locked_until > $1, false), coalesce(f.signed_in_at, '0001-01-01'),
			(SELECT count(*) FROM complaints.complaint c WHERE c.owner_id = f.id AND `+openOnly+`)
		FROM complaints.staff f ORDER BY f.disabled_at IS NOT NULL, f.account LIMIT 2000`, now)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list staff: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Person])
	return list, postgres.Classify(err)
}

func (s Staff) administers() bool { return s.Role == lifecycle.Sysadmin || s.Role == Operator.Role }

// ChangeStaff changes name, role and region of an account; open cases that it may not work on any more wait for somebody else. Errors: fault.Invalid by field, fault.Denied for the own account, fault.NotFound.
func (s *Store) ChangeStaff(ctx context.Context, by, who Staff, now time.Time) error {
	if wrong := checkStaff(who); len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return s.administer(ctx, by, who.Account, "change staff", now, func(tx pgx.Tx, id int32) error {
		_, err := tx.Exec(ctx, `UPDATE complaints.staff SET name = $2, role = $3, region = $4 WHERE id = $1`, id, strings.TrimSpace(who.Name), string(who.Role), who.Region)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE complaints.complaint c SET owner_id = NULL, version = version + 1 WHERE c.owner_id = $1 AND `+openOnly+`
			AND NOT (($2 IN ('investigator', 'supervisor') OR $2 = 'intake' AND c.state IN ('received', 'screening', 'needs_supplement')) AND (c.region = '' OR starts_with(c.region, $3)))`, id, string(who.Role), who.Region)
		return err
	})
}

// DisableStaff ends an account and its sign-ins, or lets it live again; the cases that it has wait for somebody else. Errors: as ChangeStaff.
func (s *Store) DisableStaff(ctx context.Context, by Staff, account string, disable bool, now time.Time) error {
	action := "enable staff"
	if disable {
		action = "disable staff"
	}
	return s.administer(ctx, by, account, action, now, func(tx pgx.Tx, id int32) error {
		if !disable {
			_, err := tx.Exec(ctx, `UPDATE complaints.staff SET disabled_at = NULL, failures = 0, locked_until = NULL WHERE id = $1`, id)
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE complaints.staff SET disabled_at = $2 WHERE id = $1`, id, now); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, id, "", now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE complaints.complaint c SET owner_id = NULL WHERE c.owner_id = $1 AND `+openOnly, id)
		return err
	})
}

// ResetStaff gives an account a password for once and a new second factor, ends its sign-ins and lifts its lock. Errors: as ChangeStaff.
func (s *Store) ResetStaff(ctx context.Context, by Staff, account string, now time.Time) (password, secret string, err error) {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails: it crashes the process instead
	password = strings.ToLower(base32.StdEncoding.EncodeToString(b))
	password = password[:4] + "-" + password[4:8] + "-" + password[8:12] + "-" + password[12:]
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Shebao", AccountName: account})
	if err != nil {
		return "", "", fmt.Errorf("make second factor: %w", err)
	}
	salt := seal.NewSalt()
	hash, err := s.slow.Hash(ctx, []byte(password), salt)
	if err != nil {
		return "", "", err
	}
	err = s.administer(ctx, by, account, "reset staff", now, func(tx pgx.Tx, id int32) error {
		_, err := tx.Exec(ctx, `UPDATE complaints.staff SET password_hash = $2, password_salt = $3, totp_secret = $4, totp_last = 0, must_change = true, password_at = $5, failures = 0, locked_until = NULL
			WHERE id = $1`, id, hash, salt, s.field.Seal(placeTOTP, []byte(key.Secret())), now)
		if err != nil {
			return err
		}
		return endSessions(ctx, tx, id, "", now)
	})
	return password, key.Secret(), err
}

func (s *Store) administer(ctx context.Context, by Staff, account, action string, now time.Time, work func(tx pgx.Tx, id int32) error) error {
	if !by.administers() {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var id int32
		err := tx.QueryRow(ctx, `SELECT id FROM complaints.staff WHERE account = $1 FOR UPDATE`, account).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.people.unknown")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", action, err)
		}
		if id == by.ID {
			return fault.New(fault.Denied, "fault.people.own")
		}
		if err := work(tx, id); err != nil {
			return fmt.Errorf("%s: %w", action, err)
		}
		return noteStaff(ctx, tx, by, action, id, now)
	})
}

func endSessions(ctx context.Context, tx pgx.Tx, id int32, but string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE complaints.staff_session SET ended_at = $2 WHERE staff_id = $1 AND ended_at IS NULL AND id <> $3`, id, now, but)
	return err
}

// ChangePassword changes the asker's own password and ends their other sign-ins. Errors: fault.Invalid by field (old, password).
func (s *Store) ChangePassword(ctx context.Context, who Staff, session, old, password string, now time.Time) error {
	var hash, salt []byte
	if err := s.pool.QueryRow(ctx, `SELECT password_hash, password_salt FROM complaints.staff WHERE id = $1`, who.ID).Scan(&hash, &salt); err != nil {
		return postgres.Classify(fmt.Errorf("look up password: %w", err))
	}
	got, err := s.slow.Hash(ctx, []byte(old), salt)
	if err != nil {
		return fault.LimitedFor("fault.busy", 5*time.Second).Because(err)
	}
	var wrong []fault.Field
	if subtle.ConstantTimeCompare(got, hash) != 1 {
		wrong = append(wrong, fault.Field{Name: "old", Key: "fault.people.password.old"})
	}
	switch key := passwordProblem(password, who.Account); {
	case key != "":
		wrong = append(wrong, fault.Field{Name: "password", Key: key})
	case password == old:
		wrong = append(wrong, fault.Field{Name: "password", Key: "fault.people.password.same"})
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	salt = seal.NewSalt()
	if hash, err = s.slow.Hash(ctx, []byte(password), salt); err != nil {
		return fault.LimitedFor("fault.busy", 5*time.Second).Because(err)
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE complaints.staff SET password_hash = $2, password_salt = $3, must_change = false, password_at = $4 WHERE id = $1`, who.ID, hash, salt, now); err != nil {
			return fmt.Errorf("change password: %w", err)
		}
		if err := endSessions(ctx, tx, who.ID, session, now); err != nil {
			return fmt.Errorf("change password: %w", err)
		}
		return noteStaff(ctx, tx, who, "change password", who.ID, now)
	})
}

// StaffByAccount is an account that may act, for whoever acts in its name from the command line. Error: fault.NotFound.
func (s *Store) StaffByAccount(ctx context.Context, account string) (Staff, error) {
	var who Staff
	err := s.pool.QueryRow(ctx, `SELECT id, account, name, role, region FROM complaints.staff WHERE account = $1 AND disabled_at IS NULL`, account).Scan(&who.ID, &who.Account, &who.Name, &who.Role, &who.Region)
	if errors.Is(err, pgx.ErrNoRows) {
		return who, fault.New(fault.NotFound, "fault.people.unknown")
	}
	return who, postgres.Classify(err)
}

// Code is the present code of an account's second factor: for the demo's own accounts, and for nobody else's.
func (s *Store) Code(ctx context.Context, account string, now time.Time) (string, error) {
	var sealed []byte
	if err := s.pool.QueryRow(ctx, `SELECT totp_secret FROM complaints.staff WHERE account = $1`, account).Scan(&sealed); err != nil {
		return "", postgres.Classify(fmt.Errorf("look up account: %w", err))
	}
	secret, err := s.field.Open(placeTOTP, sealed)
	if err != nil {
		return "", err
	}
	return totp.GenerateCode(string(secret), now)
}

// NextCode is a code that is still good when the moment's own was used already: what the demo's sign-in page shows to somebody who signs in twice.
func (s *Store) NextCode(ctx context.Context, account string, now time.Time) (string, error) {
	var last int64
	if err := s.pool.QueryRow(ctx, `SELECT totp_last FROM complaints.staff WHERE account = $1`, account).Scan(&last); err != nil {
		return "", postgres.Classify(fmt.Errorf("look up account: %w", err))
	}
	if last >= now.Unix()/timeStep {
		now = time.Unix((last+1)*timeStep, 0)
	}
	return s.Code(ctx, account, now)
}
