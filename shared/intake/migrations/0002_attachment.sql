-- +goose Up
-- The name that a file's sender gave it, sealed to the desk.
ALTER TABLE intake.attachment ADD COLUMN name bytea;

-- A file may be taken back until what it belongs to has been sent; the public processes may delete nothing else.
-- +goose StatementBegin
CREATE FUNCTION intake.detach(p_channel text, p_key_hash bytea, p_sha256 bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    DELETE FROM intake.attachment a
    WHERE a.channel = p_channel AND a.key_hash = p_key_hash AND a.sha256 = p_sha256 AND a.kind = 'file'
      AND NOT EXISTS (SELECT FROM intake.submission s WHERE s.channel = p_channel AND s.key_hash = p_key_hash)
      AND NOT EXISTS (SELECT FROM intake.message m WHERE m.key_hash = p_key_hash)
$$;
-- +goose StatementEnd
CREATE INDEX message_key ON intake.message (key_hash);
