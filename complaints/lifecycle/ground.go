package lifecycle

// Finding is what an inquiry found; the audit's time limits differ by it.
type Finding string

// The findings.
const (
	Clean     Finding = "clean"
	Violation Finding = "violation"
)

// Ground is the reason code of a decision. It says what was found, and so which finding it is.
type Ground string

// grounds of a decision, those of a violation first, in the order in which they are offered. A limitation that has passed is none of them (see Limitation).
var grounds = []struct {
	ground  Ground
	finding Finding
}{
	{"unpaid", Violation},          // 征缴条例 art. 4, 社会保险法 art. 60: not paid, or not in full
	{"withheld", Violation},        // 社会保险法 art. 60: taken from the wage and not handed on
	{"base_low", Violation},        // 社会保险法 art. 60, 劳动保障监察条例 art. 27: wages hidden
	{"not_registered", Violation},  // 社会保险法 art. 58: people without registration
	{"records_refused", Violation}, // 征缴条例 art. 24, 稽核办法 art. 11: records refused or forged
	{"fraud", Violation},           // 社会保险法 art. 88: benefits by fraud
	{"record_wrong", Violation},    // 人社部令第14号 art. 16: our own record was wrong and has been corrected
	{"no_violation", Clean},
	{"made_good", Clean}, // paid or corrected before the decision, nothing left to order
	{"not_proven", Clean},
	{"record_right", Clean},
}

// Grounds lists the reason codes of a finding.
func Grounds(f Finding) []Ground {
	var list []Ground
	for _, g := range grounds {
		if g.finding == f {
			list = append(list, g.ground)
		}
	}
	return list
}

// FindingOf is what a ground finds; none for an unknown one.
func FindingOf(g Ground) Finding {
	for _, known := range grounds {
		if known.ground == g {
			return known.finding
		}
	}
	return ""
}
