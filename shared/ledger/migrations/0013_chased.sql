-- +goose Up
-- Whether anything was done to get an employer's arrears paid is asked before a statement is shown.
CREATE INDEX demand_employer ON ledger.demand (employer_id);
CREATE INDEX payment_employer ON ledger.payment (employer_id);
