-- +goose Up
-- Rows are never changed, and not removed within six months (网络安全法: logs at least six months). Who owns the database can go round this; the chain, and checkpoints
-- kept outside, find it.
-- +goose StatementBegin
CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '6 months' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit log is never changed, and kept for six months' USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON audit.log FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit.log FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

-- Where a chain begins after its oldest rows were removed by rule: the last removed row. The log itself names it, so that a made-up one is found.
CREATE TABLE audit.purged (
    stream    text   PRIMARY KEY,
    seq       bigint NOT NULL,
    hash      bytea  NOT NULL,
    purged_at timestamptz NOT NULL
);
