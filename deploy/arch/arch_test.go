// Package arch keeps the house's directions: who may import whom. A rule that a change breaks fails here, with the reason.
package arch

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
)

const module = "shebao/"

var wings = []string{"portal", "ivr", "complaints"}

// pure rooms decide and do nothing: no I/O, no clock.
var pure = map[string]bool{
	"shared/evidence": true,
	"shared/money":    true, "shared/account": true, "shared/calendar": true, "shared/contribution": true, "shared/identity": true,
	"shared/receipt": true, "shared/fault": true, "shared/pdf": true, "shared/verification": true, "shared/latefee": true,
	"portal/statement": true, "ivr/callflow": true, "complaints/lifecycle": true, "complaints/retention": true, "complaints/arrears": true, "complaints/reward": true, "complaints/supervision": true,
}

// What a pure room may take from the standard library is everything but the ways out.
var impureStandard = []string{"os", "net", "database/sql", "log", "syscall", "os/exec", "net/http", "io/ioutil"}

// Outside modules that pure rooms may use: text normalisation only.
var pureModules = map[string]bool{"golang.org/x/text/unicode/norm": true, "golang.org/x/text/width": true}

type file struct {
	room, name string
	imports    []string
	callsNow   bool
}

func readFiles(t *testing.T) []file {
	t.Helper()
	root := os.DirFS("../..")
	var all []file
	err := fs.WalkDir(root, ".", func(p string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if p != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		source, err := fs.ReadFile(root, p)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), p, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		f := file{room: path.Dir(p), name: p, callsNow: strings.Contains(string(source), "time.Now")}
		for _, spec := range parsed.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, name)
		}
		all = append(all, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 30 {
		t.Fatalf("only %d files found: the walk is wrong", len(all))
	}
	return all
}

func under(room, top string) bool { return room == top || strings.HasPrefix(room, top+"/") }

func wingOf(room string) string {
	for _, wing := range wings {
		if under(room, wing) {
			return wing
		}
	}
	return ""
}

func standard(name string) bool {
	return !strings.Contains(strings.SplitN(name, "/", 2)[0], ".") && !strings.HasPrefix(name, module)
}

func TestWhoMayImportWhom(t *testing.T) {
	for _, f := range readFiles(t) {
		wing := wingOf(f.room)
		for _, name := range f.imports {
			target, own := strings.CutPrefix(name, module)
			refuse := func(why string) { t.Errorf("%s imports %s: %s", f.name, name, why) }
			if own {
				if under(target, "deploy") && !under(f.room, "deploy") {
					refuse("nothing imports deploy")
				}
				if other := wingOf(target); other != "" {
					if under(f.room, "shared") || under(f.room, "frontend") {
						refuse("shared and frontend know no wing")
					}
					if wing != "" && wing != other {
						refuse("wings never import each other")
					}
				}
				if path.Base(f.room) == "web" && target == wing+"/store" {
					refuse("web states the interface it needs; the door satisfies it")
				}
				if path.Base(f.room) == "store" && (under(target, "frontend") || path.Base(target) == "web") {
					refuse("a store knows no page")
				}
				if under(target, "frontend") && !under(f.room, "frontend") && path.Base(f.room) != "web" && !under(f.room, "deploy") && f.room != wing && f.room != "ivr/softphone" {
					refuse("only web rooms, doors and the front door render")
				}
				if under(f.room, "frontend") && !under(target, "frontend") && !pure[target] {
					refuse("frontend takes typed view models and does no I/O")
				}
			}
			if strings.HasPrefix(name, "github.com/gofiber/") && path.Base(f.room) != "web" && f.room != wing && f.room != "shared/server" && !under(f.room, "deploy") && f.room != "ivr/softphone" {
				refuse("Fiber lives only in web, the doors, shared/server and deploy")
			}
			if strings.HasPrefix(name, "github.com/jackc/pgx") && path.Base(f.room) == "web" {
				refuse("web never speaks to the database")
			}
			if name == "github.com/twilio/twilio-go" {
				refuse("its root package compiles every product; use client and rest/api/v2010")
			}
			if pure[f.room] {
				if own && !pure[target] {
					refuse("a pure room imports only pure rooms")
				}
				if !own && !standard(name) && !pureModules[name] {
					refuse("a pure room imports only the standard library and pure rooms")
				}
				for _, out := range impureStandard {
					if name == out {
						refuse("a pure room does no I/O")
					}
				}
			}
		}
		if pure[f.room] && f.callsNow {
			t.Errorf("%s calls time.Now: the clock comes in", f.name)
		}
	}
}

func TestOnlyTheFrontDoorIsMain(t *testing.T) {
	root := os.DirFS("../..")
	for _, f := range readFiles(t) {
		source, err := fs.ReadFile(root, f.name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains("\n"+string(source), "\npackage main\n") && f.room != "deploy/shebao" {
			t.Errorf("%s is a main: deploy/shebao is the only one", f.name)
		}
	}
}

func TestTopLevel(t *testing.T) {
	allowed := map[string]bool{"portal": true, "ivr": true, "complaints": true, "shared": true, "frontend": true, "deploy": true, "go.mod": true, "go.sum": true, "README.md": true}
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !allowed[entry.Name()] && !strings.HasPrefix(entry.Name(), ".") {
			t.Errorf("%s does not belong at the top", entry.Name())
		}
	}
}
