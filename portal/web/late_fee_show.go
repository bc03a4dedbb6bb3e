package web

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/latefee"
	"shebao/shared/money"
)

// lateFeeForm is the calculator's form as it was sent; it is in the address, so that a result can be kept and passed on.
type lateFeeForm struct {
	principal, first, last, insurance, period, end string
	asked                                          bool
}

func readLateFee(c *fiber.Ctx) lateFeeForm {
	get := func(name string) string { return strings.TrimSpace(clean(c.Query(name))) }
	f := lateFeeForm{principal: get("principal"), first: get("first"), last: get("last"), insurance: get("insurance"), period: get("period"), end: get("end")}
	f.asked = len(c.Request().URI().QueryString()) > 0
	return f
}

// dayBefore is the choice of the convention that leaves out the day of payment.
const dayBefore = "before"

// showLateFee computes a late fee and explains every line of it. It knows the national rules; where a local rule decides, it says so and computes nothing.
func (s *Site) showLateFee(c *fiber.Ctx) error {
	f := readLateFee(c)
	p := s.page(c, locale.Text(lang(c), "latefee.title"), "/help/gaps")
	v := pages.LateFee{Page: p, Principal: f.principal, First: f.first, Last: f.last, Period: f.period}
	if f.asked {
		rules, claim, wrong := f.claim(p)
		if len(wrong) == 0 {
			var fee latefee.Fee
			if fee, wrong = computeFee(p, rules, claim); len(wrong) == 0 {
				v.Result = feeResult(p, claim, fee)
			}
		}
		v.Errors, v.Page.Failed = wrong, len(wrong) > 0
		if v.Page.Failed {
			c.Status(fiber.StatusUnprocessableEntity)
		}
	}
	v.Insurances = []pages.Choice{{Value: "", Text: p.T("latefee.insurance.any"), Chosen: f.insurance == ""}}
	for _, insurance := range contribution.Insurances {
		code := strconv.Itoa(int(insurance))
		v.Insurances = append(v.Insurances, pages.Choice{Value: code, Text: p.T("insurance." + code), Chosen: f.insurance == code})
	}
	v.Ends = []pages.Choice{{Value: "through", Text: p.T("latefee.end.through"), Chosen: f.end != dayBefore}, {Value: dayBefore, Text: p.T("latefee.end.before"), Chosen: f.end == dayBefore}}
	return render(c, pages.LateFeePage(v))
}

// claim reads the fields and tells every wrong one.
func (f lateFeeForm) claim(p layout.Page) (latefee.Rules, latefee.Claim, []layout.FieldError) {
	rules := latefee.NationalRules()
	if f.end == dayBefore {
		rules.EndDay = latefee.DayBeforePayment
	}
	var claim latefee.Claim
	var wrong []layout.FieldError
	refuse := func(field, key string) { wrong = append(wrong, layout.FieldError{ID: field, Text: p.T(key)}) }
	var err error
	if claim.Principal, err = money.Parse(strings.NewReplacer(",", "", "，", "").Replace(f.principal)); err != nil || claim.Principal <= 0 {
		refuse("principal", "latefee.principal.wrong")
	}
	if claim.FirstDay, err = calendar.ParseDate(f.first); err != nil || claim.FirstDay.IsZero() {
		refuse("first", "latefee.first.wrong")
	}
	paid, err := calendar.ParseDate(f.last)
	switch {
	case err != nil || paid.IsZero():
		refuse("last", "latefee.last.wrong")
	case !claim.FirstDay.IsZero() && paid.Before(claim.FirstDay):
		refuse("last", "latefee.last.before")
	}
	claim.LastDay = rules.LastDay(paid)
	for _, insurance := range contribution.Insurances {
		if f.insurance == strconv.Itoa(int(insurance)) {
			claim.Insurance = insurance
		}
	}
	if f.period != "" {
		if claim.Period, err = calendar.ParsePeriod(f.period); err != nil {
			refuse("period", "latefee.period.wrong")
		} else if !claim.FirstDay.IsZero() && claim.Period.FirstDay().After(claim.FirstDay) {
			refuse("period", "latefee.period.after")
		}
	}
	return rules, claim, wrong
}

// computeFee tells at which field a rule refuses.
func computeFee(p layout.Page, rules latefee.Rules, claim latefee.Claim) (latefee.Fee, []layout.FieldError) {
	if claim.LastDay.Before(claim.FirstDay) {
		return latefee.Fee{}, nil // paid before a day bore a fee
	}
	fee, err := rules.Compute(claim)
	var missing latefee.NeedsLocalRule
	switch {
	case err == nil:
		return fee, nil
	case errors.As(err, &missing):
		key, field := "latefee.needs_local", "first"
		if claim.Insurance == contribution.WorkInjury && !missing.From.Before(latefee.Regulation) {
			key, field = "latefee.needs_local.injury", "insurance"
		}
		return fee, []layout.FieldError{{ID: field, Text: p.T(key, dateWords(p.Lang, missing.From), dateWords(p.Lang, missing.To))}}
	}
	return fee, []layout.FieldError{{ID: "principal", Text: p.T("latefee.principal.wrong")}} // too large to count with
}

func feeResult(p layout.Page, claim latefee.Claim, fee latefee.Fee) *pages.LateFeeResult {
	r := &pages.LateFeeResult{Heading: p.T("latefee.result", amount(p.Lang, fee.Uncapped))}
	days := 0
	for _, s := range fee.Segments {
		days += s.Days
		r.Lines = append(r.Lines, pages.LateFeeLine{
			Days:  p.T("latefee.days", dateWords(p.Lang, s.From), dateWords(p.Lang, s.To), s.Days),
			Sum:   p.T("latefee.sum", amount(p.Lang, s.Principal), s.Days, s.Rate.PerMille(), amount(p.Lang, s.Amount)),
			Basis: p.T("latefee.basis." + strings.ReplaceAll(s.Regime, "-", "_")),
		})
	}
	if len(r.Lines) > 1 {
		r.Total = p.T("latefee.total", days, amount(p.Lang, fee.Uncapped))
	}
	r.Figures = []layout.Pair{{Term: p.T("latefee.principal"), Value: amount(p.Lang, claim.Principal)},
		{Term: p.T("latefee.uncapped"), Value: amount(p.Lang, fee.Uncapped)}, {Term: p.T("latefee.capped"), Value: amount(p.Lang, fee.Capped)}}
	r.Cap = p.T("latefee.cap.same")
	if fee.Capped != fee.Uncapped {
		r.Cap = p.T("latefee.cap.differs")
	}
	return r
}
