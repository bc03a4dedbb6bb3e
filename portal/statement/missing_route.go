package statement

// Outcome is what somebody who misses a month can do about it.
type Outcome string

// The outcomes. Each leads to another body or another paper, so that it is worth three questions to find the right one.
const (
	Wait       Outcome = "wait"       // the data is on its way
	Elsewhere  Outcome = "elsewhere"  // insured at another place, or not employed: nothing is owed here
	Objection  Outcome = "objection"  // paid, but not on record: a written application (社会保险个人权益记录管理办法 art. 16)
	Report     Outcome = "report"     // the employer did not pay: a tip-off (劳动保障监察条例 art. 9, 11)
	Arbitrated Outcome = "arbitrated" // a labour dispute is already pending, which goes first (劳动保障监察条例 art. 21)
)

// Question is one of the at most three.
type Question string

// The questions in their order.
const (
	AskRecent   Question = "recent"   // is it one of the last two months?
	AskEmployed Question = "employed" // did you work for the employer then?
	AskProof    Question = "proof"    // what do you know of the payment?
)

// choicesOf lists the answers of each question.
var choicesOf = map[Question][]string{AskRecent: {"yes", "no"}, AskEmployed: {"yes", "no"}, AskProof: {"paid", "unpaid", "unknown", "arbitration"}}

// Choices lists the answers to a question.
func (q Question) Choices() []string { return choicesOf[q] }

// Missing routes by the answers given so far: either the next question, or the outcome. An answer that the question does not have counts as none.
func Missing(answer func(Question) string) (next Question, outcome Outcome) {
	switch answer(AskRecent) {
	case "yes":
		return "", Wait
	case "no":
	default:
		return AskRecent, ""
	}
	switch answer(AskEmployed) {
	case "no":
		return "", Elsewhere
	case "yes":
	default:
		return AskEmployed, ""
	}
	switch answer(AskProof) {
	case "paid":
		return "", Objection
	case "unpaid", "unknown":
		return "", Report
	case "arbitration":
		return "", Arbitrated
	}
	return AskProof, ""
}
