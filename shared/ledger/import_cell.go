package ledger

import (
	"errors"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/money"
)

// column is one known column: its Chinese header, its English name, whether a file can do without it.
type column struct {
	chinese, english string
	optional         bool
}

func knownColumns(kind Kind) []column {
	switch kind {
	case Employers:
		return []column{{"统一社会信用代码", "uscc", false}, {"单位名称", "name", false}, {"行政区划代码", "region", false}, {"登记日期", "registered_on", true}, {"单位状态", "status", true}, {"经济类型", "ownership", true}}
	case Persons:
		return []column{{"证件类型", "id_type", true}, {"证件号码", "id_number", false}, {"姓名", "name", false}, {"性别", "sex", true}, {"出生日期", "birth_date", true}, {"社会保障卡号", "card_number", true},
			{"手机号码", "mobile", true}, {"人员状态", "status", true}, {"期初账户余额", "opening_balance", true}, {"期初单位划转部分", "opening_employer", true}, {"期初余额日期", "opening_on", true}}
	case Events:
		known := []column{{"证件号码", "id_number", false}, {"业务流水号", "number", false}, {"变动类型", "kind", false}, {"变动日期", "on", false}, {"个人部分", "personal", true}, {"单位部分", "employer", true},
			{"说明", "note", true}, {"记录状态", "state", true}, {"转入地区代码", "region", true}}
		for month := range 12 {
			n := strconv.Itoa(month + 1)
			known = append(known, column{n + "月本金", "month_" + n, true})
		}
		return known
	case Rates:
		return []column{{"行政区划代码", "region", true}, {"险种", "scheme", true}, {"年度", "year", true}, {"起始日期", "from", true}, {"终止日期", "to", true}, {"记账利率", "rate", false}, {"是否暂定", "provisional", true}, {"依据", "source", false}}
	case Rules:
		return []column{{"行政区划代码", "region", true}, {"补缴记账办法", "back_payment_policy", false}, {"计息办法", "interest_method", false}, {"缴费截止日", "due", true}}
	case Holidays:
		return []column{{"日期", "date", false}, {"安排", "kind", false}, {"依据", "source", false}}
	}
	return []column{{"证件号码", "id_number", false}, {"统一社会信用代码", "uscc", false}, {"险种", "insurance", false}, {"费款所属期", "period", false}, {"缴费基数", "base", false},
		{"单位应缴", "employer_due", false}, {"单位实缴", "employer_paid", false}, {"个人应缴", "person_due", false}, {"个人实缴", "person_paid", false}, {"到账日期", "paid_on", false}}
}

// columns says where a file keeps each known column.
type columns struct {
	index   map[string]int // English name → position
	header  map[string]string
	unknown []string
	count   int
	serials bool // dates may be a spreadsheet's day numbers
}

// columnsOf reads a header of Chinese or English names in any order. Error: fault.Invalid (import.header) naming what is missing.
func columnsOf(kind Kind, header []string) (columns, error) {
	c := columns{index: map[string]int{}, header: map[string]string{}, count: len(header)}
	known := map[string]string{}
	for _, k := range knownColumns(kind) {
		known[k.chinese], known[k.english] = k.english, k.english
	}
	for i, cell := range header {
		name := cleaned(cell)
		english, ok := known[strings.ToLower(name)]
		if !ok {
			c.unknown = append(c.unknown, name)
			continue
		}
		if _, twice := c.index[english]; twice {
			return c, fault.New(fault.Invalid, "import.header_twice", name)
		}
		c.index[english], c.header[english] = i, name
	}
	var missing []string
	for _, k := range knownColumns(kind) {
		if _, ok := c.index[k.english]; !ok && !k.optional {
			missing = append(missing, k.chinese)
		}
	}
	if len(missing) > 0 {
		return c, fault.New(fault.Invalid, "import.header", strings.Join(missing, "、"))
	}
	return c, nil
}

// row reads cells by column and keeps the first problem.
type row struct {
	cells   [][]byte
	columns columns
	problem *problem
}

func (r *row) cell(name string) string {
	i, ok := r.columns.index[name]
	if !ok {
		return ""
	}
	return cleaned(string(r.cells[i]))
}

func (r *row) wrong(reason Reason, name, value string) {
	if r.problem == nil {
		r.problem = &problem{reason, r.columns.header[name], value}
	}
}

// cleaned trims and normalizes (NFKC); most cells are plain ASCII already.
func cleaned(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return strings.TrimSpace(norm.NFKC.String(s))
		}
	}
	return strings.TrimSpace(s)
}

func (r *row) amount(name string) money.Fen {
	amount := r.signedAmount(name)
	if amount < 0 {
		r.wrong(ReasonNegative, name, r.cell(name))
	}
	return amount
}

// maxAmount of a cell is ten billion yuan: far above any contribution or account, and far enough below money.Limit that a slip can be added up and bear a late fee for decades without
// stopping the sums of everybody else.
const maxAmount = money.Fen(1_000_000_000_000)

func (r *row) signedAmount(name string) money.Fen {
	text := r.cell(name)
	amount, err := money.Parse(text)
	switch {
	case errors.Is(err, money.ErrDecimals):
		r.wrong(ReasonDecimals, name, text)
	case errors.Is(err, money.ErrOverflow) || amount > maxAmount || amount < -maxAmount:
		r.wrong(ReasonOverflow, name, text)
	case err != nil:
		r.wrong(ReasonText, name, text)
	}
	return amount
}

// date reads an optional date that may not lie after today.
func (r *row) date(name string, today calendar.Date) calendar.Date {
	text := r.cell(name)
	if text == "" {
		return calendar.Date{}
	}
	d, err := calendar.ParseDate(text)
	if serial, ok := serialDate(text); ok && r.columns.serials {
		d, err = serial, nil
	}
	if err != nil || d.After(today) {
		r.wrong(ReasonDate, name, text)
	}
	return d
}

// personNumber reads the number of a known person, whose ID type this file does not say, and what is wrong when nobody has it: travel permits and passports may be digits alone
// (台湾居民来往大陆通行证 has eight), so that a number too short for a citizen's is refused only once it is looked up.
func (r *row) personNumber(name string) (number string, unknown Reason) {
	text := strings.ToUpper(r.cell(name))
	number, err := identity.ParseNumber(text)
	if err != nil {
		r.wrong(idReason(err), name, text)
	}
	if len(number) < 18 && strings.Trim(strings.TrimSuffix(number, "X"), "0123456789") == "" {
		return number, ReasonIDLength
	}
	return number, ReasonUnknownPerson
}

func idReason(err error) Reason {
	switch {
	case errors.Is(err, identity.ErrLength):
		return ReasonIDLength
	case errors.Is(err, identity.ErrBirthDate):
		return ReasonIDBirthDate
	case errors.Is(err, identity.ErrCheck):
		return ReasonIDCheckDigit
	}
	return ReasonIDCharacters
}

func (r *row) uscc(name string) identity.USCC {
	text := r.cell(name)
	code, err := identity.ParseUSCC(text)
	if err != nil {
		r.wrong(ReasonUSCCCheck, name, text)
	}
	return code
}

func (r *row) insurance(name string) contribution.Insurance {
	text := r.cell(name)
	for kind, names := range insuranceNames {
		for _, known := range names {
			if text == known {
				return kind
			}
		}
	}
	r.wrong(ReasonInsurance, name, text)
	return 0
}

var insuranceNames = map[contribution.Insurance][]string{
	contribution.EmployeePension:    {"110", "企业职工基本养老保险", "企业职工养老", "职工养老"},
	contribution.InstitutionPension: {"120", "机关事业单位养老", "机关事业单位养老保险", "机关事业单位基本养老保险"},
	contribution.Unemployment:       {"210", "失业", "失业保险"},
	contribution.EmployeeMedical:    {"310", "职工基本医疗", "职工基本医疗保险", "医疗"},
	contribution.WorkInjury:         {"410", "工伤", "工伤保险"},
	contribution.Maternity:          {"510", "生育", "生育保险"},
}

func (r *row) period(name string, today calendar.Date) calendar.Period {
	text := r.cell(name)
	p, err := calendar.ParsePeriod(text)
	if err != nil || p > today.Period().Add(1) {
		r.wrong(ReasonPeriod, name, text)
	}
	return p
}

func (r *row) name(name string) string {
	text := r.cell(name)
	if text == "" || len([]rune(text)) > 200 {
		r.wrong(ReasonName, name, text)
	}
	return text
}
