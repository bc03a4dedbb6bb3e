package eligibility_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/eligibility"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
	"shebao/shared/postgres/postgrestest"
)

// In Shanghai it is the first day of 2027 already.
var newYear = time.Date(2026, 12, 31, 17, 0, 0, 0, time.UTC)

// newRoom has four pensioners in two regions (1 to 4) and a worker (5).
func newRoom(t *testing.T) (*eligibility.Room, *pgxpool.Pool) {
	t.Helper()
	pool := postgrestest.New(t, ledger.Migrations, eligibility.Migrations())
	for _, sql := range []string{
		`INSERT INTO ledger.employer (uscc, name, name_grams, region, status, ownership) VALUES ('91330402MA10000010', '甲', '{}', '330402', 1, ''), ('91330106MA10000011', '乙', '{}', '330106', 1, '')`,
		`INSERT INTO ledger.person (id_hash, id_sealed, id_type, name, sex, card_number, status, opening_balance, content_hash)
			SELECT n::text::bytea, '', '居民身份证', '退休人', '女', '', CASE n WHEN 5 THEN 1 ELSE 3 END, 0, '' FROM generate_series(1, 5) n ORDER BY n`,
		`INSERT INTO ledger.last_employer SELECT n, CASE n WHEN 4 THEN 2 ELSE 1 END FROM generate_series(1, 5) n`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return eligibility.New(pool), pool
}

func TestPensionersConfirmForThemselvesOnceAYear(t *testing.T) {
	r, _ := newRoom(t)
	for _, at := range []time.Time{newYear, newYear.Add(72 * time.Hour)} {
		if err := r.Confirm(t.Context(), 1, eligibility.Portal, at); err != nil {
			t.Fatal(err)
		}
	}
	list, err := r.Of(t.Context(), 1)
	if err != nil || len(list) != 1 || list[0].Year != 2027 || list[0].On != calendar.NewDate(2027, 1, 1) || !list[0].Met {
		t.Errorf("%+v, %v", list, err)
	}
	if err := r.Confirm(t.Context(), 5, eligibility.Portal, newYear); !fault.Is(err, fault.Conflict) {
		t.Errorf("a worker confirms: %v", err)
	}
	if err := r.Confirm(t.Context(), 99, eligibility.Portal, newYear); !fault.Is(err, fault.Conflict) {
		t.Errorf("nobody confirms: %v", err)
	}
	if err := r.Confirm(t.Context(), 1, eligibility.Visit, newYear); !fault.Is(err, fault.Invalid) {
		t.Errorf("a visit to oneself: %v", err)
	}
}

func TestWhoIsCountedDrawnAndMissing(t *testing.T) {
	r, pool := newRoom(t)
	for person, way := range map[int64]eligibility.Way{1: eligibility.Portal, 2: eligibility.Phone, 4: eligibility.Phone} {
		if err := r.Confirm(t.Context(), person, way, newYear); err != nil {
			t.Fatal(err)
		}
	}
	visited := calendar.NewDate(2027, 3, 1)
	err := postgres.Tx(t.Context(), pool, func(tx pgx.Tx) error {
		return r.Record(t.Context(), tx, 1, eligibility.Visit, false, visited, newYear.AddDate(0, 2, 0))
	})
	if err != nil {
		t.Fatal(err)
	}
	counts, err := r.Counts(t.Context(), 2027, "33", visited)
	if err != nil || len(counts) != 2 || counts[0].Region != "330106" || counts[1].Persons != 2 || counts[1].NotMet != 1 || counts[1].ByWay[eligibility.Portal] != 1 || counts[1].ByWay[eligibility.Visit] != 1 {
		t.Errorf("%+v, %v", counts, err)
	}
	if before, err := r.Counts(t.Context(), 2027, "3304", calendar.NewDate(2027, 2, 28)); err != nil || len(before) != 1 || before[0].NotMet != 0 || before[0].ByWay[eligibility.Visit] != 0 {
		t.Errorf("before the visit: %+v, %v", before, err)
	}
	if none, err := r.Counts(t.Context(), 2026, "", visited); err != nil || len(none) != 0 {
		t.Errorf("the year before: %+v, %v", none, err)
	}
	all, err := r.Pensioners(t.Context())
	if err != nil || len(all) != 2 || all[0].Persons != 1 || all[1].Persons != 3 {
		t.Errorf("pensioners %+v, %v", all, err)
	}
	if drawn, err := r.SelfConfirmed(t.Context(), 2027, ""); err != nil || !slices.Equal(drawn, []int64{2, 4}) {
		t.Errorf("drawn of %v, %v", drawn, err)
	}
	if missing, err := r.Unconfirmed(t.Context(), 2027, "33", 0, 10); err != nil || !slices.Equal(missing, []int64{3}) {
		t.Errorf("missing %v, %v", missing, err)
	}
}

// A second finding of a visit corrects the first; portal and hotline may not write one at all.
func TestFindingsAreCorrected(t *testing.T) {
	r, pool := newRoom(t)
	for _, met := range []bool{false, true} {
		err := postgres.Tx(t.Context(), pool, func(tx pgx.Tx) error {
			return r.Record(t.Context(), tx, 3, eligibility.Visit, met, calendar.NewDate(2027, 4, 1), newYear)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if list, err := r.Of(t.Context(), 3); err != nil || len(list) != 1 || !list[0].Met {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := pool.Exec(t.Context(), `INSERT INTO eligibility.confirmation VALUES (3, 2027, 'portal', '', false, '2027-01-01', now())`); err == nil {
		t.Error("somebody reported themselves as gone")
	}
}
