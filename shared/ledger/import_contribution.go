package ledger

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"shebao/shared/contribution"
)

// staged is a checked row on its way into the staging table.
type staged struct {
	number string
	person int64
	line   int
	row    contribution.Row
}

// importContributions reads everything into the unlogged staging table, and only then merges: a file that turns out unreadable in the middle changes nothing.
func (r *importRun) importContributions(ctx context.Context) error {
	employers, err := r.loadEmployers(ctx)
	if err != nil {
		return err
	}
	if _, err := r.conn.Exec(ctx, `TRUNCATE ledger.staged_contribution`); err != nil {
		return fmt.Errorf("empty the staging table: %w", err)
	}
	known := map[string]int64{} // persons seen lately; emptied when it has grown
	chunk := make([]staged, 0, 4*rowsAtOnce)
	for {
		cells, line, ok, err := r.next()
		if err != nil {
			return err
		}
		if ok {
			s, bad := r.contribution(cells, line, employers)
			if bad != nil {
				if err := r.reject(line, *bad); err != nil {
					return err
				}
				continue
			}
			chunk = append(chunk, s)
		}
		if len(chunk) == cap(chunk) || !ok {
			if err := r.stage(ctx, chunk, known); err != nil {
				return err
			}
			chunk = chunk[:0]
			if len(known) > 200_000 {
				clear(known)
			}
		}
		if !ok {
			break
		}
	}
	return r.merge(ctx)
}

func (r *importRun) loadEmployers(ctx context.Context) (map[string]int32, error) {
	rows, err := r.conn.Query(ctx, `SELECT uscc, id FROM ledger.employer`)
	if err != nil {
		return nil, fmt.Errorf("list employers: %w", err)
	}
	employers := map[string]int32{}
	var code string
	var id int32
	_, err = pgx.ForEachRow(rows, []any{&code, &id}, func() error {
		employers[code] = id
		return nil
	})
	return employers, err
}

func (r *importRun) contribution(cells []string, line int, employers map[string]int32) (staged, *problem) {
	in := row{cells: cells, columns: r.columns}
	s := staged{line: line, number: in.personNumber("id_number")}
	code := in.uscc("uscc")
	s.row.EmployerID = employers[string(code)]
	if s.row.EmployerID == 0 {
		in.wrong(ReasonUnknownEmployer, "uscc", string(code))
	}
	s.row.Insurance = in.insurance("insurance")
	s.row.Period = in.period("period", r.today)
	s.row.Base = in.amount("base")
	s.row.EmployerDue, s.row.EmployerPaid = in.amount("employer_due"), in.amount("employer_paid")
	s.row.PersonDue, s.row.PersonPaid = in.amount("person_due"), in.amount("person_paid")
	if s.row.EmployerPaid > s.row.EmployerDue {
		in.wrong(ReasonPaidExceedsDue, "employer_paid", s.row.EmployerPaid.String())
	}
	if s.row.PersonPaid > s.row.PersonDue {
		in.wrong(ReasonPaidExceedsDue, "person_paid", s.row.PersonPaid.String())
	}
	s.row.PaidOn = in.date("paid_on", r.today)
	if s.row.Paid() > 0 && s.row.PaidOn.IsZero() {
		in.wrong(ReasonDate, "paid_on", "")
	}
	return s, in.problem
}

// stage resolves the chunk's persons in one query and copies the rows in.
func (r *importRun) stage(ctx context.Context, chunk []staged, known map[string]int64) error {
	var ask [][]byte
	names := map[string]string{}
	for _, s := range chunk {
		if _, ok := known[s.number]; !ok {
			known[s.number] = 0
			hash := r.ledger.keys.Hash.Sum(domainIDNumber, s.number)
			ask, names[string(hash)] = append(ask, hash), s.number
		}
	}
	if len(ask) > 0 {
		rows, err := r.conn.Query(ctx, `SELECT id_hash, id FROM ledger.person WHERE id_hash = ANY ($1)`, ask)
		if err != nil {
			return fmt.Errorf("find persons: %w", err)
		}
		var hash []byte
		var id int64
		if _, err := pgx.ForEachRow(rows, []any{&hash, &id}, func() error {
			known[names[string(hash)]] = id
			return nil
		}); err != nil {
			return fmt.Errorf("find persons: %w", err)
		}
	}
	good := chunk[:0]
	for _, s := range chunk {
		if s.person = known[s.number]; s.person != 0 {
			good = append(good, s)
			continue
		}
		if err := r.reject(s.line, problem{ReasonUnknownPerson, r.columns.header["id_number"], s.number}); err != nil {
			return err
		}
	}
	_, err := r.conn.CopyFrom(ctx, pgx.Identifier{"ledger", "staged_contribution"},
		[]string{"person_id", "base", "employer_due", "employer_paid", "person_due", "person_paid", "line", "period", "employer_id", "paid_on", "insurance"},
		pgx.CopyFromSlice(len(good), func(i int) ([]any, error) {
			s := &good[i]
			return []any{s.person, int64(s.row.Base), int64(s.row.EmployerDue), int64(s.row.EmployerPaid), int64(s.row.PersonDue), int64(s.row.PersonPaid),
				int32(s.line), int32(s.row.Period), s.row.EmployerID, civilDate(s.row.PaidOn), int16(s.row.Insurance)}, nil
		}))
	if err != nil {
		return fmt.Errorf("stage contributions: %w", err)
	}
	return nil
}

// contributionValues are the columns that a row may change, in the order in which statements below compare them.
var contributionValues = []string{"base", "employer_due", "employer_paid", "person_due", "person_paid", "paid_on"}

func prefixed(prefix string) string {
	return prefix + strings.Join(contributionValues, ", "+prefix)
}
