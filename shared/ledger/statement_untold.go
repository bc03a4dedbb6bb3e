package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/postgres"
)

// Untold is somebody's valid statement of which nobody has told them, and which they have not opened. One that says that the year holds nothing any more is for those alone who know of an
// earlier one.
type Untold struct {
	PersonID int64
	Year     int
	Issue    int
	Mobile   string // on record; may be empty
}

// UntoldStatements lists them of a year in a region (leading digits), by person, after a person's ID, at most limit, within the transaction that tells. Error: fault.Unavailable.
func (l *Ledger) UntoldStatements(ctx context.Context, tx pgx.Tx, year int, region string, after int64, limit int) ([]Untold, error) {
	rows, err := tx.Query(ctx, `
		SELECT person.id, valid.issue, person.mobile_sealed
		FROM ledger.person
		JOIN LATERAL (SELECT issue, emptied FROM ledger.statement WHERE person_id = person.id AND year = $1 ORDER BY issue DESC LIMIT 1) AS valid ON true
		LEFT JOIN ledger.last_employer ON last_employer.person_id = person.id
		LEFT JOIN ledger.employer ON employer.id = last_employer.employer_id
		WHERE person.id > $3 AND starts_with(coalesce(employer.region, ''), $2)
			AND NOT EXISTS (SELECT FROM ledger.statement_delivery d WHERE d.person_id = person.id AND d.year = $1 AND d.issue = valid.issue AND (d.sent_at IS NOT NULL OR d.opened_at IS NOT NULL))
			AND (NOT valid.emptied OR EXISTS (SELECT FROM ledger.statement_delivery d WHERE d.person_id = person.id AND d.year = $1 AND (d.sent_at IS NOT NULL OR d.opened_at IS NOT NULL)))
		ORDER BY person.id LIMIT $4`, year, region, after, limit)
	if err != nil {
		return nil, classifyStatement(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Untold, error) {
		u := Untold{Year: year}
		var mobile []byte
		if err := row.Scan(&u.PersonID, &u.Issue, &mobile); err != nil || mobile == nil {
			return u, err
		}
		plain, err := l.keys.Field.Open(placeMobile, mobile)
		if err != nil {
			return u, fmt.Errorf("mobile of person %d: %w", u.PersonID, err)
		}
		u.Mobile = string(plain)
		return u, nil
	})
	if err != nil {
		return nil, classifyStatement(err)
	}
	return list, nil
}

// MarkTold notes in the transaction that tells that the persons were told of a year's statements; issues goes with persons. Error: fault.Unavailable.
func (l *Ledger) MarkTold(ctx context.Context, tx pgx.Tx, year int, persons []int64, issues []int32, at time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO ledger.statement_delivery AS old (person_id, year, issue, sent_at) SELECT person, $1, issue, $4 FROM unnest($2::bigint[], $3::integer[]) AS told (person, issue)
		ON CONFLICT (person_id, year, issue) DO UPDATE SET sent_at = excluded.sent_at WHERE old.sent_at IS NULL`, year, persons, issues, at.UTC())
	if err != nil {
		return postgres.Classify(fmt.Errorf("mark statements as sent: %w", err))
	}
	return nil
}
