-- +goose Up
-- The employer whose region a person belongs to (统筹地区): that of the last pension row, else of the last row. Written with the packed years.
CREATE TABLE ledger.last_employer (
    person_id   bigint PRIMARY KEY,
    employer_id integer NOT NULL
);
INSERT INTO ledger.last_employer (person_id, employer_id)
SELECT DISTINCT ON (person_id) person_id, employer_id
FROM ledger.contribution
ORDER BY person_id, insurance IN (110, 120) DESC, period DESC, insurance DESC, employer_id DESC;

-- Digests of up to 256 statements under one Ed25519 signature: signing costs more than writing a statement does, so they are signed together.
CREATE TABLE ledger.statement_seal (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_id    text NOT NULL,
    digests   bytea NOT NULL CHECK (length(digests) % 32 = 0),
    signature bytea NOT NULL CHECK (length(signature) = 64)
);
ALTER TABLE ledger.statement_seal ALTER COLUMN digests SET STORAGE EXTERNAL; -- digests do not compress

-- Issued statements (对账单), one row per person, year and issue, never changed: a corrected record gives the next issue, which is what supersedes.
CREATE TABLE ledger.statement (
    person_id bigint NOT NULL,
    number    bigint NOT NULL, -- of the seal, times 256, and the place within it
    issued_at timestamptz NOT NULL,
    data_date date NOT NULL,
    year      smallint NOT NULL,
    issue     smallint NOT NULL CHECK (issue > 0),
    region    text NOT NULL,
    code      bytea NOT NULL CHECK (length(code) = 10),
    content   bytea NOT NULL, -- see statement_content.go
    PRIMARY KEY (person_id, year, issue)
);
ALTER TABLE ledger.statement ALTER COLUMN content SET STORAGE MAIN;
CREATE UNIQUE INDEX statement_code ON ledger.statement (code);

-- What became of a statement.
CREATE TABLE ledger.statement_delivery (
    person_id bigint NOT NULL,
    year      smallint NOT NULL,
    issue     smallint NOT NULL,
    sent_at   timestamptz,
    opened_at timestamptz,
    PRIMARY KEY (person_id, year, issue),
    FOREIGN KEY (person_id, year, issue) REFERENCES ledger.statement
);

-- +goose StatementBegin
CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an issued statement is never changed or removed';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER statement_is_final BEFORE UPDATE OR DELETE ON ledger.statement FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER statement_seal_is_final BEFORE UPDATE OR DELETE ON ledger.statement_seal FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
