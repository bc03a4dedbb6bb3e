-- +goose Up
-- The reason code of a decision that is proposed or made; none for one that was made before there were any.
ALTER TABLE complaints.complaint ADD COLUMN ground text NOT NULL DEFAULT '';
