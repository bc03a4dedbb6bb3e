package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/evidence"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/postgres"
)

// CaseFile is a file that staff added to a case.
type CaseFile struct {
	ID               int64
	Name, About      string
	MediaType        string
	Bytes            int
	SHA256, Original []byte // of what is kept, and of what was handed in
	AddedAt          time.Time
	AddedBy          string
	Excluded         string // why it does not count; empty while it does
}

// placeFile binds a file's seal to its use.
const placeFile = "complaints.case_file"

// AddFile adds a file to a case; the same file again changes nothing and is told. Errors: fault.NotFound; fault.Conflict (fault.file.twice).
func (s *Store) AddFile(ctx context.Context, who Staff, number string, f evidence.File, about string, now time.Time) error {
	box := s.field.Seal(placeFile, f.Content)
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		_, err := tx.Exec(ctx, `INSERT INTO complaints.case_file (complaint_id, name, about, media_type, bytes, sha256, original, content, added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			c.ID, f.Name, about, f.MediaType, len(f.Content), f.SHA256[:], f.Original[:], box, now, who.ID)
		if postgres.IsUnique(err, "") {
			return fault.InvalidFields(fault.Field{Name: "file", Key: "fault.file.twice"})
		}
		if err != nil {
			return fmt.Errorf("add file: %w", err)
		}
		if err := event(ctx, tx, c.ID, &who.ID, "file_added", f.Name, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "add file", c.Number, "", now)
	})
}

// Files that staff added to a case, oldest first, without their contents.
func (s *Store) Files(ctx context.Context, complaint int64) ([]CaseFile, error) {
	rows, err := s.pool.Query(ctx, `SELECT f.id, f.name, f.about, f.media_type, f.bytes, f.sha256, f.original, f.added_at, o.name, f.exclude_reason
		FROM complaints.case_file f JOIN complaints.staff o ON o.id = f.added_by WHERE f.complaint_id = $1 ORDER BY f.id`, complaint)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list files: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[CaseFile])
	return list, postgres.Classify(err)
}

// OpenFile is a file of a case with its content; every opening is in the audit log. Error: fault.NotFound.
func (s *Store) OpenFile(ctx context.Context, who Staff, number string, id int64, now time.Time) (f CaseFile, content []byte, err error) {
	err = s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		var box []byte
		err := tx.QueryRow(ctx, `SELECT name, media_type, content FROM complaints.case_file WHERE complaint_id = $1 AND id = $2`, c.ID, id).Scan(&f.Name, &f.MediaType, &box)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.file.none")
		}
		if err != nil {
			return fmt.Errorf("read file: %w", err)
		}
		if content, err = s.field.Open(placeFile, box); err != nil {
			return fmt.Errorf("open file %d: %w", id, err)
		}
		return s.note(ctx, tx, who, "open file", c.Number, fmt.Sprintf("file:%d", id), now)
	})
	return f, content, err
}

// ExcludeFile says why a file does not count any more; it stays readable. Errors: fault.NotFound, fault.Invalid, fault.Conflict.
func (s *Store) ExcludeFile(ctx context.Context, who Staff, number string, id int64, reason string, now time.Time) error {
	if reason == "" {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "fault.desk.reason"})
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		var name string
		err := tx.QueryRow(ctx, `UPDATE complaints.case_file SET excluded_at = $3, excluded_by = $4, exclude_reason = $5 WHERE complaint_id = $1 AND id = $2 AND excluded_at IS NULL RETURNING name`,
			c.ID, id, now, who.ID, reason).Scan(&name)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.file.none")
		}
		if err != nil {
			return fmt.Errorf("exclude file: %w", err)
		}
		if err := event(ctx, tx, c.ID, &who.ID, "file_excluded", name+"："+reason, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "exclude file", c.Number, reason, now)
	})
}

// OpenAttachment is a recording or file that the reporter handed in; every play and every opening is in the audit log before a byte is sent. Error: fault.NotFound.
func (s *Store) OpenAttachment(ctx context.Context, who Staff, number string, id int64, now time.Time) (a intake.Attachment, err error) {
	err = s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		if a, err = s.desk.Attachment(ctx, c.Submission, id); err != nil {
			return err
		}
		action := "open file"
		if a.Kind == intake.Recording {
			action = "play recording"
		}
		return s.note(ctx, tx, who, action, c.Number, fmt.Sprintf("attachment:%d", id), now)
	})
	return a, err
}

// Transcript is what somebody wrote down of a recording.
type Transcript struct {
	Attachment int64
	Words      string
	WrittenAt  time.Time
	WrittenBy  string
}

// maxTranscript is how many characters a transcript takes: three minutes of fast speech are a fifth of it.
const maxTranscript = 5000

// Transcribe keeps what is said in a recording of a case. Errors: fault.NotFound when it is no recording of the case; fault.Invalid for an empty or too long text.
func (s *Store) Transcribe(ctx context.Context, who Staff, number string, attachment int64, words string, now time.Time) error {
	switch {
	case words == "":
		return fault.InvalidFields(fault.Field{Name: "words", Key: "fault.transcript.empty"})
	case len([]rune(words)) > maxTranscript:
		return fault.InvalidFields(fault.Field{Name: "words", Key: "fault.transcript.long", Args: []any{maxTranscript}})
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		list, err := s.desk.AttachmentList(ctx, c.Submission)
		if err != nil {
			return err
		}
		found := false
		for _, a := range list {
			found = found || a.ID == attachment && a.Kind == intake.Recording
		}
		if !found {
			return fault.New(fault.NotFound, "fault.file.none")
		}
		if _, err := tx.Exec(ctx, `INSERT INTO complaints.transcript (complaint_id, attachment_id, words, written_at, written_by) VALUES ($1, $2, $3, $4, $5)`, c.ID, attachment, words, now, who.ID); err != nil {
			return fmt.Errorf("keep transcript: %w", err)
		}
		if err := event(ctx, tx, c.ID, &who.ID, "transcribed", "", now); err != nil {
			return err
		}
		if err := indexMore(ctx, tx, c.ID, words); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "write transcript", c.Number, fmt.Sprintf("attachment:%d", attachment), now)
	})
}

// Transcripts of a case's recordings, the latest of each.
func (s *Store) Transcripts(ctx context.Context, complaint int64) (map[int64]Transcript, error) {
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT ON (t.attachment_id) t.attachment_id, t.words, t.written_at, o.name
		FROM complaints.transcript t JOIN complaints.staff o ON o.id = t.written_by WHERE t.complaint_id = $1 ORDER BY t.attachment_id, t.id DESC`, complaint)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read transcripts: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Transcript])
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read transcripts: %w", err))
	}
	by := map[int64]Transcript{}
	for _, t := range list {
		by[t.Attachment] = t
	}
	return by, nil
}
