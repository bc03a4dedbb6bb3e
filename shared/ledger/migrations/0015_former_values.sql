-- +goose Up
-- What a person's and an employer's row said before a later import changed it, and which run did; no run: from before such runs were kept. A person's mobile stays sealed.
ALTER TABLE ledger.person ADD COLUMN run_id integer;
ALTER TABLE ledger.employer ADD COLUMN run_id integer;
CREATE TABLE ledger.person_history (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id       bigint   NOT NULL,
    replaced_run_id integer  NOT NULL,
    run_id          integer,
    id_type         text     NOT NULL,
    name            text     NOT NULL,
    sex             text     NOT NULL,
    birth_date      date,
    card_number     text     NOT NULL,
    mobile_sealed   bytea,
    status          smallint NOT NULL,
    opening_balance bigint   NOT NULL,
    opening_on      date,
    content_hash    bytea    NOT NULL
);
CREATE INDEX person_history_person ON ledger.person_history (person_id);
CREATE TABLE ledger.employer_history (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    employer_id     integer  NOT NULL,
    replaced_run_id integer  NOT NULL,
    run_id          integer,
    name            text     NOT NULL,
    region          text     NOT NULL,
    registered_on   date,
    status          smallint NOT NULL,
    ownership       text     NOT NULL
);
CREATE INDEX employer_history_employer ON ledger.employer_history (employer_id);

-- +goose StatementBegin
CREATE FUNCTION ledger.keep_former_person() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO ledger.person_history (person_id, replaced_run_id, run_id, id_type, name, sex, birth_date, card_number, mobile_sealed, status, opening_balance, opening_on, content_hash)
    VALUES (OLD.id, NEW.run_id, OLD.run_id, OLD.id_type, OLD.name, OLD.sex, OLD.birth_date, OLD.card_number, OLD.mobile_sealed, OLD.status, OLD.opening_balance, OLD.opening_on, OLD.content_hash);
    RETURN NULL;
END
$$;
CREATE FUNCTION ledger.keep_former_employer() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO ledger.employer_history (employer_id, replaced_run_id, run_id, name, region, registered_on, status, ownership)
    VALUES (OLD.id, NEW.run_id, OLD.run_id, OLD.name, OLD.region, OLD.registered_on, OLD.status, OLD.ownership);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER keep_former AFTER UPDATE ON ledger.person FOR EACH ROW WHEN (NEW.content_hash <> OLD.content_hash) EXECUTE FUNCTION ledger.keep_former_person();
CREATE TRIGGER keep_former AFTER UPDATE ON ledger.employer FOR EACH ROW WHEN (NEW.run_id IS NOT NULL) EXECUTE FUNCTION ledger.keep_former_employer();
