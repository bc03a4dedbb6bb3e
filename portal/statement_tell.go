package portal

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/frontend/locale"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
	"shebao/shared/sms"
)

// TellOptions say who is told of the statement of which year.
type TellOptions struct {
	Year   int
	Region string // leading digits; empty is everybody
	AtMost int    // texts in this run; 0 is no limit
	Now    time.Time
}

// Told is what a run did.
type Told struct {
	Year        int   `json:"year"`
	Told        int64 `json:"told"`
	Unreachable int64 `json:"unreachable"` // no mobile on record, or one that no text may reach
}

// toldAtOnce is how many persons a transaction tells: a run that is killed has told whole batches and goes on after them.
const toldAtOnce = 500

// TellStatements texts everybody whose valid statement of a year is there and who has neither been told of it nor opened it: the agency sends every contributor a notice at least once
// a year (社会保险费征缴暂行条例 art. 16). The text names nobody and its link leads to the sign-in. A corrected statement is told again. Error: fault.Unavailable.
func TellStatements(ctx context.Context, c Config, pool *pgxpool.Pool, ask TellOptions) (Told, error) {
	told := Told{Year: ask.Year}
	keys, err := ledgerKeys(c.ledgerKeys, c.statements)
	if err != nil {
		return told, err
	}
	texts, err := sms.New(pool, c.sms)
	if err != nil {
		return told, err
	}
	book, year := ledger.New(pool, keys), strconv.Itoa(ask.Year)
	body := locale.Text(locale.Chinese, "statement.tell", year, c.publicURL+"/statement/"+year)
	for after := int64(0); ; {
		limit := toldAtOnce
		if ask.AtMost > 0 {
			limit = min(limit, ask.AtMost-int(told.Told))
		}
		if limit == 0 {
			return told, nil
		}
		var list []ledger.Untold
		err := postgres.Tx(ctx, pool, func(tx pgx.Tx) (err error) {
			if list, err = book.UntoldStatements(ctx, tx, ask.Year, ask.Region, after, limit); err != nil {
				return err
			}
			messages := make([]sms.Message, len(list))
			for i, u := range list {
				messages[i] = sms.Message{PersonID: u.PersonID, Number: u.Mobile, Body: body, Cause: "statement " + year + " " + strconv.Itoa(u.Issue) + " of " + strconv.FormatInt(u.PersonID, 10)}
			}
			reached, err := texts.Announce(ctx, tx, messages, ask.Now.UTC())
			if err != nil {
				return err
			}
			persons, issues := make([]int64, 0, len(reached)), make([]int32, 0, len(reached))
			for _, u := range list {
				if n := len(persons); n < len(reached) && reached[n].PersonID == u.PersonID {
					persons, issues = append(persons, u.PersonID), append(issues, int32(u.Issue))
				}
			}
			if err := book.MarkTold(ctx, tx, ask.Year, persons, issues, ask.Now); err != nil {
				return err
			}
			told.Told, told.Unreachable = told.Told+int64(len(reached)), told.Unreachable+int64(len(list)-len(reached))
			return nil
		})
		if err != nil || len(list) == 0 {
			return told, err
		}
		after = list[len(list)-1].PersonID
	}
}
