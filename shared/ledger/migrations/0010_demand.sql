-- +goose Up
-- Demands to pay that were served on an employer, for the months that they name: what a person is shown of how the own arrears come back. The ID is the desk's. A demand that was
-- withdrawn, or whose service was entered wrongly, is lifted and no longer shown.
CREATE TABLE ledger.demand (
    id          text PRIMARY KEY CHECK (id <> ''),
    employer_id integer     NOT NULL,
    number      text        NOT NULL,
    served_on   date        NOT NULL,
    pay_by      date,
    recorded_at timestamptz NOT NULL,
    lifted_at   timestamptz
);
CREATE TABLE ledger.demand_month (
    person_id bigint  NOT NULL,
    period    integer NOT NULL,
    demand_id text    NOT NULL REFERENCES ledger.demand (id),
    PRIMARY KEY (person_id, period, demand_id)
);
