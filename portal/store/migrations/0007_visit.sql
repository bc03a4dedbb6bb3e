-- +goose Up
-- What a person last saw of the own record, and what it was at the end of the visit before: the first page tells what has changed between the two.
CREATE TABLE portal.visit (
    person_id bigint PRIMARY KEY,
    outline   bytea       NOT NULL, -- of the statuses and arrears, in the portal's own form
    seen_at   timestamptz NOT NULL,
    before    bytea,
    before_at timestamptz
);
