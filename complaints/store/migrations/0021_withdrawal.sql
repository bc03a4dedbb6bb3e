-- +goose Up
-- A publication that was wrong is withdrawn without a replacement: one supervisor asks with a reason, another one withdraws.
ALTER TABLE complaints.edition ADD COLUMN withdraw_by integer REFERENCES complaints.staff (id), ADD COLUMN withdraw_reason text NOT NULL DEFAULT '',
    DROP CONSTRAINT edition_state_check, DROP CONSTRAINT edition_check2,
    ADD CONSTRAINT edition_state_check CHECK (state IN ('draft', 'review', 'objection', 'published', 'replaced', 'withdrawn', 'dropped')),
    ADD CONSTRAINT edition_published_at CHECK ((state IN ('published', 'replaced', 'withdrawn')) = (published_at IS NOT NULL)),
    ADD CONSTRAINT edition_withdrawal CHECK ((withdraw_by IS NULL) = (withdraw_reason = '') AND (state <> 'withdrawn' OR withdraw_by IS NOT NULL));
