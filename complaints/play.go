package complaints

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/frontend/fonts"
	"shebao/shared/document"
	"shebao/shared/intake"
	"shebao/shared/ledger"
)

// Played is something that a member of staff did to a case on a day: an action of the lifecycle, a note, or a merge into another case.
type Played struct {
	Case, Account string
	At            time.Time
	Input         lifecycle.Input
	Note, Into    string
	Message       string    // to the reporter
	Transcript    string    // of the case's first recording
	Phrase        [3]string // use, title, words: kept for the region of the account
	Paper         PlayedPaper
}

// Play takes what waits in the intake and lets staff do what is given, in order, each at its own time and by the rules of that day: for a demo whose desk has a past. A proposal
// keeps the evidence of the ledger as it is filled now.
func Play(ctx context.Context, c Config, pool *pgxpool.Pool, book *ledger.Ledger, steps []Played, now time.Time) error {
	cases, err := c.store(pool)
	if err != nil {
		return err
	}
	if _, err := cases.TakeAll(ctx, now); err != nil {
		return err
	}
	press, err := document.Open(c.document, fonts.NotoSerifSC)
	if err != nil {
		return err
	}
	d := desk{cases, book, press, c.smallEmployer}
	for _, step := range steps {
		who, err := cases.StaffByAccount(ctx, step.Account)
		if err != nil {
			return err
		}
		switch {
		case step.Into != "":
			err = cases.Merge(ctx, who, step.Case, step.Into, step.At)
		case step.Message != "":
			err = cases.Write(ctx, who, step.Case, step.Message, true, step.At)
		case step.Transcript != "":
			err = transcribeFirst(ctx, cases, who, step)
		case step.Phrase[1] != "":
			err = cases.SavePhrase(ctx, who, store.Phrase{Use: step.Phrase[0], Title: step.Phrase[1], Words: step.Phrase[2]}, step.At)
		case step.Paper != PlayedPaper{}:
			err = d.playPaper(ctx, who, step.Case, step.Paper, step.At)
		case step.Note != "":
			err = cases.Write(ctx, who, step.Case, step.Note, false, step.At)
		default:
			err = d.play(ctx, who, step)
		}
		if err != nil {
			return fmt.Errorf("%s %+v on %s by %s: %w", step.Input.Action, step.Paper, step.Case, step.Account, err)
		}
	}
	_, err = cases.Sweep(ctx, now)
	return err
}

// play takes an action of the lifecycle.
func (d desk) play(ctx context.Context, who store.Staff, p Played) (err error) {
	step := store.Step{Input: p.Input, Writer: letterWriter(d.press, p.At)}
	if p.Input.Action == lifecycle.ProposeDecision {
		if step.Evidence, err = d.snapshot(ctx, who, p.Case, p.At); err != nil {
			return err
		}
	}
	return d.store.ActWith(ctx, who, p.Case, 0, step, p.At)
}

// transcribeFirst writes down what is said in a case's first recording.
func transcribeFirst(ctx context.Context, cases *store.Store, who store.Staff, step Played) error {
	c, err := cases.Peek(ctx, who, step.Case)
	if err != nil {
		return err
	}
	list, err := cases.Attachments(ctx, c)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.Kind == intake.Recording {
			return cases.Transcribe(ctx, who, step.Case, a.ID, step.Transcript, step.At)
		}
	}
	return fmt.Errorf("case %s has no recording", step.Case)
}
