-- +goose Up
ALTER TABLE complaints.complaint
    ALTER COLUMN region TYPE text COLLATE "C", -- a prefix is a range
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
    -- The nearest of what is owed; what owes nothing sorts last. Lists page by (sort_due, id), never by counting rows.
    ADD COLUMN sort_due date NOT NULL GENERATED ALWAYS AS (coalesce(least(due, tell_by), 'infinity'::date)) STORED;
DROP INDEX complaints.complaint_due, complaints.complaint_owner, complaints.complaint_waiting, complaints.complaint_calling;
CREATE INDEX complaint_sort ON complaints.complaint (sort_due, id);
CREATE INDEX complaint_state ON complaints.complaint (state, sort_due, id);
CREATE INDEX complaint_owner ON complaints.complaint (owner_id, sort_due, id) WHERE owner_id IS NOT NULL;
CREATE INDEX complaint_employer ON complaints.complaint (employer_uscc) WHERE employer_uscc <> '';
CREATE INDEX complaint_waiting ON complaints.complaint (due, id) WHERE owner_id IS NULL AND due IS NOT NULL AND state <> 'merged';
CREATE INDEX complaint_calling ON complaints.complaint (least(due, tell_by)) WHERE alarm < 3;
-- Counted from the index alone: every view of open cases at once.
CREATE INDEX complaint_open ON complaints.complaint (region, owner_id, state, sort_due, alarm, received_at) INCLUDE (id, employer_uscc, employer_name)
    WHERE state NOT IN ('closed', 'rejected', 'transferred_out', 'withdrawn', 'merged');

-- What a case is found by, apart from the case itself: claiming one must not touch an index of a hundred entries. grams holds hashed pairs of neighbouring
-- characters, and below zero the region's prefixes, so that what a searcher may not see is not searched. Nothing of the reporter's identity is in it.
CREATE TABLE complaints.search (
    complaint_id bigint PRIMARY KEY REFERENCES complaints.complaint (id) ON DELETE CASCADE,
    grams        integer[] NOT NULL,
    words        text      NOT NULL -- letters and digits only, in lower case, a blank between parts
);
CREATE INDEX search_grams ON complaints.search USING gin (grams) WITH (fastupdate = off);

CREATE TABLE complaints.saved_view (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id integer NOT NULL REFERENCES complaints.staff (id),
    name     text    NOT NULL CHECK (name <> ''),
    query    text    NOT NULL, -- the filter as the address has it
    UNIQUE (staff_id, name)
);

-- What was new since the last time, and a password that somebody else chose.
ALTER TABLE complaints.staff
    ADD COLUMN signed_in_at timestamptz, -- the present time and the one before
    ADD COLUMN signed_in_before timestamptz,
    ADD COLUMN must_change boolean NOT NULL DEFAULT false,
    ADD COLUMN password_at timestamptz;
ALTER TABLE complaints.staff_session
    ADD COLUMN seen_at timestamptz,
    ADD COLUMN device  text NOT NULL DEFAULT '';
CREATE INDEX staff_session_live ON complaints.staff_session (staff_id) WHERE ended_at IS NULL;
