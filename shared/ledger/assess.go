package ledger

import (
	"cmp"
	"context"
	"errors"
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
// Errors: fault.Invalid (assess.empty) for no line or one that makes nothing more due, (assess.no_month with period and insurance) for a month that the employer has no contribution for;
// fault.Unavailable.
func (l *Ledger) Assess(ctx context.Context, tx pgx.Tx, id string, employerID int32, lines []AssessedLine, now time.Time) (assessed bool, err error) {
	if id == "" || len(lines) == 0 {
		return false, fault.New(fault.Invalid, "assess.empty")
	}
	lines, err = eachMonthOnce(lines)
	if err != nil {
		return false, err
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
	var period calendar.Period
	var insurance contribution.Insurance
	switch err := tx.QueryRow(ctx, `
		SELECT line.period, line.insurance FROM unnest($2::bigint[], $3::integer[], $4::smallint[], `+eachOfEmployer+`) AS line (person_id, period, insurance, employer_id)
		WHERE NOT EXISTS (SELECT FROM ledger.contribution c WHERE c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = line.employer_id)
		ORDER BY line.period, line.insurance LIMIT 1`, employerID, a.persons, a.periods, a.insurances).Scan(&period, &insurance); {
	case err == nil:
		return false, fault.New(fault.Invalid, "assess.no_month", period.String(), int(insurance))
	case !errors.Is(err, pgx.ErrNoRows):
		return false, classify(err)
	}
	if _, err := tx.Exec(ctx, `SELECT ledger.assess($1, $2, $3, $4, $5, $6, $7, $8, $9)`, id, employerID, now.UTC(), a.persons, a.periods, a.insurances, bases, a.employerParts, a.personParts); err != nil {
		return false, classify(err)
	}
	if err := repack(ctx, tx, slices.Compact(a.persons)); err != nil {
		return false, classify(err)
	}
	return true, nil
}

// eachMonthOnce are the lines by person, month and insurance; lines of one month add up, on the highest of their bases. Error: fault.Invalid (assess.empty).
func eachMonthOnce(lines []AssessedLine) (whole []AssessedLine, err error) {
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b AssessedLine) int {
		return cmp.Or(cmp.Compare(a.PersonID, b.PersonID), cmp.Compare(a.Period, b.Period), cmp.Compare(a.Insurance, b.Insurance))
	})
	for _, line := range lines {
		if n := len(whole) - 1; n >= 0 && whole[n].PersonID == line.PersonID && whole[n].Period == line.Period && whole[n].Insurance == line.Insurance {
			line.Base, line.EmployerMore, line.PersonMore = max(line.Base, whole[n].Base), line.EmployerMore+whole[n].EmployerMore, line.PersonMore+whole[n].PersonMore
			whole = whole[:n]
		}
		if line.Base < 0 || line.Base > money.Limit || line.EmployerMore < 0 || line.PersonMore < 0 || line.EmployerMore > money.Limit || line.PersonMore > money.Limit || line.EmployerMore+line.PersonMore == 0 {
			return nil, fault.New(fault.Invalid, "assess.empty")
		}
		whole = append(whole, line)
	}
	return whole, nil
}
