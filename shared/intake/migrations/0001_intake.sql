-- +goose Up
-- What crosses from the public faces to the complaint desk, and back to the reporter. Contents are sealed: the public processes hold no key that opens them.
CREATE SCHEMA intake;

-- A tip-off from its first confirmed word: one row per call or form, until it is filed.
CREATE TABLE intake.draft (
    channel    text        NOT NULL CHECK (channel IN ('web', 'phone', 'operator')),
    key_hash   bytea       NOT NULL,
    content    bytea       NOT NULL, -- sealed to the desk
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (channel, key_hash)
);
CREATE INDEX draft_updated ON intake.draft (updated_at);

CREATE TABLE intake.mailbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    receipt_hash bytea  NOT NULL UNIQUE, -- keyed hash of the receipt code
    public_key   bytea  NOT NULL,        -- seals messages to the reporter
    locked_key   bytea  NOT NULL,        -- its private half, which only the receipt code unlocks
    status       text        NOT NULL,
    status_at    timestamptz NOT NULL,
    promised_by  date,                   -- the legal limit of the next step
    filed_at     timestamptz NOT NULL
);

CREATE TABLE intake.submission (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel    text        NOT NULL,
    key_hash   bytea       NOT NULL,
    mailbox_id bigint      NOT NULL UNIQUE REFERENCES intake.mailbox (id),
    region     text        NOT NULL,
    content    bytea       NOT NULL, -- sealed to the desk
    identity   bytea,                -- of a named reporter, sealed to a second key
    receipt    bytea       NOT NULL, -- the receipt code, under a key that only the holder of the submission key has
    filed_at   timestamptz NOT NULL,
    taken_at   timestamptz,
    UNIQUE (channel, key_hash)
);
CREATE INDEX submission_waiting ON intake.submission (id) WHERE taken_at IS NULL;

-- Both directions: the desk's messages are sealed to the mailbox, the reporter's to the desk and to the mailbox.
CREATE TABLE intake.message (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mailbox_id  bigint      NOT NULL REFERENCES intake.mailbox (id),
    from_desk   boolean     NOT NULL,
    for_mailbox bytea       NOT NULL,
    for_desk    bytea,
    key_hash    bytea,
    sent_at     timestamptz NOT NULL,
    taken_at    timestamptz,
    CHECK (from_desk OR for_desk IS NOT NULL),
    UNIQUE (mailbox_id, key_hash)
);
CREATE INDEX message_waiting ON intake.message (id) WHERE NOT from_desk AND taken_at IS NULL;

-- Files and recordings of a draft or submission, sealed to the desk. A recording may arrive before the filing or after it.
CREATE TABLE intake.attachment (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel    text        NOT NULL,
    key_hash   bytea       NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('recording', 'file')),
    media_type text        NOT NULL,
    sha256     bytea       NOT NULL,
    content    bytea       NOT NULL,
    added_at   timestamptz NOT NULL,
    UNIQUE (channel, key_hash, sha256)
);
