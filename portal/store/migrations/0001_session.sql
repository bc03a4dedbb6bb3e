-- +goose Up
CREATE SCHEMA portal;

-- A sign-in. The refresh token changes at every use; the one before it, seen again, means that it was stolen, and ends the session.
CREATE TABLE portal.session (
    id            text PRIMARY KEY,
    person_id     bigint      NOT NULL,
    refresh_hash  bytea       NOT NULL,
    previous_hash bytea,
    rotated_at    timestamptz NOT NULL,
    started_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    ended_at      timestamptz
);
CREATE INDEX session_person ON portal.session (person_id) WHERE ended_at IS NULL;
