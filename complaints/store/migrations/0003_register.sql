-- +goose Up
-- The register of employers in arrears (欠费单位信息库): one row per employer that owes or has owed, figures from the ledger, the rest by the supervisors.
CREATE TABLE complaints.debtor (
    employer_id   integer PRIMARY KEY,
    uscc          text     NOT NULL,
    name          text     NOT NULL,
    region        text     NOT NULL,
    ownership     text     NOT NULL,
    headcount     integer  NOT NULL,
    owed_before   bigint   NOT NULL CHECK (owed_before >= 0), -- periods before the Regulation of 1999-01-22
    owed_after    bigint   NOT NULL CHECK (owed_after >= 0),
    late_fee      bigint   NOT NULL CHECK (late_fee >= 0),    -- its own ledger: in no sum with what is owed
    fee_unruled   bigint   NOT NULL,                          -- principal whose fee is left to a local rule
    first_period  integer  NOT NULL,
    last_period   integer  NOT NULL,
    level         smallint NOT NULL,
    state         text     NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'stopped', 'bankrupt', 'merged')),
    stopped_on    date,
    accepted_on   date, -- the court accepted the petition
    declared_on   date, -- the court declared the bankruptcy
    merged_on     date,
    successor     text     NOT NULL DEFAULT '', -- credit code of the employer that absorbed it
    owner_id      integer REFERENCES complaints.staff (id),
    since         date     NOT NULL,
    cleared_on    date,
    version       integer  NOT NULL DEFAULT 1,
    CHECK (state <> 'stopped' OR stopped_on IS NOT NULL),
    CHECK (state <> 'bankrupt' OR accepted_on IS NOT NULL OR declared_on IS NOT NULL),
    CHECK (state <> 'merged' OR (merged_on IS NOT NULL AND successor <> '')),
    CHECK ((cleared_on IS NULL) = (owed_before + owed_after > 0))
);
CREATE INDEX debtor_owed ON complaints.debtor ((owed_before + owed_after) DESC, employer_id);

CREATE TABLE complaints.debtor_line (
    employer_id integer  NOT NULL REFERENCES complaints.debtor (employer_id),
    period      integer  NOT NULL,
    insurance   smallint NOT NULL,
    persons     integer  NOT NULL,
    owed        bigint   NOT NULL CHECK (owed > 0),
    late_fee    bigint, -- NULL: left to a local rule
    PRIMARY KEY (employer_id, period, insurance)
);

-- Every change, by whom; staff NULL is the ledger.
CREATE TABLE complaints.debtor_event (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    employer_id integer     NOT NULL REFERENCES complaints.debtor (employer_id),
    at          timestamptz NOT NULL,
    staff_id    integer REFERENCES complaints.staff (id),
    what        text        NOT NULL, -- listed, owed, cleared, level, state, owner, plan, plan_ended, write_off, write_off_approved, written_off
    before      text        NOT NULL,
    after       text        NOT NULL
);
CREATE INDEX debtor_event_employer ON complaints.debtor_event (employer_id, id);

-- A signed plan to repay (补缴计划) what is owed through a period. What came in is read from the ledger, so that there is no second truth.
CREATE TABLE complaints.repayment_plan (
    id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    employer_id    integer NOT NULL REFERENCES complaints.debtor (employer_id),
    signed_on      date    NOT NULL,
    through_period integer NOT NULL,
    total          bigint  NOT NULL CHECK (total > 0),
    staff_id       integer NOT NULL REFERENCES complaints.staff (id),
    ended_on       date,
    end_reason     text    NOT NULL DEFAULT '',
    CHECK ((ended_on IS NULL) = (end_reason = ''))
);
CREATE UNIQUE INDEX repayment_plan_running ON complaints.repayment_plan (employer_id) WHERE ended_on IS NULL;
CREATE TABLE complaints.repayment_instalment (
    plan_id integer NOT NULL REFERENCES complaints.repayment_plan (id),
    due_on  date    NOT NULL,
    amount  bigint  NOT NULL CHECK (amount > 0),
    PRIMARY KEY (plan_id, due_on)
);

-- Written off after a bankruptcy: labour → finance → government (劳社部发〔1999〕36号).
CREATE TABLE complaints.write_off (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    employer_id integer     NOT NULL REFERENCES complaints.debtor (employer_id),
    amount      bigint      NOT NULL CHECK (amount > 0),
    reason      text        NOT NULL CHECK (reason <> ''),
    staff_id    integer     NOT NULL REFERENCES complaints.staff (id),
    at          timestamptz NOT NULL
);
CREATE TABLE complaints.write_off_approval (
    write_off_id integer  NOT NULL REFERENCES complaints.write_off (id),
    ordinal      smallint NOT NULL CHECK (ordinal BETWEEN 1 AND 3),
    authority    text     NOT NULL,
    document     text     NOT NULL CHECK (document <> ''),
    approved_on  date     NOT NULL,
    staff_id     integer  NOT NULL REFERENCES complaints.staff (id),
    PRIMARY KEY (write_off_id, ordinal),
    CHECK (authority = (ARRAY['labour', 'finance', 'government'])[ordinal])
);

-- What fell due and what arrived, as the ledger sums it: every collection rate is a sum of these.
CREATE TABLE complaints.collection_flow (
    region    text     NOT NULL,
    insurance smallint NOT NULL,
    period    integer  NOT NULL,
    received  integer  NOT NULL, -- 0: nothing has arrived
    due       bigint   NOT NULL,
    paid      bigint   NOT NULL,
    PRIMARY KEY (region, insurance, period, received)
);

-- The state of the ledger that the figures above were made from; one row.
CREATE TABLE complaints.supervised (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    run       integer NOT NULL DEFAULT 0,
    data_date date,
    on_day    date, -- the late fee grows by the day
    at        timestamptz
);
INSERT INTO complaints.supervised DEFAULT VALUES;
