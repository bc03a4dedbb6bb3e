-- +goose Up
CREATE SCHEMA ledger;

-- Employers (用人单位). Bigrams of the name are made in Go, since pg_trgm sees no Chinese letters in a database without a locale.
CREATE TABLE ledger.employer (
    id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uscc          text NOT NULL UNIQUE CHECK (length(uscc) = 18),
    name          text NOT NULL CHECK (name <> ''),
    name_grams    text[] NOT NULL,
    region        text NOT NULL CHECK (region ~ '^[0-9]{6}$'),
    registered_on date,
    status        smallint NOT NULL,
    ownership     text NOT NULL
);
CREATE INDEX employer_name_grams ON ledger.employer USING gin (name_grams);
CREATE INDEX employer_region ON ledger.employer (region);

-- Insured persons (参保人员). ID number and mobile are sealed (AES-GCM); the keyed hashes find them. content_hash tells whether an imported
-- row says anything new, which sealed values cannot.
CREATE TABLE ledger.person (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id_hash         bytea NOT NULL UNIQUE,
    id_sealed       bytea NOT NULL,
    id_type         text NOT NULL,
    name            text NOT NULL CHECK (name <> ''),
    sex             text NOT NULL,
    birth_date      date,
    card_number     text NOT NULL,
    mobile_sealed   bytea,
    status          smallint NOT NULL,
    opening_balance bigint NOT NULL CHECK (opening_balance >= 0),
    opening_on      date,
    content_hash    bytea NOT NULL
);

-- The truth: the state of (person, period, insurance, employer), clustered by person. Amounts in fen.
CREATE TABLE ledger.contribution (
    person_id     bigint NOT NULL,
    base          bigint NOT NULL CHECK (base >= 0),
    employer_due  bigint NOT NULL,
    employer_paid bigint NOT NULL,
    person_due    bigint NOT NULL,
    person_paid   bigint NOT NULL,
    period        integer NOT NULL,
    employer_id   integer NOT NULL,
    paid_on       date,
    run_id        integer NOT NULL,
    insurance     smallint NOT NULL,
    PRIMARY KEY (person_id, period, insurance, employer_id),
    CHECK (employer_paid BETWEEN 0 AND employer_due AND person_paid BETWEEN 0 AND person_due)
);
-- What is owed, by employer; small, since most is paid.
CREATE INDEX contribution_owed ON ledger.contribution (employer_id, period, insurance)
    WHERE employer_paid <> employer_due OR person_paid <> person_due;

-- Values that a later row replaced, and the run that replaced them.
CREATE TABLE ledger.contribution_history (
    person_id       bigint NOT NULL,
    period          integer NOT NULL,
    insurance       smallint NOT NULL,
    employer_id     integer NOT NULL,
    replaced_run_id integer NOT NULL,
    run_id          integer NOT NULL,
    base            bigint NOT NULL,
    employer_due    bigint NOT NULL,
    employer_paid   bigint NOT NULL,
    person_due      bigint NOT NULL,
    person_paid     bigint NOT NULL,
    paid_on         date,
    replaced_at     timestamptz NOT NULL,
    PRIMARY KEY (person_id, period, insurance, employer_id, replaced_run_id)
);

-- Who has ever had a row with an employer: the way from an employer to its people, small where an index on every contribution would be large.
CREATE TABLE ledger.employment (
    employer_id integer NOT NULL,
    person_id   bigint NOT NULL,
    PRIMARY KEY (employer_id, person_id)
);

-- One packed row per person and year: what every reading uses, written in the same transaction as the truth. See year_pack.go.
CREATE TABLE ledger.person_year (
    person_id bigint NOT NULL,
    year      smallint NOT NULL,
    packed    bytea NOT NULL,
    PRIMARY KEY (person_id, year)
);
ALTER TABLE ledger.person_year ALTER COLUMN packed SET STORAGE MAIN;

-- How far the data reaches; one row.
CREATE TABLE ledger.reach (
    only_row         boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    data_date        date, -- shown to people; NULL before the first import
    accounts_through date, -- the day that accounts are run through: the first or the last of a year, since nothing between changes an account
    accounts_filled  date  -- the same, once every person's account has been run that far
);
INSERT INTO ledger.reach (data_date) VALUES (NULL);

-- Regional rules; region is a code or its leading digits ('33', '3301'), '' is everywhere.
CREATE TABLE ledger.regional_rule (
    region              text PRIMARY KEY CHECK (region ~ '^[0-9]{0,6}$'),
    back_payment_policy text NOT NULL CHECK (back_payment_policy IN ('A', 'B')),
    interest_method     text NOT NULL CHECK (interest_method IN ('month_product', 'annual'))
);
INSERT INTO ledger.regional_rule (region, back_payment_policy, interest_method) VALUES ('', 'A', 'month_product');

-- Credited rates that a region sets itself; the national ones are embedded. Billionths: 3.97 % is 39700000.
CREATE TABLE ledger.credited_rate (
    region      text NOT NULL CHECK (region ~ '^[0-9]{0,6}$'),
    year        smallint NOT NULL,
    rate        bigint NOT NULL CHECK (rate BETWEEN 0 AND 1000000000),
    provisional boolean NOT NULL,
    source      text NOT NULL,
    PRIMARY KEY (region, year)
);

CREATE TABLE ledger.import_run (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('employers', 'persons', 'contributions')),
    file        text NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    rows        bigint,
    rejected    bigint,
    duplicates  bigint,
    added       bigint,
    changed     bigint
);

-- Where rows wait between reading and merging. Unlogged: a crash loses nothing but the work of reading again.
CREATE UNLOGGED TABLE ledger.staged_contribution (
    person_id     bigint NOT NULL,
    base          bigint NOT NULL,
    employer_due  bigint NOT NULL,
    employer_paid bigint NOT NULL,
    person_due    bigint NOT NULL,
    person_paid   bigint NOT NULL,
    line          integer NOT NULL,
    period        integer NOT NULL,
    employer_id   integer NOT NULL,
    paid_on       date,
    insurance     smallint NOT NULL
);
