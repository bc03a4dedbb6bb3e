package ledger

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/rekey"
)

const keySetting = "SHEBAO_LEDGER_KEY"

// Rekeyed are the rows under the ledger's keys: persons, and what they said before they were changed. No import runs meanwhile; everybody reads.
func (l *Ledger) Rekeyed() []rekey.Kind {
	rows := func(table string) func(context.Context, rekey.Querier) (int64, error) {
		return func(ctx context.Context, db rekey.Querier) (n int64, err error) {
			err = db.QueryRow(ctx, `SELECT count(*) FROM ledger.`+table).Scan(&n)
			return n, err
		}
	}
	return []rekey.Kind{
		{Secret: keySetting, What: "persons", Lock: l.lockForRekey, First: int64(0), Rows: rows("person"), Walk: func(ctx context.Context, tx pgx.Tx, after any, write bool) (rekey.Batch, error) {
			return l.renewPersons(ctx, tx, write, `WHERE id > $1 ORDER BY id LIMIT $2`, after, personsAtOnce)
		}},
		{Secret: keySetting, What: "what persons' rows said before", Lock: l.lockForRekey, First: int64(0), Rows: rows("person_history"), Walk: func(ctx context.Context, tx pgx.Tx, after any, write bool) (rekey.Batch, error) {
			return l.renewFormer(ctx, tx, write, `WHERE h.id > $1 ORDER BY h.id LIMIT $2`, after, personsAtOnce)
		}},
	}
}

func (l *Ledger) lockForRekey(ctx context.Context, pool *pgxpool.Pool) (func(), error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	unlock, err := lockImports(ctx, conn)
	if err != nil {
		conn.Release()
		return nil, err
	}
	return func() { unlock(); conn.Release() }, nil
}

// renewPersons brings persons' rows under the newest key, all that depends on it at once; which rows and how many at most, the tail of the query says.
func (l *Ledger) renewPersons(ctx context.Context, tx pgx.Tx, write bool, which string, args ...any) (rekey.Batch, error) {
	var b rekey.Batch
	rows, err := tx.Query(ctx, `
		SELECT id, id_type, id_sealed, name, sex, birth_date, card_number, mobile_sealed, status, opening_balance, opening_employer, opening_on, id_hash, content_hash FROM ledger.person `+which, args...)
	if err != nil {
		return b, fmt.Errorf("read persons: %w", err)
	}
	var p Person
	var birth, opening civilDate
	var sealedNumber, sealedMobile, idHash, content []byte
	var ids []int64
	var numbers, mobiles, idHashes, contents [][]byte
	_, err = pgx.ForEachRow(rows, []any{&p.ID, &p.IDType, &sealedNumber, &p.Name, &p.Sex, &birth, &p.CardNumber, &sealedMobile, &p.Status, &p.OpeningBalance, &p.OpeningEmployer, &opening, &idHash, &content}, func() error {
		b.Rows, b.Last = b.Rows+1, p.ID
		p.BirthDate, p.OpeningOn = calendar.Date(birth), calendar.Date(opening)
		number, ok := l.openedNumber(sealedNumber, idHash)
		if !ok {
			b.Lost++
			return nil
		}
		p.IDNumber = number
		newNumber, stale1, err1 := l.keys.Field.Renew(placeIDNumber, sealedNumber)
		newMobile, stale2, err2 := l.renewMobile(sealedMobile, &p)
		if err1 != nil || err2 != nil {
			b.Lost++
			return nil
		}
		newHash := l.keys.Hash.Sum(domainIDNumber, number)
		newContent, stale3 := l.renewContent(content, p)
		if stale1 || stale2 || stale3 || !bytes.Equal(newHash, idHash) {
			ids, numbers, mobiles, idHashes, contents = append(ids, p.ID), append(numbers, newNumber), append(mobiles, newMobile), append(idHashes, newHash), append(contents, newContent)
		}
		return nil
	})
	if err != nil {
		return b, fmt.Errorf("read persons: %w", err)
	}
	b.Old, b.More = int64(len(ids)), b.Rows == personsAtOnce
	if !write || len(ids) == 0 {
		return b, nil
	}
	if _, err := tx.Exec(ctx, `
		UPDATE ledger.person p SET id_sealed = u.id_sealed, mobile_sealed = u.mobile_sealed, id_hash = u.id_hash, content_hash = u.content_hash
		FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[]) AS u (id, id_sealed, mobile_sealed, id_hash, content_hash) WHERE p.id = u.id`,
		ids, numbers, mobiles, idHashes, contents); err != nil {
		return b, fmt.Errorf("write persons anew: %w", err)
	}
	return b, nil
}

// renewFormer does so for what persons' rows said before. The ID number stands with the person: it never changes.
func (l *Ledger) renewFormer(ctx context.Context, tx pgx.Tx, write bool, which string, args ...any) (rekey.Batch, error) {
	var b rekey.Batch
	rows, err := tx.Query(ctx, `
		SELECT h.id, h.id_type, p.id_sealed, p.id_hash, h.name, h.sex, h.birth_date, h.card_number, h.mobile_sealed, h.status, h.opening_balance, h.opening_employer, h.opening_on, h.content_hash
		FROM ledger.person_history h JOIN ledger.person p ON p.id = h.person_id `+which, args...)
	if err != nil {
		return b, fmt.Errorf("read former persons: %w", err)
	}
	var p Person
	var birth, opening civilDate
	var sealedNumber, sealedMobile, idHash, content []byte
	var ids []int64
	var mobiles, contents [][]byte
	_, err = pgx.ForEachRow(rows, []any{&p.ID, &p.IDType, &sealedNumber, &idHash, &p.Name, &p.Sex, &birth, &p.CardNumber, &sealedMobile, &p.Status, &p.OpeningBalance, &p.OpeningEmployer, &opening, &content}, func() error {
		b.Rows, b.Last = b.Rows+1, p.ID
		p.BirthDate, p.OpeningOn = calendar.Date(birth), calendar.Date(opening)
		number, ok := l.openedNumber(sealedNumber, idHash)
		newMobile, stale1, err := l.renewMobile(sealedMobile, &p)
		if !ok || err != nil {
			b.Lost++
			return nil
		}
		p.IDNumber = number
		newContent, stale2 := l.renewContent(content, p)
		if stale1 || stale2 {
			ids, mobiles, contents = append(ids, p.ID), append(mobiles, newMobile), append(contents, newContent)
		}
		return nil
	})
	if err != nil {
		return b, fmt.Errorf("read former persons: %w", err)
	}
	b.Old, b.More = int64(len(ids)), b.Rows == personsAtOnce
	if !write || len(ids) == 0 {
		return b, nil
	}
	if _, err := tx.Exec(ctx, `
		UPDATE ledger.person_history h SET mobile_sealed = u.mobile_sealed, content_hash = u.content_hash
		FROM unnest($1::bigint[], $2::bytea[], $3::bytea[]) AS u (id, mobile_sealed, content_hash) WHERE h.id = u.id`, ids, mobiles, contents); err != nil {
		return b, fmt.Errorf("write former persons anew: %w", err)
	}
	return b, nil
}

// openedNumber is a person's number; ok is false when no key opens it, or finds the person by it.
func (l *Ledger) openedNumber(sealed, hash []byte) (string, bool) {
	plain, err := l.keys.Field.Open(placeIDNumber, sealed)
	if err != nil {
		return "", false
	}
	return string(plain), slices.ContainsFunc(l.keys.Hash.Sums(domainIDNumber, string(plain)), func(sum []byte) bool { return bytes.Equal(sum, hash) })
}

// renewMobile seals a mobile anew, and puts it on the person.
func (l *Ledger) renewMobile(sealed []byte, p *Person) (renewed []byte, stale bool, err error) {
	p.Mobile = ""
	if sealed == nil {
		return nil, false, nil
	}
	plain, err := l.keys.Field.Open(placeMobile, sealed)
	if err != nil {
		return nil, false, err
	}
	p.Mobile = string(plain)
	return l.keys.Field.Renew(placeMobile, sealed)
}

// renewContent makes the hash of what a row says anew, where an older key made it. One that no key makes of these values (an earlier version counted other columns) stays: the next import
// takes its row for changed, as it would have.
func (l *Ledger) renewContent(hash []byte, p Person) (renewed []byte, stale bool) {
	said := content(p)
	if slices.ContainsFunc(l.keys.Hash.Older(domainPerson, said), func(sum []byte) bool { return bytes.Equal(sum, hash) }) {
		return l.keys.Hash.Sum(domainPerson, said), true
	}
	return hash, false
}

// content is all that a person's row says, for its hash.
func content(p Person) string {
	p.ID = 0
	return fmt.Sprint(p)
}

// renewFound brings the persons whom an import is about to meet under the newest key, by the hashes that older keys give: a row that stands under an older one is the same person's, and
// is compared by what it says.
func (l *Ledger) renewFound(ctx context.Context, tx pgx.Tx, older [][]byte) error {
	if len(older) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT id FROM ledger.person WHERE id_hash = ANY ($1)`, older)
	if err != nil {
		return fmt.Errorf("find persons under older keys: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return err
	}
	former, err := l.renewFormer(ctx, tx, true, `WHERE h.person_id = ANY ($1)`, ids)
	if err != nil {
		return err
	}
	found, err := l.renewPersons(ctx, tx, true, `WHERE id = ANY ($1)`, ids)
	if err == nil && former.Lost+found.Lost > 0 {
		err = fault.New(fault.Conflict, "import.key")
	}
	return err
}

// checkKeys refuses an import that would not find the persons: under other keys it would add everybody once more. A rotation begins with the first person and ends with the last, and the
// last is the newest; so these two tell. Errors: fault.Conflict (import.key), fault.Unavailable.
func (l *Ledger) checkKeys(ctx context.Context, conn *pgxpool.Conn) error {
	rows, err := conn.Query(ctx, `
		(SELECT id_sealed, id_hash FROM ledger.person ORDER BY id LIMIT 1) UNION ALL (SELECT id_sealed, id_hash FROM ledger.person ORDER BY id DESC LIMIT 1)`)
	if err != nil {
		return postgres.Classify(fmt.Errorf("check keys: %w", err))
	}
	var sealed, hash []byte
	_, err = pgx.ForEachRow(rows, []any{&sealed, &hash}, func() error {
		if _, ok := l.openedNumber(sealed, hash); !ok {
			return fault.New(fault.Conflict, "import.key")
		}
		return nil
	})
	return postgres.Classify(err)
}
