package rekey

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Renewer makes a sealed value anew under the newest key; stale is false where that sealed it already.
type Renewer func(place string, sealed []byte) (renewed []byte, stale bool, err error)

// Sealed is a column that one key seals; what was wiped there is NULL or empty. Its SQL is put together from names that the room's own code writes: all such columns are walked alike.
type Sealed struct {
	Secret, What  string
	Renew         Renewer
	Table, Column string
	Key           string                 // what orders the rows: an expression of type text or bigint
	First         any                    // what comes before every key: "" or int64(0)
	Of            string                 // a column that the seal's place depends on; none when empty
	Place         func(of []byte) string // of the seal
	AtOnce        int                    // rows of a batch; few where they are large
}

// At is a place that is the same for every row.
func At(place string) func([]byte) string { return func([]byte) string { return place } }

// Kind walks the column.
func (s Sealed) Kind() Kind {
	return Kind{Secret: s.Secret, What: s.What, Walk: s.walk, First: s.First, Rows: func(ctx context.Context, db Querier) (n int64, err error) {
		err = db.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM %s WHERE length(%s) > 0`, s.Table, s.Column)).Scan(&n)
		return n, err
	}}
}

func (s Sealed) walk(ctx context.Context, tx pgx.Tx, after any, write bool) (Batch, error) {
	b := Batch{Last: after}
	of := "NULL::bytea"
	if s.Of != "" {
		of = s.Of
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT %s, %s, %s FROM %s WHERE %s > $1 AND length(%s) > 0 ORDER BY 1 LIMIT $2`, s.Key, s.Column, of, s.Table, s.Key, s.Column), after, s.AtOnce)
	if err != nil {
		return b, err
	}
	defer rows.Close()
	var read, renewed [][]byte
	for rows.Next() {
		var sealed, of []byte
		if err := rows.Scan(&b.Last, &sealed, &of); err != nil {
			return b, err
		}
		b.Rows++
		value, stale, err := s.Renew(s.Place(of), sealed)
		switch {
		case err != nil:
			b.Lost++
		case stale:
			read, renewed = append(read, sealed), append(renewed, value)
		}
	}
	if err := rows.Err(); err != nil {
		return b, err
	}
	b.Old, b.More = int64(len(read)), b.Rows == int64(s.AtOnce)
	if !write || len(read) == 0 {
		return b, nil
	}
	// A row that somebody has changed meanwhile holds another sealed value, and stays.
	_, err = tx.Exec(ctx, fmt.Sprintf(`UPDATE %s SET %s = u.renewed FROM unnest($1::bytea[], $2::bytea[]) AS u (read, renewed) WHERE %s > $3 AND %s <= $4 AND %s = u.read`,
		s.Table, s.Column, s.Key, s.Key, s.Column), read, renewed, after, b.Last)
	return b, err
}
