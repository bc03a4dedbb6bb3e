-- +goose Up
-- Who holds a part of the key that opens reporters' identities. A keyholder's own key stands under a passphrase that only they know; their part is sealed to it.
CREATE TABLE complaints.keyholder (
    staff_id     integer PRIMARY KEY REFERENCES complaints.staff (id),
    public_key   bytea       NOT NULL,
    locked_key   bytea       NOT NULL, -- its private half, under the passphrase
    made_at      timestamptz NOT NULL,
    failures     integer     NOT NULL DEFAULT 0,
    locked_until timestamptz
);

-- The identity key itself is nowhere: any two parts make it, for the moment of one opening.
CREATE TABLE complaints.identity_share (
    identity_key bytea       NOT NULL, -- its public half
    staff_id     integer     NOT NULL REFERENCES complaints.keyholder (staff_id),
    share        bytea       NOT NULL, -- sealed to the keyholder
    dealt_at     timestamptz NOT NULL,
    PRIMARY KEY (identity_key, staff_id)
);

-- One asks, with a reason and the own part; another, who may see the case too, agrees with theirs or refuses. Once agreed the identity of this one case is sealed to
-- the asker, until it is wiped.
CREATE TABLE complaints.identity_request (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint_id bigint      NOT NULL REFERENCES complaints.complaint (id),
    asker_id     integer     NOT NULL REFERENCES complaints.staff (id),
    reason       text        NOT NULL CHECK (reason <> ''),
    asked_at     timestamptz NOT NULL,
    wait_until   timestamptz NOT NULL,
    state        text        NOT NULL CHECK (state IN ('waiting', 'agreed', 'refused', 'taken_back', 'expired', 'over')),
    second_id    integer REFERENCES complaints.staff (id),
    second_at    timestamptz,
    answer       text        NOT NULL DEFAULT '', -- why it was refused
    shown_until  timestamptz,
    views        integer     NOT NULL DEFAULT 0,
    box          bytea, -- the identity, sealed to the asker
    CHECK (second_id <> asker_id),
    CHECK (state <> 'agreed' OR second_id IS NOT NULL AND shown_until IS NOT NULL AND box IS NOT NULL),
    CHECK (state = 'agreed' OR box IS NULL),
    CHECK (state <> 'refused' OR second_id IS NOT NULL AND answer <> '')
);
CREATE UNIQUE INDEX identity_request_open ON complaints.identity_request (complaint_id, asker_id) WHERE state IN ('waiting', 'agreed');
CREATE INDEX identity_request_ends ON complaints.identity_request (coalesce(shown_until, wait_until)) WHERE state IN ('waiting', 'agreed');

-- The asker's part, sealed to each keyholder who may agree; gone with the answer.
CREATE TABLE complaints.identity_request_share (
    request_id bigint  NOT NULL REFERENCES complaints.identity_request (id) ON DELETE CASCADE,
    staff_id   integer NOT NULL REFERENCES complaints.keyholder (staff_id),
    shares     bytea   NOT NULL,
    PRIMARY KEY (request_id, staff_id)
);
