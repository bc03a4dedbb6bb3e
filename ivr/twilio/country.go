package twilio

import (
	voice "github.com/twilio/twilio-go/rest/voice/v1"
)

// Country is where calls may go from the account, as the carrier's geographic permissions have it.
type Country struct {
	Code, Name string   // Code by ISO 3166: CN
	Prefixes   []string // of its numbers: +86
	Special    bool     // premium and other special services may be called
	TollFraud  bool     // ranges that are known for toll fraud may be called
}

// Countries lists where ordinary numbers may be called. Errors as Account.
func (c *Client) Countries() ([]Country, error) {
	params := &voice.ListDialingPermissionsCountryParams{}
	found, err := c.voice.ListDialingPermissionsCountry(params.SetLowRiskNumbersEnabled(true).SetPageSize(100))
	if err = known("look up geographic permissions", err); err != nil {
		return nil, err
	}
	var countries []Country
	for _, f := range found {
		countries = append(countries, Country{Code: value(f.IsoCode), Name: value(f.Name), Prefixes: value(f.CountryCodes), Special: value(f.HighRiskSpecialNumbersEnabled),
			TollFraud: value(f.HighRiskTollfraudNumbersEnabled)})
	}
	return countries, nil
}
