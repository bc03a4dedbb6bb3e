package ledger

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Duty is how far a region has come with the yearly duty (社会保险费征缴暂行条例 art. 16): of those with a record of the year, whose statement is issued, sent, opened. A corrected
// statement counts as sent or opened when any of its issues was.
type Duty struct {
	Region  string `json:"region"` // of the person's last employer; empty for whoever never had one
	Insured int64  `json:"insured"`
	Issued  int64  `json:"issued"`
	Sent    int64  `json:"sent"`
	Opened  int64  `json:"opened"`
	Emptied int64  `json:"emptied"` // none of the insured: had a statement of the year, and hold one that says that the year holds nothing any more
}

// dutyRows are the persons with a record of a year ($1), or who were told that they have none any more, in a region ($2, leading digits), and what became of their statements.
const dutyRows = `
	FROM (
		SELECT person_id, false AS emptied FROM ledger.person_year WHERE year = $1
		UNION ALL
		SELECT person_id, true FROM ledger.statement s WHERE year = $1 AND emptied
			AND NOT EXISTS (SELECT FROM ledger.statement later WHERE later.person_id = s.person_id AND later.year = $1 AND later.issue > s.issue)
			AND NOT EXISTS (SELECT FROM ledger.person_year WHERE person_year.person_id = s.person_id AND person_year.year = $1)) AS insured
	LEFT JOIN ledger.last_employer USING (person_id)
	LEFT JOIN ledger.employer ON employer.id = last_employer.employer_id
	LEFT JOIN (SELECT DISTINCT person_id FROM ledger.statement WHERE year = $1) AS issued USING (person_id)
	LEFT JOIN (
		SELECT person_id, min(sent_at) AS sent_at, min(opened_at) AS opened_at
		FROM ledger.statement_delivery WHERE year = $1 GROUP BY person_id) AS delivered USING (person_id)
	WHERE starts_with(coalesce(employer.region, ''), $2)`

// StatementDuty counts by region, ascending. Error: fault.Unavailable.
func (l *Ledger) StatementDuty(ctx context.Context, year int, region string) ([]Duty, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT coalesce(employer.region, '') AS of, count(*) FILTER (WHERE NOT insured.emptied), count(issued.person_id) FILTER (WHERE NOT insured.emptied),
			count(delivered.sent_at) FILTER (WHERE NOT insured.emptied), count(delivered.opened_at) FILTER (WHERE NOT insured.emptied), count(*) FILTER (WHERE insured.emptied)`+dutyRows+`
		GROUP BY of ORDER BY of`, year, region)
	if err != nil {
		return nil, classifyStatement(err)
	}
	duties, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Duty])
	if err != nil {
		return nil, classifyStatement(err)
	}
	return duties, nil
}

// Unissued is somebody who has a record of a year and no statement of it.
type Unissued struct {
	PersonID int64
	Name     string
	Employer string // the last one; may be empty
	Region   string
}

// WithoutStatement lists who has none, by person, after a person's ID, at most limit. Error: fault.Unavailable.
func (l *Ledger) WithoutStatement(ctx context.Context, year int, region string, after int64, limit int) ([]Unissued, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT person.id, person.name, coalesce(employer.name, ''), coalesce(employer.region, '')
		FROM ledger.person
		LEFT JOIN ledger.last_employer ON last_employer.person_id = person.id
		LEFT JOIN ledger.employer ON employer.id = last_employer.employer_id
		WHERE person.id > $3 AND starts_with(coalesce(employer.region, ''), $2)
			AND EXISTS (SELECT FROM ledger.person_year WHERE person_id = person.id AND year = $1)
			AND NOT EXISTS (SELECT FROM ledger.statement WHERE person_id = person.id AND year = $1)
		ORDER BY person.id LIMIT $4`, year, region, after, limit)
	if err != nil {
		return nil, classifyStatement(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Unissued])
	if err != nil {
		return nil, classifyStatement(err)
	}
	return list, nil
}
