-- +goose Up
CREATE SCHEMA publication;

-- Published editions as they were published, each correction as a further revision. content is canonical JSON and sha256 its hash, so that what is downloaded can be checked with any tool.
-- Only the desk's process writes here; drafts live in the desk's own schema and never come near this one.
CREATE TABLE publication.snapshot (
    subject      text        NOT NULL CHECK (subject IN ('collection', 'arrears', 'audit')),
    region       text        NOT NULL CHECK (region ~ '^[0-9]{2}([0-9]{2}){0,2}$'),
    span         text        NOT NULL, -- 2026Q3, 2026-07
    revision     integer     NOT NULL CHECK (revision > 0),
    published_at timestamptz NOT NULL,
    sha256       bytea       NOT NULL CHECK (sha256 = sha256(content)),
    content      bytea       NOT NULL,
    PRIMARY KEY (subject, region, span, revision)
);

-- +goose StatementBegin
CREATE FUNCTION publication.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was published is never changed or removed';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER snapshot_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON publication.snapshot FOR EACH STATEMENT EXECUTE FUNCTION publication.refuse_change();

-- What the public sees: the last revision of each edition. An employer that was taken off the list stands in an earlier revision only, which the portal cannot read.
CREATE VIEW publication.latest AS
SELECT DISTINCT ON (subject, region, span) subject, region, span, revision, published_at, sha256, content
FROM publication.snapshot
ORDER BY subject, region, span, revision DESC;

-- An employer that is going to be named in an approved edition, and the code on its letter. The portal opens a row by credit code and code only, through the functions below.
CREATE TABLE publication.listing (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    edition_id    integer NOT NULL, -- complaints.edition
    region        text    NOT NULL,
    span          text    NOT NULL,
    uscc          text    NOT NULL,
    code_hash     bytea   NOT NULL UNIQUE,
    entry         bytea   NOT NULL, -- the employer's own line, JSON
    objections_to date    NOT NULL, -- last day of the window
    state         text    NOT NULL DEFAULT 'window' CHECK (state IN ('window', 'published', 'removed', 'dropped')),
    UNIQUE (edition_id, uscc)
);

-- Objections of listed employers. Words and files are sealed to the desk's key: the process that took them cannot read them back.
CREATE TABLE publication.objection (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    listing_id bigint      NOT NULL REFERENCES publication.listing (id),
    form_hash  bytea       NOT NULL UNIQUE, -- a second click files nothing more
    words      bytea       NOT NULL,
    filed_at   timestamptz NOT NULL,
    decision   text CHECK (decision IN ('upheld', 'refused')),
    reply      text        NOT NULL DEFAULT '',
    decided_by integer,
    decided_at timestamptz,
    CHECK ((decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL OR reply <> ''))
);
CREATE INDEX objection_listing ON publication.objection (listing_id);

CREATE TABLE publication.objection_file (
    objection_id bigint NOT NULL REFERENCES publication.objection (id),
    sha256       bytea  NOT NULL,
    media_type   text   NOT NULL,
    name         bytea  NOT NULL, -- sealed
    content      bytea  NOT NULL, -- sealed
    PRIMARY KEY (objection_id, sha256)
);

-- +goose StatementBegin
CREATE FUNCTION publication.listed(p_uscc text, p_code_hash bytea)
RETURNS TABLE (id bigint, region text, span text, entry bytea, objections_to date, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT l.id, l.region, l.span, l.entry, l.objections_to, l.state FROM publication.listing l WHERE l.uscc = p_uscc AND l.code_hash = p_code_hash
$$;
-- +goose StatementEnd

-- The objections to a listing with what was decided, without what was written.
-- +goose StatementBegin
CREATE FUNCTION publication.objections_to(p_uscc text, p_code_hash bytea)
RETURNS TABLE (filed_at timestamptz, files bigint, decision text, reply text, decided_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT o.filed_at, (SELECT count(*) FROM publication.objection_file f WHERE f.objection_id = o.id), o.decision, o.reply, o.decided_at
    FROM publication.objection o JOIN publication.listing l ON l.id = o.listing_id
    WHERE l.uscc = p_uscc AND l.code_hash = p_code_hash ORDER BY o.id
$$;
-- +goose StatementEnd

-- Files an objection while the window is open; NULL when it is not, or when enough wait already. The same form again gives the same number.
-- +goose StatementBegin
CREATE FUNCTION publication.object(p_uscc text, p_code_hash bytea, p_form_hash bytea, p_words bytea, p_on date, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    listing publication.listing;
    filed   bigint;
BEGIN
    SELECT * INTO listing FROM publication.listing l WHERE l.uscc = p_uscc AND l.code_hash = p_code_hash FOR UPDATE;
    SELECT o.id INTO filed FROM publication.objection o WHERE o.form_hash = p_form_hash AND o.listing_id = listing.id;
    IF filed IS NOT NULL THEN
        RETURN filed;
    END IF;
    IF listing.id IS NULL OR listing.state <> 'window' OR p_on > listing.objections_to
       OR (SELECT count(*) FROM publication.objection o WHERE o.listing_id = listing.id AND o.decision IS NULL) >= 5 THEN
        RETURN NULL;
    END IF;
    INSERT INTO publication.objection (listing_id, form_hash, words, filed_at) VALUES (listing.id, p_form_hash, p_words, p_at) RETURNING id INTO filed;
    RETURN filed;
END
$$;
-- +goose StatementEnd

-- Adds a file to an objection that was filed with the form's key and is not decided.
-- +goose StatementBegin
CREATE FUNCTION publication.attach(p_form_hash bytea, p_sha256 bytea, p_media_type text, p_name bytea, p_content bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    INSERT INTO publication.objection_file (objection_id, sha256, media_type, name, content)
    SELECT o.id, p_sha256, p_media_type, p_name, p_content FROM publication.objection o WHERE o.form_hash = p_form_hash AND o.decision IS NULL
    ON CONFLICT DO NOTHING
$$;
-- +goose StatementEnd
