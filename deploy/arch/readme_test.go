package arch

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Settings that the demo gives itself, and a key that no process is given.
var unsaid = map[string]bool{"PORTAL_DEMO": true, "PORTAL_DEMO_HINT": true, "DESK_DEMO_STAFF": true, "SHEBAO_DESK_IDENTITY_PRIVATE": true}

// The README names every setting that the code reads, every command and every room: what an operator cannot find is not there.
func TestTheReadmeNamesWhatIsThere(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(text)
	setting := regexp.MustCompile(`"((?:SHEBAO|PORTAL|IVR|DESK|SOFTPHONE|TWILIO|SMS|METRICS|OTEL)_[A-Z_]*[A-Z])"`)
	command := regexp.MustCompile(`(?m)^\t\t"([a-z-]+)": +\{"`)
	found := 0
	for _, f := range readFiles(t) {
		source, err := os.ReadFile("../../" + f.name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range setting.FindAllStringSubmatch(string(source), -1) {
			days, isDays := strings.CutPrefix(m[1], "DESK_DAYS_")
			if found++; unsaid[m[1]] || strings.Contains(readme, "`"+m[1]+"`") || isDays && strings.Contains(readme, "`"+days+"`") {
				continue
			}
			t.Errorf("%s reads %s, of which the README says nothing", f.name, m[1])
		}
		if f.name == "deploy/shebao/main.go" {
			for _, m := range command.FindAllStringSubmatch(string(source), -1) {
				if found++; !strings.Contains(readme, "| `"+m[1]+" ") && !strings.Contains(readme, "| `"+m[1]+"`") {
					t.Errorf("the README does not list the command %s", m[1])
				}
			}
		}
		if name := f.room[strings.LastIndex(f.room, "/")+1:]; !strings.Contains(readme, "`"+name+"`") && !strings.Contains(readme, "`"+name+"/`") && !strings.Contains(readme, f.room) {
			t.Errorf("the README's floor plan does not name %s", f.room)
		}
	}
	if found < 70 {
		t.Errorf("only %d settings and commands were found", found)
	}
}
