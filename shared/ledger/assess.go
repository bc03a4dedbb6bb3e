package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// AssessedLine is what an audit found for one person, insurance and month: the true base, and what is due more by it, in fen.
type AssessedLine struct {
	PersonID     int64
	Period       calendar.Period
	Insurance    contribution.Insurance
	Base         money.Fen
	EmployerMore money.Fen
	PersonMore   money.Fen
}

// Assess enters what an audit found into the ledger, in the caller's transaction (READ COMMITTED): what is due grows, with its history, and packed years and accounts follow. A month that
// had been paid in full is in arrears from then on. assessed is false when the same ID was entered before. After a failure the transaction is of no more use.
// Errors: fault.Invalid (assess.empty) for no line or one that makes nothing more due; fault.Unavailable.
func (l *Ledger) Assess(ctx context.Context, tx pgx.Tx, id string, employerID int32, lines []AssessedLine, now time.Time) (assessed bool, err error) {
	if id == "" || len(lines) == 0 {
		return false, fault.New(fault.Invalid, "assess.empty")
	}
	for _, line := range lines {
		if line.EmployerMore < 0 || line.PersonMore < 0 || line.EmployerMore+line.PersonMore <= 0 || line.EmployerMore+line.PersonMore > money.Limit {
			return false, fault.New(fault.Invalid, "assess.empty")
		}
	}
	classify := func(err error) error { return postgres.Classify(fmt.Errorf("assess: %w", err)) }
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, writeLock); err != nil {
		return false, classify(err)
	}
	var known bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ledger.assessment WHERE id = $1)`, id).Scan(&known); err != nil {
		return false, classify(err)
	}
	if known {
		return false, nil
	}
	var a paymentArrays
	var bases []int64
	for _, line := range lines {
		a.add(PaymentLine{line.PersonID, line.Period, line.Insurance, line.EmployerMore, line.PersonMore})
		bases = append(bases, int64(line.Base))
	}
	if _, err := tx.Exec(ctx, `SELECT ledger.assess($1, $2, $3, $4, $5, $6, $7, $8, $9)`, id, employerID, now.UTC(), a.persons, a.periods, a.insurances, bases, a.employerParts, a.personParts); err != nil {
		return false, classify(err)
	}
	persons := slices.Clone(a.persons)
	slices.Sort(persons)
	if err := repack(ctx, tx, slices.Compact(persons)); err != nil {
		return false, classify(err)
	}
	return true, nil
}
