package store

import (
	"bytes"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"shebao/shared/publication"
	"shebao/shared/receipt"
	"shebao/shared/rekey"
	"shebao/shared/seal"
)

// Rekeyed are the desk's own rows that hold something sealed, and the hashes by which employers find their line with the codes on their letters: those are made anew from the codes, before
// the codes are sealed with another key.
func Rekeyed(field seal.FieldKey, hash seal.HashKey) []rekey.Kind {
	const letter = "edition_id || ' ' || uscc"
	kinds := []rekey.Kind{listings{field, hash}.kind()}
	for _, c := range []rekey.Sealed{
		{What: "second factors of staff", Table: "complaints.staff", Column: "totp_secret", Key: "id::bigint", First: int64(0), Place: rekey.At(placeTOTP), AtOnce: 1000},
		{What: "files of cases", Table: "complaints.case_file", Column: "content", Key: "id", First: int64(0), Place: rekey.At(placeFile), AtOnce: 4},
		{What: "codes on letters to employers", Table: "complaints.edition_letter", Column: "code", Key: letter, First: "", Place: rekey.At(placeLetter), AtOnce: 1000},
		{What: "letters to employers", Table: "complaints.edition_letter", Column: "file", Key: letter, First: "", Place: rekey.At(placeLetterFile), AtOnce: 20},
	} {
		c.Secret, c.Renew = "SHEBAO_STATE_KEY", field.Renew
		kinds = append(kinds, c.Kind())
	}
	return kinds
}

// listings are employers' lines, found by the hash of a code.
type listings struct {
	field seal.FieldKey
	hash  seal.HashKey
}

const listingsAtOnce = 1000

func (l listings) kind() rekey.Kind {
	return rekey.Kind{Secret: "SHEBAO_LEDGER_KEY", What: "listed employers", First: "", Walk: l.walk, Rows: func(ctx context.Context, db rekey.Querier) (n int64, err error) {
		err = db.QueryRow(ctx, `SELECT count(*) FROM publication.listing`).Scan(&n)
		return n, err
	}}
}

func (l listings) walk(ctx context.Context, tx pgx.Tx, after any, write bool) (rekey.Batch, error) {
	b := rekey.Batch{Last: after}
	rows, err := tx.Query(ctx, `
		SELECT l.edition_id || ' ' || l.uscc, p.id, l.code, p.code_hash FROM complaints.edition_letter l JOIN publication.listing p ON p.edition_id = l.edition_id AND p.uscc = l.uscc
		WHERE l.edition_id || ' ' || l.uscc > $1 ORDER BY 1 LIMIT $2`, after, listingsAtOnce)
	if err != nil {
		return b, err
	}
	defer rows.Close()
	var ids []int64
	var hashes [][]byte
	for rows.Next() {
		var id int64
		var sealed, known []byte
		if err := rows.Scan(&b.Last, &id, &sealed, &known); err != nil {
			return b, err
		}
		b.Rows++
		code, err := l.field.Open(placeLetter, sealed)
		if err != nil {
			b.Lost++
			continue
		}
		sums := publication.CodeSums(l.hash, receipt.Code(code))
		switch slices.IndexFunc(sums, func(sum []byte) bool { return bytes.Equal(sum, known) }) {
		case -1:
			b.Lost++
		case 0:
		default:
			ids, hashes = append(ids, id), append(hashes, sums[0])
		}
	}
	if err := rows.Err(); err != nil {
		return b, err
	}
	b.Old, b.More = int64(len(ids)), b.Rows == listingsAtOnce
	if !write || len(ids) == 0 {
		return b, nil
	}
	_, err = tx.Exec(ctx, `UPDATE publication.listing p SET code_hash = u.code_hash FROM unnest($1::bigint[], $2::bytea[]) AS u (id, code_hash) WHERE p.id = u.id`, ids, hashes)
	return b, err
}
