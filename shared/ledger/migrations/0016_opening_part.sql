-- +goose Up
-- Of an opening balance, what came from the employer's part before 2006: the two parts earn apart, each rounded by itself.
ALTER TABLE ledger.person ADD COLUMN opening_employer bigint NOT NULL DEFAULT 0 CHECK (opening_employer BETWEEN 0 AND opening_balance);
ALTER TABLE ledger.person_history ADD COLUMN opening_employer bigint NOT NULL DEFAULT 0;
ALTER TABLE ledger.account_event DROP CONSTRAINT account_event_kind_check;
ALTER TABLE ledger.account_event ADD CONSTRAINT account_event_kind_check CHECK (kind BETWEEN 1 AND 6);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ledger.keep_former_person() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO ledger.person_history (person_id, replaced_run_id, run_id, id_type, name, sex, birth_date, card_number, mobile_sealed, status, opening_balance, opening_employer, opening_on, content_hash)
    VALUES (OLD.id, NEW.run_id, OLD.run_id, OLD.id_type, OLD.name, OLD.sex, OLD.birth_date, OLD.card_number, OLD.mobile_sealed, OLD.status, OLD.opening_balance, OLD.opening_employer, OLD.opening_on, OLD.content_hash);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
