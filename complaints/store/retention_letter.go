package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/intake"
)

// retired counts what went with a case, as its certificate names it.
type retired struct {
	intake.Erased
	Letters int64 `json:"letters"` // to the reporter: what they said
}

// letterKinds are the documents that only a reporter gets. Those to an employer and to another authority hold nothing of the reporter, see notice.Check.
const letterKinds = `('refusal', 'reply')`

// eraseLetters removes what letters to the reporter said and who took them, and the drafts that were never issued; the letters' numbers, days and hashes stay. It counts the letters.
func eraseLetters(ctx context.Context, tx pgx.Tx, complaint int64, now time.Time) (int64, error) {
	for _, sql := range []string{
		`DELETE FROM complaints.notice WHERE complaint_id = $1 AND state = 'draft'`,
		`DELETE FROM complaints.service_scan f USING complaints.service v, complaints.notice n WHERE f.service_id = v.id AND v.notice_id = n.id AND n.complaint_id = $1 AND n.kind IN ` + letterKinds,
		`UPDATE complaints.service v SET receiver = '—', witness = CASE WHEN v.witness <> '' THEN '—' ELSE '' END, note = '', place = CASE WHEN v.place <> '' THEN '—' ELSE '' END, course = CASE WHEN v.course <> '' THEN '—' ELSE '' END FROM complaints.notice n WHERE v.notice_id = n.id AND n.complaint_id = $1 AND n.kind IN ` + letterKinds,
	} {
		if _, err := tx.Exec(ctx, sql, complaint); err != nil {
			return 0, fmt.Errorf("erase letters: %w", err)
		}
	}
	tag, err := tx.Exec(ctx, `UPDATE complaints.notice SET fields = '{}', paper = '{}', pdf = '', end_reason = CASE WHEN end_reason <> '' THEN '—' ELSE '' END, waived = '', erased_at = $2, version = version + 1
		WHERE complaint_id = $1 AND state <> 'draft' AND erased_at IS NULL AND kind IN `+letterKinds, complaint, now)
	if err != nil {
		return 0, fmt.Errorf("erase letters: %w", err)
	}
	return tag.RowsAffected(), nil
}
