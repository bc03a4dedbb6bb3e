-- +goose Up
-- Persons with pension contributions from before 1998, and no rule of their place: they have no account, since none is better than a wrong one. Written with the packed years.
CREATE TABLE ledger.without_account (
    person_id bigint PRIMARY KEY
);
