package portal_test

import (
	"strings"
	"testing"
)

// Pages for everybody tell search engines what they are, under which address, and where the other language is; a person's own pages tell nothing.
func TestSearchEnginesFindThePagesForEverybodyOnly(t *testing.T) {
	s := newSite(t)
	visitor := s.browser()
	for _, path := range []string{"/", "/help", "/help/gaps", "/open", "/tip-off", "/progress", "/verify", "/sign-in", "/tools/late-fee"} {
		page := visitor.page(path)
		has(t, path, page, `<html lang="zh-CN"`, `<meta name="description" content="`, `<link rel="canonical" href="http://si.example`+path+`">`, `hreflang="en" href="http://si.example`+path+`?lang=en"`, `hreflang="x-default"`)
		lacks(t, path, page, "noindex")
		if visitor.cookies["lang"] != "" {
			t.Errorf("%s chose a language", path)
		}
	}
	english := s.browser()
	has(t, "in English", english.page("/help?lang=en"), `<html lang="en"`, `<link rel="canonical" href="http://si.example/help?lang=en">`)
	has(t, "the page after it", english.page("/help/gaps"), `<html lang="en"`)
	chosen := s.browser()
	chosen.cookies["lang"] = "zh-CN"
	has(t, "another language's address with an own choice", chosen.page("/help?lang=en"), `<html lang="zh-CN"`)
	own := s.signedIn()
	for _, path := range []string{"/", "/statement/2025", "/me"} {
		lacks(t, path, own.page(path), "canonical", "hreflang")
	}
	rules := visitor.page("/robots.txt")
	for _, path := range []string{"/api/", "/statement", "/me", "/verify/", "/tip-off/receipt"} {
		if !strings.Contains(rules, "Disallow: "+path+"\n") {
			t.Errorf("%s may be read", path)
		}
	}
	lacks(t, "robots.txt", rules, "Disallow: /\n", "Disallow: /open\n")
}
