package e2e

import (
	"testing"
	"time"
)

// The queue, the account and the staff in every dress; what one member of staff does is what another sees.
func TestTheDeskInEveryDress(t *testing.T) {
	h := newHouse(t)
	a := h.start("demo")
	b := startBrowser(t)
	year := time.Now().Format("2006")
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"phone", 360, 740}, {"desktop", 1280, 900}} {
		v := b.visitor(t, a.Complaints, size.width, size.height)
		if size.name == "phone" {
			v.signIn(a.SignIns.Supervisor.Account, a.SignIns.Supervisor.Password)
		} else {
			v.signIn(a.SignIns.Investigator.Account, a.SignIns.Investigator.Password)
		}
		v.opensUntil("/queue?view=all", year+"-000001")
		for _, dress := range []struct{ name, button string }{{"plain", ""}, {"dark", "深色"}, {"large", "长辈版"}, {"English", "English"}} {
			if dress.button != "" {
				v.open("/today")
				v.press(dress.button)
			}
			for _, page := range []struct{ name, path string }{{"today", "/today"}, {"queue", "/queue?view=open"}, {"filtered", "/queue?view=all&state=received&q=南湖"}, {"related", "/cases/" + year + "-000001/related"}, {"me", "/me"}} {
				v.open(page.path)
				v.isAccessible(page.name + " " + size.name + " " + dress.name)
				v.shot("desk-" + page.name + "." + size.name + "." + dress.name)
			}
		}
	}
}
