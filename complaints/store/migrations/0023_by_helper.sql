-- +goose Up
-- A helper filed in the reporter's name, and may be the one who reads what is written to the reporter: a mark, no identity.
ALTER TABLE complaints.complaint ADD COLUMN by_helper boolean NOT NULL DEFAULT false;
