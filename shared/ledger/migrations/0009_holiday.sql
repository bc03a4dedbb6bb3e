-- +goose Up
-- Days that a year's holiday notice sets apart: days off, and weekend days that are worked. A year with rows here is known by them, and no longer by what the program holds.
CREATE TABLE ledger.holiday (
    day    date    PRIMARY KEY,
    worked boolean NOT NULL,
    source text    NOT NULL CHECK (source <> ''), -- the notice's name and number
    CHECK (NOT worked OR extract(isodow FROM day) >= 6)
);
ALTER TABLE ledger.import_run DROP CONSTRAINT import_run_kind_check;
ALTER TABLE ledger.import_run ADD CONSTRAINT import_run_kind_check CHECK (kind IN ('employers', 'persons', 'contributions', 'rates', 'rules', 'payment', 'reversal', 'assessment', 'holidays'));
