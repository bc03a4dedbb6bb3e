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

// editions: each published edition as the portal gives it out as JSON, CSV and page, against the ledger.
func (r *run) editions(ctx context.Context) error {
	rows, err := r.DB.Query(ctx, `SELECT subject, region, span, sha256 FROM publication.latest ORDER BY 1, 2, 3`)
	if err != nil {
		return fmt.Errorf("list editions: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (publication.Head, error) {
		var h publication.Head
		err := row.Scan(&h.Subject, &h.Region, &h.Span, &h.SHA256)
		return h, err
	})
	if err != nil {
		return fmt.Errorf("list editions: %w", err)
	}
	for _, h := range list {
		if err := r.edition(ctx, h); err != nil {
			return fmt.Errorf("%s: %w", h.Key, err)
		}
	}
	return nil
}

func (r *run) edition(ctx context.Context, h publication.Head) error {
	path := "/open/" + string(h.Subject) + "/" + h.Region + "/" + h.Span
	content, err := r.fetch(path + ".json")
	if err != nil {
		return err
	}
	r.text("open data", h.String()+".json, hash", hex.EncodeToString(h.SHA256), hex.EncodeToString(publication.Hash(content)))
	e, err := publication.ParseEdition(content)
	if err != nil {
		return err
	}
	table, err := r.fetch(path + ".csv")
	if err != nil {
		return err
	}
	lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(table, []byte("\ufeff")))).ReadAll()
	if err != nil {
		return err
	}
	page, err := r.fetch(path)
	if err != nil {
		return err
	}
	shown := html.UnescapeString(string(page))
	switch {
	case e.Collection != nil:
		return r.publishedFigures(ctx, e, lines, shown)
	case e.Arrears != nil:
		return r.publishedArrears(ctx, e, lines, shown)
	case e.Audit != nil:
		return r.publishedAudits(ctx, e, lines, shown)
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

func (r *run) publishedFigures(ctx context.Context, e publication.Edition, lines [][]string, page string) error {
	span, err := spanOf(e.Span)
	if err != nil {
		return err
	}
	check := func(what string, f publication.Figure, region string, insurance contribution.Insurance, span supervision.Span) error {
		if f.Amounts == nil {
			return nil // not shown
		}
		truth, err := r.figuresOf(ctx, region, insurance, span)
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
		for _, l := range lines[1:] {
			if l[0] == line && (l[1] == code || line == "total") {
				r.text("open data", name+" in the CSV, due", truth.Due.String(), l[4])
				r.text("open data", name+" in the CSV, collected", truth.Collected.String(), l[5])
			}
		}
		if line != "total" {
			r.text("portal", name+" on the page", truth.Collected.Grouped(), found(page, truth.Collected.Grouped(), truth.Collected.Grouped()))
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

func (r *run) publishedArrears(ctx context.Context, e publication.Edition, lines [][]string, page string) error {
	name := e.Key().String()
	inCSV := map[string]string{}
	for _, l := range lines[1:] {
		inCSV[l[0]] = l[10]
	}
	var sum money.Fen
	for i, d := range e.Arrears.Employers {
		var owed money.Fen
		err := r.DB.QueryRow(ctx, `
			SELECT coalesce(sum(c.employer_due - c.employer_paid + c.person_due - c.person_paid), 0)::bigint
			FROM ledger.employer e JOIN ledger.contribution c ON c.employer_id = e.id WHERE e.uscc = $1 AND c.period <= $2`, d.USCC, e.Arrears.Through).Scan(&owed)
		if err != nil {
			return fmt.Errorf("sum arrears of an employer: %w", err)
		}
		sum += owed
		r.amount("open data", name+", "+d.USCC, owed, d.Left())
		r.text("open data", name+", "+d.USCC+" in the CSV", owed.String(), inCSV[d.USCC])
		if i < 50 { // the first page
			r.text("portal", name+", "+d.USCC+" on the page", owed.Grouped(), found(page, owed.Grouped(), owed.Grouped()))
		}
	}
	r.amount("open data", name+", total", sum, e.Arrears.Owed)
	r.number("open data", name+", employers in the CSV", int64(len(e.Arrears.Employers)), int64(len(inCSV)))
	return nil
}
