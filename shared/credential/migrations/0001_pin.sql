-- +goose Up
-- The PINs with which insured persons prove themselves on portal and hotline.
CREATE SCHEMA credential;

CREATE TABLE credential.pin (
    person_id    bigint PRIMARY KEY,
    hash         bytea       NOT NULL,
    salt         bytea       NOT NULL,
    failures     int         NOT NULL DEFAULT 0 CHECK (failures >= 0),
    locked_until timestamptz,
    changed_at   timestamptz NOT NULL
);
