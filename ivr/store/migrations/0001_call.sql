-- +goose Up
CREATE SCHEMA ivr;

-- A call under way; the state is sealed, and wiped when the call ends.
CREATE TABLE ivr.call (
    sid        text PRIMARY KEY,
    state      bytea,
    step       integer     NOT NULL,
    nonce      text        NOT NULL,
    filing_key bytea,      -- sealed
    started_at timestamptz NOT NULL,
    ended_at   timestamptz
);

-- The reply to each step, so that the same request gives the same words and files nothing twice.
CREATE TABLE ivr.answer (
    call_sid text    NOT NULL REFERENCES ivr.call (sid) ON DELETE CASCADE,
    step     integer NOT NULL,
    nonce    text    NOT NULL,
    reply    bytea   NOT NULL, -- sealed
    PRIMARY KEY (call_sid, step)
);

-- Recordings to be fetched from the carrier, in the transaction of the step that they belong to.
CREATE TABLE ivr.recording (
    sid        text PRIMARY KEY,
    call_sid   text        NOT NULL,
    filing_key bytea       NOT NULL, -- sealed
    seconds    integer     NOT NULL,
    tries      integer     NOT NULL DEFAULT 0,
    due_at     timestamptz NOT NULL,
    fetched_at timestamptz
);
CREATE INDEX recording_due ON ivr.recording (due_at) WHERE fetched_at IS NULL;
