package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/arrears"
	"shebao/shared/fault"
	"shebao/shared/ledger"
)

// AssessCalculation brings the true bases of a kept calculation into the ledger: from then on the months are in arrears by what the audit found, for the workers too, and payments are
// booked to it. The gap is counted anew on what the ledger holds now, so that nothing is made due twice. Errors: fault.NotFound; fault.Conflict when nothing more is due by it.
func (s *Store) AssessCalculation(ctx context.Context, who Staff, number string, id int64, books Books, now time.Time) error {
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		k, err := oneCalculation(ctx, tx, c.ID, id)
		if err != nil {
			return err
		}
		if err := lockMoney(ctx, tx, c.EmployerUSCC); err != nil {
			return err
		}
		employer, err := employerOf(ctx, tx, c, books)
		if err != nil {
			return err
		}
		from, to := lastPeriod, firstPeriod
		for _, l := range k.Input.Lines {
			from, to = min(from, l.Period), max(to, l.Period)
		}
		rows, err := books.EmployerRows(ctx, tx, employer, from, to, false)
		if err != nil {
			return err
		}
		people, err := arrears.Recompute(k.Input.Setting, DeclaredRows(rows), k.Findings)
		if err != nil {
			return err
		}
		var lines []ledger.AssessedLine
		for _, p := range people {
			if p.EmployerGap+p.PersonGap > 0 {
				lines = append(lines, ledger.AssessedLine{PersonID: p.PersonID, Period: p.Period, Insurance: p.Insurance, Base: p.TrueBase, EmployerMore: p.EmployerGap, PersonMore: p.PersonGap})
			}
		}
		if len(lines) == 0 {
			return fault.New(fault.Conflict, "fault.money.assessed")
		}
		assessed, err := books.Assess(ctx, tx, fmt.Sprintf("desk-calculation-%d", id), employer, lines, now)
		if err != nil {
			return err
		}
		if !assessed {
			return fault.New(fault.Conflict, "fault.money.assessed")
		}
		if err := event(ctx, tx, c.ID, &who.ID, "assessed", fmt.Sprintf("%d", id), now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "assess contributions", c.Number, "", now)
	})
}
