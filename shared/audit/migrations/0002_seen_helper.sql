-- +goose Up
-- The person concerned chose the helper, and may see which of them it was. Of everybody else only the role is told.
CREATE OR REPLACE VIEW audit.seen AS
    SELECT subject, at, role, action, reason, case_no, CASE WHEN role = 'helper' THEN actor ELSE '' END AS helper
    FROM audit.log WHERE outcome = 'done' AND subject LIKE 'person:%';
