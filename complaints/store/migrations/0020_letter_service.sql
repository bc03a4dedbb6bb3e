-- +goose Up
-- Letters to employers that are going to be named are documents like the others: numbered in the transaction that approves the list, printed once, kept as issued. The file holds the code that opens
-- the employer's line, and is sealed. Letters of before have no number.
ALTER TABLE complaints.edition_letter ADD COLUMN number text NOT NULL DEFAULT '', ADD COLUMN issued_on date, ADD COLUMN file bytea, ADD COLUMN sha256 bytea,
    ADD CHECK (number = '' OR (issued_on IS NOT NULL AND file IS NOT NULL AND sha256 IS NOT NULL));

-- How and when a letter was served. One holds; an entry that was wrong stays, marked. From the day of service the employer's window counts.
CREATE TABLE complaints.edition_letter_service (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    edition_id    integer     NOT NULL,
    uscc          text        NOT NULL,
    way           text        NOT NULL CHECK (way IN ('direct', 'left', 'post', 'proxy', 'announcement')),
    done_on       date        NOT NULL,
    served_on     date        NOT NULL CHECK (served_on >= done_on),
    objections_to date        NOT NULL CHECK (objections_to >= served_on),
    receiver      text        NOT NULL,
    witness       text        NOT NULL,
    note          text        NOT NULL,
    recorded_at   timestamptz NOT NULL,
    recorded_by   integer     NOT NULL REFERENCES complaints.staff (id),
    void_at       timestamptz,
    void_by       integer REFERENCES complaints.staff (id),
    void_reason   text        NOT NULL DEFAULT '',
    FOREIGN KEY (edition_id, uscc) REFERENCES complaints.edition_letter (edition_id, uscc),
    CHECK (way <> 'left' OR witness <> ''),
    CHECK (way = 'announcement' OR receiver <> ''),
    CHECK ((void_at IS NULL) = (void_reason = ''))
);
CREATE UNIQUE INDEX edition_letter_service_holds ON complaints.edition_letter_service (edition_id, uscc) WHERE void_at IS NULL;

-- The last day of the last window is known once every letter is served.
ALTER TABLE complaints.edition DROP CONSTRAINT edition_check3;
