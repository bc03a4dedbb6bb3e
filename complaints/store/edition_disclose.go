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

// PublishedSheets are the collection figures of the province of an edition that somebody may hold beside it, by what they tell and leave out: whoever reads one reads the others too, and may have kept
// what was corrected since. Error: fault.Unavailable.
func (s *Store) PublishedSheets(ctx context.Context, k publication.Key) (supervision.Shelf, error) {
	return publishedSheets(ctx, s.pool, k)
}

func publishedSheets(ctx context.Context, db querier, k publication.Key) (shelf supervision.Shelf, err error) {
	shelf.Now, shelf.Before, err = publishedBeside(ctx, db, publication.Collection, k, func(e publication.Edition) (*supervision.Sheet, error) {
		if e.Collection == nil { // withdrawn
			return nil, nil
		}
		sheet, err := SheetOf(e.Region, e.Span, *e.Collection)
		return &sheet, err
	})
	return shelf, postgres.Classify(err)
}

// publishedBeside reads every revision of a subject in the province of an edition: the last of each, but the edition's own, and all others.
func publishedBeside(ctx context.Context, db querier, subject publication.Subject, k publication.Key, sheetOf func(publication.Edition) (*supervision.Sheet, error)) (now, before []supervision.Sheet, err error) {
	rows, err := db.Query(ctx, `SELECT content, revision = max(revision) OVER (PARTITION BY region, span) AND NOT (region = $3 AND span = $4) FROM publication.snapshot
		WHERE subject = $1 AND starts_with(region, $2) ORDER BY region, span, revision`, string(subject), k.Region[:2], k.Region, k.Span)
	if err != nil {
		return nil, nil, fmt.Errorf("read published figures: %w", err)
	}
	var content []byte
	var last bool
	_, err = pgx.ForEachRow(rows, []any{&content, &last}, func() error {
		e, err := publication.ParseEdition(content)
		if err != nil {
			return err
		}
		sheet, err := sheetOf(e)
		switch {
		case err != nil || sheet == nil:
		case last:
			now = append(now, *sheet)
		default:
			before = append(before, *sheet)
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read published figures: %w", err)
	}
	return now, before, nil
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

// undisclosed refuses figures that would let something be computed which they or another published edition leave out, when others were published since the draft was made. Error: fault.Conflict
// (fault.publication.disclosed), with supervision.Disclosed.
func undisclosed(ctx context.Context, tx pgx.Tx, e Edition) error {
	var open *supervision.Cause
	var err error
	switch {
	case e.Body.Audit != nil:
		open, err = auditDiscloses(ctx, tx, e.Key, *e.Body.Audit)
	case e.Body.Collection != nil:
		var draft supervision.Sheet
		if draft, err = SheetOf(e.Region, e.Span, *e.Body.Collection); err != nil {
			return err
		}
		var shelf supervision.Shelf
		if shelf, err = publishedSheets(ctx, tx, e.Key); err == nil {
			open = supervision.Discloses(draft, shelf)
		}
	}
	if err == nil && open != nil {
		err = fault.New(fault.Conflict, "fault.publication.disclosed").Because(supervision.Disclosed{Cause: *open, Audit: e.Body.Audit != nil})
	}
	return err
}

// AuditDiscloses tells what audit figures beside those that are published in their province let be computed which is left out where few employers were visited; nil when nothing: of a month by its
// quarter, of a part of a region by the region when every part has an edition. Error: fault.Unavailable.
func (s *Store) AuditDiscloses(ctx context.Context, k publication.Key, f publication.AuditFigures) (*supervision.Cause, error) {
	open, err := auditDiscloses(ctx, s.pool, k, f)
	return open, postgres.Classify(err)
}

func auditDiscloses(ctx context.Context, db querier, k publication.Key, f publication.AuditFigures) (*supervision.Cause, error) {
	rows, err := db.Query(ctx, `SELECT DISTINCT left(region, n) FROM complaints.employer_sign, unnest(ARRAY[4, 6]) AS n WHERE starts_with(region, $1) ORDER BY 1`, k.Region[:2])
	if err != nil {
		return nil, fmt.Errorf("read regions: %w", err)
	}
	regions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read regions: %w", err)
	}
	sheet := func(region, span string, f publication.AuditFigures) (*supervision.Sheet, error) {
		of, err := spanOf(span)
		told := f.AuditAmounts != nil
		return &supervision.Sheet{Total: supervision.Line{Region: region, Span: of, Amounts: told, Arrears: told}, Parts: regions}, err
	}
	draft, err := sheet(k.Region, k.Span, f)
	if err != nil {
		return nil, err
	}
	var shelf supervision.Shelf
	shelf.Now, shelf.Before, err = publishedBeside(ctx, db, publication.Audit, k, func(e publication.Edition) (*supervision.Sheet, error) {
		if e.Audit == nil { // withdrawn
			return nil, nil
		}
		return sheet(e.Region, e.Span, *e.Audit)
	})
	if err != nil {
		return nil, err
	}
	return supervision.Discloses(*draft, shelf), nil
}
