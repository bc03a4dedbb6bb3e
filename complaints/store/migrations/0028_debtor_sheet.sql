-- +goose Up
-- An employer's lines stand in one row, ordered by period and insurance: late fees grow every day, and writing a row for each line cost more than reading the ledger did. A fee that is NULL is left to a
-- local rule.
CREATE TABLE complaints.debtor_sheet (
    employer_id integer    PRIMARY KEY REFERENCES complaints.debtor (employer_id),
    periods     integer[]  NOT NULL CHECK (cardinality(periods) > 0),
    insurances  smallint[] NOT NULL CHECK (cardinality(insurances) = cardinality(periods)),
    persons     integer[]  NOT NULL CHECK (cardinality(persons) = cardinality(periods)),
    owed        bigint[]   NOT NULL CHECK (cardinality(owed) = cardinality(periods) AND 0 < ALL (owed)),
    late_fees   bigint[]   NOT NULL CHECK (cardinality(late_fees) = cardinality(periods))
);
INSERT INTO complaints.debtor_sheet (employer_id, periods, insurances, persons, owed, late_fees)
SELECT employer_id, array_agg(period ORDER BY period, insurance), array_agg(insurance ORDER BY period, insurance), array_agg(persons ORDER BY period, insurance),
    array_agg(owed ORDER BY period, insurance), array_agg(late_fee ORDER BY period, insurance)
FROM complaints.debtor_line GROUP BY employer_id;
DROP TABLE complaints.debtor_line;
CREATE VIEW complaints.debtor_line AS
SELECT s.employer_id, l.period, l.insurance, l.persons, l.owed, l.late_fee
FROM complaints.debtor_sheet s, unnest(s.periods, s.insurances, s.persons, s.owed, s.late_fees) AS l (period, insurance, persons, owed, late_fee);
