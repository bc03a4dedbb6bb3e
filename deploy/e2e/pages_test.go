package e2e

import (
	"fmt"
	"testing"
)

// Every page in every dress: phone and desktop, plain, large type, dark, English.
func TestPagesInEveryDress(t *testing.T) {
	h := newHouse(t)
	a := h.start("demo")
	b := startBrowser(t)
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"phone", 360, 740}, {"desktop", 1280, 900}} {
		v := b.visitor(t, a.Portal, size.width, size.height)
		v.open("/sign-in")
		v.fill("number", a.SignIns.Worker.IDNumber)
		v.fill("pin", a.SignIns.Worker.PIN)
		v.press("登录")
		for _, dress := range []struct{ name, button string }{{"plain", ""}, {"dark", "深色"}, {"large", "长辈版"}, {"English", "English"}} {
			if dress.button != "" {
				v.open("/")
				v.press(dress.button)
			}
			for i, path := range []string{"/", "/statement", "/account", "/tip-off", "/progress", "/sign-in", "/nowhere", "/me", "/help/gaps", "/statement/2026/6"} {
				v.open(path)
				name := fmt.Sprintf("%s %s %s", path, size.name, dress.name)
				v.isAccessible(name)
				if i < 5 {
					v.shot(fmt.Sprintf("page%d.%s.%s", i, size.name, dress.name))
				}
			}
		}
		phone := b.visitor(t, a.Softphone, size.width, size.height)
		phone.open("/")
		phone.touch("拨打 12333", "普通话请按 1")
		phone.isAccessible("soft phone " + size.name)
		phone.touch("1", "举报单位请按 2")
		phone.shot("softphone." + size.name)
	}
}
