package web

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/supervision"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/ledger"
	"shebao/shared/server"
)

// mediaXLSX is the media type of workbooks.
const mediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// sendTables answers with a CSV file of the first table, or with all of them as a workbook. Texts that begin like a formula are made harmless.
func sendTables(c *fiber.Ctx, name string, workbook bool, tables ...ledger.Table) error {
	var b bytes.Buffer
	media, ending, err := "text/csv; charset=utf-8", ".csv", error(nil)
	if workbook {
		media, ending = mediaXLSX, ".xlsx"
		err = ledger.WriteXLSX(&b, tables...)
	} else {
		err = ledger.WriteCSV(&b, tables[0])
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, media)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+ending+`"`)
	return c.Send(b.Bytes())
}

// exportRegister answers with the register as it is filtered, whole.
func (s *Site) exportRegister(workbook bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		list, err := s.Register.ExportRegister(c.UserContext(), session(c), registerFilter(c), server.Now(c))
		if err != nil {
			return err
		}
		p := layout.Page{Lang: lang(c)}
		t := ledger.Table{Name: "register", Title: p.T("supervision.register")}
		for _, key := range []string{"employer", "uscc", "region", "regionname", "ownership", "state", "headcount", "owed", "before", "after", "fee", "unruled", "level", "firstmonth", "lastmonth", "since", "clearedon", "owner", "stopped_on", "accepted_on", "declared_on", "merged_on", "successor", "plan"} {
			t.Header = append(t.Header, p.T("supervision."+key))
		}
		t.Header = append(t.Header, p.T("audit.writeoff.sum"))
		for _, d := range list {
			t.Rows = append(t.Rows, []any{d.Name, d.USCC, d.Region, regionName(d.Region), d.Ownership, p.T("supervision.state." + d.State), d.Headcount, d.Owed(), d.OwedBefore, d.OwedAfter, d.LateFee, d.FeeUnruled,
				s.levelName(p, d.Level), d.FirstPeriod.String(), d.LastPeriod.String(), d.Since, d.ClearedOn, d.OwnerName, d.StoppedOn, d.AcceptedOn, d.DeclaredOn, d.MergedOn, d.Successor, planWord(p, d.PlanState), d.WrittenOff})
		}
		if !workbook {
			return sendTables(c, "register", false, t)
		}
		lines, err := s.Register.DebtorLines(c.UserContext(), session(c), list, server.Now(c))
		if err != nil {
			return err
		}
		return sendTables(c, "register", true, t, registerLines(p, list, lines))
	}
}

// exportCollection answers with the figures of every region of a span.
func (s *Site) exportCollection(c *fiber.Ctx) error {
	ask, _, err := s.collectionAsked(c)
	if err != nil {
		return err
	}
	flows, err := s.Register.CollectionFlows(c.UserContext(), session(c), ask.region, ask.digits, 0, ask.span.From, server.Now(c))
	if err != nil {
		return err
	}
	l := lang(c)
	t := ledger.Table{Name: "collection", Title: locale.Text(l, "supervision.collection")}
	for _, key := range []string{"span", "region", "regionname", "due", "collected", "recovered", "opening", "rate", "rate.with", "recovery"} {
		t.Header = append(t.Header, locale.Text(l, "supervision."+key))
	}
	regions, by, _ := figuresByRegion(flows, ask)
	for _, region := range regions {
		f := by[region]
		t.Rows = append(t.Rows, []any{spanValue(ask.span), region, regionName(region), f.Due, f.Collected, f.Recovered, f.Opening, f.Rate(supervision.Current).Percent(), f.Rate(supervision.WithRecovered).Percent(), f.RecoveryRate().Percent()})
	}
	return sendTables(c, "collection-"+spanValue(ask.span), false, t)
}

func planWord(p layout.Page, state supervision.PlanState) string {
	if state == "" {
		return ""
	}
	return p.T("supervision.plan." + string(state))
}

// registerLines are what every employer owes by month and insurance, a sheet of its own.
func registerLines(p layout.Page, list []supervision.Debtor, lines map[int32][]supervision.DebtorLine) ledger.Table {
	t := ledger.Table{Name: "lines", Title: p.T("audit.lines"), Header: []string{p.T("supervision.employer"), p.T("supervision.uscc"), p.T("supervision.month"), p.T("supervision.insurance"), p.T("supervision.owed"), p.T("supervision.fee"), p.T("supervision.persons")}}
	for _, d := range list {
		for _, l := range lines[d.EmployerID] {
			fee := any(l.LateFee)
			if !l.FeeKnown {
				fee = p.T("supervision.localrule")
			}
			t.Rows = append(t.Rows, []any{d.Name, d.USCC, l.Period.String(), insuranceName(p, l.Insurance), l.Owed, fee, l.Persons})
		}
	}
	return t
}
