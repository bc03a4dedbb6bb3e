package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
)

// Writer is what the store needs from outside to write the letters that a step owes: how a kind of report is called in words, and how a paper is printed.
type Writer struct {
	Kind   func(kind string) string
	Render func(notice.Paper) ([]byte, error)
}

// matter is what a letter about a case is filled from.
func (w Writer) matter(c Case, in lifecycle.Input, words string) notice.Matter {
	return notice.Matter{Kind: w.Kind(c.Kind), Unit: c.EmployerName, USCC: c.EmployerUSCC, From: c.From, To: c.To, Words: words, Reason: in.Reason, Code: in.Code, Ground: string(c.Ground), Receiver: in.To}
}

// letter of a step, once it is issued.
type letter struct {
	id     int64
	kind   notice.Kind
	number string
	file   []byte
}

// LetterPreview is the letter that a step would issue, without a number; ok is false when the step owes none. Errors: fault.Invalid as in Act.
func (s *Store) LetterPreview(ctx context.Context, c Case, in lifecycle.Input, w Writer, now time.Time) (paper notice.Paper, ok bool, err error) {
	action := string(in.Action)
	if in.Action == lifecycle.ProposeDecision { // what the second person approves
		action, c.Ground = string(lifecycle.Approve), in.Ground
	}
	kind := notice.LetterOf(action, c.Named)
	if kind == "" {
		return paper, false, nil
	}
	paper, _, err = letterPaper(ctx, s.pool, c, kind, notice.FillLetter(kind, w.matter(c, in, in.Text)), "", now)
	return paper, err == nil, err
}

// letterPaper checks a letter and builds it.
func letterPaper(ctx context.Context, db querier, c Case, kind notice.Kind, fields notice.Values, number string, now time.Time) (notice.Paper, MoneySetting, error) {
	setting, err := moneySetting(ctx, db, c.Region)
	if err != nil {
		return notice.Paper{}, setting, err
	}
	if missing := setting.Agency.Missing(kind); len(missing) > 0 {
		return notice.Paper{}, setting, fault.InvalidFields(fault.Field{Name: "text", Key: "fault.notice.agency." + missing[0]})
	}
	words, err := reportedWords(ctx, db, c.ID)
	if err != nil {
		return notice.Paper{}, setting, err
	}
	if err := notice.Check(kind, fields, words); err != nil {
		return notice.Paper{}, setting, typedFields(err)
	}
	paper, err := notice.Build(kind, fields, notice.Source{Agency: setting.Agency, Number: number, On: calendar.DateOf(now), CaseNo: c.Number})
	if errors.Is(err, notice.ErrPlaceholder) {
		err = fault.InvalidFields(fault.Field{Name: "text", Key: "fault.notice.placeholder"})
	}
	return paper, setting, err
}

// typedFields names what is wrong with a letter by the fields of the step that it is filled from.
func typedFields(err error) error {
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Invalid {
		return err
	}
	var wrong []fault.Field
	seen := map[string]bool{}
	for _, field := range f.Fields {
		if field.Name != "to" && field.Name != "why" {
			field.Name = "text"
		} else if field.Name == "why" {
			field.Name = "reason"
		}
		if !seen[field.Name] {
			seen[field.Name] = true
			wrong = append(wrong, field)
		}
	}
	return fault.InvalidFields(wrong...)
}

// writeLetter issues the letter that a step owes, in the step's own transaction.
func (s *Store) writeLetter(ctx context.Context, tx pgx.Tx, who Staff, c Case, kind notice.Kind, m notice.Matter, w Writer, now time.Time) (letter, error) {
	l := letter{kind: kind}
	fields := notice.FillLetter(kind, m)
	setting, err := moneySetting(ctx, tx, c.Region)
	if err != nil {
		return l, err
	}
	today := calendar.DateOf(now)
	seq, err := nextNoticeNumber(ctx, tx, kind, setting.Agency.Series, today.Year)
	if err != nil {
		return l, err
	}
	l.number = setting.Agency.Number(kind, today.Year, seq)
	paper, setting, err := letterPaper(ctx, tx, c, kind, fields, l.number, now)
	if err != nil {
		return l, err
	}
	if l.file, err = w.Render(paper); err != nil {
		return l, fmt.Errorf("print letter: %w", err)
	}
	content, err := json.Marshal(fields)
	if err != nil {
		return l, fmt.Errorf("write letter: %w", err)
	}
	err = tx.QueryRow(ctx, `INSERT INTO complaints.notice (complaint_id, employer_uscc, kind, state, fields, drafted_at, drafted_by) VALUES ($1, $2, $3, 'draft', $4, $5, $6) RETURNING id`,
		c.ID, c.EmployerUSCC, string(kind), content, now, who.ID).Scan(&l.id)
	if err != nil {
		return l, fmt.Errorf("write letter: %w", err)
	}
	if err := keepIssued(ctx, tx, who, Notice{ID: l.id}, paper, l.file, setting, seq, "", now); err != nil {
		return l, err
	}
	if err := event(ctx, tx, c.ID, &who.ID, "notice_issued", kind.Title()+" "+l.number, now); err != nil {
		return l, err
	}
	return l, s.note(ctx, tx, who, "issue notice", c.Number, "", now)
}

// serveByMailbox records that a letter was put into the reporter's mailbox, where it counts as served the same day.
func (s *Store) serveByMailbox(ctx context.Context, tx pgx.Tx, who Staff, c Case, l letter, now time.Time) error {
	today := dateArg(calendar.DateOf(now))
	_, err := tx.Exec(ctx, `INSERT INTO complaints.service (notice_id, way, done_on, served_on, receiver, witness, note, recorded_at, recorded_by) VALUES ($1, 'mailbox', $2, $2, $3, '', '', $4, $5)`,
		l.id, today, mailboxReceiver, now, who.ID)
	if err != nil {
		return fmt.Errorf("serve letter: %w", err)
	}
	return event(ctx, tx, c.ID, &who.ID, "notice_served", l.kind.Title()+" "+l.number, now)
}

// mailboxReceiver stands for the reporter in a proof of service: who that is nobody at the desk knows.
const mailboxReceiver = "凭回执码查收"

// paper is the letter as the reporter's mailbox holds it; the letter of a transfer is another authority's, the reporter has its number only.
func (l letter) paper() *intake.Paper {
	if l.kind != notice.Refusal && l.kind != notice.Reply {
		return nil
	}
	return &intake.Paper{Title: l.kind.Title(), Number: l.number, PDF: l.file}
}

// answer is what the reporter of one case hears of a step: the letter first, where one is owed, then the words with its number. ofLead is the letter of the case that this
// one follows: a matter is handed over once, and every reporter of it can quote the same number.
func (s *Store) answer(ctx context.Context, tx pgx.Tx, who Staff, c Case, status lifecycle.State, in Step, reply string, ofLead letter, now time.Time) (letter, error) {
	var l letter
	kind := notice.LetterOf(string(in.Action), c.Named)
	if kind == "" {
		return l, s.tell(ctx, tx, who, c, status, reply, nil, now)
	}
	if in.Writer == nil {
		return l, fmt.Errorf("step %s owes a letter and nobody prints it", in.Action)
	}
	m := in.Writer.matter(c, in.Input, reply)
	if ofLead.kind == notice.TransferLetter {
		return ofLead, s.tell(ctx, tx, who, c, status, m.Told(kind, ofLead.number), nil, now)
	}
	l, err := s.writeLetter(ctx, tx, who, c, kind, m, *in.Writer, now)
	if err != nil {
		return l, err
	}
	if err := s.tell(ctx, tx, who, c, status, m.Told(kind, l.number), l.paper(), now); err != nil {
		return l, err
	}
	if kind == notice.TransferLetter {
		return l, keepTransfer(ctx, tx, who, c, in.To, l, now)
	}
	if c.Mailbox == 0 {
		return l, nil
	}
	return l, s.serveByMailbox(ctx, tx, who, c, l, now)
}

// nextNoticeNumber takes the next number of a kind of documents in a year.
func nextNoticeNumber(ctx context.Context, tx pgx.Tx, kind notice.Kind, series string, year int) (seq int, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO complaints.notice_number (kind, series, year, last) VALUES ($1, $2, $3, 1)
		ON CONFLICT (kind, series, year) DO UPDATE SET last = complaints.notice_number.last + 1 RETURNING last`, string(kind), series, year).Scan(&seq)
	if err != nil {
		return 0, fmt.Errorf("number a notice: %w", err)
	}
	return seq, nil
}
