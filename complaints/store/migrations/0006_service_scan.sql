-- +goose Up
-- The scanned slip of a service (送达回证): what was handed in was judged by its content, and metadata that it carried was removed. Kept as it was taken.
CREATE TABLE complaints.service_scan (
    service_id bigint PRIMARY KEY REFERENCES complaints.service (id),
    media_type text        NOT NULL,
    sha256     bytea       NOT NULL,
    content    bytea       NOT NULL,
    added_at   timestamptz NOT NULL,
    added_by   integer     NOT NULL REFERENCES complaints.staff (id)
);
CREATE TRIGGER never_changed BEFORE UPDATE ON complaints.service_scan FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();
