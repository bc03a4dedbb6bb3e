package ledger

import (
	"github.com/jackc/pgx/v5/pgtype"

	"shebao/shared/calendar"
)

// civilDate exchanges calendar.Date with PostgreSQL's date; no date is NULL.
type civilDate calendar.Date

// ScanDate implements pgtype.DateScanner.
func (d *civilDate) ScanDate(v pgtype.Date) error {
	*d = civilDate{}
	if v.Valid {
		*d = civilDate(calendar.Date{Year: v.Time.Year(), Month: v.Time.Month(), Day: v.Time.Day()})
	}
	return nil
}

// DateValue implements pgtype.DateValuer.
func (d civilDate) DateValue() (pgtype.Date, error) {
	if calendar.Date(d).IsZero() {
		return pgtype.Date{}, nil
	}
	return pgtype.Date{Time: calendar.Date(d).Time(), Valid: true}, nil
}
