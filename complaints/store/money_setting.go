package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/arrears"
	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/shared/audit"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// MoneySetting is how a region counts, books and writes. Region and Version name it; version 0 is the one that stands where nobody has set any.
type MoneySetting struct {
	Region  string          `json:"-"`
	Version int             `json:"-"`
	Arrears arrears.Setting `json:"arrears"`
	Agency  notice.Agency   `json:"agency"`
}

// Name is how calculations and documents name the setting: region and version.
func (m MoneySetting) Name() string {
	region := m.Region
	if region == "" {
		region = "0"
	}
	return fmt.Sprintf("%s-%d", region, m.Version)
}

// MoneySetting is the setting in force for a region: the latest of the nearest region above it that has one.
func (s *Store) MoneySetting(ctx context.Context, region string) (MoneySetting, error) {
	m, err := moneySetting(ctx, s.pool, region)
	return m, postgres.Classify(err)
}

func moneySetting(ctx context.Context, db querier, region string) (MoneySetting, error) {
	m := MoneySetting{Arrears: arrears.Default(), Agency: notice.DefaultAgency()}
	var content []byte
	due, err := dueOf(ctx, db, region)
	if err != nil {
		return m, err
	}
	m.Arrears.Due = due
	err = db.QueryRow(ctx, `SELECT region, version, setting FROM complaints.money_setting WHERE starts_with($1, region) ORDER BY length(region) DESC, version DESC LIMIT 1`, region).
		Scan(&m.Region, &m.Version, &content)
	if errors.Is(err, pgx.ErrNoRows) {
		return m, nil
	}
	if err != nil {
		return m, fmt.Errorf("read money setting: %w", err)
	}
	m.Arrears.Rates = nil // a list that was set replaces the default, it is not merged into it
	if err := json.Unmarshal(content, &m); err != nil {
		return m, fmt.Errorf("read money setting: %w", err)
	}
	m.Arrears.Due = due
	return m, nil
}

// dueOf is until when a payment is on time, by the ledger's rule of the nearest region above.
func dueOf(ctx context.Context, db querier, region string) (due contribution.Due, err error) {
	err = db.QueryRow(ctx, `SELECT due_months, due_day FROM ledger.regional_rule WHERE starts_with($1, region) ORDER BY length(region) DESC LIMIT 1`, region).Scan(&due.MonthsLater, &due.Day)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return due, fmt.Errorf("read the region's due date: %w", err)
	}
	return due, nil
}

// SaveMoneySetting keeps a new version of a region's setting, made from the version that was seen. Only a supervisor may, and only within their region.
// Errors: fault.Denied, fault.Conflict (fault.desk.changed) when somebody was faster.
func (s *Store) SaveMoneySetting(ctx context.Context, who Staff, region string, seen int, m MoneySetting, now time.Time) error {
	if who.Role != lifecycle.Supervisor || len(region) < len(who.Region) || region[:len(who.Region)] != who.Region {
		return fault.New(fault.Denied, "fault.desk.head")
	}
	return s.saveMoneySetting(ctx, &who.ID, region, seen, m, audit.Entry{Stream: "complaints", At: now, Actor: fmt.Sprintf("staff:%d", who.ID), Role: string(who.Role)}, now)
}

// InstallMoneySetting sets a region's setting from the command line, when it has none yet.
func (s *Store) InstallMoneySetting(ctx context.Context, region string, m MoneySetting, now time.Time) error {
	err := s.saveMoneySetting(ctx, nil, region, 0, m, audit.Entry{Stream: "command", At: now, Actor: "operator", Role: "operator"}, now)
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

func (s *Store) saveMoneySetting(ctx context.Context, staff *int32, region string, seen int, m MoneySetting, entry audit.Entry, now time.Time) error {
	content, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("save money setting: %w", err)
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			INSERT INTO complaints.money_setting (region, version, setting, set_at, set_by)
			SELECT $1, $2 + 1, $3, $4, $5 WHERE $2 = (SELECT coalesce(max(version), 0) FROM complaints.money_setting WHERE region = $1) ON CONFLICT DO NOTHING`, region, seen, content, now, staff)
		if err != nil {
			return fmt.Errorf("save money setting: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "fault.desk.changed")
		}
		if err := askRefresh(ctx, tx); err != nil {
			return err
		}
		entry.Action, entry.Subject = "set money rules", "region:"+region
		return audit.Append(ctx, tx, entry)
	})
}
