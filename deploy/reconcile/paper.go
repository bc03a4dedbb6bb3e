package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"shebao/portal/web"
	"shebao/shared/money"
	"shebao/shared/pdf/pdftest"
)

// Forms makes a person's statement of a year as visitors get it.
type Forms func(ctx context.Context, person int64, year int) (web.StatementForms, error)

// peopleRead bounds whose statements are made in every form, spread over all, and papersRead how many of those are printed and read back: making everybody's would take longer than everything else.
const (
	peopleRead = 60
	papersRead = 30
)

// sums are what a statement shows in all: in its table, as a document for programs, on paper.
type sums struct{ employerDue, personDue, employer, person, credited, closing, owed money.Fen }

var amountText = `(-?[0-9,]+\.[0-9]{2}|--)`

var (
	pageTotals = regexp.MustCompile(`<tfoot><tr><th scope="row">[^<]*</th><td></td><td class="num">` + amountText + `</td><td class="num">` + amountText + `</td><td class="num hide-s"></td><td class="num hide-s">` + amountText + `</td>`)
	// the sums stand in one row of the paper, each with two decimals, so that they can be told apart where they stand without a space
	paperTotals = regexp.MustCompile(`合计` + amountText + amountText + amountText + amountText + amountText)
)

// papers: what a statement's page shows in all against the sums of what programs get, for some people and every year of theirs; and the paper's, read back from the file's own text.
func (r *run) papers(ctx context.Context, truth map[int64]map[int]year) error {
	var documents, papers, differ, wrong int64
	var shown, told, printed, onPage sums
	for i, id := range sortedKeys(truth) {
		if i%max(1, len(truth)/peopleRead) != 0 {
			continue
		}
		for _, of := range sortedKeys(truth[id]) {
			f, err := r.Forms(ctx, id, of)
			if err != nil {
				return fmt.Errorf("a statement of %d: %w", of, err)
			}
			page, err := pageSums(string(f.Page))
			if err != nil {
				return fmt.Errorf("a statement of %d: %w", of, err)
			}
			document, err := documentSums(f.JSON)
			if err != nil {
				return fmt.Errorf("a statement of %d: %w", of, err)
			}
			documents++
			shown, told = shown.plus(page), told.plus(document)
			if page.employer != document.employer || page.person != document.person || page.credited != document.credited || !says(string(f.Page), document.closing) || !says(string(f.Page), document.owed) {
				differ++
			}
			if f.PDF == nil || papers >= papersRead {
				continue
			}
			papers++
			text, err := textOf(f.PDF)
			if err != nil {
				return fmt.Errorf("a paper of %d: %w", of, err)
			}
			paper, err := paperSums(text)
			if err != nil {
				return fmt.Errorf("a paper of %d: %w", of, err)
			}
			printed, onPage = printed.plus(paper), onPage.plus(document)
			if paper.employer != page.employer || paper.person != page.person || paper.credited != page.credited || paper.employerDue != document.employerDue || paper.personDue != document.personDue ||
				!says(text, document.closing) || !says(text, document.owed) {
				wrong++
			}
		}
	}
	const what = "statements, "
	r.amount("portal", what+"paid by employers, on the page and for programs", told.employer, shown.employer)
	r.amount("portal", what+"paid by persons, on the page and for programs", told.person, shown.person)
	r.amount("portal", what+"credited, on the page and for programs", told.credited, shown.credited)
	r.number("portal", fmt.Sprintf("of %d statements, pages that differ from what programs get", documents), 0, differ)
	r.amount("portal", fmt.Sprintf("%d statements on paper, due", papers), onPage.employerDue+onPage.personDue, printed.employerDue+printed.personDue)
	r.amount("portal", fmt.Sprintf("%d statements on paper, paid", papers), onPage.employer+onPage.person, printed.employer+printed.person)
	r.amount("portal", fmt.Sprintf("%d statements on paper, credited", papers), onPage.credited, printed.credited)
	r.number("portal", fmt.Sprintf("of %d papers, those that differ from the page", papers), 0, wrong)
	return nil
}

func sortedKeys[K int | int64, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (s sums) plus(o sums) sums {
	return sums{s.employerDue + o.employerDue, s.personDue + o.personDue, s.employer + o.employer, s.person + o.person, s.credited + o.credited, s.closing + o.closing, s.owed + o.owed}
}

// says reports whether a text has an amount; nothing need not be said.
func says(text string, f money.Fen) bool { return f == 0 || strings.Contains(text, f.Grouped()) }

// grouped reads an amount as people are shown it; two dashes are nothing.
func grouped(text string) (money.Fen, error) {
	if text == "--" {
		return 0, nil
	}
	return money.Parse(strings.ReplaceAll(text, ",", ""))
}

func pageSums(page string) (s sums, err error) {
	m := pageTotals.FindStringSubmatch(page)
	if m == nil {
		return s, errors.New("the page's table has no row of sums")
	}
	for i, into := range []*money.Fen{&s.employer, &s.person, &s.credited} {
		if *into, err = grouped(m[i+1]); err != nil {
			return s, err
		}
	}
	return s, nil
}

func paperSums(text string) (s sums, err error) {
	m := paperTotals.FindStringSubmatch(text)
	if m == nil {
		return s, errors.New("the paper's table has no row of sums")
	}
	for i, into := range []*money.Fen{&s.employerDue, &s.personDue, &s.employer, &s.person, &s.credited} {
		if *into, err = grouped(m[i+1]); err != nil {
			return s, err
		}
	}
	return s, nil
}

func documentSums(document []byte) (s sums, err error) {
	var d struct {
		Months []struct {
			EmployerDue  money.Fen `json:"employer_due"`
			EmployerPaid money.Fen `json:"employer_paid"`
			PersonDue    money.Fen `json:"person_due"`
			PersonPaid   money.Fen `json:"person_paid"`
			Credited     money.Fen `json:"credited"`
		} `json:"months"`
		Account *struct {
			Closing money.Fen `json:"closing"`
		} `json:"account"`
		Owed money.Fen `json:"owed"`
	}
	if err := json.Unmarshal(document, &d); err != nil {
		return s, err
	}
	for _, m := range d.Months {
		s = s.plus(sums{m.EmployerDue, m.PersonDue, m.EmployerPaid, m.PersonPaid, m.Credited, 0, 0})
	}
	if d.Account != nil {
		s.closing = d.Account.Closing
	} else {
		s.credited = 0
	}
	s.owed = d.Owed
	return s, nil
}

// reading is who judges a file that is read back.
type reading struct{}

type unreadable string

func (reading) Helper()                           {}
func (reading) Fatal(args ...any)                 { panic(unreadable(fmt.Sprint(args...))) }
func (reading) Fatalf(format string, args ...any) { panic(unreadable(fmt.Sprintf(format, args...))) }

// textOf is a file's text as a reader would copy it, without spaces.
func textOf(file []byte) (text string, err error) {
	defer func() {
		if why := recover(); why != nil { // a damaged file may mislead the reader anywhere
			err = fmt.Errorf("the file cannot be read back: %v", why)
		}
	}()
	return pdftest.Open(reading{}, file).Text(), nil
}
