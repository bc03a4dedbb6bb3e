package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/complaints/supervision"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/eligibility"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// Recorder keeps what was found about a pensioner.
type Recorder interface {
	Record(ctx context.Context, tx pgx.Tx, personID int64, way eligibility.Way, met bool, on calendar.Date, now time.Time) error
}

// personal is an ID number, or a mobile's: neither belongs into words that many may read.
var personal = regexp.MustCompile(`\d{17}[\dXx]|\d{15}|1\d{10}`)

// assists: investigators and supervisors write letters; auditors of the system and administrators do not.
func (s Staff) assists() bool {
	return s.Role == lifecycle.Investigator || s.Role == lifecycle.Supervisor
}

const assistanceColumns = `a.id, a.direction = 'out', a.matter, a.region, a.other, a.document, a.words, coalesce(a.person_id, 0), coalesce((SELECT c.number FROM complaints.complaint c WHERE c.id = a.complaint_id), ''),
	a.began_on, a.days, coalesce(o.name, ''), a.answered_on, a.outcome, a.answer, a.reminded_on, a.version`

const assistanceScope = ` FROM complaints.assistance a LEFT JOIN complaints.staff o ON o.id = a.owner_id WHERE starts_with(a.region, $1)`

func (s *Store) scanAssistance(row pgx.CollectableRow) (supervision.Assistance, error) {
	var a supervision.Assistance
	var began, answered, reminded *time.Time
	err := row.Scan(&a.ID, &a.Out, &a.Matter, &a.Region, &a.Other, &a.Document, &a.Words, &a.Person, &a.Case, &began, &a.Days, &a.OwnerName, &answered, &a.Outcome, &a.Answer, &reminded, &a.Version)
	a.BeganOn, a.AnsweredOn, a.RemindedOn = dateOf(began), dateOf(answered), dateOf(reminded)
	a.Due, a.Provisional = supervision.AssistanceBy(a.BeganOn, a.Days, s.rules().Workdays)
	return a, err
}

// AssistanceRequests lists requests of the scope: open ones by the day on which they are due, or those that were answered, the latest first. Error: fault.Denied.
func (s *Store) AssistanceRequests(ctx context.Context, who Staff, answered bool, limit int) ([]supervision.Assistance, error) {
	if !who.seesFigures() {
		return nil, fault.New(fault.Denied, "fault.desk.role")
	}
	rows, err := s.pool.Query(ctx, `SELECT `+assistanceColumns+assistanceScope+` AND (a.answered_on IS NOT NULL) = $2 ORDER BY a.answered_on DESC, a.began_on + (a.days * 7 / 5), a.id LIMIT $3`, who.Region, answered, limit)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list assistance: %w", err))
	}
	list, err := pgx.CollectRows(rows, s.scanAssistance)
	return list, postgres.Classify(err)
}

// AssistanceRequest opens one. Errors: fault.Denied, fault.NotFound.
func (s *Store) AssistanceRequest(ctx context.Context, who Staff, id int64) (supervision.Assistance, error) {
	if !who.seesFigures() {
		return supervision.Assistance{}, fault.New(fault.Denied, "fault.desk.role")
	}
	return s.oneAssistance(ctx, s.pool, who, id, "")
}

func (s *Store) oneAssistance(ctx context.Context, db querier, who Staff, id int64, lock string) (supervision.Assistance, error) {
	rows, err := db.Query(ctx, `SELECT `+assistanceColumns+assistanceScope+` AND a.id = $2`+lock, who.Region, id)
	if err != nil {
		return supervision.Assistance{}, postgres.Classify(fmt.Errorf("open assistance: %w", err))
	}
	a, err := pgx.CollectExactlyOneRow(rows, s.scanAssistance)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, fault.New(fault.NotFound, "fault.assist.none")
	}
	return a, postgres.Classify(err)
}

// BeginAssistance registers a request that was sent or received. days are the working days for the answer. Errors: fault.Denied; fault.Invalid, field by field;
// fault.Conflict (fault.assist.twice) for a letter that is registered.
func (s *Store) BeginAssistance(ctx context.Context, who Staff, a supervision.Assistance, now time.Time) (id int64, err error) {
	if !who.assists() {
		return 0, fault.New(fault.Denied, "fault.desk.role")
	}
	a.Other, a.Document, a.Words = strings.TrimSpace(a.Other), strings.TrimSpace(a.Document), strings.TrimSpace(a.Words)
	var wrong []fault.Field
	for _, one := range []struct {
		bad       bool
		name, key string
	}{
		{a.Other == "" || len([]rune(a.Other)) > 80, "other", "fault.assist.other"},
		{a.Document == "" || len([]rune(a.Document)) > 60, "document", "fault.audit.document"},
		{a.Words == "" || len([]rune(a.Words)) > 2000, "words", "fault.assist.words"},
		{personal.MatchString(a.Words + " " + a.Document), "words", "fault.assist.personal"},
		{a.Matter != "pensioner" && a.Matter != "employer" && a.Matter != "contribution" && a.Matter != "other", "matter", "fault.assist.matter"},
		{a.BeganOn.IsZero() || a.BeganOn.After(calendar.DateOf(now)), "began_on", "fault.audit.past"},
		{a.Days < 1 || a.Days > 120, "days", "fault.assist.days"},
	} {
		if one.bad {
			wrong = append(wrong, fault.Field{Name: one.name, Key: one.key})
		}
	}
	if len(wrong) > 0 {
		return 0, fault.InvalidFields(wrong...)
	}
	direction := "in"
	if a.Out {
		direction = "out"
	}
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var about *int64
		if a.Case != "" {
			c, err := s.locked(ctx, tx, who, a.Case)
			if err != nil {
				return fault.InvalidFields(fault.Field{Name: "case", Key: "fault.desk.case"})
			}
			about = &c.ID
		}
		var person *int64
		if a.Person != 0 {
			person = &a.Person
		}
		err := tx.QueryRow(ctx, `INSERT INTO complaints.assistance (direction, matter, region, other, document, words, person_id, complaint_id, began_on, days, owner_id, recorded_by, recorded_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12) RETURNING id`, direction, a.Matter, who.Region, a.Other, a.Document, a.Words, person, about, a.BeganOn.Time(), a.Days, who.ID, now).Scan(&id)
		if postgres.IsUnique(err, "") {
			return fault.New(fault.Conflict, "fault.assist.twice")
		}
		if err != nil {
			return fmt.Errorf("register assistance: %w", err)
		}
		return noteAssistance(ctx, tx, who, "register assistance", id, now)
	})
	return id, err
}

func noteAssistance(ctx context.Context, tx pgx.Tx, who Staff, action string, id int64, now time.Time) error {
	return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: action, Subject: fmt.Sprintf("assistance:%d", id)})
}

// changeAssistance is one locked change of an open request. Errors: fault.Denied, fault.NotFound, fault.Conflict.
func (s *Store) changeAssistance(ctx context.Context, who Staff, id int64, version int, action string, now time.Time, work func(tx pgx.Tx, a supervision.Assistance) error) error {
	if !who.assists() {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		a, err := s.oneAssistance(ctx, tx, who, id, ` FOR UPDATE OF a`)
		if err != nil {
			return err
		}
		if a.Version != version || a.Outcome != "" {
			return fault.New(fault.Conflict, "fault.desk.changed")
		}
		if err := work(tx, a); err != nil {
			return err
		}
		return noteAssistance(ctx, tx, who, action, id, now)
	})
}

// AnswerAssistance keeps the answer: ours to an incoming request, theirs to ours. What another region found about our pensioner is a confirmation of the year. Errors:
// fault.Invalid, field by field, and those of a change.
func (s *Store) AnswerAssistance(ctx context.Context, who Staff, keep Recorder, id int64, version int, on calendar.Date, outcome, answer string, now time.Time) error {
	answer = strings.TrimSpace(answer)
	return s.changeAssistance(ctx, who, id, version, "answer assistance", now, func(tx pgx.Tx, a supervision.Assistance) error {
		var wrong []fault.Field
		if on.IsZero() || on.After(calendar.DateOf(now)) || on.Before(a.BeganOn) {
			wrong = append(wrong, fault.Field{Name: "answered_on", Key: "fault.assist.day"})
		}
		if known := outcome == "met" || outcome == "not_met" || outcome == "not_found"; a.Matter == "pensioner" && !known || a.Matter != "pensioner" && outcome != "answered" {
			wrong = append(wrong, fault.Field{Name: "outcome", Key: "fault.assist.outcome"})
		}
		if answer == "" {
			wrong = append(wrong, fault.Field{Name: "answer", Key: "fault.assist.answer"})
		} else if personal.MatchString(answer) {
			wrong = append(wrong, fault.Field{Name: "answer", Key: "fault.assist.personal"})
		}
		if len(wrong) > 0 {
			return fault.InvalidFields(wrong...)
		}
		_, err := tx.Exec(ctx, `UPDATE complaints.assistance SET answered_on = $2, outcome = $3, answer = $4, version = version + 1 WHERE id = $1`, id, on.Time(), outcome, answer)
		if err != nil {
			return fmt.Errorf("answer assistance: %w", err)
		}
		if a.Out && a.Person != 0 && (outcome == "met" || outcome == "not_met") {
			return keep.Record(ctx, tx, a.Person, eligibility.Assistance, outcome == "met", on, now)
		}
		return nil
	})
}

// RemindAssistance notes that the other region was reminded of our request. Error: fault.Conflict (fault.assist.remind) for an incoming one.
func (s *Store) RemindAssistance(ctx context.Context, who Staff, id int64, version int, now time.Time) error {
	return s.changeAssistance(ctx, who, id, version, "remind assistance", now, func(tx pgx.Tx, a supervision.Assistance) error {
		if !a.Out {
			return fault.New(fault.Conflict, "fault.assist.remind")
		}
		_, err := tx.Exec(ctx, `UPDATE complaints.assistance SET reminded_on = $2, version = version + 1 WHERE id = $1`, id, calendar.DateOf(now).Time())
		return err
	})
}
