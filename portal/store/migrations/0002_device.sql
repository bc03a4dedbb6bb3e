-- +goose Up
-- What a person recognises a sign-in by, such as "Chrome, Android": never the whole line that the browser sends.
ALTER TABLE portal.session ADD COLUMN device text NOT NULL DEFAULT '';
