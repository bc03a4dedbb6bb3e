// Package layout is what every page stands in: head, header, navigation, footer, and the pieces that many pages share.
package layout

import "shebao/frontend/locale"

// Page says what the shell around a page's content shows. Web rooms fill it; templates only read it.
type Page struct {
	Site    string // key of the site's name: site.portal, site.desk, site.softphone
	Lang    string // locale.Chinese or locale.English
	Title   string
	Failed  bool   // the title then begins with "Error:"
	Path    string // of the navigation entry that this page belongs to
	Back    string // where a changed preference comes back to; Path when empty
	Elder   bool
	Theme   string // "", light or dark
	Wide    bool
	Nav     []Link
	Account string // masked name of who is signed in; empty for nobody
	// AccountLink is where the name leads; empty for a name that leads nowhere.
	AccountLink string
	SignOut     string // where the sign-out form posts
	Foot        []Link // of the footer
	Acting      *Acting
	Demo        bool
	Scripts     []string // names of further script files
	Leave       *Leave   // on a shared computer
	About       string   // what the site is for, to search engines; empty where none may come
	Canonical   string   // the one address of the page in its language; empty where no search engine may come
	Languages   []Link   // the address of the page in each language; Text is the language's code
}

// Acting says on whose behalf somebody reads, and leads back.
type Acting struct {
	Text, Action, Back string
	Switch             Link
}

// Link is one entry of the navigation.
type Link struct {
	Href, Text string
	Always     bool // shown in elder mode too
}

// T is the text of a key in the page's language.
func (p Page) T(key string, args ...any) string { return locale.Text(p.Lang, key, args...) }

// N is the text of a counted key in the page's language.
func (p Page) N(key string, n int, args ...any) string { return locale.Count(p.Lang, key, n, args...) }

func (p Page) back() string {
	if p.Back != "" {
		return p.Back
	}
	return p.Path
}

func (p Page) otherLang() string {
	if p.Lang == locale.English {
		return locale.Chinese
	}
	return locale.English
}

func (p Page) otherLangName() string {
	if p.Lang == locale.English {
		return "中文"
	}
	return "English"
}

func (p Page) rootClass() string {
	if p.Elder {
		return "elder"
	}
	return ""
}

func (p Page) wrapClass() string {
	if p.Wide {
		return "wrap wide"
	}
	return "wrap"
}

// FieldError is one line of the error summary; ID is the field's element.
type FieldError struct{ ID, Text string }

// ErrorOf finds the message of a field, or nothing.
func ErrorOf(errors []FieldError, id string) string {
	for _, e := range errors {
		if e.ID == id {
			return e.Text
		}
	}
	return ""
}
