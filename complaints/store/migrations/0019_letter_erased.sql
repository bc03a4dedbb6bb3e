-- +goose Up
-- What a letter told its reporter, and who took it, goes with the case's other traces of the reporter. Number, day and hash stay: the series has no gap, and a copy that somebody
-- kept can still be compared.
ALTER TABLE complaints.notice ADD COLUMN erased_at timestamptz CHECK (erased_at IS NULL OR kind IN ('refusal', 'reply') AND pdf = '' AND fields = '{}');
DROP TRIGGER issued_never_changed ON complaints.notice;
CREATE TRIGGER issued_never_changed BEFORE UPDATE OF fields, calculation_id, number, series, year, seq, issued_on, issued_at, issued_by, paper, pdf, sha256, erased_at ON complaints.notice
    FOR EACH ROW WHEN (OLD.state <> 'draft' AND (NEW.erased_at IS NULL OR OLD.erased_at IS NOT NULL
        OR (NEW.kind, NEW.calculation_id, NEW.number, NEW.series, NEW.year, NEW.seq, NEW.issued_on, NEW.issued_at, NEW.issued_by, NEW.sha256)
        IS DISTINCT FROM (OLD.kind, OLD.calculation_id, OLD.number, OLD.series, OLD.year, OLD.seq, OLD.issued_on, OLD.issued_at, OLD.issued_by, OLD.sha256)))
    EXECUTE FUNCTION complaints.refuse_change();
