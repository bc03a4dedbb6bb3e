package portal

import "shebao/frontend/layout"

// LateFee is the calculator of late fees with its form and, once it is filled in, the result.
type LateFee struct {
	Page                           layout.Page
	Errors                         []layout.FieldError
	Principal, First, Last, Period string
	Insurances, Ends               []Choice
	Result                         *LateFeeResult
}

// LateFeeResult explains a fee line by line.
type LateFeeResult struct {
	Heading string
	Lines   []LateFeeLine
	Total   string // empty for a single line
	Figures []layout.Pair
	Cap     string // what the two figures mean
}

// LateFeeLine is a run of days at one rate: when, how it is counted, by which law.
type LateFeeLine struct{ Days, Sum, Basis string }

func (v LateFee) insurances() []layout.Pair {
	pairs := make([]layout.Pair, len(v.Insurances))
	for i, c := range v.Insurances {
		pairs[i] = layout.Pair{Term: c.Text, Value: c.Value}
	}
	return pairs
}

func (v LateFee) insurance() string {
	for _, c := range v.Insurances {
		if c.Chosen {
			return c.Value
		}
	}
	return ""
}
