// Package ledger is the register of employers, insured persons, contributions and personal accounts: what portal, hotline, desk and public
// pages all read, and what an agency's export files are imported into.
//
// The truth is one row per (person, period, insurance, employer), with every replaced value kept in a history. Beside it stands one packed
// row per person and year, with the year's account, which every reading uses: it is written in the transaction that changes the truth, and
// Verify rebuilds it and compares. ID numbers and mobiles are sealed; a keyed hash finds them.
//
// One import at a time writes the ledger; readers never wait for it and see each person either before or after a change.
package ledger

import (
	"embed"
	"io/fs"
	"runtime"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/identity"
	"shebao/shared/money"
	"shebao/shared/postgres"
	"shebao/shared/seal"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations make the schema ledger.
var Migrations = postgres.Migrations{Module: "ledger", Files: mustSub(migrationFiles, "migrations")}

func mustSub(files embed.FS, dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Keys seal and find what identifies a person, and sign statements. They are derived or made for the ledger alone; a process that neither issues nor checks statements
// has no keys for that.
type Keys struct {
	Field      seal.FieldKey
	Hash       seal.HashKey
	Statements StatementKeys
}

// Ledger reads and writes the register. It is safe for concurrent use.
type Ledger struct {
	pool   *pgxpool.Pool
	keys   Keys
	atOnce int // queries for records under way before the next readings share one: one for two processors, which it keeps busy here and in the database
	gather gatherer
}

// New is the ledger in a database that has its Migrations.
func New(pool *pgxpool.Pool, keys Keys) *Ledger {
	return &Ledger{pool: pool, keys: keys, atOnce: max(1, runtime.GOMAXPROCS(0)/2)}
}

// PersonStatus is a person's insurance status (人员状态).
type PersonStatus int16

// The statuses of persons, as import files name them.
const (
	Contributing PersonStatus = 1 // 参保缴费
	Suspended    PersonStatus = 2 // 暂停
	Retired      PersonStatus = 3 // 离退休
	Ended        PersonStatus = 4 // 终止
)

var personStatusNames = map[PersonStatus]string{Contributing: "参保缴费", Suspended: "暂停", Retired: "离退休", Ended: "终止"}

// String is the status as the agencies' files write it.
func (s PersonStatus) String() string { return personStatusNames[s] }

// Person is an insured person (参保人员).
type Person struct {
	ID              int64
	IDType          string // 证件类型, as imported
	IDNumber        string // normalized; never to be shown unmasked to anyone but the person
	Name            string
	Sex             identity.Sex
	BirthDate       calendar.Date
	CardNumber      string // social security card
	Mobile          string // may be empty
	Status          PersonStatus
	OpeningBalance  money.Fen     // personal account at the end of OpeningOn
	OpeningEmployer money.Fen     // of it, what came from the employer's part (before 2006)
	OpeningOn       calendar.Date // none when the account begins with the first contribution
}

// EmployerStatus is the state of an employer (单位状态).
type EmployerStatus int16

// The statuses of employers, as import files name them.
const (
	Running      EmployerStatus = 1 // 正常
	Stopped      EmployerStatus = 2 // 停业
	Bankrupt     EmployerStatus = 3 // 破产清算
	Merged       EmployerStatus = 4 // 已合并
	Deregistered EmployerStatus = 5 // 注销
)

var employerStatusNames = map[EmployerStatus]string{Running: "正常", Stopped: "停业", Bankrupt: "破产清算", Merged: "已合并", Deregistered: "注销"}

// String is the status as the agencies' files write it.
func (s EmployerStatus) String() string { return employerStatusNames[s] }

// Employer is a unit that owes contributions (用人单位).
type Employer struct {
	ID           int32
	USCC         identity.USCC
	Name         string
	Region       string // administrative division code, six digits; RegionName tells its name
	RegisteredOn calendar.Date
	Status       EmployerStatus
	Ownership    string // 经济类型, as imported
}

// PersonYear is all that the ledger holds of one person and year. Rows are ordered by period, insurance and employer.
type PersonYear struct {
	PersonID   int64
	Year       int
	Rows       []contribution.Row
	Account    account.Year
	HasAccount bool
	Due        contribution.Dues // of the regions paid to, by which its months were paid on time or late; the default where all were on time by either
}

// ArrearsLine is what an employer owes in one insurance for one month, both parts.
type ArrearsLine struct {
	Period    calendar.Period
	Insurance contribution.Insurance
	Persons   int // with something owed
	Due       money.Fen
	Paid      money.Fen
	Owed      money.Fen
}

// EmployerMonth is the desk's evidence about one month of an employer.
type EmployerMonth struct {
	Period      calendar.Period
	Headcount   int // persons with a row in any insurance
	PersonsOwed int // of these, with anything owed
	Owed        money.Fen
	AverageBase money.Fen // mean over the headcount of each person's highest base
}

// PersonArrears is what is owed for one person, month and insurance: a line of the arrears calculation.
type PersonArrears struct {
	PersonID     int64
	Period       calendar.Period
	Insurance    contribution.Insurance
	Base         money.Fen
	EmployerOwed money.Fen
	PersonOwed   money.Fen
}

// Owed is both parts.
func (a PersonArrears) Owed() money.Fen { return a.EmployerOwed + a.PersonOwed }
