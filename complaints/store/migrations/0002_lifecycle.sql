-- +goose Up
-- The clock as where it began and how long it is: its end is computed, so that a holiday notice that comes late moves it.
ALTER TABLE complaints.complaint
    ALTER COLUMN submission_id DROP NOT NULL, -- an audit from the plan: nobody reported it
    ALTER COLUMN mailbox_id DROP NOT NULL,
    ADD COLUMN clock_duty     text     NOT NULL DEFAULT '',
    ADD COLUMN clock_from     date,
    ADD COLUMN clock_days     integer  NOT NULL DEFAULT 0,
    ADD COLUMN clock_unit     text     NOT NULL DEFAULT '' CHECK (clock_unit IN ('', 'WD', 'D')),
    ADD COLUMN paused_on      date,
    ADD COLUMN provisional    boolean  NOT NULL DEFAULT false,
    ADD COLUMN tell_by        date,
    ADD COLUMN dropped        boolean  NOT NULL DEFAULT false, -- the reporter withdrew, the inquiry goes on
    ADD COLUMN finding        text     NOT NULL DEFAULT '' CHECK (finding IN ('', 'clean', 'violation')),
    ADD COLUMN refusal_code   text     NOT NULL DEFAULT '',
    ADD COLUMN proposer_id    integer REFERENCES complaints.staff (id),
    ADD COLUMN proposed_reply text     NOT NULL DEFAULT '', -- kept until a second person approves
    ADD COLUMN alarm          smallint NOT NULL DEFAULT 0,  -- how loudly the present clock has called: 1 warned, 2 escalated, 3 breached
    ADD COLUMN lead_id        bigint REFERENCES complaints.complaint (id), -- merged into
    ADD COLUMN claimed_at     timestamptz;
UPDATE complaints.complaint SET clock_duty = CASE WHEN state = 'received' THEN 'accept' WHEN state = 'decided' THEN 'result' ELSE 'handle' END, clock_from = due, clock_unit = 'WD' WHERE due IS NOT NULL;
UPDATE complaints.complaint SET clock_duty = 'handle', clock_from = received_at::date, clock_days = remaining, clock_unit = 'WD', paused_on = received_at::date
    WHERE state IN ('needs_supplement', 'suspended');
ALTER TABLE complaints.complaint
    DROP COLUMN remaining,
    DROP CONSTRAINT complaint_state_check,
    DROP CONSTRAINT complaint_check,
    ADD CONSTRAINT complaint_state_check CHECK (state IN ('received', 'screening', 'needs_supplement', 'accepted', 'rejected', 'merged', 'investigating', 'suspended', 'decision_proposed',
        'transferred_out', 'decided', 'notified', 'closed', 'withdrawn')),
    ADD CONSTRAINT complaint_owes_nothing CHECK (state NOT IN ('needs_supplement', 'suspended', 'rejected', 'transferred_out', 'closed', 'withdrawn') OR due IS NULL),
    ADD CONSTRAINT complaint_clock_from CHECK (due IS NULL OR clock_from IS NOT NULL),
    ADD CONSTRAINT complaint_paused CHECK (paused_on IS NULL OR due IS NULL),
    ADD CONSTRAINT complaint_proposed CHECK (state <> 'decision_proposed' OR proposer_id IS NOT NULL AND finding <> ''),
    ADD CONSTRAINT complaint_lead CHECK (state <> 'merged' OR lead_id IS NOT NULL AND lead_id <> id),
    ADD CONSTRAINT complaint_reported CHECK (route = 'audit' OR submission_id IS NOT NULL AND mailbox_id IS NOT NULL);
CREATE INDEX complaint_lead_id ON complaints.complaint (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX complaint_calling ON complaints.complaint (due) WHERE due IS NOT NULL AND alarm < 3;
CREATE INDEX complaint_provisional ON complaints.complaint (id) WHERE provisional;

-- A merge and its undoing. What the follower was before is kept whole.
CREATE TABLE complaints.merge (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    child_id  bigint      NOT NULL REFERENCES complaints.complaint (id),
    lead_id   bigint      NOT NULL REFERENCES complaints.complaint (id) CHECK (lead_id <> child_id),
    before    jsonb       NOT NULL,
    owner_id  integer REFERENCES complaints.staff (id), -- of the follower, before
    merged_at timestamptz NOT NULL,
    merged_by integer     NOT NULL REFERENCES complaints.staff (id),
    undone_at timestamptz,
    undone_by integer REFERENCES complaints.staff (id)
);
CREATE UNIQUE INDEX merge_child ON complaints.merge (child_id) WHERE undone_at IS NULL;
