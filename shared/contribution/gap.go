package contribution

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"shebao/shared/calendar"
)

// Gap is a month of one insurance in which a person's record lacks something.
type Gap struct {
	Period    calendar.Period
	Insurance Insurance
	Status    Status
}

// Gaps are the months of a person's rows with one employer that are owed, both ends included; an end of zero is open. dataDate is the day that the data reaches.
func Gaps(rows []Row, employer int32, from, to calendar.Period, dataDate calendar.Date) []Gap {
	var list []Gap
	for _, r := range rows {
		if r.EmployerID != employer || from != 0 && r.Period < from || to != 0 && r.Period > to {
			continue
		}
		if s := StatusOf(r, Due{}, dataDate); s.Owing() { // what is owed is owed everywhere
			list = append(list, Gap{r.Period, r.Insurance, s})
		}
	}
	slices.SortFunc(list, func(a, b Gap) int {
		if a.Period != b.Period {
			return int(a.Period - b.Period)
		}
		return int(a.Insurance - b.Insurance)
	})
	return list
}

// maxGaps is how many are written down: ten years of one insurance.
const maxGaps = 120

// WriteGaps puts gaps into one line, such as 202603/110/arrears 202604/110/part; the latest when there are too many.
func WriteGaps(list []Gap) string {
	if len(list) > maxGaps {
		list = list[len(list)-maxGaps:]
	}
	words := make([]string, len(list))
	for i, g := range list {
		words[i] = fmt.Sprintf("%d/%d/%s", g.Period, g.Insurance, g.Status)
	}
	return strings.Join(words, " ")
}

// ReadGaps reads what WriteGaps wrote; what cannot be read is left out.
func ReadGaps(line string) []Gap {
	var list []Gap
	for _, word := range strings.Fields(line) {
		part := strings.Split(word, "/")
		if len(part) != 3 {
			continue
		}
		period, err1 := strconv.Atoi(part[0])
		insurance, err2 := strconv.Atoi(part[1])
		status := None
		for _, s := range []Status{Part, Arrears} {
			if s.String() == part[2] {
				status = s
			}
		}
		if err1 == nil && err2 == nil && status != None {
			list = append(list, Gap{calendar.Period(period), Insurance(insurance), status})
		}
	}
	return list
}
