-- +goose Up
-- Lost interest (补缴利息) of months that a region books as if they had been paid on time: a payment books it beside principal and fee. It is the workers' own, so its book is by person:
-- charged with the payment that makes a month whole, paid with that or a later one, and both undone with a payment that bounced. Amounts in fen. Payments from before have booked none.
ALTER TABLE complaints.payment ADD COLUMN interest_paid bigint NOT NULL DEFAULT 0 CHECK (interest_paid >= 0);
ALTER TABLE complaints.payment DROP CONSTRAINT payment_check, ADD CONSTRAINT payment_adds_up CHECK (principal + fee_paid + interest_paid + left_over = amount);
DROP TRIGGER booked_never_changed ON complaints.payment;
CREATE TRIGGER booked_never_changed BEFORE UPDATE OF paid_on, amount, way, voucher, mode, principal, fee_paid, interest_paid, left_over, booked ON complaints.payment
    FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();

CREATE TABLE complaints.interest_entry (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    employer_uscc text        NOT NULL,
    payment_id    bigint      NOT NULL REFERENCES complaints.payment (id),
    person_id     bigint      NOT NULL,
    period        integer     NOT NULL,
    insurance     smallint    NOT NULL,
    charged       bigint      NOT NULL, -- below zero undoes
    paid          bigint      NOT NULL,
    at            timestamptz NOT NULL,
    CHECK (charged <> 0 OR paid <> 0)
);
CREATE INDEX interest_employer ON complaints.interest_entry (employer_uscc, period, insurance, person_id);
CREATE INDEX interest_payment ON complaints.interest_entry (payment_id);
CREATE TRIGGER never_changed BEFORE UPDATE ON complaints.interest_entry FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();
