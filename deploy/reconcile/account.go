package reconcile

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/account"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// accounts are the personal accounts that were read for the portal's totals: what their events brought, by year, and how many do not roll forward.
type accounts struct {
	brought map[int]money.Fen
	broken  int64
}

// take adds a person's years, ascending: each closes with opening, credits, interest and events, and the next opens with it.
func (a *accounts) take(record ledger.Record) {
	var before *account.Year
	for i := range record.Years {
		y := &record.Years[i].Account
		if !record.Years[i].HasAccount {
			continue
		}
		var credited, moved money.Fen
		for _, credit := range y.Credits {
			credited += credit
		}
		for _, e := range y.Events {
			moved += e.Amount
			if e.Kind == account.TransferIn || e.Kind == account.Correction {
				a.brought[y.Year] += e.Amount
			}
		}
		if credited != y.Credited() || moved != y.Adjustments || y.Closing != y.Opening+credited+y.Interest()+moved || before != nil && y.Opening != before.Closing {
			a.broken++
		}
		before = y
	}
}

// accounts: what was moved here and corrected, year by year, against the events that were imported; and every account's way from opening to closing. Persons without any contribution
// are read here, the others have been.
func (r *run) accounts(ctx context.Context, a *accounts) error {
	rows, err := r.DB.Query(ctx, `
		SELECT e.person_id, extract(year FROM e.happened_on)::integer, (e.personal + e.employer + coalesce((SELECT sum(credit) FROM unnest(e.credits) AS credit), 0))::bigint,
			EXISTS (SELECT FROM ledger.contribution c WHERE c.person_id = e.person_id)
		FROM ledger.account_event e JOIN ledger.person p ON p.id = e.person_id
		WHERE NOT e.revoked AND (p.opening_on IS NULL OR e.happened_on > p.opening_on) ORDER BY e.person_id`)
	if err != nil {
		return fmt.Errorf("sum account events: %w", err)
	}
	truth, unread := map[int]money.Fen{}, map[int64]bool{}
	var person int64
	var year int
	var amount money.Fen
	var read bool
	if _, err := pgx.ForEachRow(rows, []any{&person, &year, &amount, &read}, func() error {
		truth[year] += amount // transfers to elsewhere and the end of an account have none
		if !read {
			unread[person] = true
		}
		return nil
	}); err != nil {
		return fmt.Errorf("sum account events: %w", err)
	}
	for id := range unread {
		record, err := r.Ledger.Record(ctx, id)
		if err != nil {
			return err
		}
		a.take(record)
	}
	for of, amount := range truth {
		r.amount("portal", fmt.Sprintf("accounts of %d, transferred in and corrected", of), amount, a.brought[of])
		delete(a.brought, of)
	}
	for of, amount := range a.brought {
		r.amount("portal", fmt.Sprintf("accounts of %d, transferred in and corrected", of), 0, amount)
	}
	r.number("portal", "account years that do not roll forward", 0, a.broken)
	return nil
}
