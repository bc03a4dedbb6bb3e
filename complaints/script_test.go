package complaints

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
)

// evil breaks out of an attribute and of a text where either is not escaped; as a text it is none of the desk's own elements.
const evil = `"'><b9 onclick=x()>`

// typedForm is a form of a page with evil in everything that can be typed, and the first of everything that can be chosen.
type typedForm struct {
	session, action string
	fields          []string
}

// formsOf finds the forms of a page, one for each button that says something.
func formsOf(session, page string) (list []typedForm) {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil
	}
	for n := range root.Descendants() {
		if n.Data != "form" || attribute(n, "method") != "post" || attribute(n, "enctype") != "" {
			continue
		}
		f := typedForm{session: session, action: attribute(n, "action")}
		var buttons [][]string
		chosen := map[string]bool{}
		for e := range n.Descendants() {
			name, value := attribute(e, "name"), attribute(e, "value")
			if name == "" || chosen[name] {
				continue
			}
			switch kind := attribute(e, "type"); {
			case e.Data == "button":
				buttons = append(buttons, []string{name, value})
			case e.Data == "select":
				for o := range e.Descendants() {
					if value := attribute(o, "value"); o.Data == "option" && value != "" {
						f.fields = append(f.fields, name, value)
						break
					}
				}
			case e.Data == "textarea" || e.Data == "input" && slices.Contains([]string{"", "text", "tel", "search", "password"}, kind):
				f.fields = append(f.fields, name, evil)
			case e.Data == "input":
				chosen[name] = kind == "radio"
				f.fields = append(f.fields, name, value)
			}
		}
		if len(buttons) == 0 {
			buttons = [][]string{nil}
		}
		for _, b := range buttons {
			list = append(list, typedForm{f.session, f.action, append(f.fields[:len(f.fields):len(f.fields)], b...)})
		}
	}
	return list
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// Whatever is typed into any field of any form of the desk is answered without an internal error, and wherever it is shown afterwards it is text.
func TestScriptInEveryFieldIsText(t *testing.T) {
	x := newTill(t)
	x.agency()
	x.draft(notice.Demand, x.keep())
	sessions := []string{x.li, x.head, x.staff("hu", lifecycle.Intake, "3304"), x.staff("gao", lifecycle.Sysadmin, ""), x.staff("sun", lifecycle.Auditor, "")}
	isText := func(what, page string) {
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		for n := range root.Descendants() {
			if n.Data == "b9" && n.Type == html.ElementNode || attribute(n, "onclick") != "" {
				t.Errorf("%s carries it", what)
				return
			}
		}
	}
	walk := func() (forms []typedForm) {
		for _, session := range sessions {
			for _, route := range x.app.GetRoutes(true) {
				if route.Method != "GET" || route.Path == "/queue/events" || strings.Contains(route.Path, "*") || strings.HasPrefix(route.Path, "/static") {
					continue
				}
				a := x.get(session, address(route.Path))
				if strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
					isText(session+" "+route.Path, a.body)
					forms = append(forms, formsOf(session, a.body)...)
				}
			}
		}
		return forms
	}
	forms := walk()
	// The case goes on being worked on until everything else was typed; nobody is put out.
	slices.SortStableFunc(forms, func(a, b typedForm) int {
		return strings.Compare(strings.Repeat("~", strings.Count(a.action, "/act")), strings.Repeat("~", strings.Count(b.action, "/act")))
	})
	actions, typed := map[string]bool{}, 0
	for _, f := range forms {
		if f.action == "/sign-out" || strings.HasSuffix(f.action, "/end") || strings.HasSuffix(f.action, "/disable") || strings.HasSuffix(f.action, "/reset") {
			continue
		}
		actions[f.action] = true
		typed += strings.Count(strings.Join(f.fields, "\x00"), evil)
		a := x.post(f.session, f.action, f.fields...)
		if a.status >= 500 {
			t.Errorf("%s with %q: status %d", f.action, f.fields, a.status)
		}
		isText("the answer of "+f.action, a.body)
	}
	walk()
	if len(actions) < 30 || typed < 100 {
		t.Errorf("only %d fields of %d forms were tried", typed, len(actions))
	}
	if n := x.value(`SELECT count(*) FROM complaints.event WHERE strpos(text, $1) > 0`, evil); n == "0" {
		t.Error("nothing of what was typed was kept: the walk proves nothing")
	}
}
