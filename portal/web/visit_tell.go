package web

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	pages "shebao/frontend/portal"
	"shebao/portal/statement"
	"shebao/shared/intake"
	"shebao/shared/server"
)

// Visits keep what a person saw last.
type Visits interface {
	Visit(ctx context.Context, personID int64, outline []byte, now time.Time) (before []byte, at time.Time, err error)
	UnopenedSince(ctx context.Context, personID int64, since time.Time) ([]int, error)
}

// changes tell what has become of the record, of what was filed and issued, and who has looked, since the visit before; nil on the first visit, and for a helper, whose visits are not the
// person's. They are never a reason to withhold the page.
func (s *Site) changes(c *fiber.Ctx, p layout.Page, r record) *pages.Changes {
	if visitor(c).acting != nil {
		return nil
	}
	v, err := s.changesSince(c, p, r)
	if err != nil {
		s.Log.Error("changes since the last visit not told", "error", err.Error(), "request", server.RequestID(c))
		return nil
	}
	return v
}

func (s *Site) changesSince(c *fiber.Ctx, p layout.Page, r record) (*pages.Changes, error) {
	ctx, id := c.UserContext(), visitor(c).id
	outline := r.outline()
	kept, at, err := s.Visits.Visit(ctx, id, outline.Encode(), server.Now(c))
	if err != nil || at.IsZero() {
		return nil, err
	}
	v := &pages.Changes{Heading: p.T("visit.title", instantWords(p.Lang, at)), None: p.T("visit.none")}
	before, err := statement.DecodeOutline(kept)
	if err == nil { // what an older program kept in another form is no reason to tell nothing
		for _, change := range outline.Since(before) {
			v.List = append(v.List, changeWords(p, change))
		}
	}
	years, err := s.Visits.UnopenedSince(ctx, id, at)
	if err != nil {
		return nil, err
	}
	for _, year := range years {
		v.List = append(v.List, pages.Changed{Cell: pages.Cell{Class: "infot", Glyph: "＋", Word: p.T("visit.issued")}, Text: p.T("visit.issued.text", year), Link: "/statement/" + strconv.Itoa(year)})
	}
	if err := s.addFiled(ctx, p, id, at, v); err != nil {
		return nil, err
	}
	return v, s.addLooks(ctx, p, id, at, v)
}

// outline of all that the record says of the months.
func (r record) outline() (o statement.Outline) {
	for _, y := range r.Years {
		st := statement.Build(statement.Input{Year: y.Year, Rows: y.Rows, Employers: r.employers, Due: y.Due, DataDate: r.DataDate})
		for i := range st.Months {
			o.Add(&st.Months[i])
		}
	}
	return o
}

var changeCells = map[statement.ChangeKind]pages.Cell{
	statement.NowOwed: {Class: "owe", Glyph: "!"}, statement.NowMore: {Class: "owe", Glyph: "!"}, statement.NowPart: {Class: "wait", Glyph: "◐"}, statement.NowGood: {Class: "late", Glyph: "↻"},
	statement.NowPaid: {Class: "paid", Glyph: "✓"}, statement.NowChanged: {Class: "infot", Glyph: "±"},
}

func changeWords(p layout.Page, change statement.Change) pages.Changed {
	cell := changeCells[change.Kind]
	cell.Word = p.T("visit." + string(change.Kind))
	row := pages.Changed{Cell: cell, Text: periodsWords(p.Lang, change.Months), Link: "/statement/" + strconv.Itoa(change.Months[len(change.Months)-1].Year())}
	if change.Amount != 0 {
		row.Text = p.T("visit."+string(change.Kind)+".text", row.Text, change.Amount.Grouped())
	}
	return row
}

// addFiled tells of objections that went on.
func (s *Site) addFiled(ctx context.Context, p layout.Page, id int64, at time.Time, v *pages.Changes) error {
	list, err := s.Objections.List(ctx, id)
	if err != nil {
		return err
	}
	for _, o := range list {
		if !o.Progress.StatusAt.After(at) || o.Progress.Status == intake.Received {
			continue
		}
		v.List = append(v.List, pages.Changed{Cell: pages.Cell{Class: statusClasses[o.Progress.Status], Glyph: "●", Word: p.T("tipoff.status." + string(o.Progress.Status))},
			Text: p.T("visit.objection", p.T("objection.matter."+string(o.Matter))), Link: "/me/objections"})
	}
	return nil
}

// addLooks tells how often others looked.
func (s *Site) addLooks(ctx context.Context, p layout.Page, id int64, at time.Time, v *pages.Changes) error {
	looks, err := s.Sessions.SeenByOthers(ctx, id, accessesOfOthers)
	if err != nil {
		return err
	}
	n := 0
	for _, look := range looks {
		if look.At.After(at) {
			n++
		}
	}
	if n > 0 {
		v.List = append(v.List, pages.Changed{Cell: pages.Cell{Class: "none", Glyph: "◉", Word: p.T("visit.looked")}, Text: p.N("visit.looked.text", n), Link: "/me"})
	}
	return nil
}
