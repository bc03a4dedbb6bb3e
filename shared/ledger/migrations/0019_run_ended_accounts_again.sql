-- +goose Up
-- Years after an account's end name no rate any more, since nothing earns in them: the next import runs every account again.
UPDATE ledger.reach SET accounts_filled = NULL;
