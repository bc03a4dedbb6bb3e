// Package notice makes the documents that the desk serves: which fields each must have, in which order they may be issued, what deadlines follow from serving
// them, and their text. It is pure; the words of the documents are here, in Chinese, since that is the language in which they bind.
package notice

import "slices"

// Kind of a document.
type Kind string

// The kinds, with the rule that asks for each.
const (
	AuditNotice        Kind = "audit_notice"        // 稽核通知书: 稽核办法 art. 10(1)
	InquiryRecord      Kind = "inquiry_record"      // 询问笔录
	AuditOpinion       Kind = "audit_opinion"       // 稽核意见书
	CleanResult        Kind = "clean_result"        // 稽核情况告知书
	PenaltyProposal    Kind = "penalty_proposal"    // 提请行政处罚建议书
	Demand             Kind = "demand"              // 社会保险费催缴通知书: 人社部令第20号
	Rectification      Kind = "rectification"       // 限期改正指令书: 劳社厅发〔2001〕4号 二(三)
	EnforcementWarning Kind = "enforcement_warning" // 催告书: 行政强制法 arts. 35, 54
	TransferLetter     Kind = "transfer_letter"     // 移送函: 社会保险法 art. 82
	Refusal            Kind = "refusal"             // 不予受理决定书: 劳社部令第25号 art. 18
	Reply              Kind = "reply"               // 答复
)

// Kinds in the order in which they are offered.
var Kinds = [...]Kind{AuditNotice, InquiryRecord, AuditOpinion, CleanResult, Demand, Rectification, EnforcementWarning, PenaltyProposal, TransferLetter, Refusal, Reply}

// Known reports whether there is such a kind.
func Known(k Kind) bool { return slices.Contains(Kinds[:], k) }

// about is what is special of each kind.
var about = map[Kind]struct {
	title    string
	letter   string // in the document number
	employer bool   // addressed to the employer, who must learn nothing of a report
	served   bool   // needs proof of service
	figures  bool   // copies a kept calculation
}{
	AuditNotice:        {"社会保险稽核通知书", "通", true, true, false},
	InquiryRecord:      {"询问笔录", "询", true, false, false},
	AuditOpinion:       {"社会保险稽核意见书", "意", true, true, true},
	CleanResult:        {"社会保险稽核情况告知书", "告", true, true, false},
	PenaltyProposal:    {"提请行政处罚建议书", "罚", false, true, true},
	Demand:             {"社会保险费催缴通知书", "催", true, true, true},
	Rectification:      {"限期改正指令书", "改", true, true, true},
	EnforcementWarning: {"催告书", "执", true, true, true},
	TransferLetter:     {"移送函", "移", false, true, false},
	Refusal:            {"不予受理决定书", "拒", false, true, false},
	Reply:              {"答复书", "复", false, true, false},
	PublicationNotice:  {"拟公布欠费单位告知书", "公", true, true, false},
}

// Title of the document.
func (k Kind) Title() string { return about[k].title }

// ToEmployer reports whether the employer reads it.
func (k Kind) ToEmployer() bool { return about[k].employer }

// Served reports whether it is served on somebody, with proof.
func (k Kind) Served() bool { return about[k].served }

// HasFigures reports whether it copies a kept calculation.
func (k Kind) HasFigures() bool { return about[k].figures }

// Input is how a field is filled.
type Input uint8

// The inputs.
const (
	Line Input = iota // one line
	Text              // several
	Day               // a date
	Days              // a number of days
)

// Field of a document that somebody fills or checks.
type Field struct {
	Name     string
	Input    Input
	Optional bool
}

// Fields lists what a kind asks for, in the order of the form. The issuing body, number, date, seal and way of paying come from the region's setting.
func Fields(k Kind) []Field {
	unit := []Field{{Name: "unit"}, {Name: "uscc"}, {Name: "registration", Optional: true}}
	inspectors := []Field{{Name: "inspector1"}, {Name: "card1"}, {Name: "inspector2"}, {Name: "card2"}}
	var own []Field
	switch k {
	case AuditNotice:
		own = []Field{{Name: "audit_on", Input: Day}, {Name: "place"}, {Name: "scope"}, {Name: "contents", Input: Text}, {Name: "method", Input: Text}, {Name: "materials", Input: Text}, {Name: "demands", Input: Text}}
	case InquiryRecord:
		own = []Field{{Name: "asked_on", Input: Day}, {Name: "asked_from"}, {Name: "asked_to"}, {Name: "place"}, {Name: "asked"}, {Name: "post"}, {Name: "recorder"}, {Name: "talk", Input: Text}, {Name: "unsigned", Optional: true}}
	case AuditOpinion:
		own = []Field{{Name: "audit_ended", Input: Day}, {Name: "facts", Input: Text}, {Name: "articles", Input: Text}, {Name: "opinion", Input: Text}, {Name: "days", Input: Days}}
	case CleanResult:
		own = []Field{{Name: "audit_ended", Input: Day}, {Name: "scope"}, {Name: "result", Input: Text}}
	case PenaltyProposal:
		own = []Field{{Name: "to"}, {Name: "facts", Input: Text}, {Name: "evidence", Input: Text}, {Name: "articles", Input: Text}, {Name: "proposal", Input: Text}}
	case Demand:
		own = []Field{{Name: "facts", Input: Text}, {Name: "days", Input: Days}}
	case Rectification:
		own = []Field{{Name: "facts", Input: Text}, {Name: "articles", Input: Text}, {Name: "order", Input: Text}, {Name: "days", Input: Days}}
	case EnforcementWarning:
		own = []Field{{Name: "decision"}, {Name: "duty", Input: Text}, {Name: "days", Input: Days}}
	case TransferLetter:
		own = []Field{{Name: "to"}, {Name: "matter", Input: Text}, {Name: "why", Input: Text}, {Name: "attached", Input: Text, Optional: true}}
		unit[1].Optional = true // a matter is handed over even when the employer is in no register
	case Refusal:
		return []Field{{Name: "matter", Input: Text}, {Name: "why", Input: Text}, {Name: "articles", Input: Text}, {Name: "where", Input: Text}}
	case Reply:
		return []Field{{Name: "matter", Input: Text}, {Name: "found", Input: Text}, {Name: "done", Input: Text}, {Name: "further", Input: Text, Optional: true}}
	}
	if k == TransferLetter {
		return append(own[:1:1], append(unit, own[1:]...)...)
	}
	return append(append(unit, own...), inspectors...)
}
