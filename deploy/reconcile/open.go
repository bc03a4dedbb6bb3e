package reconcile

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"html"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/supervision"
	"shebao/shared/contribution"
	"shebao/shared/money"
	"shebao/shared/publication"
)

// revision is one that stood, and the ledger's run that its figures were made from; 0 is not known.
type revision struct {
	publication.Snapshot
	madeFrom int32
	last     bool // the portal gives it out
}

// published is a revision's document, with CSV and page while the portal gives them out.
type published struct {
	publication.Edition
	after int32      // the ledger's run that it is compared to
	lines [][]string // of the CSV without its heading
	page  string
	out   bool // CSV and page are there
}

// onPage compares a text of the page.
func (r *run) onPage(p published, what, truth string) {
	if p.out {
		r.text("portal", p.Key().String()+", "+what+" on the page", truth, found(p.page, truth, truth))
	}
}

// editions: each published edition as the portal gives it out as JSON, CSV and page, against the ledger as it stood when its figures were made.
func (r *run) editions(ctx context.Context) error {
	rows, err := r.DB.Query(ctx, `
		SELECT DISTINCT ON (s.subject, s.region, s.span) s.subject, s.region, s.span, s.revision, s.sha256, s.content, coalesce(s.made_from, 0), l.revision = s.revision
		FROM publication.snapshot s JOIN publication.latest l USING (subject, region, span) WHERE $1::timestamptz IS NULL OR s.published_at < $1 ORDER BY s.subject, s.region, s.span, s.revision DESC`, r.until())
	if err != nil {
		return fmt.Errorf("list editions: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v revision, err error) {
		err = row.Scan(&v.Subject, &v.Region, &v.Span, &v.Revision, &v.SHA256, &v.Content, &v.madeFrom, &v.last)
		return v, err
	})
	if err != nil {
		return fmt.Errorf("list editions: %w", err)
	}
	for _, v := range list {
		if err := r.edition(ctx, v); err != nil {
			return fmt.Errorf("%s: %w", v.Key, err)
		}
	}
	return nil
}

func (r *run) edition(ctx context.Context, v revision) error {
	name, path, content := v.Key.String(), "/open/"+string(v.Subject)+"/"+v.Region+"/"+v.Span, v.Content
	p := published{after: v.madeFrom, out: v.last}
	var err error
	if v.last {
		if content, err = r.fetch(path + ".json"); err != nil {
			return err
		}
		table, err := r.fetch(path + ".csv")
		if err != nil {
			return err
		}
		if p.lines, err = csv.NewReader(bytes.NewReader(bytes.TrimPrefix(table, []byte("\ufeff")))).ReadAll(); err != nil {
			return err
		}
		p.lines = p.lines[1:]
		page, err := r.fetch(path)
		if err != nil {
			return err
		}
		p.page = html.UnescapeString(string(page))
	} else {
		r.unknown("portal", fmt.Sprintf("%s, revision %d on the page and in the CSV", name, v.Revision), "a later revision has taken its place; the JSON is kept")
	}
	r.text("open data", name+".json, hash", hex.EncodeToString(v.SHA256), hex.EncodeToString(publication.Hash(content)))
	if p.Edition, err = publication.ParseEdition(content); err != nil {
		return err
	}
	if p.after == 0 {
		if !r.end.IsZero() && p.Withdrawn == nil && p.Audit == nil {
			r.unknown("open data", name+", figures", "the ledger's run that they were made from was not noted")
			return nil
		}
		p.after = latest
	}
	switch {
	case p.Collection != nil:
		return r.publishedFigures(ctx, p)
	case p.Arrears != nil:
		return r.publishedArrears(ctx, p)
	case p.Audit != nil:
		return r.publishedAudits(ctx, p)
	}
	return nil
}

func (r *run) fetch(path string) ([]byte, error) {
	status, body, err := r.Portal(path)
	if err == nil && status != 200 {
		err = fmt.Errorf("the portal answers %s with %d", path, status)
	}
	return body, err
}

func (r *run) publishedFigures(ctx context.Context, e published) error {
	span, err := spanOf(e.Span)
	if err != nil {
		return err
	}
	check := func(what string, f publication.Figure, region string, insurance contribution.Insurance, span supervision.Span) error {
		if f.Amounts == nil {
			return nil // not shown
		}
		truth, err := r.figuresOf(ctx, e.after, region, insurance, span)
		if err != nil {
			return err
		}
		name := e.Key().String() + ", " + what
		shown := supervision.Figures{Due: f.Due, Collected: f.Collected, Recovered: truth.Recovered, Opening: truth.Opening}
		if f.Arrearage != nil {
			shown.Recovered, shown.Opening = f.Recovered, f.Opening
		}
		r.figures("open data", name, truth, shown)
		r.text("open data", name+", rate", truth.Rate(supervision.Current).Percent(), f.Rate)
		line, code, _ := strings.Cut(what, " ")
		for _, l := range e.lines {
			if l[0] == line && (l[1] == code || line == "total") {
				r.text("open data", name+" in the CSV, due", truth.Due.String(), l[4])
				r.text("open data", name+" in the CSV, collected", truth.Collected.String(), l[5])
			}
		}
		if line != "total" {
			r.onPage(e, what, truth.Collected.Grouped())
		}
		return nil
	}
	if err := check("total", e.Collection.Total, e.Region, 0, span); err != nil {
		return err
	}
	for _, f := range e.Collection.Regions {
		if err := check("region "+f.Code, f, f.Code, 0, span); err != nil {
			return err
		}
	}
	for _, f := range e.Collection.Insurances {
		n, err := strconv.Atoi(f.Code)
		if err != nil {
			return err
		}
		if err := check("insurance "+f.Code, f, e.Region, contribution.Insurance(n), span); err != nil {
			return err
		}
	}
	for _, f := range e.Collection.Course {
		past, err := spanOf(f.Code)
		if err != nil {
			return err
		}
		if err := check("course "+f.Code, f, e.Region, 0, past); err != nil {
			return err
		}
	}
	return nil
}

// found is the value when the page has the wanted text, else that it has none such.
func found(page, want, value string) string {
	if strings.Contains(page, want) {
		return value
	}
	return "another"
}

func (r *run) publishedArrears(ctx context.Context, e published) error {
	name := e.Key().String()
	inCSV := map[string]string{}
	for _, l := range e.lines {
		inCSV[l[0]] = l[10]
	}
	codes := make([]string, len(e.Arrears.Employers))
	for i, d := range e.Arrears.Employers {
		codes[i] = d.USCC
	}
	rows, err := r.DB.Query(ctx, `
		WITH `+standing+` SELECT uscc, sum(employer_due - employer_paid + person_due - person_paid)::bigint FROM standing WHERE uscc = ANY ($2) AND period <= $3 GROUP BY 1`, e.after, codes, e.Arrears.Through)
	if err != nil {
		return fmt.Errorf("sum arrears of listed employers: %w", err)
	}
	truth := map[string]money.Fen{}
	var code string
	var owed, sum money.Fen
	if _, err := pgx.ForEachRow(rows, []any{&code, &owed}, func() error { truth[code] = owed; return nil }); err != nil {
		return fmt.Errorf("sum arrears of listed employers: %w", err)
	}
	for i, d := range e.Arrears.Employers {
		owed := truth[d.USCC]
		sum += owed
		r.amount("open data", name+", "+d.USCC, owed, d.Left())
		if e.out {
			r.text("open data", name+", "+d.USCC+" in the CSV", owed.String(), inCSV[d.USCC])
		}
		if i < 50 { // the first page
			r.onPage(e, d.USCC, owed.Grouped())
		}
	}
	r.amount("open data", name+", total", sum, e.Arrears.Owed)
	if !e.out {
		return nil
	}
	r.number("open data", name+", employers in the CSV", int64(len(e.Arrears.Employers)), int64(len(inCSV)))
	return nil
}
