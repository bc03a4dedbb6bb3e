-- +goose Up
-- Objections that people made to the own record. The receipt is sealed with the portal's key: an objection is named, and its maker sees it when signed in.
CREATE TABLE portal.objection (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id   bigint      NOT NULL,
    filing_hash bytea       NOT NULL UNIQUE,
    matter      text        NOT NULL,
    from_period integer     NOT NULL,
    to_period   integer     NOT NULL,
    receipt     bytea       NOT NULL,
    filed_at    timestamptz NOT NULL
);
CREATE INDEX objection_person ON portal.objection (person_id, id);
