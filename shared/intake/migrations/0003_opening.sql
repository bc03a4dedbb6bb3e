-- +goose Up
-- That two people opened a reporter's identity, when and why: told to the reporter alone, sealed to the mailbox.
CREATE TABLE intake.identity_opening (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mailbox_id  bigint      NOT NULL REFERENCES intake.mailbox (id),
    opened_at   timestamptz NOT NULL,
    for_mailbox bytea       NOT NULL
);
CREATE INDEX identity_opening_mailbox ON intake.identity_opening (mailbox_id);
