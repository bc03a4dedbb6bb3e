-- One database role per process. What a process may not know, the database does not give it: the portal cannot read a case, the hotline
-- cannot read an identity, nobody but the migrating owner changes the ledger or the audit log.
-- Applied after every migration, by the owner; safe to repeat. The user of DATABASE_URL must be a member of the role it acts as.

DO $$
DECLARE
    process text;
BEGIN
    FOREACH process IN ARRAY ARRAY['shebao_portal', 'shebao_ivr', 'shebao_complaints'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = process) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', process);
        END IF;
        EXECUTE format('GRANT %I TO CURRENT_USER', process);
    END LOOP;
END
$$;

-- Everybody reads the ledger and appends to the audit log; nobody changes the log.
GRANT USAGE ON SCHEMA ledger, intake, audit TO shebao_portal, shebao_ivr, shebao_complaints;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO shebao_portal, shebao_ivr, shebao_complaints;

-- What was told of a person before is for the agency's own export; the desk sees what an employer was called.
REVOKE SELECT ON ledger.person_history, ledger.account_event_history FROM shebao_portal, shebao_ivr, shebao_complaints;

-- Recovered arrears: the desk books them through one function, and writes again what follows from the contributions.
GRANT EXECUTE ON FUNCTION ledger.book_payment, ledger.unbook_payment, ledger.assess TO shebao_complaints;
GRANT INSERT, UPDATE, DELETE ON ledger.person_year TO shebao_complaints;
GRANT INSERT, DELETE ON ledger.without_account TO shebao_complaints;

-- Served demands: the desk records and lifts them; people see those of their own months.
GRANT INSERT, UPDATE ON ledger.demand TO shebao_complaints;
GRANT INSERT ON ledger.demand_month TO shebao_complaints;
REVOKE SELECT ON ledger.demand, ledger.demand_month FROM shebao_ivr;

-- Issued statements: the portal issues on request, checks codes and marks what was opened; the hotline marks what it sent a link to; the others see that there are statements, not what is in them.
REVOKE SELECT ON ledger.statement, ledger.statement_seal FROM shebao_ivr, shebao_complaints;
GRANT SELECT (person_id, number, issued_at, data_date, year, issue, region, emptied) ON ledger.statement TO shebao_ivr, shebao_complaints;
GRANT INSERT ON ledger.statement, ledger.statement_seal TO shebao_portal;
GRANT INSERT, UPDATE ON ledger.statement_delivery TO shebao_portal, shebao_ivr;
REVOKE ALL ON ALL TABLES IN SCHEMA audit FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT INSERT (stream, at, actor, role, action, subject, case_no, reason, outcome) ON audit.waiting TO shebao_portal, shebao_ivr, shebao_complaints;
GRANT EXECUTE ON FUNCTION audit.chain TO shebao_portal, shebao_ivr, shebao_complaints;
GRANT SELECT ON audit.seen TO shebao_portal;

-- The desk's page for the security auditor reads the log, and notes where it ends; no process changes it.
GRANT SELECT ON audit.log, audit.entry, audit.head, audit.purged TO shebao_complaints;
GRANT EXECUTE ON FUNCTION audit.row_hash TO shebao_complaints;

-- Own schemas.
DO $$
DECLARE
    wing text;
BEGIN
    FOREACH wing IN ARRAY ARRAY['portal', 'ivr', 'complaints'] LOOP
        IF EXISTS (SELECT FROM pg_namespace WHERE nspname = wing) THEN
            EXECUTE format('GRANT USAGE ON SCHEMA %1$I TO shebao_%1$s; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %1$I TO shebao_%1$s; GRANT USAGE ON ALL SEQUENCES IN SCHEMA %1$I TO shebao_%1$s', wing);
        END IF;
    END LOOP;
END
$$;

-- PINs: the two faces that insured persons use.
GRANT USAGE ON SCHEMA credential TO shebao_portal, shebao_ivr;
GRANT SELECT, INSERT, UPDATE ON credential.pin TO shebao_portal, shebao_ivr;
GRANT SELECT, INSERT, UPDATE, DELETE ON credential.attempt TO shebao_portal, shebao_ivr;

-- The public side of intake files, and reads a mailbox; what was filed it cannot read back, even sealed.
GRANT SELECT, INSERT, UPDATE, DELETE ON intake.draft TO shebao_portal, shebao_ivr;
GRANT INSERT ON intake.submission TO shebao_portal, shebao_ivr;
GRANT SELECT (channel, key_hash, receipt) ON intake.submission TO shebao_portal, shebao_ivr;
GRANT SELECT, INSERT ON intake.mailbox TO shebao_portal, shebao_ivr;
GRANT INSERT ON intake.message TO shebao_portal, shebao_ivr;
GRANT SELECT (id, mailbox_id, from_desk, for_mailbox, key_hash, sent_at) ON intake.message TO shebao_portal, shebao_ivr;
GRANT INSERT ON intake.attachment TO shebao_portal, shebao_ivr;
GRANT SELECT (channel, key_hash, sha256) ON intake.attachment TO shebao_portal, shebao_ivr;
GRANT SELECT (mailbox_id, opened_at, for_mailbox, id) ON intake.identity_opening TO shebao_portal, shebao_ivr;
REVOKE ALL ON FUNCTION intake.detach FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake.detach TO shebao_portal;

-- The desk takes, tells and answers; a receipt's look-up and lock are not its business.
GRANT SELECT (channel, key_hash, content, updated_at) ON intake.draft TO shebao_complaints;
GRANT SELECT (id, channel, key_hash, mailbox_id, region, content, identity, filed_at, taken_at), UPDATE (taken_at) ON intake.submission TO shebao_complaints;
GRANT SELECT (id, public_key, status, status_at, promised_by, filed_at), UPDATE (status, status_at, promised_by) ON intake.mailbox TO shebao_complaints;
GRANT SELECT, INSERT ON intake.message TO shebao_complaints;
GRANT UPDATE (taken_at) ON intake.message TO shebao_complaints;
GRANT SELECT ON intake.attachment TO shebao_complaints;
GRANT INSERT ON intake.identity_opening TO shebao_complaints;
REVOKE ALL ON FUNCTION intake.erase, intake.erase_drafts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake.erase, intake.erase_drafts TO shebao_complaints;

-- What the desk takes down at the counter or on the telephone it files as the public side does, and finds the receipt again only with the form's key.
GRANT INSERT, UPDATE, DELETE ON intake.draft TO shebao_complaints;
GRANT INSERT ON intake.submission, intake.mailbox, intake.attachment TO shebao_complaints;
GRANT SELECT (receipt) ON intake.submission TO shebao_complaints;

-- Text messages: every process may write one and count how many there were; the hotline, which speaks to the carrier, sends them and wipes them.
GRANT USAGE ON SCHEMA sms TO shebao_portal, shebao_ivr, shebao_complaints;
GRANT INSERT ON sms.message TO shebao_portal, shebao_ivr, shebao_complaints;
GRANT SELECT (person_id, number_hash, kind, cause, enqueued_at) ON sms.message TO shebao_portal, shebao_complaints;
GRANT SELECT, UPDATE, DELETE ON sms.message TO shebao_ivr;

-- Pension eligibility: pensioners confirm for themselves by portal and hotline; the desk counts and records what it found.
GRANT USAGE ON SCHEMA eligibility TO shebao_portal, shebao_ivr, shebao_complaints;
GRANT SELECT, INSERT ON eligibility.confirmation TO shebao_portal, shebao_ivr, shebao_complaints;
GRANT UPDATE (met, confirmed_on, recorded_at) ON eligibility.confirmation TO shebao_complaints;

-- Publication: the desk publishes; the portal reads the last revision of what is published, and reaches the line of a listed employer only through functions that ask for its code.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA publication FROM PUBLIC;
GRANT USAGE ON SCHEMA publication TO shebao_portal, shebao_complaints;
GRANT SELECT ON publication.latest TO shebao_portal;
GRANT EXECUTE ON FUNCTION publication.listed, publication.objections_to, publication.object, publication.attach TO shebao_portal;
GRANT SELECT ON publication.latest TO shebao_complaints;
GRANT SELECT, INSERT ON publication.snapshot TO shebao_complaints;
GRANT SELECT, INSERT, UPDATE ON publication.listing TO shebao_complaints;
GRANT SELECT, UPDATE ON publication.objection TO shebao_complaints;
GRANT SELECT ON publication.objection_file TO shebao_complaints;
