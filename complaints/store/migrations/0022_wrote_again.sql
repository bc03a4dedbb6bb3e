-- +goose Up
-- When the reporter of a case that is over wrote again and nobody at the desk has done anything about it since: a closed case is in no list that anybody works from.
ALTER TABLE complaints.complaint ADD COLUMN wrote_again_at timestamptz;
CREATE INDEX complaint_again ON complaints.complaint (sort_due, id) WHERE wrote_again_at IS NOT NULL;
UPDATE complaints.complaint c SET wrote_again_at = m.at FROM (SELECT DISTINCT ON (complaint_id) complaint_id, at, staff_id, what FROM complaints.event WHERE staff_id IS NOT NULL OR what = 'message_in' ORDER BY complaint_id, id DESC) m
    WHERE m.complaint_id = c.id AND m.what = 'message_in' AND c.state IN ('closed', 'rejected', 'transferred_out', 'withdrawn') AND c.anonymised_at IS NULL;
