package ledger

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
)

// write writes a change. Errors are the database's.
func (r *importRun) write(ctx context.Context, tx pgx.Tx, c *change) error {
	if c.added > 0 {
		_, err := tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(c.copy), `COPY ledger.contribution
			(person_id, base, employer_due, employer_paid, person_due, person_paid, period, employer_id, paid_on, run_id, insurance) FROM STDIN (FORMAT binary)`)
		if err != nil {
			return fmt.Errorf("add contributions: %w", err)
		}
	}
	if err := r.writeHistory(ctx, tx, c.history); err != nil {
		return err
	}
	if err := r.writeReplaced(ctx, tx, c.replaced); err != nil {
		return err
	}
	employers, persons := make([]int32, len(c.employed)), make([]int64, len(c.employed))
	for i, pair := range c.employed {
		employers[i], persons[i] = pair.employer, pair.person
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO ledger.employment (employer_id, person_id)
		SELECT employer_id, person_id FROM unnest($1::integer[], $2::bigint[]) AS new (employer_id, person_id)
		ON CONFLICT DO NOTHING`, employers, persons); err != nil {
		return fmt.Errorf("add employments: %w", err)
	}
	return c.years.write(ctx, tx, c.persons)
}

// rowArrays are rows as arrays for unnest.
type rowArrays struct {
	persons, bases, employerDue, employerPaid, personDue, personPaid []int64
	periods, employers                                               []int32
	insurances                                                       []int16
	paidOn                                                           []civilDate
}

func (a *rowArrays) add(person int64, row contribution.Row) {
	a.persons, a.bases = append(a.persons, person), append(a.bases, int64(row.Base))
	a.employerDue, a.employerPaid = append(a.employerDue, int64(row.EmployerDue)), append(a.employerPaid, int64(row.EmployerPaid))
	a.personDue, a.personPaid = append(a.personDue, int64(row.PersonDue)), append(a.personPaid, int64(row.PersonPaid))
	a.periods, a.employers = append(a.periods, int32(row.Period)), append(a.employers, row.EmployerID)
	a.insurances, a.paidOn = append(a.insurances, int16(row.Insurance)), append(a.paidOn, civilDate(row.PaidOn))
}

func (r *importRun) writeHistory(ctx context.Context, tx pgx.Tx, history []replacedRow) error {
	if len(history) == 0 {
		return nil
	}
	var a rowArrays
	runs, ordinals := make([]int32, len(history)), make([]int16, len(history))
	for i, old := range history {
		a.add(old.person, old.row)
		runs[i], ordinals[i] = old.run, old.ordinal
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO ledger.contribution_history (person_id, period, insurance, employer_id, `+mergeValues+`, run_id, ordinal, replaced_run_id, replaced_at)
		SELECT person_id, period, insurance, employer_id, `+mergeValues+`, run_id, ordinal, $13, $14
		FROM unnest($1::bigint[], $2::integer[], $3::smallint[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::date[], $11::integer[], $12::smallint[])
			AS old (person_id, period, insurance, employer_id, `+mergeValues+`, run_id, ordinal)`,
		a.persons, a.periods, a.insurances, a.employers, a.bases, a.employerDue, a.employerPaid, a.personDue, a.personPaid, a.paidOn, runs, ordinals, r.id, r.now)
	if err != nil {
		return fmt.Errorf("keep replaced contributions: %w", err)
	}
	return nil
}

func (r *importRun) writeReplaced(ctx context.Context, tx pgx.Tx, replaced []incoming) error {
	if len(replaced) == 0 {
		return nil
	}
	var a rowArrays
	for _, in := range replaced {
		a.add(in.person, in.row)
	}
	tag, err := tx.Exec(ctx, `
		UPDATE ledger.contribution AS c
		SET base = new.base, employer_due = new.employer_due, employer_paid = new.employer_paid, person_due = new.person_due, person_paid = new.person_paid,
			paid_on = new.paid_on, run_id = $11
		FROM unnest($1::bigint[], $2::integer[], $3::smallint[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::date[])
			AS new (person_id, period, insurance, employer_id, `+mergeValues+`)
		WHERE c.person_id = new.person_id AND c.period = new.period AND c.insurance = new.insurance AND c.employer_id = new.employer_id`,
		a.persons, a.periods, a.insurances, a.employers, a.bases, a.employerDue, a.employerPaid, a.personDue, a.personPaid, a.paidOn, r.id)
	if err == nil && tag.RowsAffected() != int64(len(replaced)) {
		err = errors.New("a row has changed meanwhile")
	}
	if err != nil {
		return fmt.Errorf("correct contributions: %w", err)
	}
	return nil
}

// truthBytes is how long a row is that appendTruth writes.
const truthBytes = 2 + 11*4 + 6*8 + 4*4 + 2

// appendTruth writes a row in PostgreSQL's binary COPY format, columns in the order of write's COPY statement.
func appendTruth(b []byte, person int64, row contribution.Row, run int32) []byte {
	b = binary.BigEndian.AppendUint16(b, 11)
	for _, n := range [...]int64{person, int64(row.Base), int64(row.EmployerDue), int64(row.EmployerPaid), int64(row.PersonDue), int64(row.PersonPaid)} {
		b = binary.BigEndian.AppendUint32(b, 8)
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, n := range [...]int32{int32(row.Period), row.EmployerID} {
		b = binary.BigEndian.AppendUint32(b, 4)
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	b = appendDay(b, row.PaidOn)
	b = binary.BigEndian.AppendUint32(b, 4)
	b = binary.BigEndian.AppendUint32(b, uint32(run))
	b = binary.BigEndian.AppendUint32(b, 2)
	return binary.BigEndian.AppendUint16(b, uint16(row.Insurance))
}

func appendDay(b []byte, day calendar.Date) []byte {
	if day.IsZero() {
		return binary.BigEndian.AppendUint32(b, 0xFFFFFFFF) // NULL
	}
	b = binary.BigEndian.AppendUint32(b, 4)
	return binary.BigEndian.AppendUint32(b, uint32(int32(day.Number()-firstDay)))
}
