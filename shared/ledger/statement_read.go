package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/verification"
)

// statementColumns of a statement, its successor and what became of it.
const (
	statementColumns = `s.person_id, s.number, s.issued_at, s.data_date, s.year, s.issue, s.region, s.code, s.content, next.issued_at, d.sent_at, d.opened_at`
	statementTables  = `ledger.statement s
		LEFT JOIN ledger.statement next ON next.person_id = s.person_id AND next.year = s.year AND next.issue = s.issue + 1
		LEFT JOIN ledger.statement_delivery d ON d.person_id = s.person_id AND d.year = s.year AND d.issue = s.issue`
	validStatement = `SELECT ` + statementColumns + ` FROM ` + statementTables + ` WHERE s.person_id = $1 AND s.year = $2 ORDER BY s.issue DESC LIMIT 1`
)

func classifyStatement(err error) error {
	return postgres.Classify(fmt.Errorf("statement: %w", err))
}

func noYear(year int) error { return fault.New(fault.NotFound, "issued.none", year) }

// Statement reads a person's valid statement of a year. Errors: fault.NotFound when none is issued, fault.Unavailable.
func (l *Ledger) Statement(ctx context.Context, personID int64, year int) (Statement, error) {
	list, err := l.statements(ctx, validStatement, personID, year)
	if err != nil {
		return Statement{}, err
	}
	if len(list) == 0 {
		return Statement{}, noYear(year)
	}
	return list[0], nil
}

// Statements reads all of a person's statements, superseded ones too, the newest year and issue first; none is an empty list. Error: fault.Unavailable.
func (l *Ledger) Statements(ctx context.Context, personID int64) ([]Statement, error) {
	return l.statements(ctx, `SELECT `+statementColumns+` FROM `+statementTables+` WHERE s.person_id = $1 ORDER BY s.year DESC, s.issue DESC`, personID)
}

func (l *Ledger) statements(ctx context.Context, query string, args ...any) ([]Statement, error) {
	rows, err := l.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, classifyStatement(err)
	}
	return statementsOf(rows)
}

func statementsOf(rows pgx.Rows) ([]Statement, error) {
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Statement, error) {
		s, _, err := scanStatement(row)
		return s, err
	})
	if err != nil {
		return nil, classifyStatement(err)
	}
	return list, nil
}

// scanStatement reads statementColumns, and more behind them.
func scanStatement(row pgx.CollectableRow, more ...any) (Statement, issuedRow, error) {
	var s Statement
	var raw issuedRow
	var code []byte
	var data civilDate
	var next, sent, opened *time.Time
	dest := append([]any{&s.PersonID, &s.Number, &s.IssuedAt, &data, &s.Year, &s.Issue, &s.Region, &code, &raw.content, &next, &sent, &opened}, more...)
	if err := row.Scan(dest...); err != nil {
		return s, raw, err
	}
	copy(s.Code[:], code)
	s.IssuedAt, s.DataDate = s.IssuedAt.UTC(), calendar.Date(data)
	s.SupersededAt, s.SentAt, s.OpenedAt = orZero(next), orZero(sent), orZero(opened)
	raw.person, raw.year, raw.issue, raw.issuedAt = s.PersonID, s.Year, s.Issue, s.IssuedAt.UnixMicro()
	raw.dataDate, raw.region, raw.code = s.DataDate, s.Region, s.Code
	var err error
	s.StatementContent, err = unpackContent(s.PersonID, s.Year, raw.content)
	return s, raw, err
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// ErrForged is the cause when a stored statement is not what was signed: the row, the seal or the key is not ours. It is an alarm, not an answer.
var ErrForged = errors.New("ledger: a stored statement does not fit its signature")

// StatementByCode reads the statement that a verification code belongs to and checks its signature; SupersededAt tells whether it is still the valid one.
// Errors: fault.NotFound (issued.unknown) when there is none, fault.Conflict (issued.damaged) with ErrForged when the row is not what was signed, fault.Unavailable.
func (l *Ledger) StatementByCode(ctx context.Context, code verification.Code) (Statement, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT `+statementColumns+`, seal.key_id, seal.digests, seal.signature
		FROM `+statementTables+`
		LEFT JOIN ledger.statement_seal seal ON seal.id = s.number / 256
		WHERE s.code = $1`, code[:])
	if err != nil {
		return Statement{}, classifyStatement(err)
	}
	var seal statementSeal
	var raw issuedRow
	var keyID *string
	s, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (s Statement, err error) {
		s, raw, err = scanStatement(row, &keyID, &seal.digests, &seal.signature)
		return s, err
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Statement{}, fault.New(fault.NotFound, "issued.unknown")
	case errors.Is(err, errPacked):
		return Statement{}, fault.New(fault.Conflict, "issued.damaged").Because(errors.Join(ErrForged, err))
	case err != nil:
		return Statement{}, classifyStatement(err)
	}
	if keyID != nil {
		seal.keyID = *keyID
	}
	if !l.keys.Statements.genuine(seal, int(s.Number%statementsInSeal), &raw) {
		return Statement{}, fault.New(fault.Conflict, "issued.damaged").Because(ErrForged)
	}
	return s, nil
}
