-- +goose Up
ALTER TABLE ledger.import_run DROP CONSTRAINT import_run_kind_check;
ALTER TABLE ledger.import_run ADD CONSTRAINT import_run_kind_check CHECK (kind IN ('employers', 'persons', 'contributions', 'rates', 'rules'));
