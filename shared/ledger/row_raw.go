package ledger

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
)

// inBinary asks for every column in PostgreSQL's binary format, which rawRow reads.
var inBinary = pgx.QueryResultFormats{pgx.BinaryFormatCode}

// errRaw says that an answer is not what its query asks for.
var errRaw = errors.New("ledger: a row in another format than the query asks for")

// rawRow reads a row's columns one after the other, straight from what the server sent: of the reading that happens millions of times, pgx's own way to a struct would be the larger
// part. NULL is the zero value. What it gives as bytes is good until the next row. After a damage it reads zeros.
type rawRow struct {
	values  [][]byte
	damaged bool
}

// rawOf is the row that rows stand at. Error: errRaw, when its query was not made with inBinary.
func rawOf(rows pgx.CollectableRow) (rawRow, error) {
	if columns := rows.FieldDescriptions(); len(columns) == 0 || columns[0].Format != pgx.BinaryFormatCode {
		return rawRow{}, errRaw
	}
	return rawRow{values: rows.RawValues()}, nil
}

// err tells whether something was damaged. Error: errRaw.
func (r *rawRow) err() error {
	if r.damaged {
		return errRaw
	}
	return nil
}

func (r *rawRow) bytes() []byte {
	if len(r.values) == 0 {
		r.damaged = true
		return nil
	}
	value := r.values[0]
	r.values = r.values[1:]
	return value
}

func (r *rawRow) text() string { return string(r.bytes()) }

// int reads an integer of any size.
func (r *rawRow) int() int64 {
	switch b := r.bytes(); len(b) {
	case 0:
	case 2:
		return int64(int16(binary.BigEndian.Uint16(b)))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(b)))
	case 8:
		return int64(binary.BigEndian.Uint64(b))
	default:
		r.damaged = true
	}
	return 0
}

// PostgreSQL counts from the first of January 2000.
var (
	postgresDay = calendar.NewDate(2000, time.January, 1).Number()
	postgresAge = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
)

func (r *rawRow) date() calendar.Date {
	if len(r.values) > 0 && r.values[0] == nil {
		r.bytes()
		return calendar.Date{}
	}
	return calendar.DateOfNumber(postgresDay + int(r.int()))
}

func (r *rawRow) instant() time.Time {
	if len(r.values) > 0 && r.values[0] == nil {
		r.bytes()
		return time.Time{}
	}
	return time.UnixMicro(postgresAge + r.int()).UTC()
}

// list reads an array of one dimension as a row of its elements.
func (r *rawRow) list() rawRow {
	b := r.bytes()
	if len(b) < 20 { // NULL, or an empty one, which has no dimension
		return rawRow{}
	}
	n := int(binary.BigEndian.Uint32(b[12:]))
	if binary.BigEndian.Uint32(b) != 1 || n > len(b)/4 {
		r.damaged = true
		return rawRow{}
	}
	elements := make([][]byte, n)
	rest := b[20:]
	for i := range elements {
		if len(rest) < 4 {
			r.damaged = true
			return rawRow{}
		}
		size := int32(binary.BigEndian.Uint32(rest))
		rest = rest[4:]
		if size < 0 {
			continue
		}
		if int(size) > len(rest) {
			r.damaged = true
			return rawRow{}
		}
		elements[i], rest = rest[:size:size], rest[size:]
	}
	return rawRow{values: elements}
}
