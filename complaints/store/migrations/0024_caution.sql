-- +goose Up
-- Somebody confirmed, with a reason, that the desk acts although the employer is so small that this may tell who reported (稽核办法 art. 6). Never taken back.
CREATE TABLE complaints.caution (
    complaint_id bigint      PRIMARY KEY REFERENCES complaints.complaint (id),
    headcount    integer     NOT NULL CHECK (headcount > 0),
    reason       text        NOT NULL CHECK (reason <> ''),
    confirmed_at timestamptz NOT NULL,
    confirmed_by integer     NOT NULL REFERENCES complaints.staff (id)
);
CREATE TRIGGER never_changed BEFORE UPDATE ON complaints.caution FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();
