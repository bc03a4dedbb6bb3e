package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/frontend/locale"
	"shebao/portal"
	"shebao/shared/calendar"
	"shebao/shared/config"
	"shebao/shared/fault"
	"shebao/shared/ledger"
)

// statements issues a year's statements, tells people that they are there, or shows how far the yearly duty is done.
func (p program) statements(ctx context.Context, args []string) error {
	if len(args) == 0 || args[0] != "issue" && args[0] != "send" && args[0] != "status" {
		return errUsage
	}
	now := time.Now()
	flags := flag.NewFlagSet("statements", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the usage is printed by main
	year := flags.Int("year", 0, "")
	region := flags.String("region", "", "")
	asJSON := flags.Bool("json", false, "")
	atMost := flags.Int("at-most", 0, "")
	if err := flags.Parse(args[1:]); err != nil || flags.NArg() > 0 || len(*region) > 6 || strings.Trim(*region, "0123456789") != "" || *atMost < 0 || *atMost > 0 && args[0] != "send" {
		return errUsage
	}
	switch {
	case *year == 0 && args[0] != "status":
		return errUsage
	case *year == 0:
		*year = calendar.DateOf(now).Year - 1
	}
	if *year < 1990 || *year > calendar.DateOf(now).Year {
		return fmt.Errorf("there are statements of the years 1990 to %d, and none of %d: give another --year", calendar.DateOf(now).Year, *year)
	}
	if args[0] == "send" {
		return p.tellStatements(ctx, portal.TellOptions{Year: *year, Region: *region, AtMost: *atMost, Now: now}, *asJSON)
	}
	return p.onLedger(ctx, func(book *ledger.Ledger) error {
		if args[0] == "status" {
			return p.statementStatus(ctx, book, *year, *region, *asJSON)
		}
		return p.issueStatements(ctx, book, ledger.IssueOptions{Year: *year, Region: *region, Agency: config.NewReader(p.env).Text("SHEBAO_AGENCY", ""), Now: now}, *asJSON)
	})
}

func (p program) issueStatements(ctx context.Context, book *ledger.Ledger, opt ledger.IssueOptions, asJSON bool) error {
	if !asJSON {
		opt.Progress = p.err
	}
	report, err := book.IssueStatements(ctx, opt)
	if err != nil {
		return inChinese(err)
	}
	if asJSON {
		return p.sayJSON(report)
	}
	p.say(fmt.Sprintf("%d: %d persons, %d issued (%d of them supersede an earlier one), %d unchanged", report.Year, report.Persons, report.Issued, report.Superseded, report.Unchanged))
	if report.Emptied > 0 {
		p.say(fmt.Sprintf("%d persons have no record of %d any more: a further issue says so and supersedes the statement that they had", report.Emptied, report.Year))
	}
	return nil
}

// tellStatements texts whoever has a statement and was not told of it; the link leads to the portal's public address.
func (p program) tellStatements(ctx context.Context, ask portal.TellOptions, asJSON bool) error {
	return p.asOwner(ctx, "tell statements", func(g *ground, pool *pgxpool.Pool) error {
		settings := config.NewReader(g.lookup)
		c := portal.ReadConfig(settings)
		if err := settings.Err(); err != nil {
			return err
		}
		told, err := portal.TellStatements(ctx, c, pool, ask)
		if err != nil {
			return inChinese(err) // whole batches are told, and the next run goes on after them
		}
		if asJSON {
			return p.sayJSON(told)
		}
		p.say(fmt.Sprintf("%d: %d persons are told by text, %d cannot be reached by one", told.Year, told.Told, told.Unreachable))
		return nil
	})
}

func (p program) statementStatus(ctx context.Context, book *ledger.Ledger, year int, region string, asJSON bool) error {
	duties, err := book.StatementDuty(ctx, year, region)
	if err != nil {
		return inChinese(err)
	}
	all := ledger.Duty{}
	for _, d := range duties {
		all.Insured, all.Issued, all.Sent, all.Opened = all.Insured+d.Insured, all.Issued+d.Issued, all.Sent+d.Sent, all.Opened+d.Opened
		all.Emptied += d.Emptied
	}
	if asJSON {
		if duties == nil {
			duties = []ledger.Duty{}
		}
		return p.sayJSON(map[string]any{"year": year, "regions": duties, "all": all})
	}
	p.say(fmt.Sprintf("%-8s %10s %10s %10s %10s  %s", "region", "insured", "issued", "sent", "opened", strconv.Itoa(year)))
	line := func(d ledger.Duty, name string) {
		p.say(fmt.Sprintf("%-8s %10d %10d %10d %10d  %s", d.Region, d.Insured, d.Issued, d.Sent, d.Opened, name))
	}
	for _, d := range duties {
		line(d, ledger.RegionName(d.Region))
	}
	line(all, "all")
	if all.Emptied > 0 {
		p.say(fmt.Sprintf("%d persons besides hold a statement that says that their record of %d holds nothing any more", all.Emptied, year))
	}
	return nil
}

func (p program) sayJSON(v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		p.say(string(b))
	}
	return err
}

// inChinese says a classified failure as the pages say it.
func inChinese(err error) error {
	if f := fault.Of(err); f.Kind != fault.Internal {
		return errors.New(locale.Fault(locale.Chinese, f) + " (" + f.Key + ")")
	}
	return err
}
