// Package eligibility keeps who confirmed this year that they still meet the conditions for their pension (领取待遇资格认证: 劳社部函〔2003〕32号 三): by portal and
// telephone, which pensioners do by themselves, and by visit, by assistance of another region and at the counter, which the agency records. It crosses wings: portal
// and hotline confirm, the desk counts, draws samples for visits and records what they found.
package eligibility

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations make the schema eligibility. The ledger's come first.
func Migrations() postgres.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return postgres.Migrations{Module: "eligibility", Files: sub}
}

// Way is how somebody was confirmed.
type Way string

// The ways. Portal and Phone are the pensioner's own word, of which samples are visited.
const (
	Portal     Way = "portal"
	Phone      Way = "phone"
	Visit      Way = "visit"
	Assistance Way = "assistance"
	Counter    Way = "counter"
)

// Ways in the order in which they are counted.
var Ways = [...]Way{Portal, Phone, Counter, Assistance, Visit}

// Self reports whether the way is the pensioner's own word.
func (w Way) Self() bool { return w == Portal || w == Phone }

// Confirmation is one that was recorded.
type Confirmation struct {
	Year int
	Way  Way
	Met  bool
	On   calendar.Date
}

// Room keeps confirmations.
type Room struct{ pool *pgxpool.Pool }

// New is the room in a database that has its Migrations.
func New(pool *pgxpool.Pool) *Room { return &Room{pool} }

// querier is a pool or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Confirm records the pensioner's own word for the year of now in Shanghai. Twice is once: the first day stays. Errors: fault.Invalid for a way that is not their own;
// fault.Conflict (eligibility.not_retired) for whoever draws no pension.
func (r *Room) Confirm(ctx context.Context, personID int64, way Way, now time.Time) error {
	if !way.Self() {
		return fault.New(fault.Invalid, "fault.request")
	}
	return record(ctx, r.pool, personID, way, true, calendar.DateOf(now), now, `ON CONFLICT DO NOTHING`)
}

// Record keeps what the agency found, in the caller's transaction; a later finding of the same year and way replaces the earlier. Errors: as Confirm.
func (r *Room) Record(ctx context.Context, tx pgx.Tx, personID int64, way Way, met bool, on calendar.Date, now time.Time) error {
	return record(ctx, tx, personID, way, met, on, now, `ON CONFLICT (person_id, year, way) DO UPDATE SET met = excluded.met, confirmed_on = excluded.confirmed_on, recorded_at = excluded.recorded_at`)
}

func record(ctx context.Context, db querier, personID int64, way Way, met bool, on calendar.Date, now time.Time, again string) error {
	var retired bool
	err := db.QueryRow(ctx, `
		WITH pensioner AS (
			SELECT p.id, coalesce(e.region, '') AS region
			FROM ledger.person p LEFT JOIN ledger.last_employer l ON l.person_id = p.id LEFT JOIN ledger.employer e ON e.id = l.employer_id
			WHERE p.id = $1 AND p.status = 3
		), kept AS (
			INSERT INTO eligibility.confirmation (person_id, year, way, region, met, confirmed_on, recorded_at)
			SELECT id, $2, $3, region, $4, $5, $6 FROM pensioner `+again+`
		)
		SELECT EXISTS (SELECT FROM pensioner)`, personID, on.Year, string(way), met, on.Time(), now.UTC()).Scan(&retired)
	if err != nil {
		return postgres.Classify(fmt.Errorf("record confirmation: %w", err))
	}
	if !retired {
		return fault.New(fault.Conflict, "eligibility.not_retired")
	}
	return nil
}

// Of lists a person's confirmations, the newest first.
func (r *Room) Of(ctx context.Context, personID int64) ([]Confirmation, error) {
	rows, err := r.pool.Query(ctx, `SELECT year, way, met, confirmed_on FROM eligibility.confirmation WHERE person_id = $1 ORDER BY year DESC, confirmed_on DESC, way`, personID)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read confirmations: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Confirmation, error) {
		var c Confirmation
		var on time.Time
		err := row.Scan(&c.Year, &c.Way, &c.Met, &on)
		c.On = calendar.DateOf(on.UTC())
		return c, err
	})
	return list, postgres.Classify(err)
}

// Within reports whether a person's pension is paid in a region, leading digits. Error: fault.Unavailable.
func (r *Room) Within(ctx context.Context, personID int64, region string) (within bool, err error) {
	err = r.pool.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM ledger.person p LEFT JOIN ledger.last_employer l ON l.person_id = p.id LEFT JOIN ledger.employer e ON e.id = l.employer_id
			WHERE p.id = $1 AND starts_with(coalesce(e.region, ''), $2))`, personID, region).Scan(&within)
	if err != nil {
		return false, postgres.Classify(fmt.Errorf("look up region: %w", err))
	}
	return within, nil
}
