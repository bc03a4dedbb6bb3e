-- +goose Up
-- Who must keep away from whom (稽核办法 art. 7, 劳动保障监察条例 art. 16): a member of staff related to an employer, or concerned by one case as its reporter, as the
-- accused or as a colleague of either. A row that stands keeps the case out of every list, count, search, claim and action of that member.
CREATE TABLE complaints.conflict (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id      integer     NOT NULL REFERENCES complaints.staff (id),
    employer_uscc text        NOT NULL DEFAULT '',
    employer_name text        NOT NULL DEFAULT '',
    complaint_id  bigint REFERENCES complaints.complaint (id),
    ground        text        NOT NULL CHECK (ground IN ('kin', 'interest', 'worked_there', 'accused', 'colleague', 'other')),
    note          text        NOT NULL DEFAULT '',
    declared_by   integer     NOT NULL REFERENCES complaints.staff (id),
    declared_at   timestamptz NOT NULL,
    lifted_by     integer REFERENCES complaints.staff (id),
    lifted_at     timestamptz,
    lifted_reason text        NOT NULL DEFAULT '',
    CHECK (complaint_id IS NOT NULL OR employer_uscc <> '' OR employer_name <> ''),
    CHECK (lifted_by IS NULL OR lifted_by <> staff_id AND lifted_reason <> '')
);
CREATE INDEX conflict_standing ON complaints.conflict (staff_id) WHERE lifted_at IS NULL;
