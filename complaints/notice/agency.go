package notice

import (
	"strconv"
	"strings"
)

// Agency is who issues documents in a region, and what they say of paying, asking and appealing. It is the region's to set; none of it is in the code.
type Agency struct {
	Name       string `json:"name"`
	Department string `json:"department"` // the administrative department that punishes
	Series     string `json:"series"`     // such as 嘉社稽
	Pattern    string `json:"pattern"`    // of the document number: {series} {kind} {year} {n}
	Holder     string `json:"holder"`     // of the account to pay into
	Bank       string `json:"bank"`
	Account    string `json:"account"`
	Place      string `json:"place"` // to pay or appear in person, with the hours
	Address    string `json:"address"`
	Contact    string `json:"contact"`
	Phone      string `json:"phone"`
	Review     string `json:"review"` // where to ask for administrative review (行政复议)
	Court      string `json:"court"`
	PayDays    int    `json:"pay_days"`     // working days to pay after receipt (人社部令第20号: 5)
	CorrectIn  int    `json:"correct_days"` // natural days to correct after receipt
	Announce   int    `json:"announce_days"`
	WarnBefore int    `json:"warn_before"` // working days before a limit at which the desk warns
}

// DefaultAgency holds what is alike everywhere; the rest a region must set before it can issue anything.
func DefaultAgency() Agency {
	return Agency{Pattern: "{series}{kind}〔{year}〕{n}号", PayDays: 5, CorrectIn: 15, Announce: 30, WarnBefore: 2}
}

// Missing names what must be set before a kind can be issued.
func (a Agency) Missing(k Kind) []string {
	var missing []string
	need := func(name, value string) {
		if strings.TrimSpace(value) == "" {
			missing = append(missing, name)
		}
	}
	need("name", a.Name)
	need("series", a.Series)
	need("address", a.Address)
	need("contact", a.Contact)
	need("phone", a.Phone)
	if !strings.Contains(a.Pattern, "{n}") || !strings.Contains(a.Pattern, "{year}") || !strings.Contains(a.Pattern, "{kind}") {
		missing = append(missing, "pattern")
	}
	if k == Demand || k == EnforcementWarning || k == AuditOpinion || k == Rectification {
		need("holder", a.Holder)
		need("bank", a.Bank)
		need("account", a.Account)
		need("place", a.Place)
	}
	if k == Demand || k == Rectification || k == Refusal {
		need("review", a.Review)
		need("court", a.Court)
	}
	if k == PenaltyProposal {
		need("department", a.Department)
	}
	return missing
}

// Number writes a document number, such as 嘉社稽催〔2026〕3号.
func (a Agency) Number(k Kind, year, n int) string {
	return strings.NewReplacer("{series}", a.Series, "{kind}", about[k].letter, "{year}", strconv.Itoa(year), "{n}", strconv.Itoa(n)).Replace(a.Pattern)
}
