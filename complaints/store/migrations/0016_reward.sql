-- +goose Up
-- How a region rewards reporters; every version is kept, and a reward names its own.
CREATE TABLE complaints.reward_policy (
    region  text        NOT NULL CHECK (region ~ '^[0-9]{0,6}$'),
    version integer     NOT NULL CHECK (version > 0),
    policy  jsonb       NOT NULL,
    set_at  timestamptz NOT NULL,
    set_by  integer     NOT NULL REFERENCES complaints.staff (id),
    PRIMARY KEY (region, version)
);

-- A reward: computed and proposed by one person, approved by another, paid against the receipt code. Amounts in fen. Nothing in it tells to whom.
CREATE TABLE complaints.reward (
    complaint_id bigint PRIMARY KEY REFERENCES complaints.complaint (id),
    amount       bigint      NOT NULL CHECK (amount > 0),
    base         bigint      NOT NULL CHECK (base >= 0),
    rule         text        NOT NULL,
    policy       text        NOT NULL, -- region and version
    proposed_at  timestamptz NOT NULL,
    proposed_by  integer     NOT NULL REFERENCES complaints.staff (id),
    approved_at  timestamptz,
    approved_by  integer REFERENCES complaints.staff (id),
    paid_on      date,
    voucher      text        NOT NULL DEFAULT '',
    paid_by      integer REFERENCES complaints.staff (id),
    CHECK (approved_by <> proposed_by),
    CHECK (paid_on IS NULL OR approved_at IS NOT NULL AND voucher <> '')
);
CREATE TRIGGER proposed_never_changed BEFORE UPDATE OF amount, base, rule, policy, proposed_at, proposed_by ON complaints.reward FOR EACH ROW EXECUTE FUNCTION complaints.refuse_change();
