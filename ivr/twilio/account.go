package twilio

// Account is the account as the carrier has it.
type Account struct {
	Status string // active, suspended, closed
	Trial  bool   // reaches verified numbers only, behind an announcement of the carrier's
	Token  string // the primary token, with which the carrier signs; empty when it does not tell
}

// Account asks for the account. Errors: fault.Denied for wrong credentials, fault.Unavailable.
func (c *Client) Account() (Account, error) {
	found, err := c.service.FetchAccount(c.config.AccountSID)
	if err = known("look up the account", err); err != nil {
		return Account{}, err
	}
	return Account{Status: value(found.Status), Trial: value(found.Type) == "Trial", Token: value(found.AuthToken)}, nil
}

// value is what a field of the carrier's reply holds; every field may be missing.
func value[T any](field *T) T {
	if field == nil {
		var none T
		return none
	}
	return *field
}
