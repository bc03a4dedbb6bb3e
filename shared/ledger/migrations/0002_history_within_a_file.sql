-- +goose Up
-- A file may say several things about one key: all but the last go to the history too, numbered from 1; 0 is what stood there before the file.
ALTER TABLE ledger.contribution_history ADD COLUMN ordinal smallint NOT NULL DEFAULT 0;
ALTER TABLE ledger.contribution_history DROP CONSTRAINT contribution_history_pkey;
ALTER TABLE ledger.contribution_history ADD PRIMARY KEY (person_id, period, insurance, employer_id, replaced_run_id, ordinal);
