// Package store is the complaint desk in PostgreSQL: cases, staff and their sign-ins. Every query that shows a case carries the scope of who asks.
package store

import (
	"embed"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/lifecycle"
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
	pool     *pgxpool.Pool
	desk     *intake.Desk
	workdays *calendar.Workdays
	slow     *seal.Slow
	field    seal.FieldKey
}

// New makes the store. field seals the staff's second-factor secrets.
func New(pool *pgxpool.Pool, desk *intake.Desk, workdays *calendar.Workdays, slow *seal.Slow, field seal.FieldKey) *Store {
	return &Store{pool, desk, workdays, slow, field}
}

// Staff is who works at the desk, and the scope of what they may see.
type Staff struct {
	ID      int32
	Account string
	Name    string
	Role    lifecycle.Role
	Region  string // leading digits
}

// seesCases: administrators and auditors see no case content.
func (s Staff) seesCases() bool {
	return s.Role == lifecycle.Intake || s.Role == lifecycle.Investigator || s.Role == lifecycle.Supervisor
}
