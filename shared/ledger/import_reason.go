package ledger

// Reason is the code of why a row was refused.
type Reason string

// The reasons, as the rejects file names them.
const (
	ReasonColumns         Reason = "columns"
	ReasonQuote           Reason = "quote"
	ReasonIDCheckDigit    Reason = "id_check_digit"
	ReasonIDLength        Reason = "id_length"
	ReasonIDCharacters    Reason = "id_characters"
	ReasonIDBirthDate     Reason = "id_birth_date"
	ReasonIDType          Reason = "id_type"
	ReasonUnknownPerson   Reason = "unknown_person"
	ReasonUSCCCheck       Reason = "uscc_check"
	ReasonUnknownEmployer Reason = "unknown_employer"
	ReasonInsurance       Reason = "insurance"
	ReasonPeriod          Reason = "period"
	ReasonDate            Reason = "date"
	ReasonNegative        Reason = "negative_amount"
	ReasonDecimals        Reason = "amount_decimals"
	ReasonText            Reason = "amount_text"
	ReasonOverflow        Reason = "amount_overflow"
	ReasonPaidExceedsDue  Reason = "paid_exceeds_due"
	ReasonName            Reason = "name"
	ReasonRegion          Reason = "region"
	ReasonStatus          Reason = "status"
	ReasonSex             Reason = "sex"
	ReasonMobile          Reason = "mobile"
	ReasonCardNumber      Reason = "card_number"
)

// Sentence says to the agency's clerk what is wrong and what would be right.
func (r Reason) Sentence() string {
	return map[Reason]string{
		ReasonColumns: "列数与表头不同", ReasonQuote: "引号位置不对，含引号的内容应整格用引号括起，内部引号写两个", ReasonIDCheckDigit: "证件号码校验码不符（GB 11643）", ReasonIDLength: "证件号码长度不对", ReasonIDCharacters: "证件号码含有不允许的字符",
		ReasonIDBirthDate: "证件号码中的出生日期不存在", ReasonIDType: "证件类型未知", ReasonUnknownPerson: "没有这个参保人员，请先导入人员", ReasonUSCCCheck: "统一社会信用代码校验码不符（GB 32100）",
		ReasonUnknownEmployer: "没有这个单位，请先导入单位", ReasonInsurance: "险种未知，应为 110、120、210、310、410、510 或名称", ReasonPeriod: "费款所属期应为 YYYYMM 或 YYYY-MM",
		ReasonDate: "日期不存在、晚于今天，或已有实缴却没有到账日期", ReasonNegative: "金额不能为负", ReasonDecimals: "金额最多两位小数", ReasonText: "金额不是数字", ReasonOverflow: "金额过大",
		ReasonPaidExceedsDue: "实缴不能大于应缴", ReasonName: "名称不能为空或过长", ReasonRegion: "行政区划代码应为六位数字", ReasonStatus: "状态未知", ReasonSex: "性别应为男或女",
		ReasonMobile: "手机号码应为 11 位数字", ReasonCardNumber: "社会保障卡号应为 8 至 9 位字母和数字",
	}[r]
}

// problem is one refused cell.
type problem struct {
	reason Reason
	field  string // column as the file names it
	value  string
}
