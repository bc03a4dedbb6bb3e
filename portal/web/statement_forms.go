package web

import (
	"bytes"
	"context"
	"time"

	pages "shebao/frontend/portal"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
)

// StatementForms are a statement of a year in the forms in which it is given out, in Chinese.
type StatementForms struct {
	Page, JSON []byte
	PDF        []byte // none where nothing is issued, or where the record was corrected since
}

// StatementForms makes them as the routes do. Error: fault.NotFound.
func (s *Site) StatementForms(ctx context.Context, person int64, year int, now time.Time) (StatementForms, error) {
	var f StatementForms
	r, st, err := s.yearOf(ctx, person, year)
	if err != nil {
		return f, err
	}
	back, err := s.recoveriesOf(ctx, person, &st, calendar.DateOf(now))
	if err != nil {
		return f, err
	}
	f.JSON = documentOf(nil, &r, &st, back)
	var page bytes.Buffer
	if err := pages.StatementPage(statementView(layout.Page{Lang: locale.Chinese}, r, &st, back, false)).Render(ctx, &page); err != nil {
		return f, err
	}
	f.Page = page.Bytes()
	if r.Issued.Issue == 0 || !r.Current {
		return f, nil
	}
	issued, err := s.Issued.Statement(ctx, person, year)
	if err != nil {
		return f, err
	}
	f.PDF, err = s.Press.Render(s.paper(locale.Chinese, issued))
	return f, err
}
