-- +goose Up
-- A person lets a named helper read the record, and perhaps file in the person's name, for a limited time (授权代办人). Either of them ends it at any time. What the helper does
-- stands in the audit log.
CREATE TABLE portal.helper (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id  bigint      NOT NULL, -- whose record it is
    helper_id  bigint      NOT NULL,
    may_file   boolean     NOT NULL,
    granted_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz,
    CHECK (person_id <> helper_id),
    CHECK (expires_at > granted_at AND expires_at <= granted_at + interval '367 days')
);
CREATE UNIQUE INDEX helper_live ON portal.helper (person_id, helper_id) WHERE ended_at IS NULL;
CREATE INDEX helper_helper ON portal.helper (helper_id) WHERE ended_at IS NULL;
