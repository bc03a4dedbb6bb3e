package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/account"
	"shebao/shared/contribution"
)

// packedYears collects packed person-years, by person and year.
type packedYears struct {
	from    int // the first year that is packed
	persons []int64
	years   []int16
	packed  [][]byte
	dropped bool         // some year that is stored may be no more
	refused []int64      // who have no account without a local rule
	lasting []employment // the persons' last employers
	free    []byte       // memory to pack into
}

// add runs a person's account and packs its years; rows are all of these years, and every pension row.
func (c *packedYears) add(rules *rules, id int64, own books, rows []contribution.Row) error {
	last := rules.lastEmployer(rows)
	years, refused, err := rules.years(id, own, rows)
	if err != nil {
		return fmt.Errorf("account of person %d: %w", id, err)
	}
	if last != 0 {
		c.lasting = append(c.lasting, employment{last, id})
	}
	if refused {
		c.dropped, c.refused = true, append(c.refused, id)
	}
	for _, y := range years {
		if y.Year >= c.from {
			c.persons, c.years, c.packed = append(c.persons, id), append(c.years, int16(y.Year)), append(c.packed, c.pack(y))
		}
	}
	return nil
}

// lastEmployer is the one of the last pension row, else of the last row: its region is the person's pooling area. Of several in the last month it is one of the region that keeps the
// account. A row that was corrected to nothing is the last only where there is no other. 0 is none.
func (r *rules) lastEmployer(rows []contribution.Row) int32 {
	at, last := -1, -1
	for i := len(rows) - 1; i >= 0; i-- {
		switch {
		case rows[i].Void():
		case rows[i].Insurance.IsPension():
			at = i
		case last < 0:
			last = i
		}
		if at >= 0 {
			break
		}
	}
	switch {
	case at < 0 && last >= 0:
		return rows[last].EmployerID
	case at < 0 && len(rows) > 0:
		return rows[len(rows)-1].EmployerID
	case at < 0:
		return 0
	}
	keeper := ""
	for i := at - 1; i >= 0 && rows[i].Period == rows[at].Period; i-- {
		if !rows[i].Insurance.IsPension() || rows[i].Void() || r.RegionOf(rows[i].EmployerID) == r.RegionOf(rows[at].EmployerID) {
			continue
		}
		if keeper == "" {
			keeper = account.KeeperOf(rows, r)
		}
		if r.RegionOf(rows[at].EmployerID) != keeper {
			at = i
		}
	}
	return rows[at].EmployerID
}

// pack packs many years into few large pieces of memory.
func (c *packedYears) pack(y PersonYear) []byte {
	if cap(c.free)-len(c.free) < 4096 {
		c.free = make([]byte, 0, 1<<18)
	}
	packed := packYear(c.free[len(c.free):], y)
	if len(packed) <= cap(c.free)-len(c.free) { // else it has moved to memory of its own
		c.free = c.free[:len(c.free)+len(packed)]
	}
	return packed[:len(packed):len(packed)]
}

// write writes the collected years of some persons, within the transaction that changed the truth. A year that comes out as it was is not written again.
func (c *packedYears) write(ctx context.Context, tx pgx.Tx, persons []int64) error {
	if _, err := tx.Exec(ctx, `
		INSERT INTO ledger.person_year AS old (person_id, year, packed)
		SELECT person_id, year, packed FROM unnest($1::bigint[], $2::smallint[], $3::bytea[]) AS new (person_id, year, packed)
		ON CONFLICT (person_id, year) DO UPDATE SET packed = excluded.packed WHERE old.packed <> excluded.packed`, c.persons, c.years, c.packed); err != nil {
		return fmt.Errorf("write person-years: %w", err)
	}
	if err := c.writeLasting(ctx, tx); err != nil {
		return err
	}
	if err := c.writeRefused(ctx, tx, persons); err != nil {
		return err
	}
	if !c.dropped {
		return nil
	}
	if _, err := tx.Exec(ctx, `
		DELETE FROM ledger.person_year AS old
		WHERE old.person_id = ANY ($1) AND old.year >= $4 AND NOT EXISTS (
			SELECT FROM unnest($2::bigint[], $3::smallint[]) AS new (person_id, year) WHERE new.person_id = old.person_id AND new.year = old.year)`,
		persons, c.persons, c.years, c.from); err != nil {
		return fmt.Errorf("remove person-years that are no more: %w", err)
	}
	return nil
}

// writeRefused notes who of some persons has no account.
func (c *packedYears) writeRefused(ctx context.Context, tx pgx.Tx, persons []int64) error {
	if _, err := tx.Exec(ctx, `
		WITH gone AS (DELETE FROM ledger.without_account WHERE person_id = ANY ($1) AND person_id <> ALL ($2))
		INSERT INTO ledger.without_account (person_id) SELECT unnest($2::bigint[]) ON CONFLICT DO NOTHING`, persons, append([]int64{}, c.refused...)); err != nil {
		return fmt.Errorf("note who has no account: %w", err)
	}
	return nil
}

func (c *packedYears) writeLasting(ctx context.Context, tx pgx.Tx) error {
	if len(c.lasting) == 0 {
		return nil
	}
	persons, employers := make([]int64, len(c.lasting)), make([]int32, len(c.lasting))
	for i, pair := range c.lasting {
		persons[i], employers[i] = pair.person, pair.employer
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO ledger.last_employer AS old (person_id, employer_id)
		SELECT person_id, employer_id FROM unnest($1::bigint[], $2::integer[]) AS new (person_id, employer_id)
		ON CONFLICT (person_id) DO UPDATE SET employer_id = excluded.employer_id WHERE old.employer_id <> excluded.employer_id`, persons, employers); err != nil {
		return fmt.Errorf("write last employers: %w", err)
	}
	return nil
}
