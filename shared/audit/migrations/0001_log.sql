-- +goose Up
-- Who saw or did what to whom, when and why. Rows are chained by hash per stream (one stream a process kind), so that an altered, removed
-- or reordered row is found. Processes may only call audit.append; they can neither read nor change the log.
CREATE SCHEMA audit;

CREATE TABLE audit.head (
    stream text PRIMARY KEY,
    seq    bigint NOT NULL,
    hash   bytea  NOT NULL
);

CREATE TABLE audit.log (
    stream   text        NOT NULL,
    seq      bigint      NOT NULL,
    at       timestamptz NOT NULL,
    actor    text        NOT NULL, -- staff account, person:ID, call:SID hash, or a job's name; never a name or an ID number
    role     text        NOT NULL,
    action   text        NOT NULL,
    subject  text        NOT NULL, -- such as person:17 or case:2026-000012
    case_no  text        NOT NULL,
    reason   text        NOT NULL,
    outcome  text        NOT NULL CHECK (outcome IN ('done', 'refused')),
    prev     bytea       NOT NULL,
    hash     bytea       NOT NULL,
    PRIMARY KEY (stream, seq)
);
CREATE INDEX log_subject ON audit.log (subject, at DESC);
CREATE INDEX log_at ON audit.log (at);

-- +goose StatementBegin
CREATE FUNCTION audit.row_hash(prev bytea, stream text, seq bigint, at timestamptz, fields text[]) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(prev || convert_to(concat_ws(E'\x1f', stream, seq::text, (extract(epoch FROM at) * 1000000)::bigint::text, array_to_json(fields)::text), 'UTF8'))
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION audit.append(p_stream text, p_at timestamptz, p_actor text, p_role text, p_action text, p_subject text, p_case_no text, p_reason text, p_outcome text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_seq  bigint;
    v_prev bytea;
    v_hash bytea;
BEGIN
    INSERT INTO audit.head (stream, seq, hash) VALUES (p_stream, 0, sha256(convert_to(p_stream, 'UTF8'))) ON CONFLICT (stream) DO NOTHING;
    SELECT seq + 1, hash INTO v_seq, v_prev FROM audit.head WHERE stream = p_stream FOR UPDATE;
    v_hash := audit.row_hash(v_prev, p_stream, v_seq, p_at, ARRAY[p_actor, p_role, p_action, p_subject, p_case_no, p_reason, p_outcome]);
    INSERT INTO audit.log (stream, seq, at, actor, role, action, subject, case_no, reason, outcome, prev, hash)
    VALUES (p_stream, v_seq, p_at, p_actor, p_role, p_action, p_subject, p_case_no, p_reason, p_outcome, v_prev, v_hash);
    UPDATE audit.head SET seq = v_seq, hash = v_hash WHERE stream = p_stream;
    RETURN v_seq;
END
$$;
-- +goose StatementEnd

-- What the person concerned may read about accesses to the own record: no case content, no investigator's name.
CREATE VIEW audit.seen AS
    SELECT subject, at, role, action, reason, case_no FROM audit.log WHERE outcome = 'done' AND subject LIKE 'person:%';
