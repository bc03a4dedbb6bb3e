package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// Step is an action with what it leaves behind: a letter when it owes one (notice.LetterOf), the evidence that a decision stands on.
type Step struct {
	lifecycle.Input
	Writer   *Writer
	Evidence *Snapshot // kept when a decision is proposed
	Owed     money.Fen // by the employer, of the ledger; asked when a case is closed
}

// Act takes an action that owes no letter; see ActWith.
func (s *Store) Act(ctx context.Context, who Staff, number string, version int, in lifecycle.Input, now time.Time) error {
	return s.ActWith(ctx, who, number, version, Step{Input: in}, now)
}

// ActWith takes an action on a case as it was seen at a version; status, reply and letter reach the reporter in the same transaction, and those of the cases that follow it.
// Errors: fault.NotFound, fault.Conflict (fault.desk.changed when somebody was faster), and those of lifecycle.Apply; fault.Invalid for what a letter lacks or may not say.
func (s *Store) ActWith(ctx context.Context, who Staff, number string, version int, in Step, now time.Time) error {
	in.Role, in.Staff, in.Today = who.Role, who.ID, calendar.DateOf(now)
	if in.Action == lifecycle.Merge { // it takes two cases, see Merge
		return fault.New(fault.Conflict, "fault.desk.state")
	}
	return s.change(ctx, who, number, version, func(tx pgx.Tx, c Case) error {
		if in.Action == lifecycle.Reopen {
			if err := notRetired(ctx, tx, c.ID); err != nil {
				return err
			}
		}
		if in.Action == lifecycle.Close {
			papers, err := s.situation(ctx, tx, c, in.Owed, in.Today)
			if err != nil {
				return err
			}
			in.Unserved, in.Running = papers.Unserved(), papers.Running(s.Workdays())
		}
		next, err := lifecycle.Apply(c.Case, in.Input, s.rules())
		if err != nil {
			return err
		}
		before, owner := c.State, c.Owner
		c.Case = next
		c.Owner = ownerAfter(c, who, in.Action)
		if c.Route == lifecycle.Audit && c.Owner != owner {
			if err := mayAudit(ctx, tx, c.Owner, in.Today); err != nil {
				return err
			}
		}
		reply := in.Text
		switch in.Action {
		case lifecycle.ProposeDecision:
			c.ProposedReply, reply = in.Text, ""
		case lifecycle.Approve:
			c.ProposedReply, reply = "", c.ProposedReply
		case lifecycle.ReturnDecision:
			c.ProposedReply = ""
		case lifecycle.Reject:
			c.RefusalCode = in.Code
		case lifecycle.Reopen:
			c.RefusalCode = ""
		}
		if err := s.save(ctx, tx, c); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, string(in.Action), in.Reason, now); err != nil {
			return err
		}
		if err := s.recordDecision(ctx, tx, who, c, in, now); err != nil {
			return err
		}
		l, err := s.answer(ctx, tx, who, c, c.State.Told(), in, reply, letter{}, now)
		if err != nil {
			return err
		}
		if err := s.follow(ctx, tx, who, c, before, in, reply, l, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, string(in.Action), c.Number, "", now)
	})
}

// ownerAfter is who has a case after an action: whoever took it up, when nobody had it. What the intake accepted waits for an investigator.
func ownerAfter(c Case, who Staff, a lifecycle.Action) int32 {
	switch {
	case who.Role == lifecycle.Intake && a == lifecycle.Accept && (c.Owner == 0 || c.Owner == who.ID):
		return 0
	case c.Owner == 0:
		return who.ID
	}
	return c.Owner
}

// save writes what the rules decided. A clock that was wound calls anew.
func (s *Store) save(ctx context.Context, tx pgx.Tx, c Case) error {
	_, err := tx.Exec(ctx, `
		UPDATE complaints.complaint SET route = $2, state = $3, due = $4, alarm = CASE WHEN due IS DISTINCT FROM $4 THEN 0 ELSE alarm END, clock_duty = $5, clock_from = $6, clock_days = $7,
			clock_unit = $8, paused_on = $9, provisional = $10, tell_by = $11, extended = $12, dropped = $13, finding = $14, proposer_id = $15, proposed_reply = $16, refusal_code = $17, owner_id = $18, ground = $19,
			version = version + 1
		WHERE id = $1`,
		c.ID, string(c.Route), string(c.State), dateArg(c.Due), string(c.Clock.Duty), dateArg(c.Clock.From), c.Clock.Days, string(c.Clock.Unit), dateArg(c.Paused), c.Provisional,
		dateArg(c.TellBy), c.Extended, c.Dropped, string(c.Finding), personArg(c.Proposer), c.ProposedReply, c.RefusalCode, personArg(c.Owner), string(c.Ground))
	if err != nil {
		return fmt.Errorf("save case: %w", err)
	}
	return nil
}

// tell brings status, promise and words to the reporter of a case, if it has one. The employer's limit is no promise of ours.
func (s *Store) tell(ctx context.Context, tx pgx.Tx, who Staff, c Case, status lifecycle.State, text string, paper *intake.Paper, now time.Time) error {
	if c.Mailbox == 0 {
		return nil
	}
	promised := c.Due
	if c.Clock.Duty == lifecycle.ToObey {
		promised = calendar.Date{}
	}
	if c.Dropped && !c.State.Over() {
		status = lifecycle.Withdrawn
	}
	if err := s.desk.Tell(ctx, tx, c.Mailbox, intake.Status(status), promised, now); err != nil {
		return err
	}
	if text == "" {
		return nil
	}
	return s.send(ctx, tx, who, c, text, paper, now)
}

// follow takes the cases merged into a lead along with what was done to it, each by its own clock and with its own reporter told.
func (s *Store) follow(ctx context.Context, tx pgx.Tx, who Staff, lead Case, before lifecycle.State, in Step, reply string, l letter, now time.Time) error {
	if lead.Followers == 0 {
		return nil
	}
	in.Finding, in.Ground = lead.Finding, lead.Ground
	followers, err := s.followers(ctx, tx, lead.ID)
	if err != nil {
		return err
	}
	for _, f := range followers {
		f.Case = lifecycle.Follow(f.Case, before, in.Input, s.rules())
		if err := s.save(ctx, tx, f); err != nil {
			return err
		}
		if !lifecycle.Follows(in.Action) {
			err = s.tell(ctx, tx, who, f, toldOfLead(f, lead), "", nil, now)
		} else {
			_, err = s.answer(ctx, tx, who, f, toldOfLead(f, lead), in, reply, l, now)
		}
		if err != nil {
			return err
		}
		if lifecycle.Follows(in.Action) {
			if err := event(ctx, tx, f.ID, &who.ID, string(in.Action), "", now); err != nil {
				return err
			}
		}
	}
	return nil
}

// toldOfLead is what a follower's reporter reads: how far the one inquiry is, and never less than that the report was accepted.
func toldOfLead(f, lead Case) lifecycle.State {
	told := lead.State.Told()
	if f.State != lifecycle.Merged {
		return f.State.Told()
	}
	if told == lifecycle.Received || told == lifecycle.Supplement || told == lifecycle.Withdrawn {
		return lifecycle.Accepted
	}
	return told
}

func (s *Store) followers(ctx context.Context, tx pgx.Tx, lead int64) ([]Case, error) {
	rows, err := tx.Query(ctx, `SELECT `+caseColumns+` FROM `+caseTables+` WHERE c.lead_id = $1 AND c.state <> 'withdrawn' ORDER BY c.id FOR UPDATE OF c`, lead)
	if err != nil {
		return nil, fmt.Errorf("load followers: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanCase)
	if err != nil {
		return nil, fmt.Errorf("load followers: %w", err)
	}
	return list, nil
}

func (s *Store) reply(ctx context.Context, tx pgx.Tx, who Staff, c Case, text string, now time.Time) error {
	return s.send(ctx, tx, who, c, text, nil, now)
}

// send is reply with a paper.
func (s *Store) send(ctx context.Context, tx pgx.Tx, who Staff, c Case, text string, paper *intake.Paper, now time.Time) error {
	if c.Mailbox == 0 {
		return nil // nobody reported it
	}
	if err := s.desk.Send(ctx, tx, c.Mailbox, text, paper, now); err != nil {
		return err
	}
	if err := indexMore(ctx, tx, c.ID, text); err != nil {
		return err
	}
	return event(ctx, tx, c.ID, &who.ID, "message_out", text, now)
}

// Write adds an internal note, or a message to the reporter. It moves no deadline and no version.
func (s *Store) Write(ctx context.Context, who Staff, number, text string, toReporter bool, now time.Time) error {
	if text == "" {
		return fault.InvalidFields(fault.Field{Name: "note", Key: "fault.message.empty"})
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		if toReporter {
			if err := s.reply(ctx, tx, who, c, text, now); err != nil {
				return err
			}
			return s.note(ctx, tx, who, "message to reporter", c.Number, "", now)
		}
		if err := event(ctx, tx, c.ID, &who.ID, "note", text, now); err != nil {
			return err
		}
		if err := indexMore(ctx, tx, c.ID, text); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "note", c.Number, "", now)
	})
}

// change loads a case in the scope, locked, and lets work decide and save. version 0 does not care who was faster.
func (s *Store) change(ctx context.Context, who Staff, number string, version int, work func(tx pgx.Tx, c Case) error) error {
	var region string
	err := postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		c, err := s.locked(ctx, tx, who, number)
		if err != nil {
			return err
		}
		region = c.Region
		if version != 0 && version != c.Version {
			return fault.New(fault.Conflict, "fault.desk.changed")
		}
		return work(tx, c)
	})
	if err == nil {
		s.changed(ctx, number, region)
	}
	return err
}

func (s *Store) locked(ctx context.Context, tx pgx.Tx, who Staff, number string) (Case, error) {
	rows, err := tx.Query(ctx, `SELECT `+caseColumns+` FROM `+caseTables+` WHERE c.number = $3 AND `+scoped+` FOR UPDATE OF c`, who.Region, who.reader(), number)
	if err != nil {
		return Case{}, fmt.Errorf("load case: %w", err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanCase)
	if errors.Is(err, pgx.ErrNoRows) {
		return Case{}, noCase()
	}
	if err != nil {
		return Case{}, fmt.Errorf("load case: %w", err)
	}
	return c, nil
}

func (s *Store) note(ctx context.Context, tx pgx.Tx, who Staff, action, number, reason string, now time.Time) error {
	return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: fmt.Sprintf("staff:%d", who.ID), Role: string(who.Role), Action: action, Subject: "case:" + number, CaseNo: number, Reason: reason})
}
