package credential

import (
	"fmt"
	"slices"
	"strings"

	"shebao/shared/calendar"
	"shebao/shared/fault"
)

// Owner is what somebody who knows the person would try first.
type Owner struct {
	Birth   calendar.Date
	Numbers []string // ID number, mobile, card number
}

// commonPINs are those that a look at a keypad or at lists of leaked ones gives first, and that no rule below finds.
var commonPINs = []string{"112233", "223344", "332211", "147258", "258369", "369258", "147369", "159357", "159753", "357159", "142536", "135246", "135790", "246810", "100200", "521314", "131452", "520131", "201314", "110120"}

// CheckPIN refuses what is not six digits or is guessed first, whoever the person is.
// Errors: fault.Invalid with the keys fault.pin.digits, pin.repeated, pin.run, pin.common.
func CheckPIN(pin string) error { return CheckPINOf(pin, Owner{}) }

// CheckPINOf also refuses what the person's own data gives away. Errors: those of CheckPIN, and fault.Invalid with pin.birthday and pin.number.
func CheckPINOf(pin string, who Owner) error {
	if key := weakness(pin, who); key != "" {
		return fault.InvalidFields(fault.Field{Name: "pin", Key: key})
	}
	return nil
}

func weakness(pin string, who Owner) string {
	switch {
	case len(pin) != PINLength || strings.Trim(pin, "0123456789") != "":
		return "fault.pin.digits"
	case repeats(pin):
		return "pin.repeated"
	case strings.Contains("01234567890123456789", pin) || strings.Contains("98765432109876543210", pin):
		return "pin.run"
	case slices.Contains(commonPINs, pin):
		return "pin.common"
	case isBirthday(pin, who.Birth):
		return "pin.birthday"
	}
	for _, number := range who.Numbers {
		if strings.Contains(number, pin) {
			return "pin.number"
		}
	}
	return ""
}

// repeats finds one, two or three digits over and over, such as 121212.
func repeats(pin string) bool {
	for n := 1; n <= 3; n++ {
		if strings.Repeat(pin[:n], PINLength/n) == pin {
			return true
		}
	}
	return false
}

// isBirthday knows the ways in which a date is written with six digits.
func isBirthday(pin string, d calendar.Date) bool {
	if d.IsZero() {
		return false
	}
	year, month, day := fmt.Sprintf("%04d", d.Year), fmt.Sprintf("%02d", int(d.Month)), fmt.Sprintf("%02d", d.Day)
	return slices.Contains([]string{year[2:] + month + day, month + day + year[2:], day + month + year[2:], year + month, month + year, year + day, day + year}, pin)
}
