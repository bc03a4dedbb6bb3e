package calc

// fields says what a calculation takes and gives, for people at a terminal; a test holds it to what is read and written.
var fields = map[string]string{
	"late-fee": `in   principal first_day, and last_day or paid_on with convention (through_payment_day, day_before_payment)
     payments [{date, amount}]  insurance (110 … 510 or its name)  period or period_end  cap (none, principal)  deferred [[from, to]]
     bankruptcy_declared bankruptcy_accepted bankruptcy_stop (declared, accepted)  old_arrears (national_since, local_only)
     local_rules [{from, to, daily_rate, document}]
     without dates: days daily_rate, or principal_each days_each daily_rate
out  amount capped uncapped exact stopped
     segments [{principal, from, to, days, daily_rate, amount, amount_exact, basis}]`,
	"interest": `in   method (month_product, annual, month_product_partial)  opening annual_rate, such as 0.0150
     credits_by_month {"1": …, "12": …} or credited_in_year (annual)  through_month (month_product_partial); these may stand in an object named inputs
out  interest_on_opening interest_on_current closing`,
	"repayment": `in   payment current_due  pre_regulation_arrears and post_regulation_arrears [["1998-01", amount]]  policy (notice_2001 or 2001, rolling_1997 or 1997)
out  mode allocations left_over`,
	"id": `in   number
out  valid normalized birth_date sex region_code reason (length, alphabet, birth_date, checksum)`,
	"uscc": `in   code
out  valid normalized reason (length, alphabet, checksum)`,
	"workdays": `in   start working_days (the start is not counted)
out  date provisional`,
}

// Fields says what the calculation of that name takes and gives: one JSON object a line, amounts in yuan, days as 2026-01-31.
func Fields(name string) string { return fields[name] }
