-- +goose Up
-- The window of an employer counts from the service of its letter: until that is recorded it is open without a last day.
ALTER TABLE publication.listing ALTER COLUMN objections_to DROP NOT NULL;
