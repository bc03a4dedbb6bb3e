-- +goose Up
-- The last of the ledger's runs that the figures of a revision were made from; NULL: published before it was noted, or without figures.
ALTER TABLE publication.snapshot ADD COLUMN made_from integer;
