-- +goose Up
-- What a report left behind is removed whole when its time is over: sealed contents and identity, files and recordings, the mailbox and what was said in it. Only the
-- desk may, and only report by report. It returns how many rows of each went.
-- +goose StatementBegin
CREATE FUNCTION intake.erase(p_submission bigint) RETURNS TABLE (attachments bigint, messages bigint, openings bigint, submissions bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_mailbox bigint;
BEGIN
    SELECT s.mailbox_id INTO v_mailbox FROM intake.submission s WHERE s.id = p_submission FOR UPDATE;
    DELETE FROM intake.attachment a USING intake.submission s
        WHERE s.id = p_submission AND (a.channel = s.channel AND a.key_hash = s.key_hash OR a.key_hash IN (SELECT m.key_hash FROM intake.message m WHERE m.mailbox_id = v_mailbox));
    GET DIAGNOSTICS attachments = ROW_COUNT;
    DELETE FROM intake.message m WHERE m.mailbox_id = v_mailbox;
    GET DIAGNOSTICS messages = ROW_COUNT;
    DELETE FROM intake.identity_opening o WHERE o.mailbox_id = v_mailbox;
    GET DIAGNOSTICS openings = ROW_COUNT;
    DELETE FROM intake.submission s WHERE s.id = p_submission;
    GET DIAGNOSTICS submissions = ROW_COUNT;
    DELETE FROM intake.mailbox b WHERE b.id = v_mailbox;
    RETURN NEXT;
END
$$;
-- +goose StatementEnd

-- Drafts that nobody filed, with their files, last touched before an instant.
-- +goose StatementBegin
CREATE FUNCTION intake.erase_drafts(p_before timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    WITH gone AS (DELETE FROM intake.draft d WHERE d.updated_at < p_before RETURNING d.channel, d.key_hash),
    files AS (
        DELETE FROM intake.attachment a USING gone g WHERE a.channel = g.channel AND a.key_hash = g.key_hash
          AND NOT EXISTS (SELECT FROM intake.submission s WHERE s.channel = a.channel AND s.key_hash = a.key_hash)
    )
    SELECT count(*) FROM gone
$$;
-- +goose StatementEnd
