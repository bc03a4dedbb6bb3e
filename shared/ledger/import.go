package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/postgres"
)

// Kind is what a file holds.
type Kind string

// The kinds of import files.
const (
	Employers     Kind = "employers"
	Persons       Kind = "persons"
	Contributions Kind = "contributions"
	Events        Kind = "events"   // what happens to accounts besides: transfers, retirement, corrections
	Rates         Kind = "rates"    // credited rates, by region and year
	Rules         Kind = "rules"    // how regions keep accounts
	Holidays      Kind = "holidays" // a year's days off and weekend days worked
)

// Kinds lists them in the order in which a new ledger takes them.
var Kinds = [...]Kind{Rules, Rates, Holidays, Employers, Persons, Contributions, Events}

// Options of an import.
type Options struct {
	Progress io.Writer // a terminal for a bar with rows, rate and time left; nil, and a file that is no terminal, show nothing
	Now      time.Time // the clock, never zero; a payment after this day is a wrong date
}

// Report counts what became of a file's rows: Rows = Good + Rejected + Duplicates, and Good = Added + Changed + Unchanged + Superseded.
type Report struct {
	Kind           Kind             `json:"kind"`
	Rows           int64            `json:"rows"`
	Good           int64            `json:"good_rows"`
	Rejected       int64            `json:"rejected"`
	Duplicates     int64            `json:"duplicates"` // a row that repeats an earlier one of the file exactly
	Added          int64            `json:"added"`
	Changed        int64            `json:"changed"`
	Unchanged      int64            `json:"unchanged"`
	Superseded     int64            `json:"superseded"` // a good contribution or event that a later row of the same file replaces
	Reasons        map[Reason]int64 `json:"reasons,omitempty"`
	RejectsFile    string           `json:"rejects_file,omitempty"`
	UnknownColumns []string         `json:"unknown_columns,omitempty"`
	AccountsRun    int64            `json:"accounts_run"`    // persons whose accounts were computed again
	WithoutAccount int64            `json:"without_account"` // persons in the whole ledger who have none: pension contributions from before 1998, and no rule of their place
}

// importLock keeps two imports apart: one writes the ledger at a time.
const importLock = 0x5e_ba_01

// Import reads a CSV or XLSX file into the ledger. Good rows are kept, bad ones go to <file>.rejects.csv; the same file twice changes nothing; an import
// that was killed can be run again. Errors: fault.Invalid (import.*) when the file cannot be read at all, and then nothing has changed;
// fault.Conflict: import.running while another import runs, import.key without the key that persons are found by; fault.Unavailable.
func (l *Ledger) Import(ctx context.Context, kind Kind, path string, opt Options) (Report, error) {
	file, err := openRows(path)
	if err != nil {
		return Report{}, err
	}
	defer file.close()
	columns, err := columnsOf(kind, file.header)
	if err != nil {
		return Report{}, err
	}
	columns.serials = file.serials
	conn, err := l.pool.Acquire(ctx)
	if err != nil {
		return Report{}, postgres.Classify(fmt.Errorf("import: %w", err))
	}
	defer conn.Release()
	unlock, err := lockImports(ctx, conn)
	if err != nil {
		return Report{}, err
	}
	defer unlock()
	if kind == Persons || kind == Contributions || kind == Events {
		if err := l.checkKeys(ctx, conn); err != nil {
			return Report{}, err
		}
	}
	run := &importRun{
		ledger: l, conn: conn, file: file, columns: columns, today: calendar.DateOf(opt.Now), now: opt.Now,
		report: Report{Kind: kind, UnknownColumns: columns.unknown, Reasons: map[Reason]int64{}}, progress: newProgress(opt.Progress, file),
	}
	defer run.progress.done()
	return run.do(ctx, kind, path)
}

// importRun is one import under way.
type importRun struct {
	ledger   *Ledger
	conn     *pgxpool.Conn
	file     *rowFile
	columns  columns
	today    calendar.Date
	now      time.Time
	id       int32
	reach    calendar.Date // with contributions: the day that this file's data reaches
	report   Report
	rejects  rejectFile
	progress *progress

	regions        []string // with rates and rules: of which something has changed
	filledAccounts int64    // persons whose accounts were run without news of theirs
}

func (r *importRun) do(ctx context.Context, kind Kind, path string) (Report, error) {
	err := r.conn.QueryRow(ctx, `INSERT INTO ledger.import_run (kind, file, started_at) VALUES ($1, $2, $3) RETURNING id`, string(kind), filepath.Base(path), r.now).Scan(&r.id)
	if err != nil {
		return Report{}, postgres.Classify(fmt.Errorf("begin import run: %w", err))
	}
	r.rejects = rejectFile{path: path + ".rejects.csv"}
	defer r.rejects.discard()
	switch kind {
	case Employers:
		err = r.importEmployers(ctx)
	case Persons:
		err = r.importPersons(ctx)
	case Events:
		err = r.importEvents(ctx)
	case Rates:
		err = r.importRates(ctx)
	case Rules:
		err = r.importRegionalRules(ctx)
	case Holidays:
		err = r.importHolidays(ctx)
	default:
		err = r.importContributions(ctx)
	}
	if err != nil {
		return Report{}, postgres.Classify(err)
	}
	if r.report.RejectsFile, err = r.rejects.keep(); err != nil {
		return Report{}, fmt.Errorf("write rejects: %w", err)
	}
	r.report.Good = r.report.Rows - r.report.Rejected - r.report.Duplicates
	r.report.Unchanged = r.report.Good - r.report.Added - r.report.Changed - r.report.Superseded
	if err := r.conn.QueryRow(ctx, `SELECT count(*) FROM ledger.without_account`).Scan(&r.report.WithoutAccount); err != nil {
		return Report{}, postgres.Classify(fmt.Errorf("count who has no account: %w", err))
	}
	_, err = r.conn.Exec(ctx, `UPDATE ledger.import_run SET finished_at = now(), rows = $2, rejected = $3, duplicates = $4, added = $5, changed = $6 WHERE id = $1`,
		r.id, r.report.Rows, r.report.Rejected, r.report.Duplicates, r.report.Added, r.report.Changed)
	if err != nil {
		return Report{}, postgres.Classify(fmt.Errorf("end import run: %w", err))
	}
	return r.report, nil
}

// next reads the next row that is not empty; more is false at the end of the file. The problem is one of the row as a whole.
func (r *importRun) next() (rec record, bad *problem, more bool, err error) {
	for {
		rec, err = r.file.next()
		switch {
		case errors.Is(err, io.EOF):
			return record{}, nil, false, nil
		case err != nil:
			return record{}, nil, false, err
		case !rec.whole && len(rec.cells) < r.columns.count:
			return record{}, nil, false, unreadable("import.truncated", nil, rec.line)
		case rec.empty():
			continue
		}
		r.report.Rows++
		r.progress.at(r.report.Rows)
		switch {
		case rec.broken:
			bad = &problem{ReasonQuote, "", string(bytes.Join(rec.cells, []byte(",")))}
		case len(rec.cells) != r.columns.count:
			bad = &problem{ReasonColumns, "", strconv.Itoa(len(rec.cells))}
		}
		return rec, bad, true, nil
	}
}

func (r *importRun) reject(line int, p problem) error {
	r.report.Rejected++
	r.report.Reasons[p.reason]++
	if err := r.rejects.add(line, p); err != nil {
		return unreadable("import.rejects", err, r.rejects.path)
	}
	return nil
}
