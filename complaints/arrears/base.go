package arrears

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// Declared is what was declared for one person, month and insurance.
type Declared struct {
	PersonID     int64
	Period       calendar.Period
	Insurance    contribution.Insurance
	Base         money.Fen
	EmployerDue  money.Fen
	EmployerPaid money.Fen
	PersonDue    money.Fen
	PersonPaid   money.Fen
}

// Finding is a base that the investigator found to be the true one, such as from the payroll: of one person, or of everybody when PersonID is 0.
type Finding struct {
	PersonID int64           `json:"person_id"`
	From     calendar.Period `json:"from"`
	To       calendar.Period `json:"to"`
	Base     money.Fen       `json:"base"`
}

// covers reports whether a finding speaks of a row.
func (f Finding) covers(d Declared) bool {
	return (f.PersonID == 0 || f.PersonID == d.PersonID) && d.Period >= f.From && d.Period <= f.To
}

// PersonLine is what is owed for one person, month and insurance, and what a truer base adds to either part.
type PersonLine struct {
	Declared
	TrueBase    money.Fen // none when nothing was found
	EmployerGap money.Fen
	PersonGap   money.Fen
	NoRate      bool // a base was found, but the region has set no rate for this insurance and month
}

// EmployerOwed is the employer's part with its gap.
func (l PersonLine) EmployerOwed() money.Fen { return l.EmployerDue - l.EmployerPaid + l.EmployerGap }

// PersonOwed is the person's part with its gap.
func (l PersonLine) PersonOwed() money.Fen { return l.PersonDue - l.PersonPaid + l.PersonGap }

// Owed is both parts.
func (l PersonLine) Owed() money.Fen { return l.EmployerOwed() + l.PersonOwed() }

// Recompute applies findings to what was declared: the contribution by the region's rate on the true base, within the limits, less what was declared due. A finding
// for one person goes before one for everybody; a later one before an earlier. A true base below the declared one adds nothing: nobody is repaid by it.
// Error: money.ErrOverflow.
func Recompute(setting Setting, declared []Declared, findings []Finding) ([]PersonLine, error) {
	lines := make([]PersonLine, 0, len(declared))
	for _, d := range declared {
		line := PersonLine{Declared: d}
		if f, found := findingFor(d, findings); found {
			line.TrueBase = setting.clamp(f.Base, d.Period)
			if err := line.gap(setting); err != nil {
				return nil, err
			}
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func findingFor(d Declared, findings []Finding) (best Finding, found bool) {
	for _, f := range findings {
		if f.covers(d) && (!found || f.PersonID != 0 || best.PersonID == 0) {
			best, found = f, true
		}
	}
	return best, found
}

func (l *PersonLine) gap(setting Setting) error {
	rate, ok := setting.RateOf(l.Insurance, l.Period)
	if !ok {
		l.NoRate = true
		return nil
	}
	employer, err := setting.share(l.TrueBase, rate.Employer)
	if err != nil {
		return err
	}
	person, err := setting.share(l.TrueBase, rate.Person)
	if err != nil {
		return err
	}
	l.EmployerGap, l.PersonGap = max(0, employer-l.EmployerDue), max(0, person-l.PersonDue)
	return nil
}

// Gather sums persons' lines that owe something into lines of the employer.
func Gather(lines []PersonLine) []Line {
	at := map[[2]int]int{}
	var list []Line
	for _, l := range lines {
		if l.Owed() <= 0 {
			continue
		}
		key := [2]int{int(l.Period), int(l.Insurance)}
		i, known := at[key]
		if !known {
			i = len(list)
			at[key] = i
			list = append(list, Line{Period: l.Period, Insurance: l.Insurance})
		}
		list[i].Persons++
		list[i].Base += max(l.Base, l.TrueBase)
		list[i].Due += l.EmployerDue + l.PersonDue
		list[i].Paid += l.EmployerPaid + l.PersonPaid
		list[i].Gap += l.EmployerGap + l.PersonGap
	}
	return list
}

// ParseFindings reads a finding a line: the person's number in the table or * for everybody, first and last month, true base in yuan, such as
// "* 2026-01 2026-06 9000". Error: ErrLine.
func ParseFindings(text string) ([]Finding, error) {
	var list []Finding
	err := eachLine(text, 4, func(f []string) error {
		var found Finding
		if f[0] != "*" {
			n, err := strconv.ParseInt(f[0], 10, 64)
			if err != nil || n < 1 {
				return ErrLine
			}
			found.PersonID = n
		}
		from, err1 := calendar.ParsePeriod(f[1])
		to, err2 := calendar.ParsePeriod(f[2])
		base, err3 := money.Parse(f[3])
		if errors.Join(err1, err2, err3) != nil || to < from || base <= 0 {
			return ErrLine
		}
		found.From, found.To, found.Base = from, to, base
		list = append(list, found)
		return nil
	})
	return list, err
}

// FormatFindings writes what ParseFindings reads.
func FormatFindings(list []Finding) string {
	var b strings.Builder
	for _, f := range list {
		who := "*"
		if f.PersonID != 0 {
			who = strconv.FormatInt(f.PersonID, 10)
		}
		fmt.Fprintf(&b, "%s %s %s %s\n", who, f.From, f.To, f.Base)
	}
	return b.String()
}
