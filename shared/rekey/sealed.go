package rekey

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Renewer makes a sealed value anew under the newest key; stale is false where that sealed it already.
type Renewer func(place string, sealed []byte) (renewed []byte, stale bool, err error)

// Sealed is a column that one key seals, in rows with a number.
type Sealed struct {
	Secret, What string
	Renew        Renewer
	// Read lists numbers, sealed values and what Place needs besides, of at most $2 rows after the number $1, ascending. Write takes renewed values: $1 numbers, $2 new values, $3 those that
	// were read, so that a row that somebody has changed meanwhile stays. Size counts the rows.
	Read, Write, Size string
	Place             func(number int64, of []byte) string
	AtOnce            int
}

// Kind walks the column.
func (s Sealed) Kind() Kind {
	return Kind{Secret: s.Secret, What: s.What, Walk: s.walk, Rows: func(ctx context.Context, db Querier) (n int64, err error) {
		err = db.QueryRow(ctx, s.Size).Scan(&n)
		return n, err
	}}
}

func (s Sealed) walk(ctx context.Context, tx pgx.Tx, after int64, write bool) (Batch, error) {
	var b Batch
	rows, err := tx.Query(ctx, s.Read, after, s.AtOnce)
	if err != nil {
		return b, err
	}
	var numbers []int64
	var renewed, read [][]byte
	var number int64
	var sealed, of []byte
	if _, err := pgx.ForEachRow(rows, []any{&number, &sealed, &of}, func() error {
		b.Rows, b.Last = b.Rows+1, number
		value, stale, err := s.Renew(s.Place(number, of), sealed)
		switch {
		case err != nil:
			b.Lost++
		case stale:
			numbers, renewed, read = append(numbers, number), append(renewed, value), append(read, sealed)
		}
		return nil
	}); err != nil {
		return b, err
	}
	b.Old, b.More = int64(len(numbers)), int(b.Rows) == s.AtOnce
	if !write || len(numbers) == 0 {
		return b, nil
	}
	if _, err := tx.Exec(ctx, s.Write, numbers, renewed, read); err != nil {
		return b, fmt.Errorf("write anew: %w", err)
	}
	return b, nil
}
