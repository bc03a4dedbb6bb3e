package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/arrears"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// Calculation of what an employer owes, as it was kept. It never changes.
type Calculation struct {
	ID       int64
	Employer string // credit code
	Rule     string // name of the money setting
	Findings []arrears.Finding
	Input    arrears.Input
	Result   arrears.Result
	DataDate calendar.Date
	KeptAt   time.Time
	KeptBy   string
}

// KeepCalculation keeps a calculation with its lines by person. Error: fault.NotFound.
func (s *Store) KeepCalculation(ctx context.Context, who Staff, number string, k Calculation, people []arrears.PersonLine, now time.Time) (id int64, err error) {
	findings, err1 := json.Marshal(k.Findings)
	input, err2 := json.Marshal(k.Input)
	result, err3 := json.Marshal(k.Result)
	if err := errors.Join(err1, err2, err3); err != nil {
		return 0, fmt.Errorf("keep calculation: %w", err)
	}
	err = s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		err := tx.QueryRow(ctx, `
			INSERT INTO complaints.calculation (complaint_id, employer_uscc, paid_on, rule_version, findings, input, result, owed, fee, data_date, kept_at, kept_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
			c.ID, k.Employer, dateArg(k.Input.PaidOn), k.Rule, findings, input, result, k.Result.Sum.Owed, k.Result.Sum.Fee, dateArg(k.DataDate), now, who.ID).Scan(&id)
		if err != nil {
			return fmt.Errorf("keep calculation: %w", err)
		}
		if err := keepPeople(ctx, tx, id, people); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, "calculated", k.Result.Sum.Owed.Grouped()+" + "+k.Result.Sum.Fee.Grouped(), now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "keep calculation", c.Number, "", now)
	})
	return id, err
}

func keepPeople(ctx context.Context, tx pgx.Tx, id int64, people []arrears.PersonLine) error {
	var owing []arrears.PersonLine
	for _, p := range people {
		if p.Owed() > 0 {
			owing = append(owing, p)
		}
	}
	columns := []string{"calculation_id", "person_id", "period", "insurance", "base", "true_base", "employer_owed", "person_owed"}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"complaints", "calculation_person"}, columns, pgx.CopyFromSlice(len(owing), func(i int) ([]any, error) {
		p := owing[i]
		return []any{id, p.PersonID, int32(p.Period), int16(p.Insurance), int64(p.Base), int64(p.TrueBase), int64(p.EmployerOwed()), int64(p.PersonOwed())}, nil
	}))
	if err != nil {
		return fmt.Errorf("keep calculation by person: %w", err)
	}
	return nil
}

const calculationColumns = `k.id, k.employer_uscc, k.rule_version, k.findings, k.input, k.result, k.data_date, k.kept_at, o.name`

func scanCalculation(row pgx.CollectableRow) (Calculation, error) {
	var k Calculation
	var findings, input, result []byte
	var data time.Time
	if err := row.Scan(&k.ID, &k.Employer, &k.Rule, &findings, &input, &result, &data, &k.KeptAt, &k.KeptBy); err != nil {
		return k, err
	}
	k.DataDate = calendar.DateOf(data.UTC())
	return k, errors.Join(json.Unmarshal(findings, &k.Findings), json.Unmarshal(input, &k.Input), json.Unmarshal(result, &k.Result))
}

// Calculations of a case, newest first.
func (s *Store) Calculations(ctx context.Context, complaint int64) ([]Calculation, error) {
	list, err := calculations(ctx, s.pool, complaint)
	return list, postgres.Classify(err)
}

func calculations(ctx context.Context, db querier, complaint int64) ([]Calculation, error) {
	rows, err := db.Query(ctx, `SELECT `+calculationColumns+` FROM complaints.calculation k JOIN complaints.staff o ON o.id = k.kept_by WHERE k.complaint_id = $1 ORDER BY k.id DESC`, complaint)
	if err != nil {
		return nil, fmt.Errorf("list calculations: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanCalculation)
	if err != nil {
		return nil, fmt.Errorf("list calculations: %w", err)
	}
	return list, nil
}

// Calculation of a case by its number. Error: fault.NotFound.
func (s *Store) Calculation(ctx context.Context, complaint, id int64) (Calculation, error) {
	k, err := oneCalculation(ctx, s.pool, complaint, id)
	return k, postgres.Classify(err)
}

func oneCalculation(ctx context.Context, db querier, complaint, id int64) (Calculation, error) {
	rows, err := db.Query(ctx, `SELECT `+calculationColumns+` FROM complaints.calculation k JOIN complaints.staff o ON o.id = k.kept_by WHERE k.complaint_id = $1 AND k.id = $2`, complaint, id)
	if err != nil {
		return Calculation{}, fmt.Errorf("read calculation: %w", err)
	}
	k, err := pgx.CollectExactlyOneRow(rows, scanCalculation)
	if errors.Is(err, pgx.ErrNoRows) {
		return Calculation{}, fault.New(fault.NotFound, "fault.money.calculation")
	}
	return k, err
}

// KeptPerson is what was owed for one person, month and insurance in a kept calculation.
type KeptPerson struct {
	PersonID              int64
	Period                calendar.Period
	Insurance             contribution.Insurance
	Base, TrueBase        money.Fen
	EmployerOwed, OwnOwed money.Fen
}

// CalculationPeople lists the lines by person of a kept calculation, ordered by period, insurance and person.
func (s *Store) CalculationPeople(ctx context.Context, id int64) ([]KeptPerson, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT person_id, period, insurance, base, true_base, employer_owed, person_owed FROM complaints.calculation_person WHERE calculation_id = $1 ORDER BY period, insurance, person_id`, id)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list calculation by person: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[KeptPerson])
	return list, postgres.Classify(err)
}

// Deferral is an approved deferral of an employer.
type Deferral struct {
	ID       int32
	From, To calendar.Date
	Document string
}

// Deferrals of an employer that hold, by their first day.
func (s *Store) Deferrals(ctx context.Context, uscc string) ([]Deferral, error) {
	list, err := deferrals(ctx, s.pool, uscc)
	return list, postgres.Classify(err)
}

func deferrals(ctx context.Context, db querier, uscc string) ([]Deferral, error) {
	rows, err := db.Query(ctx, `SELECT id, from_on, to_on, document FROM complaints.deferral WHERE employer_uscc = $1 AND ended_at IS NULL ORDER BY from_on, id`, uscc)
	if err != nil {
		return nil, fmt.Errorf("list deferrals: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Deferral, error) {
		var d Deferral
		var from, to time.Time
		err := row.Scan(&d.ID, &from, &to, &d.Document)
		d.From, d.To = calendar.DateOf(from.UTC()), calendar.DateOf(to.UTC())
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("list deferrals: %w", err)
	}
	return list, nil
}

// AddDeferral keeps an approved deferral of the case's employer. Errors: fault.NotFound, fault.Invalid.
func (s *Store) AddDeferral(ctx context.Context, who Staff, number string, d Deferral, now time.Time) error {
	var wrong []fault.Field
	if d.From.IsZero() {
		wrong = append(wrong, fault.Field{Name: "deferral_from", Key: "fault.date"})
	}
	if d.To.IsZero() || d.To.Before(d.From) {
		wrong = append(wrong, fault.Field{Name: "deferral_to", Key: "fault.money.span"})
	}
	if d.Document == "" {
		wrong = append(wrong, fault.Field{Name: "deferral_document", Key: "fault.money.document"})
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		_, err := tx.Exec(ctx, `INSERT INTO complaints.deferral (employer_uscc, from_on, to_on, document, added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6)`,
			c.EmployerUSCC, dateArg(d.From), dateArg(d.To), d.Document, now, who.ID)
		if err != nil {
			return fmt.Errorf("add deferral: %w", err)
		}
		if err := askRefresh(ctx, tx); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, "deferral_added", d.From.String()+" – "+d.To.String()+" "+d.Document, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "add deferral", c.Number, "", now)
	})
}

// EndDeferral ends a deferral of the case's employer that was entered wrongly or was revoked. Error: fault.NotFound.
func (s *Store) EndDeferral(ctx context.Context, who Staff, number string, id int32, now time.Time) error {
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		tag, err := tx.Exec(ctx, `UPDATE complaints.deferral SET ended_at = $3, ended_by = $4 WHERE id = $1 AND employer_uscc = $2 AND ended_at IS NULL`, id, c.EmployerUSCC, now, who.ID)
		if err != nil {
			return fmt.Errorf("end deferral: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "fault.desk.changed")
		}
		if err := askRefresh(ctx, tx); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, "deferral_ended", "", now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "end deferral", c.Number, "", now)
	})
}

// RowBook is what reads an employer's rows within a transaction.
type RowBook interface {
	EmployerRows(ctx context.Context, tx pgx.Tx, employerID int32, from, to calendar.Period, owingOnly bool) ([]ledger.EmployerRow, error)
}

// LedgerRows reads an employer's rows as one moment shows them.
func (s *Store) LedgerRows(ctx context.Context, book RowBook, employerID int32, from, to calendar.Period, owingOnly bool) (rows []ledger.EmployerRow, err error) {
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		rows, err = book.EmployerRows(ctx, tx, employerID, from, to, owingOnly)
		return err
	})
	return rows, err
}
