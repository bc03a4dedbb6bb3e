-- +goose Up
-- Each year of an account is made by the region that kept it then, and each part of a year by its own rate: the next import runs every account again.
UPDATE ledger.reach SET accounts_filled = NULL;
