package portal_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// Somebody writes for longer than the session lasts: after signing in again the form stands there as it was, once, and for nobody else.
func TestWhatWasTypedOutlivesTheSession(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	form := with(objection("words", "三月的工资条在这里，我写了很久", "pin", "998877"), "key", b.key(b.page("/objection")), "do", "check")
	s.now = s.now.Add(3 * time.Hour)
	const wayBack = "/sign-in?next=%2Fobjection&ended=1"
	if status, to := b.do("POST", "/objection", form, "Referer", "http://si.example/objection?from=2025-03"); status != 303 || to != wayBack {
		t.Fatalf("%d %s", status, to)
	}
	if n := s.count(`SELECT count(*) FROM portal.kept_form WHERE position(convert_to('三月', 'UTF8') IN content) > 0 OR position(convert_to('2025', 'UTF8') IN content) > 0`); n != 0 {
		t.Error("what was typed can be read in the database")
	}
	b.signIn(pin)
	page := b.page("/objection")
	has(t, "the form", page, "您填写的内容还在", "三月的工资条在这里，我写了很久", `value="missing" checked`, `<option value="2025" selected`)
	lacks(t, "the form", page, "998877")
	lacks(t, "the form once more", b.page("/objection"), "三月的工资条在这里", "您填写的内容还在")
	if status, page := b.do("POST", "/objection", with(form, "key", b.key(page))); status != 200 || !strings.Contains(page, "三月的工资条在这里") {
		t.Errorf("going on: %d", status)
	}

	// Another person who signs in at that browser sees nothing of it.
	s.now = s.now.Add(3 * time.Hour)
	if status, _ := b.do("POST", "/objection", form); status != 303 {
		t.Fatal(status)
	}
	b.do("POST", "/sign-in", url.Values{"number": {other}, "pin": {pin}})
	lacks(t, "another's form", b.page("/objection"), "三月的工资条在这里", "您填写的内容还在")
	if n := s.count(`SELECT count(*) FROM portal.kept_form`); n != 0 {
		t.Errorf("%d forms stay", n)
	}
}

func TestAKeptFormWaitsForAShortWhileOnly(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	form := with(objection("words", "过期的话"), "key", b.key(b.page("/objection")))
	s.now = s.now.Add(3 * time.Hour)
	b.do("POST", "/objection", form)
	s.now = s.now.Add(31 * time.Minute)
	b.signIn(pin)
	lacks(t, "the form", b.page("/objection"), "过期的话")

	// Whoever signs out means it, and a visitor's form of a person's page is nobody's.
	out := s.browser()
	if status, to := out.do("POST", "/objection", form); status != 303 || to != "/sign-in?next=%2F" || out.cookies["kept"] != "" {
		t.Errorf("a stranger's form: %d %s", status, to)
	}
}

// The helper's form comes back without its PIN.
func TestAHelpersFormComesBackWithoutThePIN(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	s.now = s.now.Add(3 * time.Hour)
	if status, to := b.do("POST", "/me/helpers", url.Values{"number": {other}, "name": {"傅怡"}, "days": {"180"}, "pin": {pin}, "file": {"yes"}}); status != 303 || to != "/sign-in?next=%2Fme%2Fhelpers&ended=1" {
		t.Fatalf("%d %s", status, to)
	}
	b.signIn(pin)
	page := b.page("/me/helpers")
	has(t, "the form", page, "您填写的内容还在", `value="傅怡"`, other, `value="180" checked`)
	lacks(t, "the form", page, `value="`+pin)
}

// A tip-off that was begun without a sign-in can still be sent with a name: what was typed comes along.
func TestATipOffWaitsForASignIn(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	form := with(answers("words", "写了一半才想实名"), "key", b.key(b.page("/tip-off")), "do", "signin")
	if status, to := b.do("POST", "/tip-off", form); status != 303 || to != "/sign-in?next=%2Ftip-off" {
		t.Fatalf("%d %s", status, to)
	}
	lacks(t, "a page before the sign-in", b.page("/tip-off"), "写了一半")
	b.do("POST", "/sign-in", url.Values{"number": {number}, "pin": {pin}, "next": {"/tip-off"}})
	has(t, "the form", b.page("/tip-off"), "写了一半才想实名", "您填写的内容还在")
	if status, to := b.do("POST", "/sign-out", url.Values{}); status != 303 || to != "/" || b.cookies["kept"] != "" {
		t.Errorf("signed out: %d %s", status, to)
	}
}
