package complaints

import (
	"context"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/document"
	"shebao/shared/evidence"
	"shebao/shared/fault"
)

func (d desk) Documents(ctx context.Context, session, number string, now time.Time) (web.Documents, error) {
	_, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return web.Documents{}, err
	}
	v := web.Documents{Case: shown(c)}
	list, err := d.store.Notices(ctx, c.ID)
	if err != nil {
		return v, err
	}
	for _, n := range list {
		v.Notices = append(v.Notices, noticeOf(n))
	}
	if v.Situation, err = d.situation(ctx, c, now); err != nil {
		return v, err
	}
	setting, err := d.store.MoneySetting(ctx, c.Region)
	if err != nil {
		return v, err
	}
	v.Agency = setting.Agency
	v.Kept, err = d.keptOf(ctx, c.ID)
	return v, err
}

func noticeOf(n store.Notice) web.Notice {
	w := web.Notice{ID: n.ID, Kind: n.Kind, State: n.State, Version: n.Version, Fields: n.Fields, Calculation: n.Calculation, Replaces: n.Replaces, Waived: n.Waived, Number: n.Number, IssuedOn: n.IssuedOn,
		IssuedBy: n.IssuedBy, Paper: n.Paper, EndReason: n.EndReason, Erased: n.Erased}
	if v := n.Service; v != nil {
		w.Service = &web.Service{Way: v.Way, DoneOn: v.DoneOn, ServedOn: v.ServedOn, Receiver: v.Receiver, Witness: v.Witness, Note: v.Note, Announced: v.Announced, RecordedBy: v.RecordedBy, Scanned: v.Scanned}
	}
	return w
}

func (d desk) situation(ctx context.Context, c store.Case, now time.Time) (notice.Situation, error) {
	owed, err := d.owed(ctx, c.EmployerUSCC)
	if err != nil {
		return notice.Situation{}, err
	}
	return d.store.Situation(ctx, c, owed, calendar.DateOf(now))
}

func (d desk) DraftNotice(ctx context.Context, session, number string, kind notice.Kind, calculation, replaces int64, now time.Time) (int64, error) {
	if !notice.Known(kind) {
		return 0, fault.New(fault.Invalid, "fault.request")
	}
	who, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return 0, err
	}
	if replaces != 0 {
		old, err := d.store.Notice(ctx, c.ID, replaces)
		if err != nil {
			return 0, err
		}
		return d.store.DraftNotice(ctx, who, number, kind, old.Fields, old.Calculation, replaces, now)
	}
	facts := notice.Facts{Unit: c.EmployerName, USCC: c.EmployerUSCC, From: c.From, To: c.To, Inspector: who.Name, Matter: locale.Text(locale.Chinese, "tipoff.kind."+c.Kind)}
	if employer, found, err := d.employer(ctx, c.EmployerUSCC); err != nil {
		return 0, err
	} else if found {
		facts.Unit = employer.Name
	}
	if facts.Situation, err = d.situation(ctx, c, now); err != nil {
		return 0, err
	}
	setting, err := d.store.MoneySetting(ctx, c.Region)
	if err != nil {
		return 0, err
	}
	facts.Agency = setting.Agency
	if kind.HasFigures() {
		if calculation, facts.Figures, err = d.figures(ctx, c, calculation); err != nil {
			return 0, err
		}
	}
	return d.store.DraftNotice(ctx, who, number, kind, notice.Fill(kind, facts), calculation, 0, now)
}

// figures are those of a kept calculation, or of the latest when none was named.
func (d desk) figures(ctx context.Context, c store.Case, id int64) (int64, *notice.Figures, error) {
	if id == 0 {
		list, err := d.store.Calculations(ctx, c.ID)
		if err != nil || len(list) == 0 {
			return 0, nil, err
		}
		id = list[0].ID
	}
	k, err := d.store.Calculation(ctx, c.ID, id)
	if err != nil {
		return 0, nil, err
	}
	return id, &notice.Figures{PaidOn: k.Input.PaidOn, Rule: k.Rule, Result: k.Result}, nil
}

func (d desk) SaveNotice(ctx context.Context, session, number string, n web.NoticeInput, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.SaveNotice(ctx, who, number, n.ID, n.Version, n.Fields, n.Calculation, now)
}

// Paper is an issued document as it was issued, or a draft as it would be, once its fields are right.
func (d desk) Paper(ctx context.Context, session, number string, id int64, now time.Time) (notice.Paper, error) {
	_, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return notice.Paper{}, err
	}
	n, err := d.store.Notice(ctx, c.ID, id)
	if err != nil || n.State != "draft" {
		return n.Paper, err
	}
	words, err := d.store.ReportedWords(ctx, c.ID)
	if err != nil {
		return notice.Paper{}, err
	}
	if err := notice.Check(n.Kind, n.Fields, words); err != nil {
		return notice.Paper{}, err
	}
	setting, err := d.store.MoneySetting(ctx, c.Region)
	if err != nil {
		return notice.Paper{}, err
	}
	source := notice.Source{Agency: setting.Agency, On: calendar.DateOf(now), CaseNo: c.Number}
	situation, err := d.situation(ctx, c, now)
	if err != nil {
		return notice.Paper{}, err
	}
	source.Issued = situation.Issued
	if n.Kind.HasFigures() && n.Calculation != 0 {
		if _, source.Figures, err = d.figures(ctx, c, n.Calculation); err != nil {
			return notice.Paper{}, err
		}
	}
	return notice.Build(n.Kind, n.Fields, source)
}

func (d desk) IssueNotice(ctx context.Context, session, number string, id int64, version int, waived string, now time.Time) error {
	who, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return err
	}
	if who.Role == lifecycle.Intake {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	owed, err := d.owed(ctx, c.EmployerUSCC)
	if err != nil {
		return err
	}
	few, err := d.few(ctx, c)
	if err != nil {
		return err
	}
	return d.store.IssueNotice(ctx, who, number, id, store.Issue{Version: version, Owed: owed, Waived: waived, Few: few, Demands: d.ledger, Render: func(p notice.Paper) ([]byte, error) {
		return d.press.Render(printed(p, now))
	}}, now)
}

func (d desk) DropDraft(ctx context.Context, session, number string, id int64, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.DropDraft(ctx, who, number, id, now)
}

func (d desk) WithdrawNotice(ctx context.Context, session, number string, id int64, reason string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	if who.Role == lifecycle.Intake {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	return d.store.WithdrawNotice(ctx, who, number, id, reason, d.ledger, now)
}

func (d desk) RecordService(ctx context.Context, session, number string, id int64, v web.Service, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.RecordService(ctx, who, number, id, store.Service{Way: v.Way, DoneOn: v.DoneOn, Receiver: v.Receiver, Witness: v.Witness, Note: v.Note, Announced: v.Announced}, d.ledger, now)
}

func (d desk) VoidService(ctx context.Context, session, number string, id int64, reason string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.VoidService(ctx, who, number, id, reason, d.ledger, now)
}

func (d desk) AddScan(ctx context.Context, session, number string, id int64, f evidence.File, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.AddScan(ctx, who, number, id, f, now)
}

func (d desk) Scan(ctx context.Context, session, number string, id int64, now time.Time) (string, []byte, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return "", nil, err
	}
	return d.store.Scan(ctx, who, number, id, now)
}

func (d desk) EndAudit(ctx context.Context, session, number string, on calendar.Date, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.EndAudit(ctx, who, number, on, now)
}

func (d desk) NoticeFile(ctx context.Context, session, number string, id int64, now time.Time) ([]byte, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	return d.store.NoticeFile(ctx, who, number, id, now)
}

// printed is a paper as the press draws it: a red-headed letter with numbered parts, the seal's place, and on the last page the slip of service.
func printed(p notice.Paper, now time.Time) document.Document {
	t := func(key string, args ...any) string { return locale.Text(locale.Chinese, key, args...) }
	d := document.Document{Lang: locale.Chinese, Form: document.Letter, Agency: p.Issuer, Title: p.Title, Number: p.Number, Created: now,
		Words: document.Words{PageOf: t("notice.pdf.page"), Missing: t("notice.pdf.missing")}}
	if p.To != "" {
		d.Addressee = p.To + "："
	}
	for _, part := range p.Parts {
		d.Blocks = append(d.Blocks, blocks(part)...)
	}
	if len(p.Signatures) > 0 {
		d.Blocks = append(d.Blocks, document.Signatures{Lines: p.Signatures})
	}
	d.Blocks = append(d.Blocks, document.SignOff{Agency: p.Issuer, Date: p.Date, Seal: t("notice.pdf.seal")})
	if len(p.Slip) > 0 {
		slip := document.Slip{Cut: t("notice.pdf.cut"), Title: t("notice.pdf.slip"), Notes: []string{t("notice.pdf.slip.note")}}
		for _, pair := range p.Slip {
			slip.Pairs = append(slip.Pairs, document.Pair{Term: pair.Term, Value: pair.Value})
		}
		d.Blocks = append(d.Blocks, slip)
	}
	return d
}

func blocks(part notice.Part) []document.Block {
	var list []document.Block
	if part.Heading != "" {
		list = append(list, document.Heading{Text: part.Heading})
	}
	if part.Table != nil {
		t := document.Table{Caption: part.Table.Caption, Small: true}
		for i, head := range part.Table.Columns {
			c := document.Column{Head: head, Share: share(part.Table, i)}
			if part.Table.Numeric[i] {
				c.Align = document.End
			}
			t.Columns = append(t.Columns, c)
		}
		for _, row := range part.Table.Rows {
			t.Rows = append(t.Rows, document.Line{Cells: row})
		}
		if part.Table.Total != nil {
			t.Rows = append(t.Rows, document.Line{Cells: part.Table.Total, Strong: true})
		}
		list = append(list, t)
	}
	if len(part.Pairs) > 0 {
		pairs := document.Pairs{}
		for _, pair := range part.Pairs {
			pairs.Items = append(pairs.Items, document.Pair{Term: pair.Term, Value: pair.Value})
		}
		list = append(list, pairs)
	}
	for _, text := range part.Paragraphs {
		list = append(list, document.Paragraph{Text: text, Indent: true})
	}
	return list
}

// share is a column's width by the longest text in it, counted in half characters.
func share(t *notice.Table, column int) float64 {
	longest := 2 * len([]rune(t.Columns[column]))
	for _, row := range append(t.Rows[:len(t.Rows):len(t.Rows)], t.Total) {
		if column < len(row) {
			width := 0
			for _, r := range row[column] {
				width++
				if r > 0x2000 {
					width++
				}
			}
			longest = max(longest, width)
		}
	}
	return float64(min(longest, 22) + 2)
}

func (d desk) MoneySetting(ctx context.Context, session string, now time.Time) (web.MoneySetting, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.MoneySetting{}, err
	}
	m, err := d.store.MoneySetting(ctx, who.Region)
	v := web.MoneySetting{Region: who.Region, Name: m.Name(), Arrears: m.Arrears, Agency: m.Agency}
	if m.Region == who.Region {
		v.Version = m.Version
	}
	return v, err
}

func (d desk) SaveMoneySetting(ctx context.Context, session string, m web.MoneySetting, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.SaveMoneySetting(ctx, who, who.Region, m.Version, store.MoneySetting{Arrears: m.Arrears, Agency: m.Agency}, now)
}
