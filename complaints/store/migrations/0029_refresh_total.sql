-- +goose Up
-- What the register showed after each refresh, by city and insurance (0: all of them), so that a day that is over can be compared with the ledger as it stood. Refreshes of before are not kept so.
CREATE TABLE complaints.refresh_total (
    refresh_id bigint   NOT NULL REFERENCES complaints.refresh (id),
    city       text     NOT NULL, -- four digits
    insurance  smallint NOT NULL,
    employers  integer  NOT NULL,
    owed       bigint   NOT NULL,
    late_fee   bigint   NOT NULL,
    unruled    integer  NOT NULL, -- lines whose fee is left to a local rule
    PRIMARY KEY (refresh_id, city, insurance)
);
