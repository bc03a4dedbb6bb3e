package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"shebao/shared/calendar"
)

// rowsInChunk is how many rows are looked up and sent together; two chunks are under way at a time.
const rowsInChunk = 16_384

// importContributions reads everything into the unlogged staging table, and only then merges: a file that turns out unreadable in the middle changes nothing.
func (r *importRun) importContributions(ctx context.Context) error {
	employers, err := r.loadEmployers(ctx)
	if err != nil {
		return err
	}
	if err := r.clearStage(ctx); err != nil {
		return err
	}
	counts, err := r.stageContributions(ctx, newContributionReader(r.columns, r.today, employers))
	if err != nil {
		return err
	}
	return r.merge(ctx, counts)
}

// clearStage removes what an import that was killed has left.
func (r *importRun) clearStage(ctx context.Context) error {
	if _, err := r.conn.Exec(ctx, `DROP INDEX IF EXISTS ledger.staged_by_person; TRUNCATE ledger.staged_contribution`); err != nil {
		return fmt.Errorf("empty the staging table: %w", err)
	}
	return nil
}

// stageContributions sends checked rows through one binary COPY on a connection of its own, while this goroutine goes on reading.
func (r *importRun) stageContributions(ctx context.Context, reader *contributionReader) (*stagedCounts, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	copying, err := r.ledger.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("stage contributions: %w", err)
	}
	defer copying.Release()
	stream := newCopyStream()
	copied := make(chan error, 1)
	go func() {
		_, err := copying.Conn().PgConn().CopyFrom(ctx, stream, `COPY ledger.staged_contribution
			(person_id, base, employer_due, employer_paid, person_due, person_paid, line, period, employer_id, paid_on, insurance) FROM STDIN (FORMAT binary)`)
		stream.stop()
		copied <- err
	}()
	counts, err := r.feed(ctx, reader, stream)
	stream.finish(err)
	if err := errors.Join(err, <-copied); err != nil {
		return nil, fmt.Errorf("stage contributions: %w", err)
	}
	return counts, nil
}

// feed reads the file to its end, chunk by chunk.
func (r *importRun) feed(ctx context.Context, reader *contributionReader, stream *copyStream) (*stagedCounts, error) {
	counts := &stagedCounts{}
	chunk := make([]stagedRow, rowsInChunk)
	var refused []refusal
	for more := true; more; {
		good := 0
		refused = refused[:0]
		for more && good < len(chunk) && len(refused) < len(chunk) {
			var rec record
			var bad *problem
			var err error
			if rec, bad, more, err = r.next(); err != nil {
				return nil, err
			}
			if !more {
				break
			}
			if bad == nil {
				bad = reader.read(rec.cells, &chunk[good])
			}
			if bad != nil {
				refused = append(refused, refusal{rec.line, *bad})
				continue
			}
			chunk[good].line = int32(rec.line)
			good++
		}
		if err := r.findPersons(ctx, reader.fresh); err != nil {
			return nil, err
		}
		reader.fresh = reader.fresh[:0]
		buffer := stream.buffer()
		for i := range chunk[:good] {
			s := &chunk[i]
			if s.person.id == 0 {
				refused = append(refused, refusal{int(s.line), problem{s.person.unknown, r.columns.header["id_number"], s.person.number}})
				continue
			}
			buffer = appendStaged(buffer, s)
			counts.add(s)
		}
		if !stream.send(buffer) {
			return counts, nil // the copying side says why
		}
		slices.SortFunc(refused, func(a, b refusal) int { return a.line - b.line })
		for _, row := range refused {
			if err := r.reject(row.line, row.problem); err != nil {
				return nil, err
			}
		}
	}
	return counts, nil
}

type refusal struct {
	line    int
	problem problem
}

// appendStaged writes a row in PostgreSQL's binary COPY format, columns in the order of the COPY statement.
func appendStaged(b []byte, s *stagedRow) []byte {
	b = binary.BigEndian.AppendUint16(b, 11)
	for _, n := range [...]int64{s.person.id, int64(s.row.Base), int64(s.row.EmployerDue), int64(s.row.EmployerPaid), int64(s.row.PersonDue), int64(s.row.PersonPaid)} {
		b = binary.BigEndian.AppendUint32(b, 8)
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, n := range [...]int32{s.line, int32(s.row.Period), s.row.EmployerID} {
		b = binary.BigEndian.AppendUint32(b, 4)
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	b = appendDay(b, s.row.PaidOn)
	b = binary.BigEndian.AppendUint32(b, 2)
	return binary.BigEndian.AppendUint16(b, uint16(s.row.Insurance))
}

// firstDay is 2000-01-01, from which PostgreSQL counts, as calendar.Date.Number counts.
const firstDay = 10957

// stagedCounts knows how far the staged rows reach, and how many there are for neighbouring persons, so that merging can be cut into equal parts.
type stagedCounts struct {
	rows       int64
	backward   int64 // rows of a person whose number is below that of the row before
	unordered  int64 // rows whose key is not above that of the row before: without any, no key is repeated
	before     incoming
	byPersons  []int64 // of persons id>>personBits
	lastPeriod calendar.Period
	lastPaid   calendar.Date
}

const personBits = 6

func (c *stagedCounts) add(s *stagedRow) {
	c.rows++
	now := incoming{person: s.person.id, row: s.row}
	if now.person < c.before.person {
		c.backward++
	}
	if c.rows > 1 && compareIncoming(now, c.before) <= 0 {
		c.unordered++
	}
	c.before = now
	at := int(s.person.id >> personBits)
	for at >= len(c.byPersons) {
		c.byPersons = append(c.byPersons, make([]int64, at+1-len(c.byPersons))...)
	}
	c.byPersons[at]++
	c.lastPeriod = max(c.lastPeriod, s.row.Period)
	if s.row.PaidOn.After(c.lastPaid) {
		c.lastPaid = s.row.PaidOn
	}
}

// copyStream hands buffers from the goroutine that reads the file to the one that copies. Two buffers go round.
type copyStream struct {
	full    chan []byte
	empty   chan []byte
	stopped chan struct{}
	err     error
	current []byte
	whole   []byte // of which current is the rest
}

var copyHeader = append([]byte("PGCOPY\n\xff\r\n\x00"), make([]byte, 8)...)

func newCopyStream() *copyStream {
	c := &copyStream{full: make(chan []byte, 1), empty: make(chan []byte, 2), stopped: make(chan struct{}), current: copyHeader}
	for range cap(c.empty) {
		c.empty <- make([]byte, 0, rowsInChunk*128)
	}
	return c
}

// buffer waits for an empty buffer.
func (c *copyStream) buffer() []byte {
	select {
	case b := <-c.empty:
		return b[:0]
	case <-c.stopped:
		return nil
	}
}

// send passes a buffer on; false when the other side has stopped.
func (c *copyStream) send(b []byte) bool {
	select {
	case c.full <- b:
		return true
	case <-c.stopped:
		return false
	}
}

// finish ends the copy: well, or with an error, after which nothing of it is kept.
func (c *copyStream) finish(err error) {
	c.err = err
	if err == nil {
		c.send([]byte{0xFF, 0xFF})
	}
	close(c.full)
}

// stop tells the reading side that nothing more is taken.
func (c *copyStream) stop() { close(c.stopped) }

// Read implements io.Reader for the copying side.
func (c *copyStream) Read(p []byte) (int, error) {
	for len(c.current) == 0 {
		if c.whole != nil {
			select {
			case c.empty <- c.whole:
			default: // the end mark is no buffer of the two
			}
			c.whole = nil
		}
		b, more := <-c.full
		if !more {
			if c.err != nil {
				return 0, c.err
			}
			return 0, io.EOF
		}
		c.current, c.whole = b, b
	}
	n := copy(p, c.current)
	c.current = c.current[n:]
	return n, nil
}
