-- +goose Up
-- What is counted after an account's end, and of months before an opening balance that were made good after it, is counted otherwise now: the next import runs every account again.
UPDATE ledger.reach SET accounts_filled = NULL;
