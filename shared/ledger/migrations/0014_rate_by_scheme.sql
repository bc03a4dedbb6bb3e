-- +goose Up
-- A rate's key is region, scheme and period, never the year alone: before 2016 provinces set their own, some from July to June, and government bodies had another than enterprises.
ALTER TABLE ledger.credited_rate
    ADD COLUMN scheme smallint NOT NULL DEFAULT 0 CHECK (scheme IN (0, 110, 120)), -- 0 is every pension scheme
    ADD COLUMN valid_from date,
    ADD COLUMN valid_to date;
UPDATE ledger.credited_rate SET valid_from = make_date(year, 1, 1), valid_to = make_date(year, 12, 31);
ALTER TABLE ledger.credited_rate
    DROP CONSTRAINT credited_rate_pkey,
    DROP COLUMN year,
    ALTER COLUMN valid_from SET NOT NULL,
    ALTER COLUMN valid_to SET NOT NULL,
    ADD PRIMARY KEY (region, scheme, valid_from),
    ADD CHECK (valid_from <= valid_to);
