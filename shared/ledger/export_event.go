package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

var eventNames = map[account.EventKind]string{
	account.TransferIn: "转入", account.TransferOut: "转出", account.Retirement: "离退休", account.Death: "死亡", account.Correction: "调整", account.Termination: "终止",
}

// eventTable is what has happened to a person's account, what was entered by mistake too, as events are imported.
func (l *Ledger) eventTable(ctx context.Context, p Person) (Table, error) {
	t := Table{Name: "events", Title: "账户变动"}
	for _, c := range knownColumns(Events) {
		t.Header = append(t.Header, c.chinese)
	}
	rows, err := l.pool.Query(ctx, `SELECT number, `+eventValues+` FROM ledger.account_event WHERE person_id = $1 ORDER BY happened_on, number`, p.ID)
	if err != nil {
		return t, postgres.Classify(fmt.Errorf("read account events: %w", err))
	}
	var number, note, region string
	var kind account.EventKind
	var on civilDate
	var personal, employer money.Fen
	var credits []money.Fen
	var revoked bool
	_, err = pgx.ForEachRow(rows, []any{&number, &kind, &on, &personal, &employer, &credits, &note, &revoked, &region}, func() error {
		t.Rows = append(t.Rows, eventCells(p.IDNumber, number, eventNames[kind], calendar.Date(on), personal, employer, credits, note, region, revoked))
		return nil
	})
	if err != nil {
		return t, postgres.Classify(fmt.Errorf("read account events: %w", err))
	}
	return t, nil
}

// eventCells are an event's cells in the order of the import's columns; no amount is an empty cell.
func eventCells(person, number, kind string, on calendar.Date, personal, employer money.Fen, credits []money.Fen, note, region string, revoked bool) []any {
	state := "有效"
	if revoked {
		state = "撤销"
	}
	cells := []any{person, number, kind, on, orEmpty(personal), orEmpty(employer), note, state, region}
	for month := range 12 {
		if credits == nil {
			cells = append(cells, "")
			continue
		}
		cells = append(cells, orEmpty(credits[month]))
	}
	return cells
}

func orEmpty(f money.Fen) any {
	if f == 0 {
		return ""
	}
	return f
}
