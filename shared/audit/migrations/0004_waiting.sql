-- +goose Up
-- A chain that every transaction lengthens itself lets one of them commit at a time. Entries therefore wait here, written by the transaction that they tell of, and are taken into the
-- chain a moment later, many at once and by one at a time. Processes may only call audit.append and audit.chain; what waits they can neither change nor remove.
CREATE TABLE audit.waiting (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order in which entries enter the chain
    stream  text        NOT NULL,
    at      timestamptz NOT NULL,
    actor   text        NOT NULL,
    role    text        NOT NULL,
    action  text        NOT NULL,
    subject text        NOT NULL,
    case_no text        NOT NULL,
    reason  text        NOT NULL,
    outcome text        NOT NULL CHECK (outcome IN ('done', 'refused'))
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0); -- rows stay for a second, and are counted in millions

CREATE TRIGGER never_changed BEFORE UPDATE ON audit.waiting FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit.waiting FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit.append(p_stream text, p_at timestamptz, p_actor text, p_role text, p_action text, p_subject text, p_case_no text, p_reason text, p_outcome text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_id bigint;
BEGIN
    INSERT INTO audit.waiting (stream, at, actor, role, action, subject, case_no, reason, outcome)
    VALUES (p_stream, p_at, p_actor, p_role, p_action, p_subject, p_case_no, p_reason, p_outcome) RETURNING id INTO v_id;
    RETURN v_id;
END
$$;
-- +goose StatementEnd

-- Takes at most p_most waiting entries into the chain and returns how many. One at a time does: whoever does not wait for the other (p_wait) gets 0. An entry whose transaction
-- is still open is not seen yet, and comes after those that are; entries of one stream keep their order otherwise.
-- +goose StatementBegin
CREATE FUNCTION audit.chain(p_most integer, p_wait boolean) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    r        record;
    v_stream text;
    v_seq    bigint;
    v_hash   bytea;
    v_prev   bytea;
    v_taken  integer := 0;
BEGIN
    IF p_wait THEN
        PERFORM pg_advisory_xact_lock('audit.waiting'::regclass::bigint);
    ELSIF NOT pg_try_advisory_xact_lock('audit.waiting'::regclass::bigint) THEN
        RETURN 0;
    END IF;
    FOR r IN
        WITH taken AS (DELETE FROM audit.waiting WHERE id = ANY (ARRAY(SELECT id FROM audit.waiting ORDER BY id LIMIT p_most)) RETURNING *)
        SELECT * FROM taken ORDER BY stream, id
    LOOP
        IF v_stream IS DISTINCT FROM r.stream THEN
            UPDATE audit.head SET seq = v_seq, hash = v_hash WHERE stream = v_stream;
            v_stream := r.stream;
            INSERT INTO audit.head (stream, seq, hash) VALUES (v_stream, 0, sha256(convert_to(v_stream, 'UTF8'))) ON CONFLICT (stream) DO NOTHING;
            SELECT seq, hash INTO v_seq, v_hash FROM audit.head WHERE stream = v_stream FOR UPDATE;
        END IF;
        v_seq := v_seq + 1;
        v_prev := v_hash;
        v_hash := audit.row_hash(v_prev, v_stream, v_seq, r.at, ARRAY[r.actor, r.role, r.action, r.subject, r.case_no, r.reason, r.outcome]);
        INSERT INTO audit.log (stream, seq, at, actor, role, action, subject, case_no, reason, outcome, prev, hash)
        VALUES (v_stream, v_seq, r.at, r.actor, r.role, r.action, r.subject, r.case_no, r.reason, r.outcome, v_prev, v_hash);
        v_taken := v_taken + 1;
    END LOOP;
    UPDATE audit.head SET seq = v_seq, hash = v_hash WHERE stream = v_stream;
    RETURN v_taken;
END
$$;
-- +goose StatementEnd

-- Every entry, chained or waiting; those that wait are numbered after all that are chained, 2^62 on.
CREATE VIEW audit.entry AS
    SELECT stream, seq, at, actor, role, action, subject, case_no, reason, outcome FROM audit.log
    UNION ALL
    SELECT stream, 4611686018427387904 + id, at, actor, role, action, subject, case_no, reason, outcome FROM audit.waiting;

CREATE OR REPLACE VIEW audit.seen AS
    SELECT subject, at, role, action, reason, case_no, CASE WHEN role = 'helper' THEN actor ELSE '' END AS helper
    FROM audit.entry WHERE outcome = 'done' AND subject LIKE 'person:%';
