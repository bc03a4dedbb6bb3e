-- +goose Up
-- An issue that says that the year holds nothing any more: its signed content says so, this column lets the database find it.
ALTER TABLE ledger.statement ADD COLUMN emptied boolean NOT NULL DEFAULT false;
CREATE INDEX statement_emptied ON ledger.statement (year) WHERE emptied;
