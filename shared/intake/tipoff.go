// Package intake is where a tip-off crosses from portal and hotline to the complaint desk, and where what the reporter may read comes
// back. The public side holds only public keys: it can file, and afterwards read nothing but what the reporter's own receipt code opens.
package intake

import (
	"slices"

	"shebao/shared/calendar"
	"shebao/shared/fault"
)

// Channel is the way a tip-off came in.
type Channel string

// The channels.
const (
	Web      Channel = "web"
	Phone    Channel = "phone"
	Operator Channel = "operator"
)

// Kind is what the tip-off is about; the route at the desk is decided by it.
type Kind string

// The kinds.
const (
	NotRegistered Kind = "not_registered" // 未参保登记
	Unpaid        Kind = "unpaid"         // 未缴、欠缴
	Underpaid     Kind = "underpaid"      // 少报基数、少缴
	Fraud         Kind = "fraud"          // 骗保、冒领: fund supervision
	Other         Kind = "other"
	Objection     Kind = "record" // 权益记录异议: the record is wrong (社会保险个人权益记录管理办法 art. 16); asked on a page of its own
)

// Kinds in the order in which people are asked.
var Kinds = [...]Kind{Unpaid, Underpaid, NotRegistered, Fraud, Other}

// Matter is what an objection says is wrong with the record.
type Matter string

// The matters.
const (
	MissingMonths Matter = "missing"  // paid, but not on record
	WrongBase     Matter = "base"     // the contribution base
	WrongEmployer Matter = "employer" // booked with another employer
	WrongAccount  Matter = "account"  // the personal account's figures
	WrongPerson   Matter = "person"   // name, number, birth date
)

// Matters in the order in which people are asked.
var Matters = [...]Matter{MissingMonths, WrongBase, WrongEmployer, WrongAccount, WrongPerson}

// TipOff is what the reporter says. It is sealed to the desk's content key; nothing in it names the reporter.
type TipOff struct {
	Channel      Channel         `json:"channel"`
	Kind         Kind            `json:"kind"`
	EmployerUSCC string          `json:"employer_uscc,omitempty"` // when the employer was found in the register
	EmployerName string          `json:"employer_name"`           // as found, or as the reporter gave it
	Region       string          `json:"region,omitempty"`        // six digits
	From         calendar.Period `json:"from,omitempty"`
	To           calendar.Period `json:"to,omitempty"` // none means "still going on"
	Words        string          `json:"words,omitempty"`
	Named        bool            `json:"named"`
	OwnRights    bool            `json:"own_rights"` // the reporter's own contributions: 投诉 rather than 举报
	Language     string          `json:"language,omitempty"`
	Matter       Matter          `json:"matter,omitempty"`   // of an objection only
	TakenBy      int32           `json:"taken_by,omitempty"` // the member of staff who wrote it down, of the channel operator
	// OwnMonths are the months that the record of a named reporter lacks with the employer, as it was at filing (contribution.WriteGaps). The desk can read them, and not whose they are.
	OwnMonths string `json:"own_months,omitempty"`
	ByHelper  bool   `json:"by_helper,omitempty"` // somebody filed it in the reporter's name (授权代办人): whoever holds the receipt may be the helper
}

// Reporter is who a named tip-off is from. It is sealed apart, to the identity key that two people open.
type Reporter struct {
	PersonID      int64  `json:"person_id,omitempty"`
	Name          string `json:"name"`
	IDNumber      string `json:"id_number,omitempty"`
	Mobile        string `json:"mobile,omitempty"`
	SafeToContact bool   `json:"safe_to_contact"`  // "is it safe to call or text this number?": no unless said
	Helper        string `json:"helper,omitempty"` // who filed in the person's name, with the person's leave (授权代办人)
}

// MaxWords is how many characters of free words are taken.
const MaxWords = 5000

// Check reports every wrong field of a tip-off at once. Error: fault.Invalid.
func (t TipOff) Check() error {
	var wrong []fault.Field
	objection := t.Kind == Objection
	if !objection && !slices.Contains(Kinds[:], t.Kind) {
		wrong = append(wrong, fault.Field{Name: "kind", Key: "fault.tipoff.kind"})
	}
	if objection != slices.Contains(Matters[:], t.Matter) {
		wrong = append(wrong, fault.Field{Name: "matter", Key: "fault.objection.matter"})
	}
	if objection && t.Words == "" {
		wrong = append(wrong, fault.Field{Name: "words", Key: "fault.objection.words"})
	}
	if !objection && t.EmployerName == "" && t.EmployerUSCC == "" {
		wrong = append(wrong, fault.Field{Name: "employer", Key: "fault.tipoff.employer"})
	}
	if t.From != 0 && t.To != 0 && t.From > t.To {
		wrong = append(wrong, fault.Field{Name: "to", Key: "fault.tipoff.months"})
	}
	if len([]rune(t.Words)) > MaxWords {
		wrong = append(wrong, fault.Field{Name: "words", Key: "fault.tipoff.words", Args: []any{MaxWords}})
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return nil
}

// Status is how far a reporter's matter has come, in the words that portal and hotline tell.
type Status string

// The statuses.
const (
	Received      Status = "received"
	Supplement    Status = "needs_supplement"
	Accepted      Status = "accepted"
	Rejected      Status = "rejected"
	Investigating Status = "investigating"
	Suspended     Status = "suspended"
	Transferred   Status = "transferred_out"
	Decided       Status = "decided"
	Closed        Status = "closed"
	Withdrawn     Status = "withdrawn"
)
