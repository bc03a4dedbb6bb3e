-- +goose Up
-- Which pepper a hash was made with, by its short name, so that a pepper can be replaced. NULL: from before there were names.
ALTER TABLE credential.pin ADD COLUMN pepper text;
