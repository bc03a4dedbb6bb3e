-- +goose Up
-- Lines are joined with their employer beside them, not with a constant: of an employer that the planner's statistics do not know yet it expects one row, and then compared each line with each row of
-- the employer, which let a payment for a hundred people take longer than a request may.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ledger.book_payment(payment text, employer integer, paid date, booked timestamptz, hash bytea,
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
    FROM unnest(persons, periods, insurances, array_fill(employer, ARRAY[lines])) AS line (person_id, period, insurance, employer_id)
    JOIN ledger.contribution c ON c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = line.employer_id;
    UPDATE ledger.contribution c
    SET employer_paid = c.employer_paid + line.e, person_paid = c.person_paid + line.p, paid_on = greatest(c.paid_on, paid), run_id = run
    FROM unnest(persons, periods, insurances, employer_parts, person_parts, array_fill(employer, ARRAY[lines])) AS line (person_id, period, insurance, e, p, employer_id)
    WHERE c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = line.employer_id;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> lines THEN
        RAISE EXCEPTION 'a payment is booked to months that the employer has a contribution for, each once';
    END IF;
    RETURN run;
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ledger.unbook_payment(payment text, unbooked timestamptz, persons bigint[], periods integer[], insurances smallint[], employer_parts bigint[], person_parts bigint[])
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lines integer := cardinality(persons);
    booking ledger.payment%ROWTYPE;
    run integer;
    touched integer;
BEGIN
    SELECT * INTO booking FROM ledger.payment WHERE id = unbook_payment.payment AND reversed_run_id IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such payment is booked';
    END IF;
    IF booking.amount <> (SELECT sum(e + p) FROM unnest(employer_parts, person_parts) AS part (e, p)) THEN
        RAISE EXCEPTION 'a payment is taken out as it went in';
    END IF;
    INSERT INTO ledger.import_run (kind, file, started_at, finished_at, rows, rejected, duplicates, added, changed)
    VALUES ('reversal', unbook_payment.payment, unbooked, unbooked, lines, 0, 0, 0, lines) RETURNING id INTO run;
    UPDATE ledger.payment SET reversed_run_id = run WHERE id = unbook_payment.payment;
    INSERT INTO ledger.contribution_history (person_id, period, insurance, employer_id, replaced_run_id, run_id, base, employer_due, employer_paid, person_due, person_paid, paid_on, replaced_at)
    SELECT c.person_id, c.period, c.insurance, c.employer_id, run, c.run_id, c.base, c.employer_due, c.employer_paid, c.person_due, c.person_paid, c.paid_on, unbooked
    FROM unnest(persons, periods, insurances, array_fill(booking.employer_id, ARRAY[lines])) AS line (person_id, period, insurance, employer_id)
    JOIN ledger.contribution c ON c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = line.employer_id;
    UPDATE ledger.contribution c
    SET employer_paid = c.employer_paid - line.e, person_paid = c.person_paid - line.p, run_id = run,
        paid_on = CASE
            WHEN c.employer_paid - line.e + c.person_paid - line.p = 0 AND c.employer_due + c.person_due > 0 THEN NULL
            WHEN c.paid_on = booking.paid_on THEN coalesce((SELECT h.paid_on FROM ledger.contribution_history h WHERE h.person_id = c.person_id AND h.period = c.period
                AND h.insurance = c.insurance AND h.employer_id = c.employer_id AND h.replaced_run_id = booking.run_id AND h.ordinal = 0), c.paid_on)
            ELSE c.paid_on END
    FROM unnest(persons, periods, insurances, employer_parts, person_parts, array_fill(booking.employer_id, ARRAY[lines])) AS line (person_id, period, insurance, e, p, employer_id)
    WHERE c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = line.employer_id;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> lines THEN
        RAISE EXCEPTION 'a payment is taken out of the months that it was booked to, each once';
    END IF;
    RETURN run;
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ledger.assess(assessment text, employer integer, assessed timestamptz, persons bigint[], periods integer[], insurances smallint[], bases bigint[], employer_more bigint[], person_more bigint[])
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
    FROM unnest(persons, periods, insurances, array_fill(employer, ARRAY[lines])) AS line (person_id, period, insurance, employer_id)
    JOIN ledger.contribution c ON c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = line.employer_id;
    UPDATE ledger.contribution c
    SET base = greatest(c.base, line.base), employer_due = c.employer_due + line.e, person_due = c.person_due + line.p, run_id = run
    FROM unnest(persons, periods, insurances, bases, employer_more, person_more, array_fill(employer, ARRAY[lines])) AS line (person_id, period, insurance, base, e, p, employer_id)
    WHERE c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = line.employer_id;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> lines THEN
        RAISE EXCEPTION 'an assessment is of months that the employer has a contribution for, each once';
    END IF;
    RETURN run;
END
$$;
-- +goose StatementEnd
