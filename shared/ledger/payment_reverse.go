package ledger

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/fault"
)

// ReversePayment takes a payment that bounced out of the ledger again, in the caller's transaction (READ COMMITTED), as RecordPayment booked it: contributions with their history, packed
// years, accounts. reversed is false when it had been taken out before. After a failure the transaction is of no more use.
// Errors: fault.Conflict (payment.differs) when the lines are not those that were booked, (payment.overwritten) when an import has since replaced what it had paid;
// fault.NotFound (payment.unknown); fault.Unavailable.
func (l *Ledger) ReversePayment(ctx context.Context, tx pgx.Tx, p Payment, now time.Time) (reversed bool, err error) {
	lines, err := p.sorted()
	if err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, writeLock); err != nil {
		return false, classifyPayment(err)
	}
	var known []byte
	var undone bool
	err = tx.QueryRow(ctx, `SELECT content_hash, reversed_run_id IS NOT NULL FROM ledger.payment WHERE id = $1`, p.ID).Scan(&known, &undone)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, fault.New(fault.NotFound, "payment.unknown")
	case err != nil:
		return false, classifyPayment(err)
	case !slices.Equal(known, p.hash(lines)):
		return false, fault.New(fault.Conflict, "payment.differs")
	case undone:
		return false, nil
	}
	var a paymentArrays
	for _, line := range lines {
		a.add(line)
	}
	var overwritten bool
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM unnest($2::bigint[], $3::integer[], $4::smallint[], $5::bigint[], $6::bigint[], `+eachOfEmployer+`) AS line (person_id, period, insurance, e, p, employer_id)
		LEFT JOIN ledger.contribution c ON c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = line.employer_id
		WHERE c.person_id IS NULL OR line.e > c.employer_paid OR line.p > c.person_paid)`, p.EmployerID, a.persons, a.periods, a.insurances, a.employerParts, a.personParts).Scan(&overwritten)
	if err != nil {
		return false, classifyPayment(err)
	}
	if overwritten {
		return false, fault.New(fault.Conflict, "payment.overwritten")
	}
	if _, err := tx.Exec(ctx, `SELECT ledger.unbook_payment($1, $2, $3, $4, $5, $6, $7)`, p.ID, now.UTC(), a.persons, a.periods, a.insurances, a.employerParts, a.personParts); err != nil {
		return false, classifyPayment(err)
	}
	if err := repack(ctx, tx, slices.Compact(slices.Clone(a.persons))); err != nil {
		return false, classifyPayment(err)
	}
	return true, nil
}
