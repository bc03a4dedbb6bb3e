-- +goose Up
-- The last day on which a month's payment is on time: months after its own, and the day, 0 for the month's last.
ALTER TABLE ledger.regional_rule
    ADD COLUMN due_months smallint NOT NULL DEFAULT 0 CHECK (due_months BETWEEN 0 AND 1),
    ADD COLUMN due_day smallint NOT NULL DEFAULT 0 CHECK (due_day BETWEEN 0 AND 31);
