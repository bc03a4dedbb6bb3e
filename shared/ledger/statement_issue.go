package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// IssueOptions say for whom statements are issued.
type IssueOptions struct {
	Year     int
	Region   string    // leading digits of the pooling area; none is everybody
	Agency   string    // the issuing agency's name; none names it after the region
	Now      time.Time // the clock, never zero
	Progress io.Writer // as Options.Progress
}

// IssueReport counts what an issue did.
type IssueReport struct {
	Year       int   `json:"year"`
	Persons    int64 `json:"persons"`    // that have a record of the year
	Issued     int64 `json:"issued"`     // first issues and corrected ones
	Superseded int64 `json:"superseded"` // of the issued: those that replace an earlier one
	Unchanged  int64 `json:"unchanged"`  // whose statement still says what the record says
	Emptied    int64 `json:"emptied"`    // not of persons: had a statement of the year, whose record holds nothing of it any more; a further issue says so
}

// personsInRange is how many person IDs one transaction issues for: what is committed is issued, and a run that is killed can be run again.
const personsInRange = 1024

// IssueStatements issues the statements of a year that is over for everybody of a region: to whom has none, and to whose record was corrected since. The data is read from
// the packed person-years in the order of persons and written with COPY, in memory that does not grow with their number. No import runs at the same time, so that all are made
// from the same data. Errors: fault.Invalid (issued.year_not_over), fault.Conflict (import.running), fault.Unavailable.
func (l *Ledger) IssueStatements(ctx context.Context, opt IssueOptions) (IssueReport, error) {
	report := IssueReport{Year: opt.Year}
	conn, err := l.pool.Acquire(ctx)
	if err != nil {
		return report, postgres.Classify(fmt.Errorf("issue statements: %w", err))
	}
	defer conn.Release()
	unlock, err := lockImports(ctx, conn)
	if err != nil {
		return report, err
	}
	defer unlock()
	i, last, err := l.newIssue(ctx, conn, opt)
	if err != nil {
		return report, postgres.Classify(err)
	}
	if !i.reach.After(calendar.Date{Year: opt.Year, Month: 12, Day: 30}) {
		return report, fault.New(fault.Invalid, "issued.year_not_over", opt.Year, i.reach.String())
	}
	p := newProgress(opt.Progress, nil)
	p.phase = "issuing"
	defer p.done()
	err = i.everybody(ctx, conn, last, func(done IssueReport, upTo int64) {
		report.Persons += done.Persons
		report.Issued += done.Issued
		report.Superseded += done.Superseded
		report.Unchanged += done.Unchanged
		report.Emptied += done.Emptied
		p.overall(report.Persons, upTo, last)
	})
	return report, postgres.Classify(err)
}

// issue is what all statements of a run share.
type issue struct {
	ledger *Ledger
	opt    IssueOptions
	at     time.Time
	reach  calendar.Date
	rules  *rules

	mu        sync.Mutex
	employers map[int32]StatementEmployer // seen so far
}

// newIssue reads what a run needs, and the last person's ID.
func (l *Ledger) newIssue(ctx context.Context, tx querier, opt IssueOptions) (*issue, int64, error) {
	i := &issue{ledger: l, opt: opt, at: opt.Now.UTC().Truncate(time.Microsecond), employers: map[int32]StatementEmployer{}}
	var reach civilDate
	var last int64
	if err := tx.QueryRow(ctx, `SELECT data_date, (SELECT coalesce(max(id), 0) FROM ledger.person) FROM ledger.reach`).Scan(&reach, &last); err != nil {
		return nil, 0, fmt.Errorf("issue statements: %w", err)
	}
	i.reach = calendar.Date(reach)
	var err error
	i.rules, err = loadSettings(ctx, tx)
	return i, last, err
}

// issuers work at a time, where there are as many connections: while some wait for the disk or compute in Go, others keep the database busy.
const issuers = 4

// everybody issues range after range and tells what came of each.
func (i *issue) everybody(ctx context.Context, own *pgxpool.Conn, last int64, tell func(done IssueReport, upTo int64)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var lock sync.Mutex // of next, failed and what tell writes
	var next int64
	var failed error
	work := func(conn *pgxpool.Conn) {
		for {
			lock.Lock()
			first := next
			next += personsInRange
			lock.Unlock()
			if first > last || ctx.Err() != nil {
				return
			}
			done, err := i.rangeAgain(ctx, conn, first, first+personsInRange)
			lock.Lock()
			if err == nil {
				tell(done, min(first+personsInRange, last))
			} else {
				failed = errors.Join(failed, err)
				cancel() // the others end with their range
			}
			lock.Unlock()
		}
	}
	var others sync.WaitGroup
	for range min(issuers, int(i.ledger.pool.Config().MaxConns)) - 1 {
		conn, err := i.ledger.pool.Acquire(ctx)
		if err != nil {
			return fmt.Errorf("issue statements: %w", err)
		}
		others.Go(func() {
			defer conn.Release()
			work(conn)
		})
	}
	work(own)
	others.Wait()
	if failed == nil {
		failed = ctx.Err()
	}
	return failed
}

// rangeAgain issues for a range, and once more when somebody of it asked for a statement at the same moment.
func (i *issue) rangeAgain(ctx context.Context, conn *pgxpool.Conn, first, end int64) (done IssueReport, err error) {
	for range 3 {
		if done, err = i.forRange(ctx, conn, first, end); !postgres.IsUnique(err, "") {
			return done, err
		}
	}
	return done, err
}

// lockImports keeps imports away until unlock. Error: fault.Conflict (import.running) while one runs.
func lockImports(ctx context.Context, conn *pgxpool.Conn) (unlock func(), err error) {
	var free bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, importLock).Scan(&free); err != nil {
		return nil, postgres.Classify(fmt.Errorf("lock imports: %w", err))
	}
	if !free {
		return nil, fault.New(fault.Conflict, "import.running")
	}
	return func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, importLock) // a broken connection has lost the lock already
	}, nil
}
