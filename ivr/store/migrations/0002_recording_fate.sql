-- +goose Up
-- Whether a recording is kept is decided after it was made: the caller may replace it. A hang-up keeps it.
ALTER TABLE ivr.recording ADD COLUMN fate text NOT NULL DEFAULT 'keep' CHECK (fate IN ('open', 'keep', 'drop'));
DROP INDEX ivr.recording_due;
CREATE INDEX recording_due ON ivr.recording (due_at) WHERE fetched_at IS NULL AND fate <> 'open';
CREATE INDEX recording_call ON ivr.recording (call_sid);
CREATE INDEX call_started ON ivr.call (started_at);

-- +goose Down
DROP INDEX ivr.call_started;
DROP INDEX ivr.recording_call;
DROP INDEX ivr.recording_due;
ALTER TABLE ivr.recording DROP COLUMN fate;
CREATE INDEX recording_due ON ivr.recording (due_at) WHERE fetched_at IS NULL;
