package notice

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"shebao/complaints/arrears"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// Paper is a document as it is printed: plain parts that a page and a PDF draw alike. It is kept with the document and never made again.
type Paper struct {
	Title      string   `json:"title"`
	Number     string   `json:"number"`
	Issuer     string   `json:"issuer"`
	To         string   `json:"to"`
	Parts      []Part   `json:"parts"`
	Signatures []string `json:"signatures"` // lines to be signed by hand
	Date       string   `json:"date"`
	Slip       []Pair   `json:"slip"` // the service slip (送达回证), to be filled by hand
}

// Part is a heading with paragraphs, facts or a table below it; each may be missing.
type Part struct {
	Heading    string   `json:"heading"`
	Paragraphs []string `json:"paragraphs"`
	Pairs      []Pair   `json:"pairs"`
	Table      *Table   `json:"table"`
}

// Pair is a term and its value.
type Pair struct {
	Term  string `json:"term"`
	Value string `json:"value"`
}

// Table of figures; Numeric columns are set right.
type Table struct {
	Caption string     `json:"caption"`
	Columns []string   `json:"columns"`
	Numeric []bool     `json:"numeric"`
	Rows    [][]string `json:"rows"`
	Total   []string   `json:"total"`
}

// Figures are those of the kept calculation that a document copies.
type Figures struct {
	PaidOn calendar.Date
	Rule   string
	Result arrears.Result
}

// Source is what a document is made from besides its fields.
type Source struct {
	Agency  Agency
	Number  string // none in a preview
	On      calendar.Date
	CaseNo  string
	Figures *Figures
	Issued  []Issued
}

// ErrPlaceholder says that something in a finished document was left to be filled.
var ErrPlaceholder = errors.New("notice: a placeholder is left in the document")

// Build makes the document. v has passed Check. Error: ErrPlaceholder.
func Build(k Kind, v Values, s Source) (Paper, error) {
	p := Paper{Title: k.Title(), Number: s.Number, Issuer: s.Agency.Name, To: v["unit"], Date: chineseDate(s.On)}
	b := builder{k, v, s, &p}
	switch k {
	case AuditNotice:
		b.auditNotice()
	case InquiryRecord:
		b.inquiryRecord()
	case AuditOpinion:
		b.auditOpinion()
	case CleanResult:
		b.cleanResult()
	case PenaltyProposal:
		b.penaltyProposal()
	case Demand:
		b.demand()
	case Rectification:
		b.rectification()
	case EnforcementWarning:
		b.enforcementWarning()
	case TransferLetter:
		b.transferLetter()
	case Refusal:
		b.refusal()
	case Reply:
		b.reply()
	case PublicationNotice:
		b.publicationNotice()
	}
	b.close()
	for _, text := range p.texts() {
		if placeholder.MatchString(text) {
			return Paper{}, fmt.Errorf("%w: %s", ErrPlaceholder, k)
		}
	}
	return p, nil
}

// texts are all words of the paper but those of the slip, which are left to be filled by hand.
func (p Paper) texts() []string {
	list := []string{p.Title, p.Number, p.Issuer, p.To, p.Date}
	for _, part := range p.Parts {
		list = append(append(list, part.Heading), part.Paragraphs...)
		for _, pair := range part.Pairs {
			list = append(list, pair.Term, pair.Value)
		}
		if part.Table != nil {
			for _, row := range append(part.Table.Rows, part.Table.Total) {
				list = append(list, row...)
			}
		}
	}
	return list
}

type builder struct {
	kind Kind
	v    Values
	s    Source
	p    *Paper
}

func (b builder) say(heading string, paragraphs ...string) {
	var lines []string
	for _, text := range paragraphs {
		for _, line := range strings.Split(text, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
	}
	if len(lines) > 0 {
		b.p.Parts = append(b.p.Parts, Part{Heading: heading, Paragraphs: lines})
	}
}

func (b builder) list(heading string, pairs ...Pair) {
	var kept []Pair
	for _, pair := range pairs {
		if pair.Value != "" {
			kept = append(kept, pair)
		}
	}
	b.p.Parts = append(b.p.Parts, Part{Heading: heading, Pairs: kept})
}

func (b builder) unit() {
	b.list("单位", Pair{"单位名称", b.v["unit"]}, Pair{"统一社会信用代码", b.v["uscc"]}, Pair{"社会保险登记号", b.v["registration"]})
}

func (b builder) inspectors() {
	if b.v["inspector1"] != "" {
		b.list("承办人员", Pair{b.v["inspector1"], "执法证件号 " + b.v["card1"]}, Pair{b.v["inspector2"], "执法证件号 " + b.v["card2"]})
	}
}

func (b builder) contact() {
	a := b.s.Agency
	b.list("联系方式", Pair{"联系人", a.Contact}, Pair{"联系电话", a.Phone}, Pair{"地址", a.Address})
}

func (b builder) paying() {
	a := b.s.Agency
	b.list("缴款方式", Pair{"收款户名", a.Holder}, Pair{"开户银行", a.Bank}, Pair{"账号", a.Account}, Pair{"现场缴款地点", a.Place})
}

// heard is the right to state and defend (行政强制法 art. 36, 行政处罚法 art. 45); a warning must name it.
func (b builder) heard() {
	b.say("陈述和申辩的权利", "你单位收到本文书后，有权进行陈述和申辩。可以在上述期限内以书面形式提交，也可以到上述地址当面提出；本机关将充分听取并记录、复核。")
}

func (b builder) appeal() {
	b.say("救济途径", fmt.Sprintf("如不服本决定，可以自收到本文书之日起六十日内向%s申请行政复议，或者自收到本文书之日起六个月内依法向%s提起行政诉讼。", b.s.Agency.Review, b.s.Agency.Court))
}

// earlier is the number of the last document of a kind, or nothing.
func (b builder) earlier(k Kind) string {
	n, _ := Situation{Issued: b.s.Issued}.latest(k)
	return n.Number
}

func (b builder) days() string { return b.v["days"] }

// close adds what every document ends with.
func (b builder) close() {
	if b.kind != InquiryRecord {
		b.contact()
	}
	if b.kind.Served() {
		b.p.Slip = []Pair{{"送达文书", b.p.Title + " " + b.s.Number}, {"受送达人", b.p.To}, {"送达地点", ""}, {"送达方式", "□直接　□留置　□邮寄　□委托　□公告"}, {"受送达人签名或盖章、收到日期", ""},
			{"代收人及与受送达人的关系", ""}, {"拒收事由、见证人签名及日期", ""}, {"送达人（两人）签名", ""}}
	}
}

// figures adds the tables of a calculation: what is owed by month and insurance, and how the late fee was counted.
func (b builder) figures() {
	f := b.s.Figures
	if f == nil {
		return
	}
	owed := &Table{Caption: "欠缴明细（金额单位：元）", Columns: []string{"所属期", "险种", "人数", "缴费基数", "应缴", "已缴", "欠缴"}, Numeric: []bool{false, false, true, true, true, true, true}}
	fees := &Table{Caption: "滞纳金计算明细（金额单位：元，计至" + chineseDate(f.PaidOn) + "）", Columns: []string{"所属期", "险种", "欠缴本金", "起", "止", "天数", "日比例", "滞纳金"},
		Numeric: []bool{false, false, true, false, false, true, true, true}}
	var bases []string
	for _, row := range f.Result.Rows {
		if row.Owed == 0 {
			continue
		}
		owed.Rows = append(owed.Rows, []string{row.Period.String(), InsuranceName(row.Insurance), strconv.Itoa(row.Persons), row.Base.Grouped(), (row.Due + row.Gap).Grouped(), row.Paid.Grouped(), row.Owed.Grouped()})
		for _, s := range row.Segments {
			fees.Rows = append(fees.Rows, []string{row.Period.String(), InsuranceName(row.Insurance), s.Principal.Grouped(), s.From.String(), s.To.String(), strconv.Itoa(s.Days), s.Rate.PerMille() + "‰", s.Amount.Grouped()})
			if !contains(bases, s.Basis) {
				bases = append(bases, s.Basis)
			}
		}
	}
	sum := f.Result.Sum
	owed.Total = []string{"合计", "", "", "", (sum.Due + sum.Gap).Grouped(), sum.Paid.Grouped(), sum.Owed.Grouped()}
	fees.Total = []string{"合计", "", "", "", "", "", "", sum.Fee.Grouped()}
	if len(owed.Rows) > 0 {
		b.p.Parts = append(b.p.Parts, Part{Heading: "欠缴金额", Table: owed})
	}
	if len(fees.Rows) > 0 {
		note := "滞纳金按欠缴本金逐日计算，不计复利，持续计算至实际缴清之日。"
		if sum.Fee != sum.Uncapped {
			note += "依照《行政强制法》第四十五条第二款，滞纳金不超过本金；不设上限时为" + sum.Uncapped.Grouped() + "元。"
		}
		b.p.Parts = append(b.p.Parts, Part{Heading: "滞纳金", Table: fees, Paragraphs: append([]string{note}, bases...)})
	}
	b.lostInterest(f.Result.Interest)
}

// lostInterest says what the payer owes to the workers' accounts besides, and by which rule.
func (b builder) lostInterest(lost arrears.Interest) {
	var said []string
	if lost.Amount > 0 {
		said = append(said, fmt.Sprintf("本地区补缴的基本养老保险费按原所属期记入职工个人账户，账户因欠缴少得的利息由缴费单位随本金一并缴纳。涉及 %d 人 %d 个月，按各年度记账利率计至%s，计 %s 元。",
			lost.Persons, lost.Months, chineseDate(lost.Through), lost.Amount.Grouped()))
	}
	if lost.Open > 0 {
		said = append(said, fmt.Sprintf("此前缴清本金的月份，应随本金缴纳的补缴利息尚有 %s 元未缴。", lost.Open.Grouped()))
	}
	if len(said) > 0 {
		b.say("补缴利息", append(said, "依据："+lost.Basis+"。")...)
	}
}

func contains(list []string, text string) bool {
	for _, t := range list {
		if t == text {
			return true
		}
	}
	return false
}

// sums are the clear amounts that a document demands.
func (b builder) sums() {
	if f := b.s.Figures; f != nil {
		sum := f.Result.Sum
		pairs := []Pair{{"欠缴本金", yuan(sum.Owed)}, {"滞纳金（计至" + f.PaidOn.String() + "）", yuan(sum.Fee)}}
		if open := f.Result.OpenFee; open > 0 {
			pairs = append(pairs, Pair{"此前缴款已计收、未缴的滞纳金", yuan(open)})
		}
		if lost := f.Result.Interest; lost.Amount > 0 {
			pairs = append(pairs, Pair{"补缴利息（计至" + lost.Through.String() + "）", yuan(lost.Amount)})
		}
		if open := f.Result.Interest.Open; open > 0 {
			pairs = append(pairs, Pair{"此前未缴的补缴利息", yuan(open)})
		}
		total := f.Result.Total()
		b.list("应缴合计", append(pairs, Pair{"合计", yuan(total) + "（" + Capital(total) + "）"})...)
	}
}

func yuan(f money.Fen) string { return f.Grouped() + " 元" }

func chineseDate(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day)
}

// dayOf writes a date field as documents do.
func (b builder) dayOf(name string) string {
	d, err := calendar.ParseDate(b.v[name])
	if err != nil {
		return b.v[name]
	}
	return chineseDate(d)
}

var insuranceNames = map[contribution.Insurance]string{contribution.EmployeePension: "企业职工基本养老保险", contribution.InstitutionPension: "机关事业单位基本养老保险", contribution.Unemployment: "失业保险",
	contribution.EmployeeMedical: "职工基本医疗保险", contribution.WorkInjury: "工伤保险", contribution.Maternity: "生育保险"}

// InsuranceName is an insurance's name as documents write it.
func InsuranceName(i contribution.Insurance) string { return insuranceNames[i] }
