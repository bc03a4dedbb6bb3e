-- +goose Up
-- The region that has taken an account over with a transfer, where it is known before a contribution to it; empty: it follows from the contributions.
ALTER TABLE ledger.account_event ADD COLUMN region text NOT NULL DEFAULT '' CHECK (region ~ '^([0-9]{6})?$');
ALTER TABLE ledger.account_event_history ADD COLUMN region text NOT NULL DEFAULT '';
