-- +goose Up
-- The scanned slip of a letter's service (送达回证): judged by its content, without what told who made it. Kept as it was taken.
CREATE TABLE complaints.edition_letter_scan (
    service_id bigint PRIMARY KEY REFERENCES complaints.edition_letter_service (id),
    media_type text        NOT NULL,
    sha256     bytea       NOT NULL,
    content    bytea       NOT NULL,
    added_at   timestamptz NOT NULL,
    added_by   integer     NOT NULL REFERENCES complaints.staff (id)
);
CREATE TRIGGER never_changed BEFORE UPDATE ON complaints.edition_letter_scan FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();
