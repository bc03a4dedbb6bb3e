-- +goose Up
CREATE SCHEMA complaints;

CREATE TABLE complaints.staff (
    id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account       text    NOT NULL UNIQUE CHECK (account <> ''),
    name          text    NOT NULL,
    role          text    NOT NULL CHECK (role IN ('intake', 'investigator', 'supervisor', 'sysadmin', 'auditor')),
    region        text    NOT NULL CHECK (region ~ '^[0-9]{0,6}$'), -- leading digits of what the account may see
    password_hash bytea   NOT NULL,
    password_salt bytea   NOT NULL,
    totp_secret   bytea   NOT NULL, -- sealed
    totp_last     bigint  NOT NULL DEFAULT 0, -- the last time step used: a code is good once
    failures      integer NOT NULL DEFAULT 0,
    locked_until  timestamptz,
    disabled_at   timestamptz
);

CREATE TABLE complaints.staff_session (
    id         text PRIMARY KEY,
    staff_id   integer     NOT NULL REFERENCES complaints.staff (id),
    started_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz
);

CREATE TABLE complaints.number (
    year integer PRIMARY KEY,
    last integer NOT NULL
);

-- A case. Who reported it is not here: the identity stays sealed, and only the mailbox number leads back.
CREATE TABLE complaints.complaint (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number        text    NOT NULL UNIQUE,
    submission_id bigint  NOT NULL UNIQUE,
    mailbox_id    bigint  NOT NULL UNIQUE,
    identity      bytea,
    channel       text    NOT NULL,
    route         text    NOT NULL,
    kind          text    NOT NULL,
    region        text    NOT NULL,
    employer_uscc text    NOT NULL,
    employer_name text    NOT NULL,
    from_period   integer NOT NULL,
    to_period     integer NOT NULL,
    words         text    NOT NULL,
    state         text    NOT NULL CHECK (state IN ('received', 'needs_supplement', 'accepted', 'rejected', 'investigating', 'suspended', 'transferred_out', 'decided', 'closed', 'withdrawn')),
    due           date,
    remaining     integer NOT NULL DEFAULT 0,
    extended      boolean NOT NULL DEFAULT false,
    owner_id      integer REFERENCES complaints.staff (id),
    version       integer NOT NULL DEFAULT 1,
    received_at   timestamptz NOT NULL,
    CHECK (state NOT IN ('needs_supplement', 'suspended', 'rejected', 'transferred_out', 'closed', 'withdrawn') OR due IS NULL)
);
CREATE INDEX complaint_waiting ON complaints.complaint (due, id) WHERE owner_id IS NULL AND due IS NOT NULL;
CREATE INDEX complaint_owner ON complaints.complaint (owner_id, due);
CREATE INDEX complaint_due ON complaints.complaint (due, id);

CREATE TABLE complaints.event (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint_id bigint      NOT NULL REFERENCES complaints.complaint (id),
    at           timestamptz NOT NULL,
    staff_id     integer REFERENCES complaints.staff (id),
    what         text        NOT NULL, -- an action, taken, claimed, note, message_in, message_out
    text         text        NOT NULL
);
CREATE INDEX event_complaint ON complaints.event (complaint_id, id);
