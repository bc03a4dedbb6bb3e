package portal

import "shebao/frontend/layout"

// ProofBegin asks for what is on record, to activate an account or to set a forgotten PIN anew.
type ProofBegin struct {
	Page               layout.Page
	Errors             []layout.FieldError
	Purpose            string // activate or recover
	Notice             string // why the person begins again
	Number, Name, Card string
	NoMobile           bool // everything is right, but there is no mobile to send a code to
	Hints              []string
}

// ProofCode asks for the code that was sent.
type ProofCode struct {
	Page      layout.Page
	Errors    []layout.FieldError
	Purpose   string
	Mobile    string // masked
	Until     string // time of day
	Expired   bool
	Again     bool // another code has just been sent
	CanResend bool
	ResendAt  string // empty: now
}

// ProofPIN asks for the new PIN, twice.
type ProofPIN struct {
	Page    layout.Page
	Errors  []layout.FieldError
	Purpose string
	Name    string // masked
	Shared  bool
}
