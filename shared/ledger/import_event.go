package ledger

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/money"
)

// eventRow is a checked row of a file of account events.
type eventRow struct {
	person  personRef
	line    int
	number  string // the agency's own
	event   account.Event
	revoked bool
}

// importEvents merges in one transaction: an unreadable end of the file changes nothing. The last row of a number counts. Accounts of the persons whose events changed are run again.
func (r *importRun) importEvents(ctx context.Context) error {
	tx, err := r.conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("import events: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // after a commit it does nothing
	if _, err := tx.Exec(ctx, `
		CREATE TEMPORARY TABLE staged_event (person_id bigint, number text, kind smallint, happened_on date, personal bigint, employer bigint, credits bigint[], note text, revoked boolean, region text, line integer)
		ON COMMIT DROP`); err != nil {
		return fmt.Errorf("stage events: %w", err)
	}
	for more := true; more; {
		var rows []eventRow
		if rows, more, err = r.readEvents(); err != nil {
			return err
		}
		if err := r.stageEvents(ctx, tx, rows); err != nil {
			return err
		}
	}
	touched, err := r.mergeEvents(ctx, tx)
	if err != nil {
		return err
	}
	rules, err := loadRules(ctx, tx)
	if err != nil {
		return err
	}
	if err := r.ledger.runAccounts(ctx, tx, rules, touched); err != nil {
		return err
	}
	r.report.AccountsRun = int64(len(touched))
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("import events: commit: %w", err)
	}
	return nil
}

// readEvents reads some rows; more is false at the end of the file.
func (r *importRun) readEvents() (rows []eventRow, more bool, err error) {
	for len(rows) < rowsAtOnce {
		rec, bad, more, err := r.next()
		if err != nil || !more {
			return rows, false, err
		}
		e := eventRow{line: rec.line}
		if bad == nil {
			bad = r.event(rec.cells, &e)
		}
		if bad != nil {
			if err := r.reject(rec.line, *bad); err != nil {
				return rows, false, err
			}
			continue
		}
		rows = append(rows, e)
	}
	return rows, true, nil
}

// stageEvents refuses whom nobody knows and keeps the others for merging.
func (r *importRun) stageEvents(ctx context.Context, tx pgx.Tx, rows []eventRow) error {
	refs := map[string]*personRef{} // a person may stand in several rows
	var fresh []*personRef
	for i := range rows {
		if number := rows[i].person.number; refs[number] == nil {
			refs[number] = &rows[i].person
			fresh = append(fresh, &rows[i].person)
		}
	}
	if err := r.findPersons(ctx, fresh); err != nil {
		return err
	}
	known := rows[:0]
	for _, e := range rows {
		if e.person.id = refs[e.person.number].id; e.person.id == 0 {
			if err := r.reject(e.line, problem{e.person.unknown, r.columns.header["id_number"], e.person.number}); err != nil {
				return err
			}
			continue
		}
		known = append(known, e)
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"staged_event"}, []string{"person_id", "number", "kind", "happened_on", "personal", "employer", "credits", "note", "revoked", "region", "line"},
		pgx.CopyFromSlice(len(known), func(i int) ([]any, error) {
			e := known[i].event
			var credits []money.Fen
			if e.Credits != [12]money.Fen{} {
				credits = e.Credits[:]
			}
			return []any{known[i].person.id, known[i].number, int16(e.Kind), civilDate(e.On), int64(e.Personal), int64(e.Employer), credits, e.Note, known[i].revoked, e.Region, known[i].line}, nil
		}))
	if err != nil {
		return fmt.Errorf("stage events: %w", err)
	}
	return nil
}

// eventValues are the columns that a row may change.
const eventValues = "kind, happened_on, personal, employer, credits, note, revoked, region"

// mergeEvents writes what is new, keeps what it replaces, and names the persons, ascending.
func (r *importRun) mergeEvents(ctx context.Context, tx pgx.Tx) ([]int64, error) {
	var said, keys int64
	if err := tx.QueryRow(ctx, `
		SELECT count(*) - count(DISTINCT (person_id, number, `+eventValues+`)), count(DISTINCT (person_id, number, `+eventValues+`)), count(DISTINCT (person_id, number))
		FROM staged_event`).Scan(&r.report.Duplicates, &said, &keys); err != nil {
		return nil, fmt.Errorf("count events: %w", err)
	}
	r.report.Superseded = said - keys
	rows, err := tx.Query(ctx, `
		WITH news AS (
			SELECT last.*, old.person_id IS NOT NULL AS known
			FROM (SELECT DISTINCT ON (person_id, number) person_id, number, `+eventValues+` FROM staged_event ORDER BY person_id, number, line DESC) AS last
			LEFT JOIN ledger.account_event old ON old.person_id = last.person_id AND old.number = last.number
			WHERE old.person_id IS NULL OR (old.kind, old.happened_on, old.personal, old.employer, old.credits, old.note, old.revoked, old.region)
				IS DISTINCT FROM (last.kind, last.happened_on, last.personal, last.employer, last.credits, last.note, last.revoked, last.region)
		), kept AS (
			INSERT INTO ledger.account_event_history (person_id, number, replaced_run_id, run_id, `+eventValues+`, replaced_at)
			SELECT old.person_id, old.number, $1, old.run_id, old.kind, old.happened_on, old.personal, old.employer, old.credits, old.note, old.revoked, old.region, $2
			FROM ledger.account_event old JOIN news ON news.person_id = old.person_id AND news.number = old.number
		), written AS (
			INSERT INTO ledger.account_event (person_id, number, `+eventValues+`, run_id) SELECT person_id, number, `+eventValues+`, $1 FROM news
			ON CONFLICT (person_id, number) DO UPDATE SET kind = excluded.kind, happened_on = excluded.happened_on, personal = excluded.personal, employer = excluded.employer,
				credits = excluded.credits, note = excluded.note, revoked = excluded.revoked, region = excluded.region, run_id = excluded.run_id
		)
		SELECT person_id, known FROM news`, r.id, r.now)
	if err != nil {
		return nil, fmt.Errorf("merge events: %w", err)
	}
	var touched []int64
	var person int64
	var known bool
	if _, err := pgx.ForEachRow(rows, []any{&person, &known}, func() error {
		if known {
			r.report.Changed++
		} else {
			r.report.Added++
		}
		touched = append(touched, person)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("merge events: %w", err)
	}
	slices.Sort(touched)
	return slices.Compact(touched), nil
}

var eventKinds = map[string]account.EventKind{
	"转入": account.TransferIn, "transfer_in": account.TransferIn, "转出": account.TransferOut, "transfer_out": account.TransferOut, "离退休": account.Retirement, "退休": account.Retirement,
	"retirement": account.Retirement, "死亡": account.Death, "death": account.Death, "调整": account.Correction, "correction": account.Correction,
	"终止": account.Termination, "termination": account.Termination,
}

// event reads a row. Only what is moved here and a correction have amounts: what leaves, and what a pension begins with, the ledger computes.
func (r *importRun) event(cells [][]byte, e *eventRow) *problem {
	in := row{cells: cells, columns: r.columns}
	e.person.number, e.person.unknown = in.personNumber("id_number")
	if e.number = in.cell("number"); e.number == "" || utf8.RuneCountInString(e.number) > 64 {
		in.wrong(ReasonEventNumber, "number", e.number)
	}
	kind, known := eventKinds[in.cell("kind")]
	if !known {
		in.wrong(ReasonEventKind, "kind", in.cell("kind"))
	}
	e.event.Kind, e.event.On = kind, in.date("on", r.today)
	if e.event.On.Year < firstAccountYear {
		in.wrong(ReasonDate, "on", in.cell("on"))
	}
	e.event.Personal, e.event.Employer = in.eventAmount("personal", kind), in.eventAmount("employer", kind)
	for m := range e.event.Credits {
		name := "month_" + strconv.Itoa(m+1)
		if e.event.Credits[m] = in.eventAmount(name, kind); e.event.Credits[m] != 0 && (kind != account.TransferIn || m >= int(e.event.On.Month)) {
			in.wrong(ReasonEventAmount, name, in.cell(name)) // nothing is credited before it is earned
		}
	}
	e.event.Note = in.cell("note")
	if utf8.RuneCountInString(e.event.Note) > 200 || kind == account.Correction && e.event.Note == "" {
		in.wrong(ReasonEventNote, "note", e.event.Note)
	}
	if in.problem == nil && kind == account.Correction && e.event.Personal == 0 && e.event.Employer == 0 {
		in.wrong(ReasonEventAmount, "personal", in.cell("personal"))
	}
	if e.event.Region = in.cell("region"); e.event.Region != "" && (kind != account.TransferIn || len(e.event.Region) != 6 || strings.Trim(e.event.Region, "0123456789") != "") {
		in.wrong(ReasonRegion, "region", e.event.Region)
	}
	e.revoked = in.oneOf("state", ReasonEventState, map[string]string{"": "valid", "有效": "valid", "valid": "valid", "撤销": "revoked", "revoked": "revoked"}) == "revoked"
	return in.problem
}

// firstAccountYear: before it there were no personal accounts anywhere.
const firstAccountYear = 1990

// eventAmount reads an amount that may be empty; only a correction's may be below zero, and only a transfer to here and a correction have any.
func (r *row) eventAmount(name string, kind account.EventKind) money.Fen {
	text := r.cell(name)
	if text == "" {
		return 0
	}
	amount := r.signedAmount(name)
	switch {
	case amount < 0 && kind != account.Correction:
		r.wrong(ReasonNegative, name, text)
	case amount != 0 && kind != account.Correction && kind != account.TransferIn:
		r.wrong(ReasonEventAmount, name, text)
	}
	return amount
}

// eventsOf reads what has happened to some persons' accounts; what was entered by mistake has not.
func eventsOf(ctx context.Context, tx querier, persons []int64) (map[int64][]account.Event, error) {
	rows, err := tx.Query(ctx, `
		SELECT person_id, kind, happened_on, personal, employer, credits, note, region FROM ledger.account_event
		WHERE person_id = ANY ($1) AND NOT revoked ORDER BY person_id, happened_on, number`, persons)
	if err != nil {
		return nil, fmt.Errorf("read account events: %w", err)
	}
	events := map[int64][]account.Event{}
	var person int64
	var e account.Event
	var on civilDate
	var credits []money.Fen
	if _, err := pgx.ForEachRow(rows, []any{&person, &e.Kind, &on, &e.Personal, &e.Employer, &credits, &e.Note, &e.Region}, func() error {
		e.On, e.Credits = calendar.Date(on), [12]money.Fen{}
		copy(e.Credits[:], credits)
		events[person] = append(events[person], e)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read account events: %w", err)
	}
	return events, nil
}
