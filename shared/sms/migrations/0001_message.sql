-- +goose Up
-- Text messages to insured persons, written in the transaction of their cause and sent by whichever process delivers. Number and text are sealed, and wiped as soon as the
-- message is sent or given up: what stays says that there was a message, not to which number or what it said.
CREATE SCHEMA sms;

CREATE TABLE sms.message (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id   bigint      NOT NULL,
    number_hash bytea       NOT NULL, -- keyed; for the limits
    number      bytea,                -- sealed
    body        bytea,                -- sealed, bound to the number
    kind        text        NOT NULL CHECK (kind <> ''),
    cause       text        UNIQUE,   -- what may be told once only, however often it is retried
    enqueued_at timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL CHECK (expires_at > enqueued_at),
    due_at      timestamptz NOT NULL,
    tries       integer     NOT NULL DEFAULT 0,
    sent_at     timestamptz,
    carrier_id  text        UNIQUE,
    failed      text,                 -- why it was given up: expired, tries, or the carrier's reason
    reported    text,                 -- what the carrier said later, such as delivered
    CHECK ((sent_at IS NULL AND failed IS NULL) = (number IS NOT NULL)),
    CHECK ((number IS NULL) = (body IS NULL)),
    CHECK (sent_at IS NULL OR failed IS NULL)
);
CREATE INDEX message_due ON sms.message (due_at) WHERE sent_at IS NULL AND failed IS NULL;
CREATE INDEX message_person ON sms.message (person_id, enqueued_at);
CREATE INDEX message_number ON sms.message (number_hash, enqueued_at);
CREATE INDEX message_day ON sms.message (enqueued_at);
