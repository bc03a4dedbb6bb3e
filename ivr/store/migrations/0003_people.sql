-- +goose Up
-- Who waits for a person, in the order of coming. A row that has not been seen for a minute is not counted: its caller is gone, or talks.
CREATE TABLE ivr.waiting (
    call_sid     text PRIMARY KEY,
    since        timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL,
    rung_at      timestamptz,
    wish         text CHECK (wish IN ('call_back', 'message', 'menu')),
    ended_at     timestamptz,
    talk_seconds integer CHECK (talk_seconds >= 0)
);
CREATE INDEX waiting_since ON ivr.waiting (since) WHERE ended_at IS NULL;
CREATE INDEX waiting_talked ON ivr.waiting (ended_at) WHERE talk_seconds IS NOT NULL;

-- Callers who agreed to be called back at the number that called. The number is sealed, and wiped when it has been used or given up.
CREATE TABLE ivr.call_back (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    caller_hash bytea       NOT NULL,
    number      bytea,
    lang        text        NOT NULL,
    nonce       text        NOT NULL,
    rings       integer     NOT NULL DEFAULT 0, -- of the people who answer
    tries       integer     NOT NULL DEFAULT 0, -- of the caller's number
    asked_at    timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    done_at     timestamptz,
    outcome     text CHECK (outcome IN ('talked', 'given_up')),
    CHECK ((done_at IS NULL) = (outcome IS NULL)),
    CHECK (done_at IS NULL OR number IS NULL)
);
-- One open wish a caller.
CREATE UNIQUE INDEX call_back_open ON ivr.call_back (caller_hash) WHERE done_at IS NULL;
CREATE INDEX call_back_due ON ivr.call_back (due_at) WHERE done_at IS NULL;

-- +goose Down
DROP TABLE ivr.call_back;
DROP TABLE ivr.waiting;
