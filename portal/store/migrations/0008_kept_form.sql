-- +goose Up
-- What somebody had typed when the session was over, for a short while. It is encrypted under a key that only the browser holds: here nobody can read it.
CREATE TABLE portal.kept_form (
    id_hash    bytea PRIMARY KEY,
    content    bytea       NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX kept_form_expires ON portal.kept_form (expires_at);
