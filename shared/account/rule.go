package account

import (
	"errors"
	"fmt"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// RuleVersion names the rule by which a figure was made: an identifier that is stored, the document it comes from, and when it is in force.
type RuleVersion struct {
	ID       string
	Document string
	From, To calendar.Date // To none: still in force
}

// The shares of a contribution that go into the account.
var (
	Share8  = RuleVersion{ID: "share-8-2006", Document: "国发〔2005〕38号：自 2006-01-01 起个人缴费基数的 8%，全部为个人缴费", From: calendar.Date{Year: 2006, Month: 1, Day: 1}}
	Share11 = RuleVersion{ID: "share-11-1998", Document: "国发〔1997〕26号：1998-01-01 至 2005-12-31 缴费基数的 11%，含单位缴费划入部分",
		From: calendar.Date{Year: 1998, Month: 1, Day: 1}, To: calendar.Date{Year: 2005, Month: 12, Day: 31}}
)

// How interest is counted, how late payments are booked, and when a month counts; which of the first two a region follows is its Setting.
var (
	rules1998        = calendar.Date{Year: 1998, Month: 1, Day: 1}
	MonthProductRule = RuleVersion{ID: "month-product-1998", Document: "劳办发〔1997〕116号附件三：月积数法", From: rules1998}
	AnnualRule       = RuleVersion{ID: "annual-1998", Document: "劳办发〔1997〕116号附件三：年度计算法", From: rules1998}
	OnPaymentRule    = RuleVersion{ID: "back-payment-a", Document: "地区规定：补缴的本金自到账月起记入并计息", From: rules1998}
	AsOnTimeRule     = RuleVersion{ID: "back-payment-b", Document: "地区规定：补缴本金和利息，按所属月份记入", From: rules1998}
	TransferRule     = RuleVersion{ID: "transfer-2010", Document: "国办发〔2009〕66号：年内转移只转年初储存额和当年记账本金，当年利息由转入地按全年计", From: calendar.Date{Year: 2010, Month: 1, Day: 1}}
	FullMonthRule    = RuleVersion{ID: "full-month-1998", Document: "劳办发〔1997〕116号：单位和个人都足额缴纳的月份才计月数、记入账户", From: rules1998}
)

// Versions lists every rule version that a figure may name. A changed rule gets a new version and keeps the old one: statements that it made still say so.
func Versions() []RuleVersion {
	return []RuleVersion{FullMonthRule, Share11, Share8, MonthProductRule, AnnualRule, OnPaymentRule, AsOnTimeRule, TransferRule}
}

// VersionByID finds a version that a figure names.
func VersionByID(id string) (RuleVersion, bool) {
	for _, version := range Versions() {
		if version.ID == id {
			return version, true
		}
	}
	return RuleVersion{}, false
}

// Versions are the rule versions by which an account was made in such a setting: its shares as Year.Shares names them, the method, the policy.
func (s Setting) Versions(shares []string) []RuleVersion {
	var versions []RuleVersion
	for _, id := range shares {
		if version, ok := VersionByID(id); ok {
			versions = append(versions, version)
		}
	}
	method, policy := MonthProductRule, OnPaymentRule
	if s.Method == Annual {
		method = AnnualRule
	}
	if s.Policy == CreditAsOnTime {
		policy = AsOnTimeRule
	}
	return append(versions, method, policy)
}

// ErrLocalRule says that a period before 1998 needs the rule of its place.
var ErrLocalRule = errors.New("account: contributions before 1998 need a local rule")

// Credit is what one contribution row brings to the account, in the two sub-ledgers.
type Credit struct{ Personal, Employer money.Fen }

// CreditOf is the share of a row that goes into the account: nothing unless it is paid in full; from 2006 the person's own payment, from 1998 to 2005
// 11 % of the base, of which the person's own payment is one part. Errors: ErrLocalRule, money.ErrOverflow.
func CreditOf(r contribution.Row) (Credit, RuleVersion, error) {
	if !r.Insurance.IsPension() || !r.PaidInFull() {
		return Credit{}, RuleVersion{}, nil
	}
	switch {
	case r.Period >= 200601:
		return Credit{Personal: r.PersonPaid}, Share8, nil
	case r.Period >= 199801:
		whole, err := money.MulDiv(r.Base, 11, 100)
		if err != nil {
			return Credit{}, RuleVersion{}, err
		}
		return Credit{Personal: min(r.PersonPaid, whole), Employer: whole - min(r.PersonPaid, whole)}, Share11, nil
	}
	return Credit{}, RuleVersion{}, fmt.Errorf("period %s: %w", r.Period, ErrLocalRule)
}

// Policy says what a late payment earns (domain: regional practice).
type Policy uint8

// The policies.
const (
	CreditOnPayment Policy = iota // A: principal of the month of payment
	CreditAsOnTime                // B: credited to its own month; the payer also pays the lost interest
)

// CreditedIn is the month in which a row's credit is booked: its own when it came by the region's due date or the policy is B, else the month of payment. A payment that came in
// time is its own month's also where the due date lies in the next.
func (s Setting) CreditedIn(r contribution.Row) calendar.Period {
	if s.Policy == CreditAsOnTime || r.PaidOn.IsZero() || !r.PaidOn.After(s.Due.Date(r.Period)) {
		return r.Period
	}
	return max(r.Period, r.PaidOn.Period())
}
