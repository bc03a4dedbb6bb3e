-- +goose Up
ALTER TABLE ledger.import_run DROP CONSTRAINT import_run_kind_check;
ALTER TABLE ledger.import_run ADD CONSTRAINT import_run_kind_check CHECK (kind IN ('employers', 'persons', 'contributions', 'rates', 'rules', 'payment'));

-- Recovered arrears that the desk has booked; the ID is the desk's, so that the same payment is booked once.
CREATE TABLE ledger.payment (
    id           text PRIMARY KEY CHECK (id <> ''),
    employer_id  integer NOT NULL,
    paid_on      date NOT NULL,
    amount       bigint NOT NULL CHECK (amount > 0),
    booked_at    timestamptz NOT NULL,
    run_id       integer NOT NULL UNIQUE,
    content_hash bytea NOT NULL
);

-- The one way in which the desk's process changes contributions: paid parts grow, never above what is due, and what was there before goes to the history.
-- +goose StatementBegin
CREATE FUNCTION ledger.book_payment(payment text, employer integer, paid date, booked timestamptz, hash bytea,
    persons bigint[], periods integer[], insurances smallint[], employer_parts bigint[], person_parts bigint[])
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lines integer := cardinality(persons);
    run integer;
    touched integer;
BEGIN
    IF lines = 0 OR EXISTS (SELECT FROM unnest(employer_parts, person_parts) AS part (e, p) WHERE e IS NULL OR p IS NULL OR e < 0 OR p < 0 OR e + p = 0) THEN
        RAISE EXCEPTION 'a payment needs lines, and each needs an amount above zero';
    END IF;
    INSERT INTO ledger.import_run (kind, file, started_at, finished_at, rows, rejected, duplicates, added, changed)
    VALUES ('payment', payment, booked, booked, lines, 0, 0, 0, lines) RETURNING id INTO run;
    INSERT INTO ledger.payment (id, employer_id, paid_on, amount, booked_at, run_id, content_hash)
    SELECT payment, employer, paid, sum(e + p), booked, run, hash FROM unnest(employer_parts, person_parts) AS part (e, p);
    INSERT INTO ledger.contribution_history (person_id, period, insurance, employer_id, replaced_run_id, run_id, base, employer_due, employer_paid, person_due, person_paid, paid_on, replaced_at)
    SELECT c.person_id, c.period, c.insurance, c.employer_id, run, c.run_id, c.base, c.employer_due, c.employer_paid, c.person_due, c.person_paid, c.paid_on, booked
    FROM unnest(persons, periods, insurances) AS line (person_id, period, insurance)
    JOIN ledger.contribution c ON c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = employer;
    UPDATE ledger.contribution c
    SET employer_paid = c.employer_paid + line.e, person_paid = c.person_paid + line.p, paid_on = greatest(c.paid_on, paid), run_id = run
    FROM unnest(persons, periods, insurances, employer_parts, person_parts) AS line (person_id, period, insurance, e, p)
    WHERE c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = employer;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> lines THEN
        RAISE EXCEPTION 'a payment is booked to months that the employer has a contribution for, each once';
    END IF;
    RETURN run;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION ledger.book_payment FROM PUBLIC;
