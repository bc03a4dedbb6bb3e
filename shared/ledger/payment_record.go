package ledger

import (
	"context"
	"crypto/sha256"
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

// Payment is money that an employer paid towards arrears, with what of it belongs to each month. Late fees are no part of it: they join the fund, never a person's record.
type Payment struct {
	ID         string // the payer's own, such as the desk's payment number; the same ID is booked once
	EmployerID int32
	PaidOn     calendar.Date // the day that the money arrived
	Lines      []PaymentLine
}

// PaymentLine is what of a payment is booked to one person, insurance and month, in fen.
type PaymentLine struct {
	PersonID     int64
	Period       calendar.Period
	Insurance    contribution.Insurance
	EmployerPart money.Fen
	PersonPart   money.Fen
}

// writeLock lets payments wait for the parts of an import that are being merged, and parts for a payment: both read a person's rows before they write them. Parts share it.
const writeLock = 0x5e_ba_02

// shareWriteLock makes an import's part wait for a payment that is being booked.
func shareWriteLock(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1)`, writeLock); err != nil {
		return fmt.Errorf("wait for payments: %w", err)
	}
	return nil
}

// RecordPayment books a payment in the caller's transaction (READ COMMITTED): contributions with their history, the packed years, and the accounts by the policy of each person's
// region. Contributions are changed by the database function ledger.book_payment alone, so that the caller's role needs no right on the table. booked is false when the payment had been
// booked before. After a failure the transaction is of no more use.
// Errors: fault.Invalid (payment.empty, payment.date, payment.no_month, payment.more_than_owed with period and insurance), fault.Conflict (payment.differs) when the ID stands for another
// payment, (payment.reversed) for one that ReversePayment has taken out; fault.Unavailable.
func (l *Ledger) RecordPayment(ctx context.Context, tx pgx.Tx, p Payment, now time.Time) (booked bool, err error) {
	lines, err := p.sorted()
	if err != nil {
		return false, err
	}
	if p.PaidOn.IsZero() || p.PaidOn.After(calendar.DateOf(now)) {
		return false, fault.New(fault.Invalid, "payment.date")
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, writeLock); err != nil {
		return false, classifyPayment(err)
	}
	hash := p.hash(lines)
	var known []byte
	var undone bool
	switch err := tx.QueryRow(ctx, `SELECT content_hash, reversed_run_id IS NOT NULL FROM ledger.payment WHERE id = $1`, p.ID).Scan(&known, &undone); {
	case err == nil && undone:
		return false, fault.New(fault.Conflict, "payment.reversed")
	case err == nil && slices.Equal(known, hash):
		return false, nil
	case err == nil:
		return false, fault.New(fault.Conflict, "payment.differs")
	case !errors.Is(err, pgx.ErrNoRows):
		return false, classifyPayment(err)
	}
	if err := checkOwed(ctx, tx, p.EmployerID, lines); err != nil {
		return false, err
	}
	var a paymentArrays
	for _, line := range lines {
		a.add(line)
	}
	if _, err := tx.Exec(ctx, `SELECT ledger.book_payment($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		p.ID, p.EmployerID, civilDate(p.PaidOn), now.UTC(), hash, a.persons, a.periods, a.insurances, a.employerParts, a.personParts); err != nil {
		return false, classifyPayment(err)
	}
	if err := repack(ctx, tx, slices.Compact(slices.Clone(a.persons))); err != nil {
		return false, classifyPayment(err)
	}
	return true, nil
}

// repack runs the accounts of persons whose contributions a payment has changed, ascending; employers are what they were.
func repack(ctx context.Context, tx pgx.Tx, persons []int64) error {
	rules, err := rulesFor(ctx, tx, persons)
	if err != nil {
		return err
	}
	for len(persons) > 0 {
		some := persons[:min(len(persons), personsAtOnce)]
		persons = persons[len(some):]
		var packed packedYears
		if err := packPersons(ctx, tx, rules, some, &packed); err != nil {
			return err
		}
		packed.lasting = nil
		if err := packed.write(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

// sorted are the lines by person, month and insurance, each key once.
func (p Payment) sorted() ([]PaymentLine, error) {
	lines := slices.Clone(p.Lines)
	slices.SortFunc(lines, func(a, b PaymentLine) int {
		switch {
		case a.PersonID != b.PersonID:
			return sign(a.PersonID - b.PersonID)
		case a.Period != b.Period:
			return int(a.Period) - int(b.Period)
		}
		return int(a.Insurance) - int(b.Insurance)
	})
	var whole []PaymentLine
	for _, line := range lines {
		if line.EmployerPart < 0 || line.PersonPart < 0 || line.EmployerPart > money.Limit || line.PersonPart > money.Limit {
			return nil, fault.New(fault.Invalid, "payment.empty")
		}
		if n := len(whole); n > 0 && whole[n-1].PersonID == line.PersonID && whole[n-1].Period == line.Period && whole[n-1].Insurance == line.Insurance {
			whole[n-1].EmployerPart += line.EmployerPart
			whole[n-1].PersonPart += line.PersonPart
			continue
		}
		whole = append(whole, line)
	}
	whole = slices.DeleteFunc(whole, func(line PaymentLine) bool { return line.EmployerPart+line.PersonPart == 0 })
	if len(whole) == 0 || p.ID == "" {
		return nil, fault.New(fault.Invalid, "payment.empty")
	}
	return whole, nil
}

func sign(n int64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// hash tells two payments apart.
func (p Payment) hash(lines []PaymentLine) []byte {
	h := sha256.New()
	_, _ = fmt.Fprintln(h, p.EmployerID, p.PaidOn) // a hash takes everything
	for _, line := range lines {
		_, _ = fmt.Fprintln(h, line.PersonID, int(line.Period), int(line.Insurance), int64(line.EmployerPart), int64(line.PersonPart))
	}
	return h.Sum(nil)
}

type paymentArrays struct {
	persons, employerParts, personParts []int64
	periods                             []int32
	insurances                          []int16
}

func (a *paymentArrays) add(line PaymentLine) {
	a.persons, a.periods, a.insurances = append(a.persons, line.PersonID), append(a.periods, int32(line.Period)), append(a.insurances, int16(line.Insurance))
	a.employerParts, a.personParts = append(a.employerParts, int64(line.EmployerPart)), append(a.personParts, int64(line.PersonPart))
}

// eachOfEmployer is the employer ($1) beside each line ($2 has as many). Compared with a constant the planner expects one row of an employer that its statistics do not know yet, and reads all of the
// employer's rows for each line.
const eachOfEmployer = `array_fill($1::integer, ARRAY[cardinality($2::bigint[])])`

// checkOwed refuses a line without a contribution, or above what is owed of it.
func checkOwed(ctx context.Context, tx querier, employer int32, lines []PaymentLine) error {
	var a paymentArrays
	for _, line := range lines {
		a.add(line)
	}
	rows, err := tx.Query(ctx, `
		SELECT c.person_id IS NOT NULL, line.period, line.insurance
		FROM unnest($2::bigint[], $3::integer[], $4::smallint[], $5::bigint[], $6::bigint[], `+eachOfEmployer+`) AS line (person_id, period, insurance, e, p, employer_id)
		LEFT JOIN ledger.contribution c ON c.person_id = line.person_id AND c.period = line.period AND c.insurance = line.insurance AND c.employer_id = line.employer_id
		WHERE c.person_id IS NULL OR line.e > c.employer_due - c.employer_paid OR line.p > c.person_due - c.person_paid
		ORDER BY line.period, line.insurance LIMIT 1`, employer, a.persons, a.periods, a.insurances, a.employerParts, a.personParts)
	if err != nil {
		return classifyPayment(err)
	}
	var known bool
	var period calendar.Period
	var insurance contribution.Insurance
	wrong := false
	if _, err := pgx.ForEachRow(rows, []any{&known, &period, &insurance}, func() error {
		wrong = true
		return nil
	}); err != nil {
		return classifyPayment(err)
	}
	switch {
	case wrong && known:
		return fault.New(fault.Invalid, "payment.more_than_owed", period.String(), int(insurance))
	case wrong:
		return fault.New(fault.Invalid, "payment.no_month", period.String(), int(insurance))
	}
	return nil
}

// rulesFor loads the rules with the regions that some persons need.
func rulesFor(ctx context.Context, tx querier, persons []int64) (*rules, error) {
	r, err := loadSettings(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT id, region FROM ledger.employer
		WHERE id IN (SELECT employer_id FROM ledger.contribution WHERE person_id = ANY ($1))`, persons)
	if err != nil {
		return nil, fmt.Errorf("read regions: %w", err)
	}
	var id int32
	var region string
	_, err = pgx.ForEachRow(rows, []any{&id, &region}, func() error {
		r.regions[id] = region
		return nil
	})
	return r, err
}

func classifyPayment(err error) error {
	return postgres.Classify(fmt.Errorf("record payment: %w", err))
}
