-- +goose Up
-- What the agency tells everybody is sent after whatever somebody waits for.
DROP INDEX sms.message_due;
CREATE INDEX message_due ON sms.message ((kind = 'announcement'), due_at) WHERE sent_at IS NULL AND failed IS NULL;
