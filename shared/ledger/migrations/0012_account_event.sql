-- +goose Up
ALTER TABLE ledger.import_run DROP CONSTRAINT import_run_kind_check;
ALTER TABLE ledger.import_run ADD CONSTRAINT import_run_kind_check
    CHECK (kind IN ('employers', 'persons', 'contributions', 'events', 'rates', 'rules', 'payment', 'reversal', 'assessment', 'holidays'));

-- What happens to a personal account besides contributions and interest (个人账户变动): transfers in and out, retirement, death, corrections. The number is the agency's own: a row of the
-- same number corrects. An event that was entered by mistake stays, and counts for nothing.
CREATE TABLE ledger.account_event (
    person_id   bigint   NOT NULL,
    number      text     NOT NULL CHECK (number <> ''),
    kind        smallint NOT NULL CHECK (kind BETWEEN 1 AND 5), -- as account.EventKind counts
    happened_on date     NOT NULL,
    personal    bigint   NOT NULL,
    employer    bigint   NOT NULL,
    credits     bigint[] CHECK (cardinality(credits) = 12), -- of January to December; NULL is none
    note        text     NOT NULL,
    revoked     boolean  NOT NULL,
    run_id      integer  NOT NULL,
    PRIMARY KEY (person_id, number)
);

-- Values that a later row replaced, and the run that replaced them.
CREATE TABLE ledger.account_event_history (
    person_id       bigint   NOT NULL,
    number          text     NOT NULL,
    replaced_run_id integer  NOT NULL,
    run_id          integer  NOT NULL,
    kind            smallint NOT NULL,
    happened_on     date     NOT NULL,
    personal        bigint   NOT NULL,
    employer        bigint   NOT NULL,
    credits         bigint[],
    note            text     NOT NULL,
    revoked         boolean  NOT NULL,
    replaced_at     timestamptz NOT NULL,
    PRIMARY KEY (person_id, number, replaced_run_id)
);
