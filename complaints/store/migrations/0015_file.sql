-- +goose Up
-- Files that staff add to a case: judged by content, metadata removed, sealed, kept as taken. One that does not belong is excluded with a reason and stays.
CREATE TABLE complaints.case_file (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint_id   bigint      NOT NULL REFERENCES complaints.complaint (id),
    name           text        NOT NULL,
    about          text        NOT NULL,
    media_type     text        NOT NULL,
    bytes          integer     NOT NULL CHECK (bytes > 0),
    sha256         bytea       NOT NULL, -- of what is kept
    original       bytea       NOT NULL, -- of what was handed in
    content        bytea       NOT NULL, -- sealed
    added_at       timestamptz NOT NULL,
    added_by       integer     NOT NULL REFERENCES complaints.staff (id),
    excluded_at    timestamptz,
    excluded_by    integer REFERENCES complaints.staff (id),
    exclude_reason text        NOT NULL DEFAULT '',
    UNIQUE (complaint_id, original),
    CHECK ((excluded_at IS NULL) = (exclude_reason = ''))
);
CREATE TRIGGER kept_never_changed BEFORE UPDATE OF name, about, media_type, bytes, sha256, original, content, added_at, added_by ON complaints.case_file
    FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();

-- What is said in a recording, written down by somebody; every version stays.
CREATE TABLE complaints.transcript (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint_id  bigint      NOT NULL REFERENCES complaints.complaint (id),
    attachment_id bigint      NOT NULL,
    words         text        NOT NULL CHECK (words <> ''),
    written_at    timestamptz NOT NULL,
    written_by    integer     NOT NULL REFERENCES complaints.staff (id)
);
CREATE INDEX transcript_attachment ON complaints.transcript (complaint_id, attachment_id, id);
CREATE TRIGGER never_changed BEFORE UPDATE ON complaints.transcript FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();

-- Words that a region's supervisors keep for replies and notes. One that is changed or taken away stays, ended.
CREATE TABLE complaints.phrase (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region   text        NOT NULL CHECK (region ~ '^[0-9]{0,6}$'),
    use      text        NOT NULL CHECK (use IN ('reply', 'note')),
    title    text        NOT NULL CHECK (title <> ''),
    words    text        NOT NULL CHECK (words <> ''),
    set_at   timestamptz NOT NULL,
    set_by   integer     NOT NULL REFERENCES complaints.staff (id),
    ended_at timestamptz,
    ended_by integer REFERENCES complaints.staff (id)
);
CREATE INDEX phrase_region ON complaints.phrase (region) WHERE ended_at IS NULL;

-- What the reporter's own record lacked when a signed-in reporter filed, as months and insurances: no identity.
ALTER TABLE complaints.complaint ADD COLUMN own_months text NOT NULL DEFAULT '';

-- What the employer's wage sheets say, month by month, to stand beside the ledger's bases. Amounts in fen. A line that is entered again replaces the earlier, which stays in the case's timeline.
CREATE TABLE complaints.wage_sheet (
    complaint_id bigint      NOT NULL REFERENCES complaints.complaint (id),
    period       integer     NOT NULL,
    people       integer     NOT NULL CHECK (people > 0),
    total        bigint      NOT NULL CHECK (total >= 0),
    source       text        NOT NULL CHECK (source <> ''),
    entered_at   timestamptz NOT NULL,
    entered_by   integer     NOT NULL REFERENCES complaints.staff (id),
    PRIMARY KEY (complaint_id, period)
);
