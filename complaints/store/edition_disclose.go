package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/publication"
)

// PublishedSheets are the collection figures that are published in the province of an edition, its own aside, by what they tell and leave out: whoever reads one reads the others too.
// Error: fault.Unavailable.
func (s *Store) PublishedSheets(ctx context.Context, k publication.Key) ([]supervision.Sheet, error) {
	return publishedSheets(ctx, s.pool, k)
}

func publishedSheets(ctx context.Context, db querier, k publication.Key) ([]supervision.Sheet, error) {
	rows, err := db.Query(ctx, `SELECT content FROM publication.latest WHERE subject = 'collection' AND starts_with(region, $1) AND NOT (region = $2 AND span = $3) ORDER BY region, span`, k.Region[:2], k.Region, k.Span)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read published figures: %w", err))
	}
	contents, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read published figures: %w", err))
	}
	var sheets []supervision.Sheet
	for _, content := range contents {
		e, err := publication.ParseEdition(content)
		if err != nil {
			return nil, err
		}
		if e.Collection == nil { // withdrawn
			continue
		}
		sheet, err := SheetOf(e.Region, e.Span, *e.Collection)
		if err != nil {
			return nil, err
		}
		sheets = append(sheets, sheet)
	}
	return sheets, nil
}

// SheetOf is what an edition tells. Who stands behind its lines is not known any more.
func SheetOf(region, span string, c publication.CollectionFigures) (sheet supervision.Sheet, err error) {
	own, err := spanOf(span)
	if err != nil {
		return sheet, err
	}
	line := func(f publication.Figure, region string, insurance contribution.Insurance, span supervision.Span) supervision.Line {
		return supervision.Line{Region: region, Insurance: insurance, Span: span, Amounts: f.Amounts != nil, Arrears: f.Amounts != nil && f.Arrearage != nil}
	}
	sheet.Total = line(c.Total, region, 0, own)
	for _, f := range c.Regions {
		sheet.Regions = append(sheet.Regions, line(f, f.Code, 0, own))
	}
	for _, f := range c.Insurances {
		n, err := strconv.Atoi(f.Code)
		if err != nil {
			return sheet, fmt.Errorf("read published figures: %w", err)
		}
		sheet.Insurances = append(sheet.Insurances, line(f, region, contribution.Insurance(n), own))
	}
	for _, f := range c.Course {
		of, err := spanOf(f.Code)
		if err != nil {
			return sheet, err
		}
		sheet.Course = append(sheet.Course, line(f, region, 0, of))
	}
	return sheet, nil
}

// spanOf reads a span as addresses write it: 2026Q3 or 2026-07.
func spanOf(text string) (supervision.Span, error) {
	var year, quarter int
	if n, err := fmt.Sscanf(text, "%4dQ%1d", &year, &quarter); n == 2 && err == nil {
		return supervision.Quarter(year, quarter), nil
	}
	p, err := calendar.ParsePeriod(text)
	if err != nil {
		return supervision.Span{}, fmt.Errorf("read a span: %w", err)
	}
	return supervision.Span{From: p, To: p}, nil
}

// undisclosed refuses figures that would let something be computed which they or another published edition leave out, when others were published since the draft was made.
func undisclosed(ctx context.Context, tx pgx.Tx, e Edition) error {
	if e.Body.Audit != nil {
		open, err := auditDiscloses(ctx, tx, e.Key, *e.Body.Audit)
		if err == nil && open {
			err = fault.New(fault.Conflict, "fault.publication.disclosed")
		}
		return err
	}
	if e.Body.Collection == nil {
		return nil
	}
	draft, err := SheetOf(e.Region, e.Span, *e.Body.Collection)
	if err != nil {
		return err
	}
	published, err := publishedSheets(ctx, tx, e.Key)
	if err != nil {
		return err
	}
	if supervision.Discloses(draft, published) {
		return fault.New(fault.Conflict, "fault.publication.disclosed")
	}
	return nil
}

// AuditDiscloses reports whether audit figures beside those that are published in their province let something be computed which is left out where few employers were visited: of a month by its
// quarter, of a part of a region by the region when every part has an edition. Error: fault.Unavailable.
func (s *Store) AuditDiscloses(ctx context.Context, k publication.Key, f publication.AuditFigures) (bool, error) {
	open, err := auditDiscloses(ctx, s.pool, k, f)
	return open, postgres.Classify(err)
}

func auditDiscloses(ctx context.Context, db querier, k publication.Key, f publication.AuditFigures) (bool, error) {
	rows, err := db.Query(ctx, `SELECT content FROM publication.latest WHERE subject = 'audit' AND starts_with(region, $1) AND NOT (region = $2 AND span = $3) ORDER BY region, span`, k.Region[:2], k.Region, k.Span)
	if err != nil {
		return false, fmt.Errorf("read published audits: %w", err)
	}
	contents, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return false, fmt.Errorf("read published audits: %w", err)
	}
	var lines []supervision.Line
	add := func(region, span string, f *publication.AuditFigures) error {
		of, err := spanOf(span)
		if err != nil || f == nil { // withdrawn
			return err
		}
		told := f.AuditAmounts != nil
		lines = append(lines, supervision.Line{Region: region, Span: of, Amounts: told, Arrears: told})
		return nil
	}
	if err := add(k.Region, k.Span, &f); err != nil {
		return false, err
	}
	for _, content := range contents {
		p, err := publication.ParseEdition(content)
		if err != nil {
			return false, err
		}
		if err := add(p.Region, p.Span, p.Audit); err != nil {
			return false, err
		}
	}
	rows, err = db.Query(ctx, `SELECT DISTINCT left(region, n) FROM complaints.employer_sign, unnest(ARRAY[4, 6]) AS n WHERE starts_with(region, $1) ORDER BY 1`, k.Region[:2])
	if err != nil {
		return false, fmt.Errorf("read regions: %w", err)
	}
	regions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return false, fmt.Errorf("read regions: %w", err)
	}
	sheets := make([]supervision.Sheet, len(lines))
	for i, l := range lines {
		sheets[i] = supervision.Sheet{Total: l, Parts: regions}
	}
	return supervision.Discloses(sheets[0], sheets[1:]), nil
}
