-- +goose Up
-- A sign-in on a computer that others use: it ends soon, and the browser remembers nothing of it.
ALTER TABLE portal.session ADD COLUMN shared boolean NOT NULL DEFAULT false;
