-- +goose Up
-- Auditors' files (劳社部函〔2003〕32号 二): days of training, examinations, certificates. What was entered stays; a certificate is withdrawn, never removed.
CREATE TABLE complaints.audit_training (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id    integer     NOT NULL REFERENCES complaints.staff (id),
    ended_on    date        NOT NULL,
    days        smallint    NOT NULL CHECK (days BETWEEN 1 AND 60),
    subject     text        NOT NULL CHECK (subject <> ''),
    recorded_by integer     NOT NULL REFERENCES complaints.staff (id),
    recorded_at timestamptz NOT NULL
);
CREATE INDEX audit_training_staff ON complaints.audit_training (staff_id);
CREATE TABLE complaints.audit_exam (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id    integer     NOT NULL REFERENCES complaints.staff (id),
    held_on     date        NOT NULL,
    score       smallint    NOT NULL CHECK (score BETWEEN 0 AND 100),
    passed      boolean     NOT NULL,
    recorded_by integer     NOT NULL REFERENCES complaints.staff (id),
    recorded_at timestamptz NOT NULL
);
CREATE INDEX audit_exam_staff ON complaints.audit_exam (staff_id);
CREATE TABLE complaints.audit_certificate (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id     integer     NOT NULL REFERENCES complaints.staff (id),
    number       text        NOT NULL UNIQUE CHECK (number <> ''),
    issued_on    date        NOT NULL,
    expires_on   date CHECK (expires_on >= issued_on), -- NULL: without end
    withdrawn_on date,
    withdrawn_by integer REFERENCES complaints.staff (id),
    recorded_by  integer     NOT NULL REFERENCES complaints.staff (id),
    recorded_at  timestamptz NOT NULL
);
CREATE INDEX audit_certificate_staff ON complaints.audit_certificate (staff_id);

-- Why somebody may not be assigned audit work on a day; '' when they may. The same rule as supervision.Unfit, here so that the database keeps it too.
-- +goose StatementBegin
CREATE FUNCTION complaints.audit_unfit(staff integer, on_day date) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN coalesce((SELECT sum(t.days) FROM complaints.audit_training t WHERE t.staff_id = staff AND t.ended_on <= on_day), 0) < 3 THEN 'training'
        WHEN NOT coalesce((SELECT x.passed FROM complaints.audit_exam x WHERE x.staff_id = staff AND x.held_on <= on_day ORDER BY x.held_on DESC, x.id DESC LIMIT 1), false) THEN 'exam'
        WHEN NOT EXISTS (SELECT FROM complaints.audit_certificate k WHERE k.staff_id = staff AND k.issued_on <= on_day AND (k.withdrawn_on IS NULL OR k.withdrawn_on > on_day)) THEN 'certificate'
        WHEN NOT EXISTS (SELECT FROM complaints.audit_certificate k WHERE k.staff_id = staff AND k.issued_on <= on_day AND (k.withdrawn_on IS NULL OR k.withdrawn_on > on_day)
            AND (k.expires_on IS NULL OR k.expires_on >= on_day)) THEN 'expired'
        ELSE '' END
$$;
-- +goose StatementEnd

-- The year's plan of a region (leading digits): how many employers each kind of audit is to reach.
CREATE TABLE complaints.audit_plan (
    id      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    year    smallint    NOT NULL,
    region  text        NOT NULL CHECK (region ~ '^[0-9]{0,6}$'),
    routine integer     NOT NULL CHECK (routine >= 0),
    special integer     NOT NULL CHECK (special >= 0),
    tip_off integer     NOT NULL CHECK (tip_off >= 0),
    subject text        NOT NULL, -- what the special audits look at
    version integer     NOT NULL DEFAULT 1,
    set_by  integer     NOT NULL REFERENCES complaints.staff (id),
    set_at  timestamptz NOT NULL,
    UNIQUE (year, region)
);
-- An employer chosen for a plan, with the figures and the reasons of the day on which it was. The audit itself is a case.
CREATE TABLE complaints.audit_item (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plan_id       integer     NOT NULL REFERENCES complaints.audit_plan (id),
    kind          text        NOT NULL CHECK (kind IN ('routine', 'special', 'tip_off')),
    employer_id   integer     NOT NULL,
    employer_uscc text        NOT NULL,
    employer_name text        NOT NULL,
    region        text        NOT NULL,
    headcount     integer     NOT NULL,
    owed          bigint      NOT NULL,
    points        integer     NOT NULL,
    reasons       text[]      NOT NULL,
    complaint_id  bigint      NOT NULL REFERENCES complaints.complaint (id),
    audit_on      date        NOT NULL,
    chosen_by     integer     NOT NULL REFERENCES complaints.staff (id),
    chosen_at     timestamptz NOT NULL,
    UNIQUE (plan_id, employer_id)
);
CREATE INDEX audit_item_complaint ON complaints.audit_item (complaint_id);
CREATE INDEX audit_item_employer ON complaints.audit_item (employer_id);
CREATE INDEX complaint_audit ON complaints.complaint (received_at) WHERE route IN ('audit', 'audit_tipoff');

-- Who goes on an audit. Somebody unfit on the day is refused by the database itself.
CREATE TABLE complaints.audit_assignment (
    complaint_id bigint      NOT NULL REFERENCES complaints.complaint (id),
    staff_id     integer     NOT NULL REFERENCES complaints.staff (id),
    assigned_on  date        NOT NULL,
    assigned_by  integer     NOT NULL REFERENCES complaints.staff (id),
    assigned_at  timestamptz NOT NULL,
    PRIMARY KEY (complaint_id, staff_id)
);
-- +goose StatementBegin
CREATE FUNCTION complaints.refuse_unfit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    why text := complaints.audit_unfit(NEW.staff_id, NEW.assigned_on);
BEGIN
    IF why <> '' THEN
        RAISE EXCEPTION 'may not be assigned audit work: %', why USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_fit';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_fit BEFORE INSERT OR UPDATE ON complaints.audit_assignment FOR EACH ROW EXECUTE FUNCTION complaints.refuse_unfit();

-- What a visit on site found. A visit that was entered wrongly stays, marked.
CREATE TABLE complaints.audit_visit (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint_id  bigint      NOT NULL REFERENCES complaints.complaint (id),
    visited_on    date        NOT NULL,
    declared      integer     NOT NULL CHECK (declared >= 0),                -- insured by the ledger on that day
    found         integer     NOT NULL CHECK (found >= 0),                   -- people at work there
    checked       integer     NOT NULL CHECK (checked BETWEEN 0 AND found),  -- of them, whose registration and base were checked
    unregistered  integer     NOT NULL CHECK (unregistered BETWEEN 0 AND checked),
    underreported integer     NOT NULL CHECK (underreported BETWEEN 0 AND checked), -- whose base was below their wages
    refused       boolean     NOT NULL,                                      -- the employer would not sign the record
    note          text        NOT NULL,
    recorded_by   integer     NOT NULL REFERENCES complaints.staff (id),
    recorded_at   timestamptz NOT NULL,
    void_at       timestamptz,
    void_by       integer REFERENCES complaints.staff (id),
    void_reason   text        NOT NULL DEFAULT '',
    CHECK (NOT refused OR note <> ''),
    CHECK ((void_at IS NULL) = (void_reason = ''))
);
CREATE INDEX audit_visit_complaint ON complaints.audit_visit (complaint_id);
CREATE INDEX audit_visit_day ON complaints.audit_visit (visited_on) WHERE void_at IS NULL;
CREATE TABLE complaints.audit_visit_auditor (
    visit_id bigint  NOT NULL REFERENCES complaints.audit_visit (id),
    staff_id integer NOT NULL REFERENCES complaints.staff (id),
    PRIMARY KEY (visit_id, staff_id)
);

-- Requests for assistance between regions (异地协查). Where a clock began is kept, its end is computed.
CREATE TABLE complaints.assistance (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    direction   text        NOT NULL CHECK (direction IN ('out', 'in')),
    matter      text        NOT NULL CHECK (matter IN ('pensioner', 'employer', 'contribution', 'other')),
    region      text        NOT NULL, -- ours, which asks or is asked
    other       text        NOT NULL CHECK (other <> ''), -- the agency of the other region
    document    text        NOT NULL CHECK (document <> ''), -- number of the letter
    words       text        NOT NULL CHECK (words <> ''),
    person_id   bigint, -- our pensioner whom the request is about
    complaint_id bigint REFERENCES complaints.complaint (id),
    began_on    date        NOT NULL, -- sent, or received
    days        smallint    NOT NULL CHECK (days > 0), -- working days for the answer
    owner_id    integer REFERENCES complaints.staff (id),
    answered_on date,
    outcome     text        NOT NULL DEFAULT '' CHECK (outcome IN ('', 'met', 'not_met', 'not_found', 'answered')),
    answer      text        NOT NULL DEFAULT '',
    reminded_on date,
    version     integer     NOT NULL DEFAULT 1,
    recorded_by integer     NOT NULL REFERENCES complaints.staff (id),
    recorded_at timestamptz NOT NULL,
    CHECK ((answered_on IS NULL) = (outcome = '')),
    CHECK (answered_on >= began_on),
    UNIQUE (direction, other, document)
);
CREATE INDEX assistance_open ON complaints.assistance (began_on) WHERE answered_on IS NULL;

-- A sample of pensioners who confirmed by themselves, drawn for visits. The seed and the size of the list make the draw repeatable.
CREATE TABLE complaints.eligibility_draw (
    id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    year     smallint    NOT NULL,
    region   text        NOT NULL,
    seed     text        NOT NULL,
    drawn_of integer     NOT NULL,
    drawn_by integer     NOT NULL REFERENCES complaints.staff (id),
    drawn_at timestamptz NOT NULL
);
CREATE TABLE complaints.eligibility_visit (
    draw_id     integer NOT NULL REFERENCES complaints.eligibility_draw (id),
    person_id   bigint  NOT NULL,
    visited_on  date,
    met         boolean,
    overpaid    bigint  NOT NULL DEFAULT 0 CHECK (overpaid >= 0), -- drawn without right
    paid_back   bigint  NOT NULL DEFAULT 0 CHECK (paid_back BETWEEN 0 AND overpaid),
    note        text    NOT NULL DEFAULT '',
    recorded_by integer REFERENCES complaints.staff (id),
    recorded_at timestamptz,
    PRIMARY KEY (draw_id, person_id),
    CHECK ((visited_on IS NULL) = (met IS NULL)),
    CHECK (NOT coalesce(met, true) OR overpaid = 0)
);

-- What the ledger holds of every employer, for choosing audits and for coverage; refreshed with the register of arrears.
CREATE TABLE complaints.employer_sign (
    employer_id      integer PRIMARY KEY,
    uscc             text    NOT NULL,
    name             text    NOT NULL,
    region           text    NOT NULL,
    headcount        integer NOT NULL,
    headcount_before integer NOT NULL, -- a year earlier
    average_base     bigint  NOT NULL
);
CREATE INDEX employer_sign_region ON complaints.employer_sign (region);
CREATE TABLE complaints.pensioner_count (
    region  text PRIMARY KEY,
    retired integer NOT NULL
);

-- How a repayment plan stands, as the last refresh found it: a missed instalment is told once, and a broken plan makes the whole rest due.
ALTER TABLE complaints.repayment_plan
    ADD COLUMN standing text   NOT NULL DEFAULT 'running' CHECK (standing IN ('running', 'kept', 'late', 'broken')),
    ADD COLUMN due_now  bigint NOT NULL DEFAULT 0;
