// Package store is the complaint desk in PostgreSQL: cases, staff and their sign-ins. Every query that shows a case carries the scope of who asks.
package store

import (
	"embed"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/lifecycle"
	"shebao/complaints/retention"
	"shebao/shared/calendar"
	"shebao/shared/intake"
	"shebao/shared/postgres"
	"shebao/shared/seal"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations of the schema complaints.
func Migrations() postgres.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return postgres.Migrations{Module: "complaints", Files: sub}
}

// Store keeps the desk.
type Store struct {
	pool    *pgxpool.Pool
	desk    *intake.Desk
	current atomic.Pointer[lifecycle.Rules] // replaced when a holiday notice comes
	slow    *seal.Slow
	field   seal.FieldKey

	learning sync.RWMutex // held to read while a case is taken, so that none is missed when a calendar comes
	learned  string       // the version of the calendar by which this process has computed deadlines; only Learn touches it

	tellChange Changed
	idle       time.Duration
	retention  retention.Settings
	openings   Openings

	publishing publishing
}

// New makes the store. field seals the staff's second-factor secrets.
func New(pool *pgxpool.Pool, desk *intake.Desk, rules lifecycle.Rules, slow *seal.Slow, field seal.FieldKey) *Store {
	s := &Store{pool: pool, desk: desk, slow: slow, field: field, idle: 30 * time.Minute, retention: retention.Default(), openings: DefaultOpenings()}
	s.current.Store(&rules)
	return s
}

// EndIdleAfter says after how long without a request a sign-in ends (GB/T 22239: time-out); half an hour unless said.
func (s *Store) EndIdleAfter(d time.Duration) {
	if d > 0 {
		s.idle = d
	}
}

// Workdays is the calendar of the moment.
func (s *Store) Workdays() *calendar.Workdays { return s.rules().Workdays }

func (s *Store) rules() lifecycle.Rules { return *s.current.Load() }

// Staff is who works at the desk, and the scope of what they may see.
type Staff struct {
	ID      int32
	Account string
	Name    string
	Role    lifecycle.Role
	Region  string // leading digits
	// SignedInBefore is the sign-in before the present one; what came since is new. It is never zero.
	SignedInBefore time.Time
	MustChange     bool // the password was chosen by somebody else: nothing else may be done first
}

// reader is who reads cases, for the scope's $2; 0 for administrators and auditors, who see no case content.
func (s Staff) reader() int32 {
	if s.Role == lifecycle.Intake || s.Role == lifecycle.Investigator || s.Role == lifecycle.Supervisor {
		return s.ID
	}
	return 0
}
