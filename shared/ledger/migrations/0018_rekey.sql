-- +goose Up
-- A person's row that is brought under another key says what it said before: only where the hash of the ID number stays, as it does with every import, is what stood there kept.
DROP TRIGGER keep_former ON ledger.person;
CREATE TRIGGER keep_former AFTER UPDATE ON ledger.person FOR EACH ROW WHEN (NEW.content_hash <> OLD.content_hash AND NEW.id_hash = OLD.id_hash) EXECUTE FUNCTION ledger.keep_former_person();
