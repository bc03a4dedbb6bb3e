package calc

import (
	"fmt"
	"strings"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/latefee"
)

// rules are the national ones with the question's switches and local rules.
func (q lateFeeQuestion) rules() (latefee.Rules, error) {
	rules := latefee.NationalRules()
	rules.Capped = q.Cap == "principal"
	switch q.Convention {
	case "", "through_payment_day":
	case "day_before_payment":
		rules.EndDay = latefee.DayBeforePayment
	default:
		return rules, errConvention
	}
	switch q.Stop {
	case "", "declared":
	case "accepted":
		rules.Stop = latefee.StopAccepted
	default:
		return rules, errStop
	}
	switch q.OldArrears {
	case "", "national_since":
	case "local_only":
		rules.OldArrears = latefee.LocalOnly
	default:
		return rules, errOldArrears
	}
	if err := few(len(q.Local), maxRules, "local_rules"); err != nil {
		return rules, err
	}
	for i, l := range q.Local {
		var days dates
		regime := latefee.Regime{ID: fmt.Sprintf("local-%d", i+1), From: days.read("local_rules: from", l.From), To: days.read("local_rules: to", l.To), Basis: l.Document}
		if days.err != nil {
			return rules, days.err
		}
		if !regime.To.IsZero() && regime.To.Before(regime.From) {
			return rules, fmt.Errorf("local_rules: %w", errSpan)
		}
		var err error
		if regime.Rate, err = latefee.ParseDailyRate(string(l.Rate)); err != nil {
			return rules, fmt.Errorf("local_rules: %w", err)
		}
		rules.Local = append(rules.Local, regime)
	}
	return rules, nil
}

func (q lateFeeQuestion) claim(rules latefee.Rules) (latefee.Claim, error) {
	var days dates
	claim := latefee.Claim{
		FirstDay: days.read("first_day", q.FirstDay), LastDay: days.read("last_day", q.LastDay),
		Declared: days.read("bankruptcy_declared", q.Declared), Accepted: days.read("bankruptcy_accepted", q.Accepted),
	}
	paidOn, periodEnd := days.read("paid_on", q.PaidOn), days.read("period_end", q.PeriodEnd)
	if days.err != nil {
		return claim, days.err
	}
	var err error
	if claim.Principal, err = q.Principal.amount("principal"); err != nil {
		return claim, err
	}
	if claim.Insurance, err = insurance(q.Insurance); err != nil {
		return claim, err
	}
	if q.Period != "" {
		if claim.Period, err = calendar.ParsePeriod(string(q.Period)); err != nil {
			return claim, fmt.Errorf("period: %w", err)
		}
	} else if !periodEnd.IsZero() {
		claim.Period = periodEnd.Period()
	}
	switch {
	case !claim.LastDay.IsZero() && !paidOn.IsZero():
		return claim, errEnds
	case !paidOn.IsZero():
		claim.LastDay = rules.LastDay(paidOn)
	}
	if claim.FirstDay.IsZero() || claim.LastDay.IsZero() {
		if claim.Period != 0 && claim.Period.LastDay().Before(latefee.Regulation) && len(rules.Local) == 0 {
			return claim, fmt.Errorf("%s: %w", claim.Period, latefee.ErrNeedsLocalRule)
		}
		return claim, errDays
	}
	if claim.Payments, err = payments(q.Payments); err != nil {
		return claim, err
	}
	claim.Deferred, err = spans(q.Deferred)
	return claim, err
}

func payments(list []payment) (paid []latefee.Payment, err error) {
	if err := few(len(list), maxPayments, "payments"); err != nil {
		return nil, err
	}
	for _, p := range list {
		on, err := calendar.ParseDate(p.Date)
		if err != nil {
			return nil, fmt.Errorf("payments: %w", err)
		}
		amount, err := p.Amount.amount("payments")
		if err != nil {
			return nil, err
		}
		paid = append(paid, latefee.Payment{On: on, Amount: amount})
	}
	return paid, nil
}

func spans(pairs [][]string) (list []latefee.Span, err error) {
	if err := few(len(pairs), maxSpans, "deferred"); err != nil {
		return nil, err
	}
	for _, pair := range pairs {
		if len(pair) != 2 {
			return nil, fmt.Errorf("deferred: %w", errSpan)
		}
		var days dates
		span := latefee.Span{From: days.read("deferred", pair[0]), To: days.read("deferred", pair[1])}
		if days.err != nil {
			return nil, days.err
		}
		if span.From.IsZero() || span.To.Before(span.From) {
			return nil, fmt.Errorf("deferred: %w", errSpan)
		}
		list = append(list, span)
	}
	return list, nil
}

// insurances are the branches by the names that agencies, laws and programs give them.
var insurances = map[string]contribution.Insurance{
	"":    0,
	"110": contribution.EmployeePension, "employee_pension": contribution.EmployeePension, "pension": contribution.EmployeePension, "企业职工基本养老保险": contribution.EmployeePension, "养老保险": contribution.EmployeePension, "养老": contribution.EmployeePension,
	"120": contribution.InstitutionPension, "institution_pension": contribution.InstitutionPension, "机关事业单位养老保险": contribution.InstitutionPension, "机关事业单位养老": contribution.InstitutionPension,
	"210": contribution.Unemployment, "unemployment": contribution.Unemployment, "失业保险": contribution.Unemployment, "失业": contribution.Unemployment,
	"310": contribution.EmployeeMedical, "employee_medical": contribution.EmployeeMedical, "medical": contribution.EmployeeMedical, "职工基本医疗保险": contribution.EmployeeMedical, "职工基本医疗": contribution.EmployeeMedical, "医疗保险": contribution.EmployeeMedical, "医疗": contribution.EmployeeMedical,
	"410": contribution.WorkInjury, "work_injury": contribution.WorkInjury, "工伤保险": contribution.WorkInjury, "工伤": contribution.WorkInjury,
	"510": contribution.Maternity, "maternity": contribution.Maternity, "生育保险": contribution.Maternity, "生育": contribution.Maternity,
}

func insurance(name text) (contribution.Insurance, error) {
	code, ok := insurances[strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(string(name))))]
	if !ok {
		return 0, errInsurance
	}
	return code, nil
}
