package ledger

import (
	"maps"
	"slices"
)

// Reason is the code of why a row was refused. A row has one: that of its first wrong column.
type Reason string

// The reasons, as the rejects file names them; those marked + are added to the list of the import format.
const (
	ReasonColumns         Reason = "columns"          // not as many cells as the header has
	ReasonQuote           Reason = "quote"            // + text after a closing quote, or a quote that is closed nowhere near
	ReasonIDCheckDigit    Reason = "id_check_digit"   // GB 11643
	ReasonIDLength        Reason = "id_length"        // neither 18 nor 15 characters, or no length of its ID type
	ReasonIDCharacters    Reason = "id_characters"    // + something else than digits and the last X
	ReasonIDBirthDate     Reason = "id_birth_date"    // + a birth date that is in no calendar, or after today
	ReasonUnknownPerson   Reason = "unknown_person"   // a good number that the ledger does not know
	ReasonUSCCCheck       Reason = "uscc_check"       // GB 32100: length, characters or check character
	ReasonUnknownEmployer Reason = "unknown_employer" // a good code that the ledger does not know
	ReasonInsurance       Reason = "insurance"        // neither a known number nor a known name
	ReasonPeriod          Reason = "period"           // no month, or one that is further than the next
	ReasonDate            Reason = "date"             // no day, one after today, or none where something is paid
	ReasonNegative        Reason = "negative_amount"
	ReasonDecimals        Reason = "amount_decimals" // more than two
	ReasonText            Reason = "amount_text"     // no number, or an empty cell
	ReasonOverflow        Reason = "amount_overflow" // above ten billion yuan
	ReasonPaidExceedsDue  Reason = "paid_exceeds_due"
	ReasonName            Reason = "name"         // empty, or longer than 200 characters
	ReasonRegion          Reason = "region"       // not six digits
	ReasonStatus          Reason = "status"       // + a status that the format does not know
	ReasonSex             Reason = "sex"          // + neither 男 nor 女
	ReasonMobile          Reason = "mobile"       // + not 11 digits that begin with 1
	ReasonCardNumber      Reason = "card_number"  // + not 8 or 9 letters and digits
	ReasonYear            Reason = "year"         // + no year from 1990 to this one
	ReasonRate            Reason = "rate"         // + no percentage with at most seven decimals
	ReasonProvisional     Reason = "provisional"  // + neither 是 nor 否
	ReasonPolicy          Reason = "policy"       // + neither A nor B
	ReasonMethod          Reason = "method"       // + a method of interest that the rules do not know
	ReasonDueDay          Reason = "due_day"      // + no last day of payment in this or the next month
	ReasonHolidayDate     Reason = "holiday_date" // + no day, or one that no notice can be about yet
	ReasonHolidayKind     Reason = "holiday_kind" // + neither 放假 nor 上班, or a Monday to Friday that is worked in exchange
	ReasonEventNumber     Reason = "event_number" // + no number of the agency's own, or one longer than 64 characters
	ReasonEventKind       Reason = "event_kind"   // + none of 转入 转出 离退休 死亡 调整 终止
	ReasonEventAmount     Reason = "event_amount" // + an amount where none belongs, or none where one is wanted
	ReasonEventNote       Reason = "event_note"   // + a correction without its reason, or a note longer than 200 characters
	ReasonEventState      Reason = "event_state"  // + neither 有效 nor 撤销
	ReasonOpeningPart     Reason = "opening_part" // + an employer's part above the opening balance it is part of
	ReasonDayTwice        Reason = "day_twice"    // + a day that the file sets twice, in two ways
)

var sentences = map[Reason]string{
	ReasonColumns:         "列数与表头不同",
	ReasonQuote:           "引号位置不对：含引号的内容应整格用引号括起，内部引号写两个",
	ReasonIDCheckDigit:    "证件号码校验码不符（GB 11643）",
	ReasonIDLength:        "证件号码长度不对",
	ReasonIDCharacters:    "证件号码含有不允许的字符",
	ReasonIDBirthDate:     "证件号码中的出生日期不存在，或晚于今天",
	ReasonUnknownPerson:   "没有这个参保人员，请先导入人员",
	ReasonUSCCCheck:       "统一社会信用代码校验码不符（GB 32100）",
	ReasonUnknownEmployer: "没有这个单位，请先导入单位",
	ReasonInsurance:       "险种未知，应为 110、120、210、310、410、510 或名称",
	ReasonPeriod:          "费款所属期应为 YYYYMM 或 YYYY-MM，且不晚于下月",
	ReasonDate:            "日期不存在、晚于今天，或已有实缴却没有到账日期",
	ReasonNegative:        "金额不能为负",
	ReasonDecimals:        "金额最多两位小数",
	ReasonText:            "金额不是数字",
	ReasonOverflow:        "金额过大",
	ReasonPaidExceedsDue:  "实缴不能大于应缴",
	ReasonName:            "名称不能为空或过长",
	ReasonRegion:          "行政区划代码应为六位数字",
	ReasonStatus:          "状态未知",
	ReasonSex:             "性别应为男或女",
	ReasonMobile:          "手机号码应为 11 位数字",
	ReasonCardNumber:      "社会保障卡号应为 8 至 9 位字母和数字",
	ReasonYear:            "年度应为 1990 年至今的四位年份",
	ReasonRate:            "记账利率应为百分数，如 3.97",
	ReasonProvisional:     "是否暂定应为是或否",
	ReasonPolicy:          "补缴记账办法应为 A（记入到账当月）或 B（按原所属期记账）",
	ReasonDueDay:          "缴费截止日应写作 当月25日、次月15日 或 当月末",
	ReasonMethod:          "计息办法应为月积数法或年度计算法",
	ReasonHolidayDate:     "日期不存在，或早于 2000 年、晚于后年",
	ReasonHolidayKind:     "安排应为放假或上班；调休上班只能在周六、周日",
	ReasonEventNumber:     "业务流水号不能为空或超过 64 个字符",
	ReasonEventKind:       "变动类型应为转入、转出、离退休、死亡、终止或调整",
	ReasonEventAmount:     "金额不合这一变动类型：转入填年初储存额和变动当月及以前的本金，调整填非零金额，其余不填金额",
	ReasonEventNote:       "调整应说明事由，说明不超过 200 个字符",
	ReasonEventState:      "记录状态应为有效或撤销",
	ReasonOpeningPart:     "期初单位划转部分不能大于期初账户余额",
	ReasonDayTwice:        "同一天在文件中有两种安排",
}

// Sentence says to the agency's clerk what is wrong and what would be right.
func (r Reason) Sentence() string { return sentences[r] }

// Reasons lists every reason.
func Reasons() []Reason { return slices.Sorted(maps.Keys(sentences)) }

// problem is one refused cell.
type problem struct {
	reason Reason
	field  string // column as the file names it
	value  string
}
