-- +goose Up
-- Wrong PINs are counted by the way they came: what strangers try on one way never locks the person out of another, nor out of a device that the person uses.
CREATE TABLE credential.attempt (
    person_id    bigint      NOT NULL REFERENCES credential.pin (person_id) ON DELETE CASCADE,
    track        text        NOT NULL, -- hotline, portal, or device: and a hash
    failures     integer     NOT NULL CHECK (failures > 0),
    failed_at    timestamptz NOT NULL,
    locked_until timestamptz,
    PRIMARY KEY (person_id, track)
);
ALTER TABLE credential.pin DROP COLUMN failures, DROP COLUMN locked_until;
