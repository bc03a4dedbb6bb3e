-- +goose Up
-- A letter to the reporter is served into the mailbox by the step that owes it.
ALTER TABLE complaints.service DROP CONSTRAINT service_way_check,
    ADD CONSTRAINT service_way_check CHECK (way IN ('direct', 'left', 'post', 'proxy', 'announcement', 'mailbox'));

-- To whom a case was handed over, and the number by which the reporter can ask there. Nothing of the reporter went along.
CREATE TABLE complaints.transfer (
    complaint_id bigint PRIMARY KEY REFERENCES complaints.complaint (id),
    receiver     text        NOT NULL CHECK (receiver <> ''),
    notice_id    bigint      NOT NULL REFERENCES complaints.notice (id),
    at           timestamptz NOT NULL,
    staff_id     integer     NOT NULL REFERENCES complaints.staff (id)
);

-- What was proposed, on which evidence, and what the second person said. The evidence is kept as it was seen: the ledger goes on, the file does not.
CREATE TABLE complaints.evidence_snapshot (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint_id bigint      NOT NULL REFERENCES complaints.complaint (id),
    data_date    date, -- that the ledger reached; none when it was empty
    content      bytea       NOT NULL, -- JSON, byte for byte, so that its hash holds
    sha256       bytea       NOT NULL,
    taken_at     timestamptz NOT NULL,
    taken_by     integer     NOT NULL REFERENCES complaints.staff (id)
);
CREATE INDEX evidence_snapshot_complaint ON complaints.evidence_snapshot (complaint_id, id);
CREATE TRIGGER never_changed BEFORE UPDATE ON complaints.evidence_snapshot FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();

CREATE TABLE complaints.decision (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint_id bigint      NOT NULL REFERENCES complaints.complaint (id),
    ground       text        NOT NULL CHECK (ground <> ''),
    reason       text        NOT NULL,
    words        text        NOT NULL,
    snapshot_id  bigint REFERENCES complaints.evidence_snapshot (id),
    proposed_at  timestamptz NOT NULL,
    proposed_by  integer     NOT NULL REFERENCES complaints.staff (id),
    answer       text        NOT NULL DEFAULT '' CHECK (answer IN ('', 'approved', 'returned')),
    answered_at  timestamptz,
    answered_by  integer REFERENCES complaints.staff (id),
    answer_text  text        NOT NULL DEFAULT '',
    CHECK ((answer = '') = (answered_at IS NULL AND answered_by IS NULL)),
    CHECK (answered_by <> proposed_by) -- a decision takes two people
);
CREATE UNIQUE INDEX decision_open ON complaints.decision (complaint_id) WHERE answer = '';
CREATE TRIGGER proposed_never_changed BEFORE UPDATE OF ground, reason, words, snapshot_id, proposed_at, proposed_by ON complaints.decision FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();
