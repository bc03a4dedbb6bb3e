-- +goose Up
ALTER TABLE ledger.import_run DROP CONSTRAINT import_run_kind_check;
ALTER TABLE ledger.import_run ADD CONSTRAINT import_run_kind_check CHECK (kind IN ('employers', 'persons', 'contributions', 'rates', 'rules', 'payment', 'reversal', 'assessment'));
ALTER TABLE ledger.payment ADD COLUMN reversed_run_id integer UNIQUE;

-- The second way in which the desk's process changes contributions: a payment that bounced is taken out again, as it went in. What stood there goes to the history; the
-- day of arrival is again what it was before the payment, unless a later row has set another.
-- +goose StatementBegin
CREATE FUNCTION ledger.unbook_payment(payment text, unbooked timestamptz, persons bigint[], periods integer[], insurances smallint[], employer_parts bigint[], person_parts bigint[])
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lines integer := cardinality(persons);
    booking ledger.payment%ROWTYPE;
    run integer;
    touched integer;
BEGIN
    SELECT * INTO booking FROM ledger.payment WHERE id = payment AND reversed_run_id IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such payment is booked';
    END IF;
    IF booking.amount <> (SELECT sum(e + p) FROM unnest(employer_parts, person_parts) AS part (e, p)) THEN
        RAISE EXCEPTION 'a payment is taken out as it went in';
    END IF;
    INSERT INTO ledger.import_run (kind, file, started_at, finished_at, rows, rejected, duplicates, added, changed)
    VALUES ('reversal', payment, unbooked, unbooked, lines, 0, 0, 0, lines) RETURNING id INTO run;
    UPDATE ledger.payment SET reversed_run_id = run WHERE id = payment;
    INSERT INTO ledger.contribution_history (person_id, period, insurance, employer_id, replaced_run_id, run_id, base, employer_due, employer_paid, person_due, person_paid, paid_on, replaced_at)
    SELECT c.person_id, c.period, c.insurance, c.employer_id, run, c.run_id, c.base, c.employer_due, c.employer_paid, c.person_due, c.person_paid, c.paid_on, unbooked
    FROM unnest(persons, periods, insurances) AS line (person_id, period, insurance)
    JOIN ledger.contribution c ON c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = booking.employer_id;
    UPDATE ledger.contribution c
    SET employer_paid = c.employer_paid - line.e, person_paid = c.person_paid - line.p, run_id = run,
        paid_on = CASE
            WHEN c.employer_paid - line.e + c.person_paid - line.p = 0 AND c.employer_due + c.person_due > 0 THEN NULL
            WHEN c.paid_on = booking.paid_on THEN coalesce((SELECT h.paid_on FROM ledger.contribution_history h WHERE h.person_id = c.person_id AND h.period = c.period
                AND h.insurance = c.insurance AND h.employer_id = c.employer_id AND h.replaced_run_id = booking.run_id AND h.ordinal = 0), c.paid_on)
            ELSE c.paid_on END
    FROM unnest(persons, periods, insurances, employer_parts, person_parts) AS line (person_id, period, insurance, e, p)
    WHERE c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = booking.employer_id;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> lines THEN
        RAISE EXCEPTION 'a payment is taken out of the months that it was booked to, each once';
    END IF;
    RETURN run;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION ledger.unbook_payment FROM PUBLIC;

-- The third: an audit finds a truer base, and what is due grows (核定). It never shrinks here; the ID is the desk's, so that the same finding is entered once.
CREATE TABLE ledger.assessment (
    id          text PRIMARY KEY CHECK (id <> ''),
    employer_id integer     NOT NULL,
    assessed_at timestamptz NOT NULL,
    run_id      integer     NOT NULL UNIQUE
);
-- +goose StatementBegin
CREATE FUNCTION ledger.assess(assessment text, employer integer, assessed timestamptz, persons bigint[], periods integer[], insurances smallint[], bases bigint[], employer_more bigint[], person_more bigint[])
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lines integer := cardinality(persons);
    run integer;
    touched integer;
BEGIN
    IF lines = 0 OR EXISTS (SELECT FROM unnest(employer_more, person_more) AS more (e, p) WHERE e IS NULL OR p IS NULL OR e < 0 OR p < 0 OR e + p = 0) THEN
        RAISE EXCEPTION 'an assessment needs lines, and each makes something more due';
    END IF;
    INSERT INTO ledger.import_run (kind, file, started_at, finished_at, rows, rejected, duplicates, added, changed)
    VALUES ('assessment', assessment, assessed, assessed, lines, 0, 0, 0, lines) RETURNING id INTO run;
    INSERT INTO ledger.assessment (id, employer_id, assessed_at, run_id) VALUES (assessment, employer, assessed, run);
    INSERT INTO ledger.contribution_history (person_id, period, insurance, employer_id, replaced_run_id, run_id, base, employer_due, employer_paid, person_due, person_paid, paid_on, replaced_at)
    SELECT c.person_id, c.period, c.insurance, c.employer_id, run, c.run_id, c.base, c.employer_due, c.employer_paid, c.person_due, c.person_paid, c.paid_on, assessed
    FROM unnest(persons, periods, insurances) AS line (person_id, period, insurance)
    JOIN ledger.contribution c ON c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = employer;
    UPDATE ledger.contribution c
    SET base = greatest(c.base, line.base), employer_due = c.employer_due + line.e, person_due = c.person_due + line.p, run_id = run
    FROM unnest(persons, periods, insurances, bases, employer_more, person_more) AS line (person_id, period, insurance, base, e, p)
    WHERE c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = employer;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> lines THEN
        RAISE EXCEPTION 'an assessment is of months that the employer has a contribution for, each once';
    END IF;
    RETURN run;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION ledger.assess FROM PUBLIC;
