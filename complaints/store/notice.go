package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/notice"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// Notice is a document of a case: a draft, or issued and then never changed.
type Notice struct {
	ID          int64
	CaseNumber  string
	Kind        notice.Kind
	State       string // draft, issued, withdrawn, replaced
	Version     int
	Fields      notice.Values
	Calculation int64 // that it copies; 0 for none
	Replaces    int64
	Waived      string
	Number      string
	IssuedOn    calendar.Date
	IssuedAt    time.Time
	IssuedBy    string
	Paper       notice.Paper
	EndReason   string
	Erased      bool     // what it told the reporter has been removed, see RunRetention
	Service     *Service // the one that holds; nil while it is not served
}

// Service is how and when a document was served.
type Service struct {
	ID       int64
	Way      notice.Way
	DoneOn   calendar.Date // handed over, received by post, announced
	ServedOn calendar.Date // counts as served
	Receiver string
	Witness  string
	Note     string
	notice.Announced
	RecordedBy string
	Scanned    bool // the slip's scan is kept
}

// Issued is the document as the rules of their order look at it.
func (n Notice) Issued() notice.Issued {
	i := notice.Issued{ID: n.ID, Kind: n.Kind, Number: n.Number, IssuedOn: n.IssuedOn}
	if n.Service != nil {
		i.ServedOn = n.Service.ServedOn
	}
	_, _ = fmt.Sscan(n.Fields["days"], &i.Days) // none: the kind has no limit; Check has read it
	i.AuditOn, _ = calendar.ParseDate(n.Fields["audit_on"])
	return i
}

const noticeColumns = `n.id, c.number, n.kind, n.state, n.version, n.fields, coalesce(n.calculation_id, 0), coalesce(n.replaces, 0), n.waived, coalesce(n.number, ''), n.issued_on,
	coalesce(n.issued_at, 'epoch'), coalesce(i.name, ''), n.paper, n.end_reason, n.erased_at IS NOT NULL,
	coalesce(v.id, 0), coalesce(v.way, ''), v.done_on, v.served_on, coalesce(v.receiver, ''), coalesce(v.witness, ''), coalesce(v.note, ''), coalesce(v.why, ''), coalesce(v.place, ''), coalesce(v.course, ''), coalesce(r.name, ''), EXISTS (SELECT FROM complaints.service_scan f WHERE f.service_id = v.id)`

const noticeTables = `complaints.notice n JOIN complaints.complaint c ON c.id = n.complaint_id LEFT JOIN complaints.staff i ON i.id = n.issued_by
	LEFT JOIN complaints.service v ON v.notice_id = n.id AND v.void_at IS NULL LEFT JOIN complaints.staff r ON r.id = v.recorded_by`

func scanNotice(row pgx.CollectableRow) (Notice, error) {
	var n Notice
	var fields, paper []byte
	var issued, done, served *time.Time
	var v Service
	err := row.Scan(&n.ID, &n.CaseNumber, &n.Kind, &n.State, &n.Version, &fields, &n.Calculation, &n.Replaces, &n.Waived, &n.Number, &issued, &n.IssuedAt, &n.IssuedBy, &paper, &n.EndReason, &n.Erased,
		&v.ID, &v.Way, &done, &served, &v.Receiver, &v.Witness, &v.Note, &v.Why, &v.Place, &v.Course, &v.RecordedBy, &v.Scanned)
	if err != nil {
		return n, err
	}
	n.IssuedOn = dateOf(issued)
	if v.ID != 0 {
		v.DoneOn, v.ServedOn = dateOf(done), dateOf(served)
		n.Service = &v
	}
	if err := json.Unmarshal(fields, &n.Fields); err != nil {
		return n, err
	}
	if paper != nil {
		return n, json.Unmarshal(paper, &n.Paper)
	}
	return n, nil
}

// Notices of a case, oldest first.
func (s *Store) Notices(ctx context.Context, complaint int64) ([]Notice, error) {
	list, err := notices(ctx, s.pool, `n.complaint_id = $1`, complaint)
	return list, postgres.Classify(err)
}

func notices(ctx context.Context, db querier, condition string, args ...any) ([]Notice, error) {
	rows, err := db.Query(ctx, `SELECT `+noticeColumns+` FROM `+noticeTables+` WHERE `+condition+` ORDER BY n.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanNotice)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return list, nil
}

// Notice of a case. Error: fault.NotFound.
func (s *Store) Notice(ctx context.Context, complaint, id int64) (Notice, error) {
	n, err := oneNotice(ctx, s.pool, complaint, id)
	return n, postgres.Classify(err)
}

func oneNotice(ctx context.Context, db querier, complaint, id int64) (Notice, error) {
	list, err := notices(ctx, db, `n.complaint_id = $1 AND n.id = $2`, complaint, id)
	if err != nil {
		return Notice{}, err
	}
	if len(list) == 0 {
		return Notice{}, fault.New(fault.NotFound, "fault.notice.none")
	}
	return list[0], nil
}

// DraftNotice begins a document; replaces is the one whose place it takes, or 0. Error: fault.NotFound.
func (s *Store) DraftNotice(ctx context.Context, who Staff, number string, kind notice.Kind, fields notice.Values, calculation, replaces int64, now time.Time) (id int64, err error) {
	content, err := json.Marshal(fields)
	if err != nil {
		return 0, fmt.Errorf("draft notice: %w", err)
	}
	err = s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		if replaces != 0 {
			old, err := oneNotice(ctx, tx, c.ID, replaces)
			if err != nil {
				return err
			}
			if old.State != "issued" || old.Kind != kind {
				return fault.New(fault.Conflict, "fault.notice.ended")
			}
		}
		err := tx.QueryRow(ctx, `
			INSERT INTO complaints.notice (complaint_id, employer_uscc, kind, state, fields, calculation_id, replaces, drafted_at, drafted_by)
			VALUES ($1, $2, $3, 'draft', $4, $5, $6, $7, $8) RETURNING id`,
			c.ID, c.EmployerUSCC, string(kind), content, rowArg(calculation), rowArg(replaces), now, who.ID).Scan(&id)
		if err != nil {
			return fmt.Errorf("draft notice: %w", err)
		}
		return s.note(ctx, tx, who, "draft notice", c.Number, "", now)
	})
	return id, err
}

func rowArg(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

// SaveNotice keeps a draft's fields as they were filled, whole or not, so that nothing typed is lost. Errors: fault.NotFound, fault.Conflict.
func (s *Store) SaveNotice(ctx context.Context, who Staff, number string, id int64, version int, fields notice.Values, calculation int64, now time.Time) error {
	content, err := json.Marshal(fields)
	if err != nil {
		return fmt.Errorf("save notice: %w", err)
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		tag, err := tx.Exec(ctx, `UPDATE complaints.notice SET fields = $4, calculation_id = $5, version = version + 1 WHERE complaint_id = $1 AND id = $2 AND version = $3 AND state = 'draft'`,
			c.ID, id, version, content, rowArg(calculation))
		if err != nil {
			return fmt.Errorf("save notice: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "fault.notice.changed")
		}
		return s.note(ctx, tx, who, "fill notice", c.Number, "", now)
	})
}

// DropDraft removes a draft that is not wanted. Nothing of it was ever issued. Errors: fault.NotFound, fault.Conflict.
func (s *Store) DropDraft(ctx context.Context, who Staff, number string, id int64, now time.Time) error {
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		tag, err := tx.Exec(ctx, `DELETE FROM complaints.notice WHERE complaint_id = $1 AND id = $2 AND state = 'draft'`, c.ID, id)
		if err != nil {
			return fmt.Errorf("drop draft: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "fault.notice.changed")
		}
		return s.note(ctx, tx, who, "drop draft", c.Number, "", now)
	})
}

// Issue is what turns a draft into a document.
type Issue struct {
	Version int
	Owed    money.Fen // by the ledger
	Waived  string    // why a requirement that the law lets go is let go
	Few     int       // people of an employer so small that acting may tell who reported; else 0
	Render  func(notice.Paper) ([]byte, error)
	Demands DemandBook // from which the demand that this one replaces is taken
}

// IssueNotice checks a draft against the order of documents, numbers it, and keeps document and PDF; all in one transaction, so that no number is missing.
// Errors: fault.NotFound; fault.Conflict when the draft has changed or a requirement is not met; fault.Invalid for its fields, what the region has not set, or (caution) a small
// employer, see ConfirmCaution.
func (s *Store) IssueNotice(ctx context.Context, who Staff, number string, id int64, in Issue, now time.Time) error {
	today := calendar.DateOf(now)
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		n, err := oneNotice(ctx, tx, c.ID, id)
		if err != nil {
			return err
		}
		if n.State != "draft" || n.Version != in.Version {
			return fault.New(fault.Conflict, "fault.notice.changed")
		}
		if n.Kind.ToEmployer() {
			if err := careful(ctx, tx, c.ID, in.Few); err != nil {
				return err
			}
		}
		setting, err := moneySetting(ctx, tx, c.Region)
		if err != nil {
			return err
		}
		source, err := s.permitted(ctx, tx, c, n, in, setting, today)
		if err != nil {
			return err
		}
		seq, err := nextNoticeNumber(ctx, tx, n.Kind, setting.Agency.Series, today.Year)
		if err != nil {
			return err
		}
		source.Number = setting.Agency.Number(n.Kind, today.Year, seq)
		paper, err := notice.Build(n.Kind, n.Fields, source)
		if errors.Is(err, notice.ErrPlaceholder) {
			return fault.New(fault.Invalid, "fault.notice.placeholder").Because(err)
		}
		if err != nil {
			return err
		}
		file, err := in.Render(paper)
		if err != nil {
			return fmt.Errorf("print notice: %w", err)
		}
		if err := keepIssued(ctx, tx, who, n, paper, file, setting, seq, in.Waived, now); err != nil {
			return err
		}
		if n.Replaces != 0 {
			if err := endNotice(ctx, tx, who, c.ID, n.Replaces, "replaced", source.Number, now); err != nil {
				return err
			}
			if err := in.Demands.LiftDemand(ctx, tx, demandID(n.Replaces), now); err != nil {
				return err
			}
		}
		if err := event(ctx, tx, c.ID, &who.ID, "notice_issued", n.Kind.Title()+" "+source.Number, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "issue notice", c.Number, in.Waived, now)
	})
}

// permitted checks everything that can forbid a document, and gathers what it is made from.
func (s *Store) permitted(ctx context.Context, tx pgx.Tx, c Case, n Notice, in Issue, setting MoneySetting, today calendar.Date) (notice.Source, error) {
	source := notice.Source{Agency: setting.Agency, On: today, CaseNo: c.Number}
	if missing := setting.Agency.Missing(n.Kind); len(missing) > 0 {
		var wrong []fault.Field
		for _, name := range missing {
			wrong = append(wrong, fault.Field{Name: "agency_" + name, Key: "fault.notice.agency." + name})
		}
		return source, fault.InvalidFields(wrong...)
	}
	words, err := reportedWords(ctx, tx, c.ID)
	if err != nil {
		return source, err
	}
	if err := notice.Check(n.Kind, n.Fields, words); err != nil {
		return source, err
	}
	situation, err := s.situation(ctx, tx, c, in.Owed, today)
	if err != nil {
		return source, err
	}
	situation.Issued = slices.DeleteFunc(situation.Issued, func(i notice.Issued) bool { return i.ID == n.Replaces })
	source.Issued = situation.Issued
	for _, reason := range notice.Lacks(n.Kind, situation, s.Workdays()) {
		if !reason.Waivable {
			return source, fault.New(fault.Conflict, reason.Key)
		}
		if in.Waived == "" {
			return source, fault.InvalidFields(fault.Field{Name: "waived", Key: reason.Key})
		}
	}
	if n.Kind.HasFigures() && n.Calculation != 0 {
		k, err := oneCalculation(ctx, tx, c.ID, n.Calculation)
		if err != nil {
			return source, err
		}
		source.Figures = &notice.Figures{PaidOn: k.Input.PaidOn, Rule: k.Rule, Result: k.Result}
	}
	if source.Figures == nil && (n.Kind == notice.Demand || n.Kind == notice.EnforcementWarning) {
		return source, fault.InvalidFields(fault.Field{Name: "calculation", Key: "fault.notice.calculation"})
	}
	return source, nil
}

// reportedWords are the reporters' words of a case and of those merged into it.
func reportedWords(ctx context.Context, db querier, complaint int64) ([]string, error) {
	rows, err := db.Query(ctx, `SELECT words FROM complaints.complaint WHERE (id = $1 OR lead_id = $1) AND words <> ''`, complaint)
	if err != nil {
		return nil, fmt.Errorf("read words: %w", err)
	}
	words, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read words: %w", err)
	}
	return words, nil
}

// ReportedWords are what no document to the employer may repeat.
func (s *Store) ReportedWords(ctx context.Context, complaint int64) ([]string, error) {
	words, err := reportedWords(ctx, s.pool, complaint)
	return words, postgres.Classify(err)
}

func keepIssued(ctx context.Context, tx pgx.Tx, who Staff, n Notice, paper notice.Paper, file []byte, setting MoneySetting, seq int, waived string, now time.Time) error {
	content, err := json.Marshal(paper)
	if err != nil {
		return fmt.Errorf("keep notice: %w", err)
	}
	sum, today := sha256.Sum256(file), calendar.DateOf(now)
	_, err = tx.Exec(ctx, `
		UPDATE complaints.notice SET state = 'issued', version = version + 1, waived = $2, setting_version = $3, series = $4, year = $5, seq = $6, number = $7, issued_on = $8, issued_at = $9,
			issued_by = $10, paper = $11, pdf = $12, sha256 = $13 WHERE id = $1`,
		n.ID, waived, setting.Name(), setting.Agency.Series, today.Year, seq, paper.Number, dateArg(today), now, who.ID, content, file, sum[:])
	if err != nil {
		return fmt.Errorf("keep notice: %w", err)
	}
	return nil
}

// NoticeFile is the PDF as it was issued; every opening is in the audit log. Errors: fault.NotFound, also (fault.notice.erased) when what it said has been removed; an internal one when the file is not what was issued.
func (s *Store) NoticeFile(ctx context.Context, who Staff, number string, id int64, now time.Time) (file []byte, err error) {
	err = s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		var sum []byte
		var erased bool
		err := tx.QueryRow(ctx, `SELECT pdf, sha256, erased_at IS NOT NULL FROM complaints.notice WHERE complaint_id = $1 AND id = $2 AND state <> 'draft'`, c.ID, id).Scan(&file, &sum, &erased)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.notice.none")
		}
		if err != nil {
			return fmt.Errorf("read notice file: %w", err)
		}
		if erased {
			return fault.New(fault.NotFound, "fault.notice.erased")
		}
		if got := sha256.Sum256(file); string(got[:]) != string(sum) {
			return fmt.Errorf("notice %d: the file is not the one that was issued", id)
		}
		return s.note(ctx, tx, who, "print notice", c.Number, "", now)
	})
	return file, err
}
