-- +goose Up
-- Editions on their way to the public. Drafts stand here and not in the schema publication, so that the portal's role cannot reach them at all.
CREATE TABLE complaints.edition (
    id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject       text        NOT NULL CHECK (subject IN ('collection', 'arrears', 'audit')),
    region        text        NOT NULL,
    span          text        NOT NULL,
    state         text        NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'review', 'objection', 'published', 'replaced', 'dropped')),
    body          bytea       NOT NULL, -- canonical JSON
    data_date     date        NOT NULL,
    author_id     integer     NOT NULL REFERENCES complaints.staff (id),
    approver_id   integer REFERENCES complaints.staff (id),
    objections_to date,
    drafted_at    timestamptz NOT NULL,
    published_at  timestamptz,
    revision      integer, -- that it was published as
    version       integer     NOT NULL DEFAULT 1,
    CHECK (approver_id <> author_id),
    CHECK (state NOT IN ('objection', 'published', 'replaced') OR approver_id IS NOT NULL),
    CHECK ((state IN ('published', 'replaced')) = (published_at IS NOT NULL)),
    CHECK (state <> 'objection' OR objections_to IS NOT NULL)
);
-- One at a time is on its way.
CREATE UNIQUE INDEX edition_on_its_way ON complaints.edition (subject, region, span) WHERE state IN ('draft', 'review', 'objection');
CREATE UNIQUE INDEX edition_published ON complaints.edition (subject, region, span) WHERE state = 'published';

-- Whose letter bears which code, sealed: letters can be printed again.
CREATE TABLE complaints.edition_letter (
    edition_id integer NOT NULL REFERENCES complaints.edition (id),
    uscc       text    NOT NULL,
    code       bytea   NOT NULL,
    PRIMARY KEY (edition_id, uscc)
);

-- Everything that happened to an edition, corrections too; staff NULL is the system.
CREATE TABLE complaints.edition_event (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    edition_id integer     NOT NULL REFERENCES complaints.edition (id),
    at         timestamptz NOT NULL,
    staff_id   integer REFERENCES complaints.staff (id),
    what       text        NOT NULL, -- draft, redraft, submit, approve, return, drop, release, upheld, refused, paid, part, replaced
    employer   text        NOT NULL DEFAULT '',
    note       text        NOT NULL DEFAULT ''
);
CREATE INDEX edition_event_edition ON complaints.edition_event (edition_id, id);
