package ledger

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/verification"
)

// namedAtMost bounds the memory for employers' names.
const namedAtMost = 50_000

// nameEmployers reads the names of the drafts' employers that the run has not met yet.
func (i *issue) nameEmployers(ctx context.Context, tx querier, drafts []draft) error {
	i.mu.Lock()
	if len(i.employers) > namedAtMost {
		i.employers = map[int32]StatementEmployer{}
	}
	asked := map[int32]bool{}
	var missing []int32
	for _, d := range drafts {
		for _, id := range d.employers {
			if _, known := i.employers[id]; !known && !asked[id] {
				asked[id] = true
				missing = append(missing, id)
			}
		}
	}
	i.mu.Unlock()
	if len(missing) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT id, uscc, name FROM ledger.employer WHERE id = ANY ($1)`, missing)
	if err != nil {
		return fmt.Errorf("read employers: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e StatementEmployer, err error) {
		err = row.Scan(&e.ID, &e.USCC, &e.Name)
		return e, err
	})
	if err != nil {
		return fmt.Errorf("read employers: %w", err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, e := range found {
		i.employers[e.ID] = e
	}
	return nil
}

// finish turns drafts into rows, and into what COPY writes of them: their numbers are still to be filled in.
func (i *issue) finish(drafts []draft) (rows []issuedRow, copied []byte) {
	rows = make([]issuedRow, len(drafts))
	codes := verification.Draw(len(drafts))
	size := len(copyHeader) + 2
	for _, d := range drafts {
		size += 512 + len(d.basis)
	}
	copied = append(make([]byte, 0, size), copyHeader...)
	agencies := map[string]string{}
	var employers []StatementEmployer
	i.mu.Lock()
	defer i.mu.Unlock()
	for n, d := range drafts {
		agency, known := agencies[d.person.region]
		if !known {
			agency = i.agency(d.person.region)
			agencies[d.person.region] = agency
		}
		employers = employers[:0]
		for _, id := range d.employers {
			employers = append(employers, i.employers[id])
		}
		row := &rows[n]
		*row = issuedRow{person: d.person.id, year: i.opt.Year, issue: d.issue, issuedAt: i.at.UnixMicro(), dataDate: i.reach, region: d.person.region, code: codes[n], emptied: d.emptied}
		copied = appendIssued(copied, row, func(b []byte) []byte {
			return appendContext(append(b, d.basis...), d.person, agency, employers, d.rules)
		})
	}
	return rows, append(copied, 0xFF, 0xFF)
}

func (i *issue) agency(region string) string {
	if i.opt.Agency != "" {
		return i.opt.Agency
	}
	return RegionName(region) + "社会保险经办机构"
}

// write signs the rows, numbers them and stores them.
func (i *issue) write(ctx context.Context, tx pgx.Tx, rows []issuedRow, copied []byte) error {
	var batch pgx.Batch
	var ids []int64
	for start := 0; start < len(rows); start += statementsInSeal {
		seal, err := i.ledger.keys.Statements.seal(rows[start:min(start+statementsInSeal, len(rows))])
		if err != nil {
			return err
		}
		batch.Queue(`INSERT INTO ledger.statement_seal (key_id, digests, signature) VALUES ($1, $2, $3) RETURNING id`, seal.keyID, seal.digests, seal.signature).
			QueryRow(func(row pgx.Row) error {
				var id int64
				err := row.Scan(&id)
				ids = append(ids, id)
				return err
			})
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("seal statements: %w", err)
	}
	for n := range rows {
		binary.BigEndian.PutUint64(copied[rows[n].numberAt:], uint64(ids[n/statementsInSeal]*statementsInSeal+int64(n%statementsInSeal)))
	}
	_, err := tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(copied), `
		COPY ledger.statement (person_id, number, issued_at, data_date, year, issue, region, code, content, emptied) FROM STDIN (FORMAT binary)`)
	if err != nil {
		return fmt.Errorf("write statements: %w", err)
	}
	return nil
}

// postgresEpoch is 2000-01-01, from which PostgreSQL counts microseconds.
var postgresEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

// appendIssued writes a row in PostgreSQL's binary COPY format, columns in the order of write's COPY statement, and notes where its number goes and what content appended.
func appendIssued(b []byte, row *issuedRow, content func(b []byte) []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, 10)
	b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), uint64(row.person))
	b = binary.BigEndian.AppendUint32(b, 8)
	row.numberAt = len(b)
	b = binary.BigEndian.AppendUint64(b, 0)
	b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), uint64(row.issuedAt-postgresEpoch))
	b = appendDay(b, row.dataDate)
	for _, n := range [...]int{row.year, row.issue} {
		b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(b, 2), uint16(n))
	}
	b = append(binary.BigEndian.AppendUint32(b, uint32(len(row.region))), row.region...)
	b = append(binary.BigEndian.AppendUint32(b, uint32(len(row.code))), row.code[:]...)
	b = binary.BigEndian.AppendUint32(b, 0)
	start := len(b)
	b = content(b)
	binary.BigEndian.PutUint32(b[start-4:], uint32(len(b)-start))
	row.content = b[start:len(b):len(b)]
	b = binary.BigEndian.AppendUint32(b, 1)
	if row.emptied {
		return append(b, 1)
	}
	return append(b, 0)
}

// IssueStatement issues a person's statement on request, of any year that the ledger has something of, the current one included; when the valid one still says what the record
// says, it is that one, and of a year that holds nothing any more the one that says so (Statement.Emptied). Errors: fault.NotFound, fault.Unavailable.
func (l *Ledger) IssueStatement(ctx context.Context, personID int64, opt IssueOptions) (Statement, error) {
	if err := l.issueOne(ctx, personID, opt); err != nil {
		return Statement{}, err
	}
	return l.Statement(ctx, personID, opt.Year)
}

func (l *Ledger) issueOne(ctx context.Context, personID int64, opt IssueOptions) error {
	conn, err := l.pool.Acquire(ctx)
	if err != nil {
		return classifyStatement(err)
	}
	defer conn.Release()
	opt.Region = ""
	i, _, err := l.newIssue(ctx, conn, opt)
	if err != nil {
		return classifyStatement(err)
	}
	if _, err := i.rangeAgain(ctx, conn, personID, personID+1); err != nil {
		return classifyStatement(err)
	}
	return nil
}
