package softphone

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// The account's number and where it may call, as the carrier has them, so that an account can be checked and set up without one.

// Country is where calls may go.
type Country struct {
	Code, Name, Prefix string
	Special, TollFraud bool
}

const numberSID = "PN0123456789abcdef0123456789abcdef"

// addresses of a number that can be set, with what they are before.
var numberFields = map[string]string{"VoiceUrl": "voice_url", "VoiceMethod": "voice_method", "VoiceFallbackUrl": "voice_fallback_url", "VoiceFallbackMethod": "voice_fallback_method",
	"StatusCallback": "status_callback", "StatusCallbackMethod": "status_callback_method", "TrunkSid": "trunk_sid", "VoiceApplicationSid": "voice_application_sid"}

// Own gives the account a number, and countries that may be called.
func (r *Carrier) Own(number string, countries ...Country) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.number = fiber.Map{"sid": numberSID, "account_sid": r.sid, "phone_number": number, "capabilities": fiber.Map{"voice": true, "sms": true, "mms": false, "fax": false},
		"voice_method": "POST", "voice_fallback_method": "POST", "status_callback_method": "POST", "trunk_sid": nil, "voice_application_sid": nil}
	r.countries = countries
}

// fields of a trunk of another carrier that can be set.
var trunkFields = map[string]string{"VoiceUrl": "voice_url", "VoiceMethod": "voice_method", "VoiceFallbackUrl": "voice_fallback_url", "VoiceFallbackMethod": "voice_fallback_method",
	"StatusCallbackUrl": "status_callback_url", "StatusCallbackMethod": "status_callback_method"}

// Bring gives the account a trunk of another carrier, whose addresses are not set yet.
func (r *Carrier) Bring(trunkSID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trunk = fiber.Map{"sid": trunkSID, "account_sid": r.sid, "voice_method": "POST", "voice_fallback_method": "POST", "status_callback_method": "POST"}
}

// showTrunk shows the trunk, and sets what is posted.
func (r *Carrier) showTrunk(c *fiber.Ctx) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.trunk == nil || r.trunk["sid"] != c.Params("trunk") {
		return problem(c, fiber.StatusNotFound, 20404, "The requested resource was not found")
	}
	for field, name := range trunkFields {
		if c.Method() == fiber.MethodPost && c.Request().PostArgs().Has(field) {
			r.trunk[name] = posted(c, field)
		}
	}
	return c.JSON(r.trunk)
}

func (r *Carrier) accountRoutes(app *fiber.App) {
	app.Get("/2010-04-01/Accounts/:account.json", r.mustBeTheAccount, func(c *fiber.Ctx) error {
		return c.JSON(fiber.Map{"sid": r.sid, "status": "active", "type": "Full", "auth_token": r.token})
	})
	app.Get("/v1/ByocTrunks/:trunk", r.mustBeTheAccount, r.showTrunk)
	app.Post("/v1/ByocTrunks/:trunk", r.mustBeTheAccount, r.showTrunk)
	app.Get("/v1/DialingPermissions/Countries", r.mustBeTheAccount, func(c *fiber.Ctx) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		list := []fiber.Map{}
		for _, one := range r.countries {
			list = append(list, fiber.Map{"iso_code": one.Code, "name": one.Name, "country_codes": []string{one.Prefix}, "low_risk_numbers_enabled": true,
				"high_risk_special_numbers_enabled": one.Special, "high_risk_tollfraud_numbers_enabled": one.TollFraud})
		}
		return c.JSON(fiber.Map{"content": list, "meta": fiber.Map{"key": "content", "page": 0, "page_size": 100, "next_page_url": nil}})
	})
}

// numbers finds numbers by a part of theirs, as the carrier does.
func (r *Carrier) numbers(c *fiber.Ctx) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := []fiber.Map{}
	if own, _ := r.number["phone_number"].(string); own != "" && strings.Contains(own, c.Query("PhoneNumber")) {
		list = append(list, r.number)
	}
	return c.JSON(fiber.Map{"incoming_phone_numbers": list, "page": 0, "page_size": 50, "next_page_uri": nil})
}

func (r *Carrier) setNumber(c *fiber.Ctx) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.number == nil || c.Params("number") != numberSID {
		return problem(c, fiber.StatusNotFound, 20404, "The requested resource was not found")
	}
	for field, name := range numberFields {
		if c.Request().PostArgs().Has(field) {
			r.number[name] = posted(c, field)
		}
	}
	return c.JSON(r.number)
}

// Connect lets a SIP trunk take the number's calls.
func (r *Carrier) Connect(trunkSID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.number["trunk_sid"] = trunkSID
}
