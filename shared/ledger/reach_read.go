package ledger

import (
	"context"
	"fmt"

	"shebao/shared/calendar"
	"shebao/shared/postgres"
)

// DataDate is the day that the imported contributions reach: the later of the last payment and the end of the last period, but never after the
// day of the import. It is no date before the first import. Error: fault.Unavailable.
func (l *Ledger) DataDate(ctx context.Context) (calendar.Date, error) {
	var date civilDate
	if err := l.pool.QueryRow(ctx, `SELECT data_date FROM ledger.reach`).Scan(&date); err != nil {
		return calendar.Date{}, postgres.Classify(fmt.Errorf("read data date: %w", err))
	}
	return calendar.Date(date), nil
}
