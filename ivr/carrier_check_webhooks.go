package ivr

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"shebao/ivr/softphone"
	"shebao/ivr/web"
)

// checkAddress looks at the public address: what the carrier can reach, and signs the same way as we do.
func (c *Carrier) checkAddress(ctx context.Context, r *report) {
	u, err := url.Parse(c.config.publicURL)
	if err != nil || c.rehearses() {
		return
	}
	if u.Scheme != "https" {
		r.add("webhooks", Wrong, "IVR_PUBLIC_URL is not https: what callers key and say would pass in the clear")
	}
	if u.Port() != "" {
		r.add("webhooks", Warning, "IVR_PUBLIC_URL has a port: the carrier and its libraries disagree on whether it is signed")
	}
	if strings.Contains(u.Hostname(), "_") {
		r.add("webhooks", Wrong, "IVR_PUBLIC_URL has an underscore in its host: the carrier does not ask such hosts")
	}
	found, err := net.DefaultResolver.LookupIPAddr(ctx, u.Hostname())
	if err != nil {
		return // the requests below tell
	}
	for _, a := range found {
		if !a.IP.IsPrivate() && !a.IP.IsLoopback() && !a.IP.IsLinkLocalUnicast() {
			return
		}
	}
	r.add("webhooks", Warning, "IVR_PUBLIC_URL leads to a private address as seen from here: the carrier must reach it from outside")
}

// A call that never was: its number is of nobody's call.
const nobodysCall = "CA00000000000000000000000000000000"

// checkWebhooks sends requests as the carrier would, to the notice of a call that rings, which changes nothing: signed ones with every token must be taken, as a form and
// as JSON; what is not signed, or changed on the way, must be refused with nothing in it.
func (c *Carrier) checkWebhooks(ctx context.Context, r *report) {
	address := c.config.publicURL + "/voice/status"
	form := url.Values{"AccountSid": {c.config.accountSID}, "CallSid": {nobodysCall}, "CallStatus": {"ringing"}}
	status, body, err := c.ask(ctx, address, formType, form.Encode(), "")
	switch {
	case err != nil:
		r.add("webhooks", Wrong, "the hotline cannot be reached at IVR_PUBLIC_URL: %s", errors.Unwrap(err))
		return
	case status == http.StatusNoContent:
		r.add("webhooks", Wrong, "the hotline takes requests that nobody signed")
		return
	case status != http.StatusForbidden || body != "":
		r.add("webhooks", Wrong, "at IVR_PUBLIC_URL is something else than the hotline, or a proxy before it answers for it: an unsigned request gets status %d", status)
		return
	}
	for i, token := range c.config.tokens {
		if status, _, err = c.ask(ctx, address, formType, form.Encode(), web.Sign(token, address, form)); err != nil || status != http.StatusNoContent {
			r.add("webhooks", Wrong, "a request signed with token %d of TWILIO_AUTH_TOKENS is refused with status %d: the hotline runs with other tokens or another IVR_PUBLIC_URL, or a proxy changes addresses", i+1, status)
		}
	}
	json := `{"AccountSid":"` + c.config.accountSID + `","CallSid":"` + nobodysCall + `","CallStatus":"ringing"}`
	sum := sha256.Sum256([]byte(json))
	covered := address + "?bodySHA256=" + hex.EncodeToString(sum[:])
	if status, _, err = c.ask(ctx, covered, "application/json", json, web.Sign(c.config.tokens[0], covered, nil)); err != nil || status != http.StatusNoContent {
		r.add("webhooks", Wrong, "a signed JSON request is refused with status %d: a proxy changes queries or bodies", status)
	}
	changed := url.Values{"AccountSid": {c.config.accountSID}, "CallSid": {nobodysCall}, "CallStatus": {"in-progress"}}
	if status, _, err = c.ask(ctx, address, formType, changed.Encode(), web.Sign(c.config.tokens[0], address, form)); err != nil || status != http.StatusForbidden {
		r.add("webhooks", Wrong, "a request that was changed after it was signed gets status %d", status)
	}
	if !r.has("webhooks", Wrong) {
		r.add("webhooks", Good, "signed requests reach the hotline and are taken, others are refused; asked from this machine")
	}
}

// checkFallback rehearses what the carrier does when the hotline does not answer.
func (c *Carrier) checkFallback(ctx context.Context, r *report) {
	form := url.Values{"AccountSid": {c.config.accountSID}, "CallSid": {nobodysCall}, "CallStatus": {"in-progress"}, "ErrorCode": {"11200"}, "ErrorUrl": {c.config.publicURL + "/voice/start"}}
	status, body, err := c.ask(ctx, c.config.fallback, formType, form.Encode(), web.Sign(c.config.tokens[0], c.config.fallback, form))
	if err == nil && status == http.StatusMethodNotAllowed {
		r.add("fallback", Wrong, "the place of the fallback takes no POST; the carrier's own store of documents does")
		return
	}
	if err != nil {
		r.add("fallback", Wrong, "the fallback cannot be reached: %s", errors.Unwrap(err))
		return
	}
	if status != http.StatusOK {
		r.add("fallback", Wrong, "the fallback answers with status %d: callers would hear the carrier's own error when the hotline does not answer", status)
		return
	}
	warnings, err := softphone.Check([]byte(body))
	switch {
	case err != nil || len(warnings) > 0:
		r.add("fallback", Wrong, "the fallback is not a document that the carrier takes: %s", strings.Join(append(warnings, errorText(err)...), "; "))
	case !strings.Contains(body, "<Say") && !strings.Contains(body, "<Play"):
		r.add("fallback", Wrong, "the fallback says nothing")
	case strings.Contains(body, "action=") || strings.Contains(body, "<Redirect"):
		r.add("fallback", Wrong, "the fallback leads back to something that may be down: it must stand by itself")
	case strings.HasPrefix(c.config.fallback, c.config.publicURL+"/") && !c.rehearses():
		r.add("fallback", Warning, "the fallback shares its fate with the hotline: put what shebao twilio fallback prints in a place of its own, such as the carrier's store of documents, and its address into IVR_FALLBACK_URL")
	default:
		r.add("fallback", Good, "the fallback speaks, and stands by itself")
	}
}

func errorText(err error) []string {
	if err == nil {
		return nil
	}
	return []string{err.Error()}
}

const formType = "application/x-www-form-urlencoded"

// ask sends one request; a redirect is not followed: the carrier would lose what was keyed. The error wraps why nothing came back.
func (c *Carrier) ask(ctx context.Context, address, contentType, content, signature string) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(content))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", contentType)
	if signature != "" {
		req.Header.Set("X-Twilio-Signature", signature)
	}
	resp, err := c.requests.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }() // read as far as it is wanted
	b, err := io.ReadAll(io.LimitReader(resp.Body, 65<<10))
	return resp.StatusCode, string(b), err
}
