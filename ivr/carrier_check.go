package ivr

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"slices"
	"strings"

	"shebao/ivr/softphone"
	"shebao/ivr/twilio"
	"shebao/ivr/web"
	"shebao/shared/fault"
)

// Finding is one thing that was looked at.
type Finding struct {
	About string // credentials, number, trunk, webhooks, fallback, voices, countries, texts
	State Standing
	Text  string
}

// Standing of a finding.
type Standing string

// The standings. A warning does not keep calls from working.
const (
	Good    Standing = "good"
	Warning Standing = "warning"
	Wrong   Standing = "wrong"
)

// report collects findings.
type report struct{ findings []Finding }

func (r *report) add(about string, state Standing, text string, args ...any) {
	r.findings = append(r.findings, Finding{about, state, fmt.Sprintf(text, args...)})
}

func (r *report) has(about string, states ...Standing) bool {
	return slices.ContainsFunc(r.findings, func(f Finding) bool { return f.About == about && slices.Contains(states, f.State) })
}

// Check looks at everything that calls need, and tells all of it at once: a first fault does not hide a second. It changes nothing, calls nobody and begins no call.
func (c *Carrier) Check(ctx context.Context) []Finding {
	r := &report{}
	c.checkCredentials(r)
	c.checkNumber(r)
	c.checkTrunk(r)
	c.checkAddress(ctx, r)
	c.checkWebhooks(ctx, r)
	c.checkFallback(ctx, r)
	c.checkVoices(r)
	c.checkCountries(r)
	return r.findings
}

func (c *Carrier) checkCredentials(r *report) {
	account, err := c.client.Account()
	switch {
	case fault.Is(err, fault.Denied):
		r.add("credentials", Wrong, "the carrier refuses TWILIO_ACCOUNT_SID with the first of TWILIO_AUTH_TOKENS")
		return
	case err != nil:
		r.add("credentials", Wrong, "the account cannot be looked up: %s", cause(err))
		return
	case account.Status != "active":
		r.add("credentials", Wrong, "the account is %s", account.Status)
	case account.Trial:
		r.add("credentials", Warning, "the account is a trial: callers hear the carrier's announcement first, and only verified numbers can be called or texted")
	default:
		r.add("credentials", Good, "the account is active")
	}
	if len(account.Token) != 32 { // not told
		return
	}
	if !slices.ContainsFunc(c.config.tokens, func(token []byte) bool { return hmac.Equal(token, []byte(account.Token)) }) {
		r.add("credentials", Wrong, "the account signs with a primary token that is not among TWILIO_AUTH_TOKENS: every call would be refused")
	}
	if len(c.config.tokens) > 1 {
		r.add("credentials", Good, "%d tokens are taken, as during a rotation", len(c.config.tokens))
	}
}

// cause is what an operator learns of a failure: the carrier's code and status, or that it does not answer; never a number.
func cause(err error) string {
	if inner := errors.Unwrap(fault.Of(err)); inner != nil {
		return inner.Error()
	}
	return err.Error()
}

func (c *Carrier) checkNumber(r *report) {
	number, err := c.client.PhoneNumber()
	switch {
	case fault.Is(err, fault.NotFound) && c.config.trunk != "":
		r.add("number", Warning, "the account has no number TWILIO_NUMBER: calls come over the trunk alone, and no text is sent")
		return
	case fault.Is(err, fault.NotFound):
		r.add("number", Wrong, "the account has no number TWILIO_NUMBER")
		return
	case err != nil:
		r.add("number", Wrong, "the number cannot be looked up: %s", cause(err))
		return
	case !number.Calls:
		r.add("number", Wrong, "the number cannot be called: it has no voice")
	}
	if number.Trunk != "" {
		r.add("number", Wrong, "the SIP trunk %s takes the number's calls: the hotline is not asked", number.Trunk)
	}
	if number.Application != "" {
		r.add("number", Wrong, "the application %s takes the number's calls: the addresses set on the number are not asked", number.Application)
	}
	if !number.Texts {
		r.add("texts", Warning, "no text can be sent from the number: receipts and links to statements are not texted")
	}
	r.addresses("number", differences("", number.Webhooks, c.webhooks()))
	if !r.has("number", Wrong, Warning) {
		r.add("number", Good, "calls to the number come to the hotline")
	}
}

// checkTrunk looks at the trunk of our own carrier, when there is one.
func (c *Carrier) checkTrunk(r *report) {
	if c.config.trunk == "" {
		return
	}
	have, err := c.client.Trunk()
	switch {
	case fault.Is(err, fault.NotFound):
		r.add("trunk", Wrong, "the account has no trunk TWILIO_BYOC_TRUNK")
		return
	case err != nil:
		r.add("trunk", Wrong, "the trunk cannot be looked up: %s", cause(err))
		return
	}
	r.addresses("trunk", differences(overTrunk, have, c.webhooks()))
	if !r.has("trunk", Wrong, Warning) {
		r.add("trunk", Good, "calls over the trunk %s come to the hotline", c.config.trunk)
	}
}

// addresses tells of addresses that are not ours.
func (r *report) addresses(about string, changes []Change) {
	for _, change := range changes {
		state := Wrong
		if strings.SplitN(change.From, "#", 2)[0] == strings.SplitN(change.To, "#", 2)[0] { // how often it is tried again, only
			state = Warning
		}
		r.add(about, state, "when %s the carrier asks %s, and should ask %s: run shebao twilio provision", change.What, change.From, change.To)
	}
}

func (c *Carrier) checkVoices(r *report) {
	warnings, err := softphone.Check(web.Samples())
	if err != nil || len(warnings) > 0 {
		r.add("voices", Wrong, "the carrier does not know a voice or a language that is used: %s", strings.Join(warnings, "; "))
		return
	}
	r.add("voices", Good, "the carrier has %s; hear each once on a call: its lists do not say which pairs fail", strings.Join(web.Voices(), ", "))
}

// mainland is where the carrier puts through no calls (since 2023-11-30), and texts only by approved templates without addresses.
const mainland = "+86"

func (c *Carrier) checkCountries(r *report) {
	if c.config.trunk != "" {
		r.add("countries", Good, "people and callers are called over the trunk %s, whatever the geographic permissions are", c.config.trunk)
		return
	}
	numbers := slices.Clone(c.config.agents)
	if len(c.config.agents) > 0 { // else nobody is called back
		numbers = append(numbers, c.config.backPrefixes...)
	}
	if slices.ContainsFunc(numbers, func(n string) bool { return strings.HasPrefix(n, mainland) }) && !c.rehearses() {
		r.add("countries", Warning, "this carrier puts through no calls to mainland China: people and callers there are called over a trunk of another carrier, set as TWILIO_BYOC_TRUNK (see README, In mainland China)")
	}
	countries, err := c.client.Countries()
	if err != nil {
		r.add("countries", Wrong, "the geographic permissions cannot be looked up: %s", cause(err))
		return
	}
	used := map[string]bool{}
	for _, number := range numbers {
		country, ok := countryOf(countries, number)
		if !ok {
			r.add("countries", Wrong, "numbers that begin with %s may not be called: allow their country among the account's geographic permissions", prefixOf(number))
			continue
		}
		used[country.Code] = true
	}
	var idle, risky []string
	for _, country := range countries {
		if !used[country.Code] {
			idle = append(idle, country.Name)
		}
		if country.Special || country.TollFraud {
			risky = append(risky, country.Name)
		}
	}
	if len(idle) > 0 {
		r.add("countries", Warning, "calls may go to %d countries that the hotline never calls, and who steals a token could: %s", len(idle), few(idle))
	}
	if len(risky) > 0 {
		r.add("countries", Warning, "premium numbers or ranges known for toll fraud may be called in %s", few(risky))
	}
	if !r.has("countries", Wrong, Warning) {
		r.add("countries", Good, "calls may go to %d countries, all of which the hotline calls", len(countries))
	}
}

// prefixOf is what of a telephone number may be shown.
func prefixOf(number string) string { return number[:min(len(number), 4)] }

// countryOf is the allowed country with the longest prefix of a number.
func countryOf(countries []twilio.Country, number string) (found twilio.Country, ok bool) {
	longest := 0
	for _, country := range countries {
		for _, prefix := range country.Prefixes {
			if n := len(prefix); n > longest && strings.HasPrefix(number, prefix) {
				found, ok, longest = country, true, n
			}
		}
	}
	return found, ok
}

func few(names []string) string {
	if len(names) > 8 {
		return strings.Join(names[:8], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}
