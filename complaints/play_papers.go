package complaints

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"shebao/complaints/arrears"
	"shebao/complaints/notice"
	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/calendar"
	"shebao/shared/money"
)

// PlayedPaper is what staff of a demo did to a case's money and documents on a day; one of them a step.
type PlayedPaper struct {
	Reckon  bool        // keeps what the employer owes
	Base    money.Fen   // with Reckon: the true base that was found of the last three months; it enters the ledger
	Persons int         // with Base: of so many of those with the lowest; 0 is everybody
	Issue   notice.Kind // draws up, numbers and prints a document
	Serve   notice.Way  // the last document, on the same day
	Pays    string      // voucher by which the employer pays all that it owes on that day
}

// playPaper takes a step with money or documents, as the pages would.
func (d desk) playPaper(ctx context.Context, who store.Staff, number string, p PlayedPaper, at time.Time) error {
	c, err := d.store.Peek(ctx, who, number)
	if err != nil {
		return err
	}
	switch {
	case p.Reckon:
		return d.playReckoning(ctx, who, c, p, at)
	case p.Issue != "":
		return d.playIssue(ctx, who, c, p.Issue, at)
	case p.Serve != "":
		return d.playService(ctx, who, c, p.Serve, at)
	}
	return d.playPayment(ctx, who, c, p.Pays, at)
}

func (d desk) playReckoning(ctx context.Context, who store.Staff, c store.Case, p PlayedPaper, at time.Time) error {
	ask := web.CalcAsk{PaidOn: calendar.DateOf(at)}
	if p.Base > 0 {
		ask.To = ask.PaidOn.Period().Add(-2)
		ask.From = ask.To.Add(-2)
		ask.Findings = []arrears.Finding{{From: ask.From, To: ask.To, Base: p.Base}}
	}
	r, err := d.reckon(ctx, c, ask, at)
	if err == nil && p.Persons > 0 {
		ask.Findings = lowest(r.people, ask.Findings[0], p.Persons)
		r, err = d.reckon(ctx, c, ask, at)
	}
	if err != nil {
		return err
	}
	id, err := d.store.KeepCalculation(ctx, who, c.Number, r.kept, r.people, at)
	if err != nil || p.Base == 0 {
		return err
	}
	return d.store.AssessCalculation(ctx, who, c.Number, id, d.ledger, at)
}

// lowest tells of each of so many people with the lowest bases what was found of everybody.
func lowest(lines []arrears.PersonLine, found arrears.Finding, persons int) []arrears.Finding {
	var list []arrears.Finding
	lines = slices.SortedStableFunc(slices.Values(lines), func(a, b arrears.PersonLine) int { return int(a.Base - b.Base) })
	for _, l := range lines {
		if len(list) < persons && !slices.ContainsFunc(list, func(f arrears.Finding) bool { return f.PersonID == l.PersonID }) {
			found.PersonID = l.PersonID
			list = append(list, found)
		}
	}
	return list
}

// playedFields are what a form leaves to whoever fills it in.
var playedFields = notice.Values{"card1": "示稽 0101", "inspector2": "周宁", "card2": "示稽 0102", "scope": "最近三个月"}

func (d desk) playIssue(ctx context.Context, who store.Staff, c store.Case, kind notice.Kind, at time.Time) error {
	situation, err := d.situation(ctx, c, at)
	if err != nil {
		return err
	}
	setting, err := d.store.MoneySetting(ctx, c.Region)
	if err != nil {
		return err
	}
	facts := notice.Facts{Unit: c.EmployerName, USCC: c.EmployerUSCC, From: c.From, To: c.To, Agency: setting.Agency, Situation: situation, Inspector: who.Name}
	var calculation int64
	if kind.HasFigures() {
		if calculation, facts.Figures, err = d.figures(ctx, c, 0); err != nil {
			return err
		}
	}
	fields := notice.Fill(kind, facts)
	for name, value := range playedFields {
		if strings.TrimSpace(fields[name]) == "" {
			fields[name] = value
		}
	}
	id, err := d.store.DraftNotice(ctx, who, c.Number, kind, fields, calculation, 0, at)
	if err != nil {
		return err
	}
	draft, err := d.store.Notice(ctx, c.ID, id)
	if err != nil {
		return err
	}
	owed, err := d.owed(ctx, c.EmployerUSCC)
	if err != nil {
		return err
	}
	return d.store.IssueNotice(ctx, who, c.Number, id, store.Issue{Version: draft.Version, Owed: owed, Demands: d.ledger, Render: func(p notice.Paper) ([]byte, error) {
		return d.press.Render(printed(p, at))
	}}, at)
}

func (d desk) playService(ctx context.Context, who store.Staff, c store.Case, way notice.Way, at time.Time) error {
	list, err := d.store.Notices(ctx, c.ID)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fmt.Errorf("case %s has no document to serve", c.Number)
	}
	return d.store.RecordService(ctx, who, c.Number, list[len(list)-1].ID, store.Service{Way: way, DoneOn: calendar.DateOf(at), Receiver: "单位收发室"}, d.ledger, at)
}

func (d desk) playPayment(ctx context.Context, who store.Staff, c store.Case, voucher string, at time.Time) error {
	r, err := d.reckon(ctx, c, web.CalcAsk{PaidOn: calendar.DateOf(at)}, at)
	if err != nil {
		return err
	}
	in := store.PaymentInput{PaidOn: calendar.DateOf(at), Amount: r.kept.Result.Total(), Way: store.Transfer, Voucher: voucher, Tell: web.TellPaid}
	preview, err := d.store.PreviewPayment(ctx, who, c.Number, in, d.ledger, at)
	if err != nil {
		return err
	}
	_, err = d.store.RegisterPayment(ctx, who, c.Number, in, preview.Mark, d.ledger, at)
	return err
}
