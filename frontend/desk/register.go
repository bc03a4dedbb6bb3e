package desk

import "shebao/frontend/layout"

// Register is the register of employers in arrears.
type Register struct {
	Page                    layout.Page
	Tabs                    []layout.Tab
	Sentence, DataDate      string
	Search                  string
	Filters                 []layout.FormField
	Table, Levels, Branches layout.Table
	Next, Export, Workbook  string
}

// Debtor is one employer of the register.
type Debtor struct {
	Page          layout.Page
	Errors        []layout.FieldError
	Tabs          []layout.Tab
	Name          string
	Status, Level layout.Cell
	Facts         []layout.Pair
	Lines         layout.Table
	Papers        []layout.Table // documents, payments, the late fee's ledger
	Plans         []Plan
	WriteOffs     []layout.Table
	Forms         []layout.Form
	History       layout.Table
}

// Plan is a repayment plan as it stands.
type Plan struct {
	Title  string
	Status layout.Cell
	Effect string
	Table  layout.Table
}

// Collection is the collection rate of the regions and its course.
type Collection struct {
	Page                       layout.Page
	Tabs                       []layout.Tab
	Sentence, DataDate         string
	Filters                    []layout.FormField
	Chart, Trend               layout.Chart
	ByRegion, ByTime, ByBranch layout.Table
	Definition                 []string
	Export                     string
}
