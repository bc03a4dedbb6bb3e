-- +goose Up
-- A case whose time was over keeps its figures, and nothing of the reporter.
ALTER TABLE complaints.complaint ADD COLUMN anonymised_at timestamptz;

-- While a hold stands a case is kept, whatever its time.
CREATE TABLE complaints.legal_hold (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint_id  bigint      NOT NULL REFERENCES complaints.complaint (id),
    reason        text        NOT NULL CHECK (reason <> ''),
    placed_by     integer REFERENCES complaints.staff (id),
    placed_at     timestamptz NOT NULL,
    lifted_by     integer REFERENCES complaints.staff (id),
    lifted_at     timestamptz,
    lifted_reason text        NOT NULL DEFAULT '',
    CHECK ((lifted_at IS NULL) = (lifted_reason = ''))
);
CREATE UNIQUE INDEX legal_hold_stands ON complaints.legal_hold (complaint_id) WHERE lifted_at IS NULL;

CREATE TABLE complaints.retention_warning (
    complaint_id bigint PRIMARY KEY REFERENCES complaints.complaint (id),
    due          date NOT NULL,
    warned_on    date NOT NULL
);

-- A run is frozen when it begins, done case by case, and ends in a certificate that names the one before it.
CREATE TABLE complaints.retention_run (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region      text        NOT NULL,
    on_day      date        NOT NULL,
    rules       text        NOT NULL,
    started_by  integer REFERENCES complaints.staff (id), -- NULL: the command line
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    number      text UNIQUE,
    certificate text,
    sha256      bytea,
    before      bytea, -- of the certificate before
    CHECK (finished_at IS NULL OR number IS NOT NULL AND certificate IS NOT NULL AND sha256 IS NOT NULL)
);
CREATE UNIQUE INDEX retention_run_open ON complaints.retention_run ((true)) WHERE finished_at IS NULL;
CREATE TABLE complaints.retention_item (
    run_id       integer NOT NULL REFERENCES complaints.retention_run (id),
    complaint_id bigint  NOT NULL, -- no reference: it may be gone
    family       bigint  NOT NULL,
    number       text    NOT NULL,
    route        text    NOT NULL,
    outcome      text    NOT NULL CHECK (outcome IN ('anonymise', 'delete')),
    ended_on     date    NOT NULL,
    due_on       date    NOT NULL,
    state        text    NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'done', 'kept')),
    removed      jsonb,
    done_at      timestamptz,
    PRIMARY KEY (run_id, complaint_id)
);
CREATE TRIGGER certified_never_changed BEFORE UPDATE OR DELETE ON complaints.retention_run FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION complaints.refuse_change();

-- Statistics outlive the cases: one row counts those that were deleted, alike in everything that figures are made of.
CREATE TABLE complaints.deleted_case (
    year     integer NOT NULL, -- received
    region   text    NOT NULL,
    channel  text    NOT NULL,
    route    text    NOT NULL,
    kind     text    NOT NULL,
    state    text    NOT NULL,
    finding  text    NOT NULL,
    cases    integer NOT NULL CHECK (cases > 0),
    PRIMARY KEY (year, region, channel, route, kind, state, finding)
);
