-- +goose Up
-- A case's file is never changed, but its owner may seal it with another key: the content is as long as before, and what it opens to has the hash that stands beside it.
DROP TRIGGER kept_never_changed ON complaints.case_file;
CREATE TRIGGER kept_never_changed BEFORE UPDATE OF name, about, media_type, bytes, sha256, original, added_at, added_by ON complaints.case_file
    FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();
-- +goose StatementBegin
CREATE FUNCTION complaints.refuse_other_content() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF length(NEW.content) <> length(OLD.content) OR current_user <> (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RAISE EXCEPTION 'the content of % is never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER content_never_changed BEFORE UPDATE OF content ON complaints.case_file FOR EACH ROW EXECUTE FUNCTION complaints.refuse_other_content();
