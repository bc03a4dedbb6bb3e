-- +goose Up
-- Somebody who proves to be a person by what is on record and by a code sent to the mobile on record, and then chooses a PIN. Neither the token that the browser carries nor
-- the code stands here: the code's keyed hash is made with the token.
CREATE TABLE portal.proof (
    token_hash  bytea PRIMARY KEY,
    person_id   bigint      NOT NULL,
    purpose     text        NOT NULL CHECK (purpose IN ('activate', 'recover')),
    code_hash   bytea       NOT NULL,
    code_until  timestamptz NOT NULL,
    sent_at     timestamptz NOT NULL,
    sends       integer     NOT NULL DEFAULT 1,
    tries       integer     NOT NULL DEFAULT 0,
    proven_at   timestamptz,
    finished_at timestamptz,
    started_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX proof_person ON portal.proof (person_id, started_at);
CREATE INDEX proof_started ON portal.proof (started_at);
