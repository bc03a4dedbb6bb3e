-- +goose Up
-- Which of the ledger's runs the figures were made from, so that what stood on a day of the past can be computed again: ledger rows that a later run replaced stay in the history.
ALTER TABLE complaints.supervised ADD COLUMN last_run integer NOT NULL DEFAULT 0;
ALTER TABLE complaints.edition ADD COLUMN made_from integer; -- NULL: drafted before runs were noted

-- Every refresh of register and figures.
CREATE TABLE complaints.refresh (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    last_run  integer     NOT NULL,
    data_date date        NOT NULL,
    on_day    date        NOT NULL
);
