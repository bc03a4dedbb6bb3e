package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/publication"
)

// ActOnEdition takes a supervisor's action by the rules of supervision.Publish. Approving figures publishes them; approving a list of employers opens the window in which they may object.
func (s *Store) ActOnEdition(ctx context.Context, who Staff, id int32, version int, action supervision.EditionAction, reason string, now time.Time) error {
	return s.changeEdition(ctx, who, id, version, string(action), reason, now, func(tx pgx.Tx, e Edition) error {
		return s.actOnEdition(ctx, tx, who, e, action, reason, now)
	})
}

func (s *Store) actOnEdition(ctx context.Context, tx pgx.Tx, who Staff, e Edition, action supervision.EditionAction, reason string, now time.Time) error {
	if action == supervision.Release { // the window is shut first: an objection on its way comes before, and is counted, or after, and is refused
		if err := s.publishing.window.SetListings(ctx, tx, e.ID, publication.Listed); err != nil {
			return err
		}
		var err error
		if e.OpenObjections, err = s.publishing.window.Undecided(ctx, tx, e.ID); err != nil {
			return err
		}
	}
	next, err := supervision.Publish(e.Edition, action, who.ID, reason, calendar.DateOf(now))
	if err != nil {
		return err
	}
	e.Edition = next
	switch action {
	case supervision.AskWithdraw, supervision.Keep:
		if action == supervision.Keep {
			reason = "" // it stands in the history
		}
		_, err := tx.Exec(ctx, `UPDATE complaints.edition SET withdraw_by = $2, withdraw_reason = $3 WHERE id = $1`, e.ID, personArg(e.WithdrawBy), reason)
		return err
	case supervision.Withdraw:
		return s.withdrawEdition(ctx, tx, e, now)
	}
	switch next.State {
	case supervision.Objection:
		err = s.issueLetters(ctx, tx, e, now)
	case supervision.Dropped:
		err = s.publishing.window.SetListings(ctx, tx, e.ID, publication.NotListed)
	case supervision.Published:
		return s.publishEdition(ctx, tx, e, now)
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE complaints.edition SET state = $2, author_id = $3, approver_id = $4, objections_to = $5 WHERE id = $1`, e.ID, string(e.State), e.Author, personArg(e.Approver), dateArg(e.ObjectionsTo))
	return err
}

// publishEdition makes the snapshot. Employers that have paid while the list waited are left out, or marked; an edition of the same name that was published before is replaced.
func (s *Store) publishEdition(ctx context.Context, tx pgx.Tx, e Edition, now time.Time) error {
	setting, err := moneySetting(ctx, tx, e.Region)
	if err != nil {
		return err
	}
	if err := undisclosed(ctx, tx, e); err != nil {
		return err
	}
	var run int32
	if err := tx.QueryRow(ctx, `SELECT coalesce(made_from, 0) FROM complaints.edition WHERE id = $1`, e.ID).Scan(&run); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	doc := publication.Edition{Subject: e.Subject, Region: e.Region, RegionName: ledger.RegionName((e.Region + "0000")[:6]), Span: e.Span, DataDate: e.DataDate, Agency: setting.Agency.Name, Body: e.Body}
	if e.Body.Arrears != nil {
		var left map[string]money.Fen
		if left, run, err = leftOf(ctx, tx, *e.Body.Arrears); err != nil {
			return err
		}
		list, paid, _ := e.Body.Arrears.Settled(left, s.publishing.annotate, calendar.DateOf(now))
		doc.Arrears = list
		if err := s.paidOff(ctx, tx, e.ID, paid, "paid", now); err != nil {
			return err
		}
	}
	var why []publication.Correction
	replaced, err := tx.Exec(ctx, `UPDATE complaints.edition SET state = 'replaced', version = version + 1 WHERE subject = $1 AND region = $2 AND span = $3 AND state = 'published'`, string(e.Subject), e.Region, e.Span)
	if err != nil {
		return fmt.Errorf("replace edition: %w", err)
	}
	if _, before, err := publication.Last(ctx, tx, e.Key); err != nil {
		return err
	} else if before || replaced.RowsAffected() > 0 { // published before, and withdrawn perhaps
		why = []publication.Correction{{Kind: publication.Replaced}}
	}
	snapshot, err := publication.Publish(ctx, tx, doc, run, why, now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE complaints.edition SET state = 'published', approver_id = $2, published_at = $3, revision = $4 WHERE id = $1`, e.ID, e.Approver, now, snapshot.Revision)
	return err
}

// withdrawEdition publishes that an edition is withdrawn: a further revision without its figures. Who was named is named no more.
func (s *Store) withdrawEdition(ctx context.Context, tx pgx.Tx, e Edition, now time.Time) error {
	last, found, err := publication.Last(ctx, tx, e.Key)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("withdraw edition %d: it is not published", e.ID)
	}
	doc, err := publication.ParseEdition(last.Content)
	if err != nil {
		return err
	}
	doc.Body, doc.Withdrawn = publication.Body{}, &publication.Withdrawal{On: calendar.DateOf(now), Reason: e.WithdrawReason}
	if _, err := publication.Publish(ctx, tx, doc, 0, []publication.Correction{{Kind: publication.Revoked, Reason: e.WithdrawReason}}, now); err != nil {
		return err
	}
	if err := s.publishing.window.SetListings(ctx, tx, e.ID, publication.Removed); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE complaints.edition SET state = 'withdrawn' WHERE id = $1`, e.ID)
	return err
}

// leftOf is what the listed employers still owe, by the register, for the months of their list, and the last of the ledger's runs that the register has seen.
func leftOf(ctx context.Context, db querier, list publication.ArrearsList) (left map[string]money.Fen, run int32, err error) {
	if err := db.QueryRow(ctx, `SELECT last_run FROM complaints.supervised`).Scan(&run); err != nil {
		return nil, 0, fmt.Errorf("read what is still owed: %w", err)
	}
	codes := make([]string, len(list.Employers))
	for i, d := range list.Employers {
		codes[i] = d.USCC
	}
	rows, err := db.Query(ctx, `
		SELECT d.uscc, sum(l.owed)::bigint FROM complaints.debtor d JOIN complaints.debtor_line l USING (employer_id)
		WHERE d.uscc = ANY ($1) AND l.period <= $2 GROUP BY 1`, codes, list.Through)
	if err != nil {
		return nil, 0, fmt.Errorf("read what is still owed: %w", err)
	}
	left = map[string]money.Fen{}
	var uscc string
	var owed money.Fen
	if _, err = pgx.ForEachRow(rows, []any{&uscc, &owed}, func() error { left[uscc] = owed; return nil }); err != nil {
		return nil, 0, fmt.Errorf("read what is still owed: %w", err)
	}
	return left, run, nil
}

// paidOff writes down who has paid, and closes their listing when they are taken off.
func (s *Store) paidOff(ctx context.Context, tx pgx.Tx, id int32, codes []string, what string, now time.Time) error {
	for _, uscc := range codes {
		if err := s.noteEdition(ctx, tx, id, Staff{}, what, uscc, "", now); err != nil {
			return err
		}
	}
	if len(codes) == 0 || s.publishing.annotate || what != "paid" {
		return nil
	}
	return s.publishing.window.SetListings(ctx, tx, id, publication.Removed, codes...)
}
