-- +goose Up
-- How a region counts and books arrears, and who issues its documents; region is a code or its leading digits, '' is everywhere. Every version is kept: a calculation
-- and a document name theirs.
CREATE TABLE complaints.money_setting (
    region  text        NOT NULL CHECK (region ~ '^[0-9]{0,6}$'),
    version integer     NOT NULL CHECK (version > 0),
    setting jsonb       NOT NULL,
    set_at  timestamptz NOT NULL,
    set_by  integer REFERENCES complaints.staff (id), -- NULL: the command line
    PRIMARY KEY (region, version)
);

-- An approved deferral (缓缴): its days bear no late fee.
CREATE TABLE complaints.deferral (
    id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    employer_uscc text        NOT NULL,
    from_on       date        NOT NULL,
    to_on         date        NOT NULL CHECK (to_on >= from_on),
    document      text        NOT NULL CHECK (document <> ''),
    added_at      timestamptz NOT NULL,
    added_by      integer     NOT NULL REFERENCES complaints.staff (id),
    ended_at      timestamptz,
    ended_by      integer REFERENCES complaints.staff (id)
);
CREATE INDEX deferral_employer ON complaints.deferral (employer_uscc) WHERE ended_at IS NULL;

-- A calculation that was kept: what it was made of, by which rules, and what came out. Amounts in fen. Never changed.
CREATE TABLE complaints.calculation (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint_id  bigint      NOT NULL REFERENCES complaints.complaint (id),
    employer_uscc text        NOT NULL,
    paid_on       date        NOT NULL,
    rule_version  text        NOT NULL,
    findings      jsonb       NOT NULL,
    input         jsonb       NOT NULL,
    result        jsonb       NOT NULL,
    owed          bigint      NOT NULL CHECK (owed >= 0),
    fee           bigint      NOT NULL CHECK (fee >= 0),
    data_date     date        NOT NULL, -- that the ledger reached
    kept_at       timestamptz NOT NULL,
    kept_by       integer     NOT NULL REFERENCES complaints.staff (id)
);
CREATE INDEX calculation_complaint ON complaints.calculation (complaint_id, id);
CREATE TABLE complaints.calculation_person (
    calculation_id bigint   NOT NULL REFERENCES complaints.calculation (id),
    person_id      bigint   NOT NULL,
    period         integer  NOT NULL,
    insurance      smallint NOT NULL,
    base           bigint   NOT NULL,
    true_base      bigint   NOT NULL,
    employer_owed  bigint   NOT NULL CHECK (employer_owed >= 0),
    person_owed    bigint   NOT NULL CHECK (person_owed >= 0),
    PRIMARY KEY (calculation_id, period, insurance, person_id)
);

-- The day on which an audit ended: from it the law counts the time to answer the employer.
CREATE TABLE complaints.audit_end (
    complaint_id bigint PRIMARY KEY REFERENCES complaints.complaint (id),
    ended_on     date        NOT NULL,
    set_at       timestamptz NOT NULL,
    set_by       integer     NOT NULL REFERENCES complaints.staff (id)
);

-- Numbers of documents: one row counts a kind of a series and year, taken in the transaction that issues, so that none is missing.
CREATE TABLE complaints.notice_number (
    kind   text    NOT NULL,
    series text    NOT NULL,
    year   integer NOT NULL,
    last   integer NOT NULL CHECK (last > 0),
    PRIMARY KEY (kind, series, year)
);

-- A document: a draft until it is issued, then never changed but for its end. The PDF is kept as it was issued.
CREATE TABLE complaints.notice (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint_id    bigint      NOT NULL REFERENCES complaints.complaint (id),
    employer_uscc   text        NOT NULL,
    kind            text        NOT NULL,
    state           text        NOT NULL CHECK (state IN ('draft', 'issued', 'withdrawn', 'replaced')),
    version         integer     NOT NULL DEFAULT 1,
    fields          jsonb       NOT NULL,
    calculation_id  bigint REFERENCES complaints.calculation (id),
    replaces        bigint REFERENCES complaints.notice (id),
    drafted_at      timestamptz NOT NULL,
    drafted_by      integer     NOT NULL REFERENCES complaints.staff (id),
    waived          text        NOT NULL DEFAULT '', -- why a requirement that the law lets go was let go
    setting_version text        NOT NULL DEFAULT '',
    series          text,
    year            integer,
    seq             integer,
    number          text,
    issued_on       date,
    issued_at       timestamptz,
    issued_by       integer REFERENCES complaints.staff (id),
    paper           jsonb,
    pdf             bytea,
    sha256          bytea,
    ended_at        timestamptz,
    ended_by        integer REFERENCES complaints.staff (id),
    end_reason      text        NOT NULL DEFAULT '',
    UNIQUE (kind, series, year, seq),
    CHECK (state = 'draft' OR (number IS NOT NULL AND issued_on IS NOT NULL AND issued_by IS NOT NULL AND paper IS NOT NULL AND pdf IS NOT NULL AND sha256 IS NOT NULL)),
    CHECK (state NOT IN ('withdrawn', 'replaced') OR (ended_at IS NOT NULL AND end_reason <> ''))
);
CREATE INDEX notice_complaint ON complaints.notice (complaint_id, id);
CREATE INDEX notice_employer ON complaints.notice (employer_uscc, id);

-- How and when a document was served. One holds; an earlier entry that was wrong stays, marked.
CREATE TABLE complaints.service (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_id   bigint      NOT NULL REFERENCES complaints.notice (id),
    way         text        NOT NULL CHECK (way IN ('direct', 'left', 'post', 'proxy', 'announcement')),
    done_on     date        NOT NULL, -- handed over, received by post, announced
    served_on   date        NOT NULL CHECK (served_on >= done_on), -- counts as served
    receiver    text        NOT NULL,
    witness     text        NOT NULL,
    note        text        NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by integer     NOT NULL REFERENCES complaints.staff (id),
    void_at     timestamptz,
    void_by     integer REFERENCES complaints.staff (id),
    void_reason text        NOT NULL DEFAULT '',
    CHECK (way <> 'left' OR witness <> ''),
    CHECK (way = 'announcement' OR receiver <> ''),
    CHECK ((void_at IS NULL) = (void_reason = ''))
);
CREATE UNIQUE INDEX service_holds ON complaints.service (notice_id) WHERE void_at IS NULL;

-- Warnings that a deadline of a document has called; each calls once.
CREATE TABLE complaints.notice_warning (
    complaint_id bigint      NOT NULL REFERENCES complaints.complaint (id),
    clock        text        NOT NULL,
    notice_id    bigint      NOT NULL, -- 0: of a document that is still to be issued
    due          date        NOT NULL,
    passed       boolean     NOT NULL,
    warned_at    timestamptz NOT NULL,
    PRIMARY KEY (complaint_id, clock, notice_id, due, passed)
);

-- Money that came in. Principal, fees and what is left add up to the amount. A payment that bounced stays, marked, and what it booked is undone.
CREATE TABLE complaints.payment (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint_id   bigint      NOT NULL REFERENCES complaints.complaint (id),
    employer_uscc  text        NOT NULL,
    paid_on        date        NOT NULL,
    amount         bigint      NOT NULL CHECK (amount > 0),
    way            text        NOT NULL CHECK (way IN ('transfer', 'counter', 'debit', 'court', 'left_over')),
    voucher        text        NOT NULL CHECK (voucher <> ''),
    mode           text        NOT NULL,
    principal      bigint      NOT NULL CHECK (principal >= 0),
    fee_paid       bigint      NOT NULL CHECK (fee_paid >= 0),
    left_over      bigint      NOT NULL CHECK (left_over >= 0),
    rule_version   text        NOT NULL,
    booked         jsonb       NOT NULL, -- the lines by month and insurance, as confirmed
    registered_at  timestamptz NOT NULL,
    registered_by  integer     NOT NULL REFERENCES complaints.staff (id),
    reversed_at    timestamptz,
    reversed_by    integer REFERENCES complaints.staff (id),
    reverse_reason text        NOT NULL DEFAULT '',
    CHECK (principal + fee_paid + left_over = amount),
    CHECK ((reversed_at IS NULL) = (reverse_reason = ''))
);
CREATE UNIQUE INDEX payment_voucher ON complaints.payment (voucher) WHERE reversed_at IS NULL;
CREATE INDEX payment_complaint ON complaints.payment (complaint_id, id);
CREATE INDEX payment_employer ON complaints.payment (employer_uscc, id);
CREATE TABLE complaints.payment_part (
    payment_id bigint   NOT NULL REFERENCES complaints.payment (id),
    person_id  bigint   NOT NULL,
    period     integer  NOT NULL,
    insurance  smallint NOT NULL,
    employer   bigint   NOT NULL CHECK (employer >= 0),
    person     bigint   NOT NULL CHECK (person >= 0),
    PRIMARY KEY (payment_id, period, insurance, person_id),
    CHECK (employer + person > 0)
);

-- The late fee's own ledger (单独列帐: 劳社厅发〔2001〕4号 二(一)): charged when principal is paid, paid, and both undone with a payment that bounced.
CREATE TABLE complaints.late_fee_entry (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    employer_uscc text        NOT NULL,
    payment_id    bigint      NOT NULL REFERENCES complaints.payment (id),
    period        integer     NOT NULL,
    insurance     smallint    NOT NULL,
    charged       bigint      NOT NULL, -- below zero undoes
    paid          bigint      NOT NULL,
    at            timestamptz NOT NULL,
    CHECK (charged <> 0 OR paid <> 0)
);
CREATE INDEX late_fee_employer ON complaints.late_fee_entry (employer_uscc, period, insurance);

-- What must never change again does not.
-- +goose StatementBegin
CREATE FUNCTION complaints.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER never_changed BEFORE UPDATE ON complaints.calculation FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE ON complaints.calculation_person FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE ON complaints.payment_part FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE ON complaints.late_fee_entry FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();
CREATE TRIGGER issued_never_changed BEFORE UPDATE OF fields, calculation_id, number, series, year, seq, issued_on, issued_at, issued_by, paper, pdf, sha256 ON complaints.notice
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION complaints.refuse_change();
CREATE TRIGGER booked_never_changed BEFORE UPDATE OF paid_on, amount, way, voucher, mode, principal, fee_paid, left_over, booked ON complaints.payment
    FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();
