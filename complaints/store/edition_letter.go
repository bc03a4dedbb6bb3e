package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/notice"
	"shebao/complaints/supervision"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
	"shebao/shared/publication"
	"shebao/shared/receipt"
)

// The places of what is sealed of a letter.
const (
	placeLetter     = "complaints.edition_letter.code"
	placeLetterFile = "complaints.edition_letter.file"
)

// Letter is the document by which a listed employer is told: its line, its code, and how it was served.
type Letter struct {
	Entry    publication.Debtor
	Code     receipt.Code
	Number   string // none: of an edition from before letters were numbered
	IssuedOn calendar.Date
	Service  *Service      // the one that holds; nil while it is not served
	To       calendar.Date // the last day to object; none while it is not served
}

// issueLetters numbers, prints and keeps the letter of every listed employer, each with the code that opens its line. Error: fault.Conflict (fault.publication.agency) where the region has not set who
// issues documents.
func (s *Store) issueLetters(ctx context.Context, tx pgx.Tx, e Edition, now time.Time) error {
	setting, err := moneySetting(ctx, tx, e.Region)
	if err != nil {
		return err
	}
	if len(setting.Agency.Missing(notice.PublicationNotice)) > 0 {
		return fault.New(fault.Conflict, "fault.publication.agency")
	}
	today := calendar.DateOf(now)
	for _, d := range e.Body.Arrears.Employers {
		code, err := receipt.Generate(rand.Reader)
		if err != nil {
			return err
		}
		if err := s.publishing.window.List(ctx, tx, e.ID, e.Key, d, code); err != nil {
			return err
		}
		seq, err := nextNoticeNumber(ctx, tx, notice.PublicationNotice, setting.Agency.Series, today.Year)
		if err != nil {
			return err
		}
		source := notice.Source{Agency: setting.Agency, Number: setting.Agency.Number(notice.PublicationNotice, today.Year, seq), On: today}
		paper, err := notice.BuildNaming(notice.Naming{Unit: d.Name, USCC: d.USCC, Where: listOf(e.Key), From: d.From, To: d.To, Owed: d.Owed, Code: code.Grouped(), Days: s.publishing.days}, source)
		if err != nil {
			return err
		}
		file, err := s.publishing.print(paper, now)
		if err != nil {
			return fmt.Errorf("print letter: %w", err)
		}
		sum := sha256.Sum256(file)
		_, err = tx.Exec(ctx, `INSERT INTO complaints.edition_letter (edition_id, uscc, code, number, issued_on, file, sha256) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			e.ID, d.USCC, s.field.Seal(placeLetter, []byte(code)), source.Number, dateArg(today), s.field.Seal(placeLetterFile, file), sum[:])
		if err != nil {
			return fmt.Errorf("keep letter: %w", err)
		}
	}
	return nil
}

// listOf names a list as documents do: 浙江省 2026 年第 3 季度.
func listOf(k publication.Key) string {
	span := strings.ReplaceAll(k.Span, "-", " 年 ") + " 月"
	if year, quarter, ok := strings.Cut(k.Span, "Q"); ok {
		span = year + " 年第 " + quarter + " 季度"
	}
	return ledger.RegionName((k.Region + "0000")[:6]) + " " + span
}

// Letters of an edition's listed employers, in the order of the list. Error: fault.NotFound outside the scope.
func (s *Store) Letters(ctx context.Context, who Staff, id int32) ([]Letter, error) {
	e, err := s.oneEdition(ctx, s.pool, who, id, "")
	if err != nil {
		return nil, err
	}
	if err := who.mayPublish(e.Region); err != nil {
		return nil, err
	}
	list, err := s.letters(ctx, s.pool, e)
	return list, postgres.Classify(err)
}

func (s *Store) letters(ctx context.Context, db querier, e Edition) ([]Letter, error) {
	if e.Body.Arrears == nil {
		return nil, nil
	}
	rows, err := db.Query(ctx, `
		SELECT l.uscc, l.code, l.number, l.issued_on, v.id, v.way, v.done_on, v.served_on, v.objections_to, coalesce(v.receiver, ''), coalesce(v.witness, ''), coalesce(v.note, ''), coalesce(v.why, ''), coalesce(v.place, ''), coalesce(v.course, ''), coalesce(o.name, ''),
			EXISTS (SELECT FROM complaints.edition_letter_scan f WHERE f.service_id = v.id)
		FROM complaints.edition_letter l LEFT JOIN complaints.edition_letter_service v ON v.edition_id = l.edition_id AND v.uscc = l.uscc AND v.void_at IS NULL LEFT JOIN complaints.staff o ON o.id = v.recorded_by
		WHERE l.edition_id = $1`, e.ID)
	if err != nil {
		return nil, fmt.Errorf("read letters: %w", err)
	}
	by := map[string]Letter{}
	defer rows.Close()
	for rows.Next() {
		var l Letter
		var uscc string
		var sealed []byte
		var service *int64
		var way *notice.Way
		var v Service
		var issued, done, served, to *time.Time
		if err := rows.Scan(&uscc, &sealed, &l.Number, &issued, &service, &way, &done, &served, &to, &v.Receiver, &v.Witness, &v.Note, &v.Why, &v.Place, &v.Course, &v.RecordedBy, &v.Scanned); err != nil {
			return nil, fmt.Errorf("read letters: %w", err)
		}
		code, err := s.field.Open(placeLetter, sealed)
		if err != nil {
			return nil, fmt.Errorf("read letters: %w", err)
		}
		l.Code, l.IssuedOn, l.To = receipt.Code(code), dateOf(issued), dateOf(to)
		if service != nil {
			v.ID, v.Way, v.DoneOn, v.ServedOn = *service, *way, dateOf(done), dateOf(served)
			l.Service = &v
		}
		by[uscc] = l
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read letters: %w", err)
	}
	var letters []Letter
	for _, d := range e.Body.Arrears.Employers {
		if l, listed := by[d.USCC]; listed {
			l.Entry = d
			letters = append(letters, l)
		}
	}
	return letters, nil
}

// unserved counts the letters of who is still on the list that are not served.
func unserved(ctx context.Context, db querier, e Edition) (n int, err error) {
	codes := make([]string, len(e.Body.Arrears.Employers))
	for i, d := range e.Body.Arrears.Employers {
		codes[i] = d.USCC
	}
	err = db.QueryRow(ctx, `SELECT count(*) FROM complaints.edition_letter l WHERE l.edition_id = $1 AND l.uscc = ANY ($2) AND l.number <> ''
		AND NOT EXISTS (SELECT FROM complaints.edition_letter_service v WHERE v.edition_id = l.edition_id AND v.uscc = l.uscc AND v.void_at IS NULL)`, e.ID, codes).Scan(&n)
	return n, err
}

// LetterFile is a letter's PDF as it was issued; every opening is in the audit log. Errors: fault.NotFound; an internal one when the file is not what was issued.
func (s *Store) LetterFile(ctx context.Context, who Staff, id int32, uscc string, now time.Time) (number string, file []byte, err error) {
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		e, err := s.oneEdition(ctx, tx, who, id, "")
		if err != nil {
			return err
		}
		if err := who.mayPublish(e.Region); err != nil {
			return err
		}
		var sealed, sum []byte
		err = tx.QueryRow(ctx, `SELECT number, file, sha256 FROM complaints.edition_letter WHERE edition_id = $1 AND uscc = $2 AND number <> ''`, id, uscc).Scan(&number, &sealed, &sum)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.notice.none")
		}
		if err != nil {
			return fmt.Errorf("read letter: %w", err)
		}
		if file, err = s.field.Open(placeLetterFile, sealed); err != nil {
			return fmt.Errorf("read letter: %w", err)
		}
		if got := sha256.Sum256(file); string(got[:]) != string(sum) {
			return fmt.Errorf("letter %s: the file is not the one that was issued", number)
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: "print letter", Subject: "edition:" + e.Key.String()})
	})
	return number, file, err
}

// ServeLetters records how and when letters were served: one employer's, or with no credit code all that are not served yet. Each employer's window counts from its own day of service.
// Errors: fault.Invalid field by field; fault.Conflict when none is to be served; those of changeEdition.
func (s *Store) ServeLetters(ctx context.Context, who Staff, id int32, version int, uscc string, v Service, now time.Time) error {
	return s.changeEdition(ctx, who, id, version, "serve", "", now, func(tx pgx.Tx, e Edition) error {
		if e.State != supervision.Objection {
			return fault.New(fault.Conflict, "fault.publication.state")
		}
		setting, err := moneySetting(ctx, tx, e.Region)
		if err != nil {
			return err
		}
		letters, err := s.letters(ctx, tx, e)
		if err != nil {
			return err
		}
		letters = slices.DeleteFunc(letters, func(l Letter) bool { return l.Service != nil || l.Number == "" || uscc != "" && l.Entry.USCC != uscc })
		if len(letters) == 0 {
			return fault.New(fault.Conflict, "fault.publication.served")
		}
		for _, l := range letters {
			if err := checkService(v, Notice{IssuedOn: l.IssuedOn}, calendar.DateOf(now)); err != nil {
				return err
			}
			served := notice.ServedOn(v.Way, v.DoneOn, setting.Agency.Announce)
			to, _ := s.Workdays().Add(served, s.publishing.days)
			_, err := tx.Exec(ctx, `INSERT INTO complaints.edition_letter_service (edition_id, uscc, way, done_on, served_on, objections_to, receiver, witness, note, why, place, course, recorded_at, recorded_by)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`, id, l.Entry.USCC, string(v.Way), dateArg(v.DoneOn), dateArg(served), dateArg(to), v.Receiver, v.Witness, v.Note,
				string(v.Why), v.Place, v.Course, now, who.ID)
			if err != nil {
				return fmt.Errorf("record service: %w", err)
			}
			if err := s.publishing.window.OpenUntil(ctx, tx, id, l.Entry.USCC, to); err != nil {
				return err
			}
			if err := s.noteEdition(ctx, tx, id, who, "served", l.Entry.USCC, l.Number+" "+served.String(), now); err != nil {
				return err
			}
		}
		return settleWindow(ctx, tx, id)
	})
}

// VoidLetterService marks a service that was recorded wrongly; the right one can then be recorded. Errors: fault.Invalid without a reason; fault.Conflict when there is none; those of changeEdition.
func (s *Store) VoidLetterService(ctx context.Context, who Staff, id int32, version int, uscc, reason string, now time.Time) error {
	if reason == "" {
		return fault.InvalidFields(fault.Field{Name: "void_reason", Key: "fault.desk.reason"})
	}
	return s.changeEdition(ctx, who, id, version, "unserve", "", now, func(tx pgx.Tx, e Edition) error {
		if e.State != supervision.Objection {
			return fault.New(fault.Conflict, "fault.publication.state")
		}
		tag, err := tx.Exec(ctx, `UPDATE complaints.edition_letter_service SET void_at = $3, void_by = $4, void_reason = $5 WHERE edition_id = $1 AND uscc = $2 AND void_at IS NULL`, id, uscc, now, who.ID, reason)
		if err != nil {
			return fmt.Errorf("void service: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "fault.desk.changed")
		}
		if err := s.publishing.window.OpenUntil(ctx, tx, id, uscc, calendar.Date{}); err != nil {
			return err
		}
		if err := s.noteEdition(ctx, tx, id, who, "unserved", uscc, reason, now); err != nil {
			return err
		}
		return settleWindow(ctx, tx, id)
	})
}

// settleWindow sets the last day of the last window, once every letter of who is still on the list is served.
func settleWindow(ctx context.Context, tx pgx.Tx, id int32) error {
	_, err := tx.Exec(ctx, `
		UPDATE complaints.edition e SET objections_to = (SELECT CASE WHEN bool_and(v.id IS NOT NULL OR l.number = '') THEN coalesce(max(v.objections_to), e.objections_to) END
			FROM complaints.edition_letter l JOIN publication.listing p ON p.edition_id = l.edition_id AND p.uscc = l.uscc AND p.state = 'window'
			LEFT JOIN complaints.edition_letter_service v ON v.edition_id = l.edition_id AND v.uscc = l.uscc AND v.void_at IS NULL WHERE l.edition_id = $1) WHERE e.id = $1`, id)
	if err != nil {
		return fmt.Errorf("settle window %s: %w", strconv.Itoa(int(id)), err)
	}
	return nil
}

// extendWindows counts the objection windows of the lists that wait by the calendar of the moment: a window that a holiday notice lengthens ends later, and is not published before. None is shortened,
// since its employer may have read the day.
func (s *Store) extendWindows(ctx context.Context, now time.Time) error {
	ids, err := s.editionIDs(ctx, `state = 'objection' AND $1`, true)
	if err != nil {
		return err
	}
	for _, id := range ids {
		err := postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
			e, err := s.lockEdition(ctx, tx, id)
			if err != nil || e.State != supervision.Objection {
				return err
			}
			letters, err := s.letters(ctx, tx, e)
			if err != nil {
				return err
			}
			for _, l := range letters {
				if l.Service == nil {
					continue
				}
				to, _ := s.Workdays().Add(l.Service.ServedOn, s.publishing.days)
				if !to.After(l.To) {
					continue
				}
				if _, err := tx.Exec(ctx, `UPDATE complaints.edition_letter_service SET objections_to = $2 WHERE id = $1`, l.Service.ID, dateArg(to)); err != nil {
					return fmt.Errorf("extend window: %w", err)
				}
				if err := s.publishing.window.OpenUntil(ctx, tx, id, l.Entry.USCC, to); err != nil {
					return err
				}
				if err := s.noteEdition(ctx, tx, id, Staff{}, "extended", l.Entry.USCC, l.To.String()+" → "+to.String(), now); err != nil {
					return err
				}
			}
			return settleWindow(ctx, tx, id)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
