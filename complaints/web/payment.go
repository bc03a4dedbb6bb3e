package web

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/arrears"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/server"
)

// Payments is what the pages of payments and employers call.
type Payments interface {
	Payments(ctx context.Context, session, number string, now time.Time) (Account, error)
	PreviewPayment(ctx context.Context, session, number string, in PaymentInput, now time.Time) (a arrears.Allocation, mark string, err error)
	RegisterPayment(ctx context.Context, session, number string, in PaymentInput, mark string, now time.Time) error
	ReversePayment(ctx context.Context, session, number string, id int64, reason, tell string, now time.Time) error
	Assess(ctx context.Context, session, number string, calculation int64, now time.Time) error
	Employer(ctx context.Context, session, uscc string, now time.Time) (Employer, error)
}

// PaymentInput is a payment as somebody entered it; Tell writes what the reporters will read.
type PaymentInput struct {
	PaidOn       calendar.Date
	Amount       money.Fen
	Way, Voucher string
	Tell         func(a arrears.Allocation) string
}

// Account is the money of a case's employer.
type Account struct {
	Case     Case
	Found    bool
	Owed     money.Fen
	LeftOver money.Fen
	Payments []Payment
	Fees     []LateFee
	Interest []Interest
}

// Payment is money that came in, as it was booked.
type Payment struct {
	ID                           int64
	CaseNumber                   string
	PaidOn                       calendar.Date
	Amount                       money.Fen
	Way, Voucher                 string
	Principal, FeePaid, LeftOver money.Fen
	InterestPaid                 money.Fen
	Booked                       []arrears.Booked
	At                           time.Time
	By                           string
	ReversedAt                   time.Time
	ReversedBy, Reason           string
}

// LateFee is a line of the late-fee ledger.
type LateFee struct {
	Period        calendar.Period
	Insurance     contribution.Insurance
	Charged, Paid money.Fen
}

// Interest is a line of the book of lost interest, which regions keep that book late months as if they had been paid on time.
type Interest struct {
	LateFee
	Persons int
}

// Employer is everything that the desk knows of one employer.
type Employer struct {
	Name, USCC, Region, Status string
	Cases                      []Case
	Arrears                    arrears.Result
	Notices                    []Notice
	CaseOfNotice               map[int64]string
	Payments                   []Payment
	Fees                       []LateFee
	Interest                   []Interest
	LeftOver                   money.Fen
	Events                     []Event
	Former                     []FormerEmployer // the latest first
}

// FormerEmployer is how an employer was registered until a file changed it.
type FormerEmployer struct {
	Name, Region, Status string
	ChangedOn            calendar.Date
	File                 string
}

// paymentWays in the order in which they are offered.
var paymentWays = []string{"transfer", "counter", "debit", "court", "left_over"}

func (s *Site) showPayments(c *fiber.Ctx) error { return s.paymentsPage(c, nil, nil) }

// takePayment previews a payment, or registers what was previewed; what was typed is never lost.
func (s *Site) takePayment(c *fiber.Ctx) error {
	in, err := readPayment(c)
	if err != nil {
		return s.paymentWrong(c, err)
	}
	ctx, session, number, now := c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c)
	switch form(c, "do") {
	case "edit":
		return s.paymentsPage(c, nil, nil)
	case "confirm":
		if err := s.Payments.RegisterPayment(ctx, session, number, in, form(c, "mark"), now); err != nil {
			f := fault.Of(err)
			if f.Key != "fault.money.stale" {
				return s.paymentWrong(c, err)
			}
			c.Status(server.Status(f.Kind)) // what is owed has changed since: shown anew, nothing is booked
			return s.previewPage(c, in, fieldErrors(lang(c), f))
		}
		return c.Redirect("/cases/"+number+"/payments", fiber.StatusSeeOther)
	}
	return s.previewPage(c, in, nil)
}

func (s *Site) previewPage(c *fiber.Ctx, in PaymentInput, wrong []layout.FieldError) error {
	a, mark, err := s.Payments.PreviewPayment(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), in, server.Now(c))
	if err != nil {
		return s.paymentWrong(c, err)
	}
	p := s.page(c, "")
	yuan := func(f money.Fen) string { return f.Grouped() + " " + p.T("site.yuan") }
	paid, charged := a.FeePaid()
	v := pages.Allocation{Mark: mark, Mode: p.T("money.mode." + a.Mode), Rows: bookedRows(p, a.Booked), Facts: []pages.Pair{{Term: p.T("money.arrived"), Value: in.PaidOn.String()}, {Term: p.T("money.amount"), Value: yuan(in.Amount)},
		{Term: p.T("money.principal"), Value: yuan(a.Principal())}, {Term: p.T("money.charged"), Value: yuan(charged)}, {Term: p.T("money.fee_paid"), Value: yuan(paid)}, {Term: p.T("money.left_over"), Value: yuan(a.LeftOver)},
		{Term: p.T("money.people.count"), Value: strconv.Itoa(peopleOf(a))}}}
	if len(a.Interest) > 0 {
		paid, charged := a.InterestPaid()
		v.Facts = slices.Insert(v.Facts, 5, pages.Pair{Term: p.T("money.interest.charged"), Value: yuan(charged)}, pages.Pair{Term: p.T("money.interest.paid"), Value: yuan(paid)})
	}
	return s.paymentsPage(c, wrong, &v)
}

func peopleOf(a arrears.Allocation) int {
	seen := map[int64]bool{}
	for _, part := range a.Parts {
		seen[part.PersonID] = true
	}
	return len(seen)
}

func readPayment(c *fiber.Ctx) (PaymentInput, error) {
	in := PaymentInput{Way: form(c, "way"), Voucher: strings.TrimSpace(form(c, "voucher")), Tell: TellPaid}
	var wrong []fault.Field
	var err error
	if in.PaidOn, err = calendar.ParseDate(strings.TrimSpace(form(c, "paid_on"))); err != nil {
		wrong = append(wrong, fault.Field{Name: "paid_on", Key: "fault.date"})
	}
	if in.Amount, err = money.Parse(strings.ReplaceAll(strings.TrimSpace(form(c, "amount")), ",", "")); err != nil || in.Amount <= 0 {
		wrong = append(wrong, fault.Field{Name: "amount", Key: "fault.money.amount"})
	}
	if len(wrong) > 0 {
		return in, fault.InvalidFields(wrong...)
	}
	return in, nil
}

// TellPaid is what the reporters read of a payment: that months were made good, and nothing of anybody's amounts. Reporters are answered in Chinese, as everywhere at the desk.
func TellPaid(a arrears.Allocation) string {
	var first, last calendar.Period
	for _, part := range a.Parts {
		if first == 0 || part.Period < first {
			first = part.Period
		}
		last = max(last, part.Period)
	}
	if first == last {
		return locale.Text(locale.Chinese, "money.tell.month", first)
	}
	return locale.Text(locale.Chinese, "money.tell.months", first, last)
}

func (s *Site) paymentWrong(c *fiber.Ctx, err error) error {
	f := fault.Of(err)
	if !shownInPlace(f) {
		return err
	}
	c.Status(server.Status(f.Kind))
	return s.paymentsPage(c, fieldErrors(lang(c), f), nil)
}

func (s *Site) paymentsPage(c *fiber.Ctx, wrong []layout.FieldError, preview *pages.Allocation) error {
	a, err := s.Payments.Payments(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c))
	if err != nil {
		return err
	}
	v := pages.Payments{CaseHead: s.head(c, a.Case, "/payments", wrong), Found: a.Found, Preview: preview}
	p := v.Page
	v.Fees, v.Interest = feeRows(p, a.Fees), interestRows(p, a.Interest)
	v.Facts = []pages.Pair{{Term: p.T("money.employer"), Value: a.Case.EmployerName}, {Term: p.T("money.owed"), Value: a.Owed.Grouped() + " " + p.T("site.yuan")}, {Term: p.T("money.left_over"), Value: a.LeftOver.Grouped() + " " + p.T("site.yuan")}}
	if len(a.Interest) > 0 {
		v.Facts = slices.Insert(v.Facts, 2, pages.Pair{Term: p.T("money.interest.open"), Value: openOf(a.Interest).Grouped() + " " + p.T("site.yuan")})
	}
	for _, name := range []string{"paid_on", "amount", "voucher", "way"} {
		v.Typed = append(v.Typed, pages.Pair{Term: name, Value: form(c, name)})
	}
	v.Inputs = []layout.Input{{ID: "paid_on", Label: p.T("money.arrived"), Hint: p.T("notice.hint.day"), Value: form(c, "paid_on"), Errors: wrong},
		{ID: "amount", Label: p.T("money.amount"), Hint: p.T("money.amount.hint"), Value: form(c, "amount"), Errors: wrong}, {ID: "voucher", Label: p.T("money.voucher"), Hint: p.T("money.voucher.hint"), Value: form(c, "voucher"), Errors: wrong}}
	for _, way := range paymentWays {
		if way != "left_over" || a.LeftOver > 0 {
			v.Ways = append(v.Ways, pages.Option{Value: way, Text: p.T("money.way." + way), Chosen: form(c, "way") == way})
		}
	}
	v.WayError = layout.ErrorOf(wrong, "way")
	for _, payment := range a.Payments {
		v.Rows = append(v.Rows, paymentView(p, payment, wrong))
	}
	return render(c, pages.PaymentsPage(v))
}

func paymentView(p layout.Page, x Payment, wrong []layout.FieldError) pages.PaymentRow {
	id := strconv.FormatInt(x.ID, 10)
	r := pages.PaymentRow{ID: id, PaidOn: x.PaidOn.String(), Amount: x.Amount.Grouped(), Way: p.T("money.way." + x.Way), Voucher: x.Voucher, Principal: x.Principal.Grouped(), FeePaid: x.FeePaid.Grouped(),
		LeftOver: x.LeftOver.Grouped(), By: x.At.In(calendar.Zone).Format("2006-01-02 15:04") + " " + x.By, CaseNumber: x.CaseNumber, Booked: bookedRows(p, x.Booked),
		Reason: layout.Input{ID: "reason-" + id, Label: p.T("money.reverse.reason"), Errors: wrong}}
	if x.InterestPaid > 0 {
		r.InterestPaid = x.InterestPaid.Grouped()
	}
	if !x.ReversedAt.IsZero() {
		r.Reversed = x.ReversedAt.In(calendar.Zone).Format("2006-01-02 15:04") + " " + x.ReversedBy + " " + x.Reason
	}
	return r
}

func bookedRows(p layout.Page, list []arrears.Booked) []pages.BookedRow {
	var rows []pages.BookedRow
	for _, b := range list {
		r := pages.BookedRow{Period: b.Period.String(), Insurance: p.T("insurance." + strconv.Itoa(int(b.Insurance))), Class: p.T("money.class." + b.Class), Owed: b.Owed.Grouped(), Principal: b.Principal.Grouped(),
			Charged: b.Charged.Grouped(), FeePaid: b.FeePaid.Grouped()}
		if b.Why != "" && b.Why != arrears.WhyCurrent {
			r.Why = p.T("money.why." + b.Why)
		}
		if b.Interest != 0 || b.InterestPaid != 0 {
			r.Interest, r.InterestPaid = b.Interest.Grouped(), b.InterestPaid.Grouped()
		}
		rows = append(rows, r)
	}
	return rows
}

func feeRows(p layout.Page, list []LateFee) []pages.FeeRow {
	var rows []pages.FeeRow
	for _, f := range list {
		rows = append(rows, pages.FeeRow{Period: f.Period.String(), Insurance: p.T("insurance." + strconv.Itoa(int(f.Insurance))), Charged: f.Charged.Grouped(), Paid: f.Paid.Grouped(), Open: (f.Charged - f.Paid).Grouped()})
	}
	return rows
}

func interestRows(p layout.Page, list []Interest) []pages.InterestRow {
	var rows []pages.InterestRow
	for _, x := range list {
		rows = append(rows, pages.InterestRow{Period: x.Period.String(), Insurance: p.T("insurance." + strconv.Itoa(int(x.Insurance))), Persons: strconv.Itoa(x.Persons), Charged: x.Charged.Grouped(), Paid: x.Paid.Grouped(),
			Open: (x.Charged - x.Paid).Grouped()})
	}
	return rows
}

// openOf is what fell due and is not paid.
func openOf(list []Interest) (sum money.Fen) {
	for _, x := range list {
		sum += x.Charged - x.Paid
	}
	return sum
}

// reversePayment undoes a payment that bounced.
func (s *Site) reversePayment(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.page")
	}
	reason := strings.TrimSpace(form(c, "reason-"+c.Params("id")))
	err = s.Payments.ReversePayment(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, reason, locale.Text(locale.Chinese, "money.tell.reversed"), server.Now(c))
	if f := fault.Of(err); f != nil {
		for i := range f.Fields {
			f.Fields[i].Name += "-" + c.Params("id")
		}
		return s.paymentWrong(c, f)
	}
	return c.Redirect("/cases/"+c.Params("number")+"/payments", fiber.StatusSeeOther)
}

// assess brings the true bases of a kept calculation into the ledger.
func (s *Site) assess(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.money.calculation")
	}
	if err := s.Payments.Assess(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, server.Now(c)); err != nil {
		return err
	}
	return c.Redirect("/cases/"+c.Params("number")+"/calc", fiber.StatusSeeOther)
}
