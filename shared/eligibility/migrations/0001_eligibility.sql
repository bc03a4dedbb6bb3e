-- +goose Up
CREATE SCHEMA eligibility;

-- That a pensioner still meets the conditions for the pension (领取待遇资格认证), one row a year and way. region is where the pension was paid at that time.
CREATE TABLE eligibility.confirmation (
    person_id    bigint      NOT NULL,
    year         smallint    NOT NULL,
    way          text        NOT NULL CHECK (way IN ('portal', 'phone', 'visit', 'assistance', 'counter')),
    region       text        NOT NULL,
    met          boolean     NOT NULL, -- false: the check found that they are not met
    confirmed_on date        NOT NULL,
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (person_id, year, way),
    CHECK (met OR way IN ('visit', 'assistance', 'counter')) -- nobody reports themselves as gone
);
CREATE INDEX confirmation_region ON eligibility.confirmation (year, region);
