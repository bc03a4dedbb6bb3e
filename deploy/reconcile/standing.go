package reconcile

import "math"

// latest stands for the ledger as it is, whatever runs it has seen.
const latest int32 = math.MaxInt32

// standing are the contribution rows as they stood when run $1 had ended, each with the city that its employer stood in: what a later run brought is left out, and what it replaced is taken from the
// history.
const standing = `
	standing AS (
		SELECT c.person_id, c.period, c.insurance, c.employer_id, c.employer_due, c.employer_paid, c.person_due, c.person_paid, c.paid_on, c.run_id, e.region, e.uscc
		FROM (SELECT person_id, period, insurance, employer_id, employer_due, employer_paid, person_due, person_paid, paid_on, run_id FROM ledger.contribution WHERE run_id <= $1
			UNION ALL
			SELECT person_id, period, insurance, employer_id, employer_due, employer_paid, person_due, person_paid, paid_on, run_id FROM ledger.contribution_history WHERE run_id <= $1 AND replaced_run_id > $1) AS c
		JOIN (SELECT id, uscc, coalesce((SELECT h.region FROM ledger.employer_history h WHERE h.employer_id = employer.id AND h.replaced_run_id > $1 ORDER BY h.replaced_run_id, h.id LIMIT 1), region) AS region
			FROM ledger.employer) AS e ON e.id = c.employer_id)`

// changedSince are the persons whose record runs after $1 have changed: contributions, account or particulars.
const changedSince = `
	SELECT person_id FROM ledger.contribution WHERE run_id > $1 UNION SELECT person_id FROM ledger.contribution_history WHERE replaced_run_id > $1
	UNION SELECT person_id FROM ledger.account_event WHERE run_id > $1 UNION SELECT person_id FROM ledger.account_event_history WHERE replaced_run_id > $1
	UNION SELECT id FROM ledger.person WHERE run_id > $1`
