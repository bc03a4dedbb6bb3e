package desk

import "shebao/frontend/layout"

// Me is the own account.
type Me struct {
	Page       layout.Page
	Errors     []layout.FieldError
	Notice     string
	MustChange bool
	Keys       bool
	Facts      []Pair
	SignIns    []SignInRow
}

// SignInRow is one sign-in that has not ended.
type SignInRow struct {
	Ref, Name, Account, Device, Started, Seen string
	Own                                       bool
}

// SignIns is the page of everybody's sign-ins.
type SignIns struct {
	Page layout.Page
	Rows []SignInRow
}

// People is the list of accounts.
type People struct {
	Page layout.Page
	Rows []StaffRow
}

// StaffRow is one account.
type StaffRow struct {
	Account, Name, Role, Region, State, Class, SignedIn, Cases string
	Disabled                                                   bool
}

// PersonForm adds or changes an account.
type PersonForm struct {
	Page                        layout.Page
	Errors                      []layout.FieldError
	New, Disabled               bool
	Account, Name, Region, Role string
	Roles                       []Pair
}

// Secret is what is shown once.
type Secret struct {
	Page             layout.Page
	Password, Secret string
}
