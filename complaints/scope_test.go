package complaints

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every function of the store that reads or changes cases for a member of staff carries the scope in its SQL, or calls one that does, or stands here with a reason.
func TestEveryQueryOnCasesIsScoped(t *testing.T) {
	reasons := map[string]string{
		"takeOne": "the intake makes the case; nobody asks", "takeMessage": "the intake files the message; nobody asks", "Sweep": "clocks run for all regions", "Relearn": "clocks run for all regions",
		"recompute": "clocks run for all regions", "save": "writes a case that was loaded in the scope", "followers": "cases merged into one that was loaded in the scope",
		"release": "a conflict takes cases away from its own member", "DisableStaff": "cases of an account that ends wait again", "People": "counts only, for administrators",
		"asks": "asks the scope itself", "openTogether": "the case was loaded in the scope, locked", "retire": "the case was planned in the region", "retireNext": "the case was planned in the region",
		"notRetired": "the case was loaded in the scope, locked", "merge": "both cases were loaded in the scope, locked", "HandOverOf": "asked for a case that was opened in the scope",
		"RewardFacts": "asked for a case that was opened in the scope", "reportedWords": "asked for a case that was opened in the scope", "recomputeAll": "clocks run for all regions", "WarnNotices": "clocks run for all regions",
		"planOne": "within the region of the plan, which the door checks; tells a number only", "newAudit": "makes a case; nobody asks", "auditProgress": "counts only, of the asker's region",
		"ChosenAudits": "the plan's own region and conflicts of interest, in its SQL", "Conflicts": "the conflicts' own region, in its SQL; tells a number only",
		"ChangeStaff": "cases of an account that moves wait again", "ReturnUnfitAudits": "certificates run out in all regions", "event": "written of a case that was loaded in the scope",
		"Overdue": "counts only, for the operator", "Unclaimed": "counts only, for the operator",
	}
	set := token.NewFileSet()
	files, err := filepath.Glob("store/*.go")
	if err != nil {
		t.Fatal(err)
	}
	scopes := []string{"scoped", "scopedInOrder", "families", "change", "changeAudit", "locked", "scopedQuery"}
	checked := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(set, name, source, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			touches, scope := false, false
			ast.Inspect(f.Body, func(n ast.Node) bool {
				switch x := n.(type) {
				case *ast.BasicLit:
					touches = touches || x.Kind == token.STRING && (strings.Contains(x.Value, "complaints.complaint ") || strings.Contains(x.Value, "complaints.complaint\n"))
				case *ast.Ident:
					for _, s := range scopes {
						scope = scope || x.Name == s
					}
					touches = touches || x.Name == "caseTables"
				}
				return true
			})
			if !touches {
				continue
			}
			checked++
			if !scope && reasons[f.Name.Name] == "" {
				t.Logf("%s: %s has no scope", name, f.Name.Name)
				t.Fail()
			}
		}
	}
	if checked < 10 {
		t.Errorf("only %d functions checked: the walk is wrong", checked)
	}
}
