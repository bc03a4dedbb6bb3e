package locale_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"shebao/frontend/locale"
)

func TestBothLanguagesHaveEveryKeyWithTheSamePlaceholders(t *testing.T) {
	chinese, english := locale.Keys(locale.Chinese), locale.Keys(locale.English)
	placeholder := regexp.MustCompile(`\{\d+\}`)
	set := func(text string) string {
		seen := map[string]bool{}
		for _, p := range placeholder.FindAllString(text, -1) {
			seen[p] = true
		}
		var b strings.Builder
		for _, p := range []string{"{0}", "{1}", "{2}", "{3}", "{4}", "{5}"} {
			if seen[p] {
				b.WriteString(p)
			}
		}
		return b.String()
	}
	for key, text := range chinese {
		other, ok := english[key]
		if !ok {
			t.Errorf("English lacks %s", key)
			continue
		}
		if set(text) != set(other) && !strings.HasSuffix(key, ".one") {
			t.Errorf("%s: placeholders %q and %q", key, set(text), set(other))
		}
	}
	for key := range english {
		if _, ok := chinese[key]; !ok {
			t.Errorf("Chinese lacks %s", key)
		}
	}
}

// Every key that the code names stands in the files.
func TestEveryKeyInTheCodeExists(t *testing.T) {
	named := regexp.MustCompile(`(?:locale\.(?:Text|Count)\([a-zA-Z.]+, |Key: |fault\.New\(fault\.[A-Za-z]+, |fault\.LimitedFor\()"([a-z0-9_]+\.[a-z0-9_.]+)"`)
	root := os.DirFS("../..")
	found := 0
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != "." {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, "_test.go") || (!strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".templ")) {
			return nil
		}
		source, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		for _, match := range named.FindAllStringSubmatch(string(source), -1) {
			key := match[1]
			found++
			if !strings.HasSuffix(key, ".") && !locale.Has(locale.Chinese, key) && !locale.Has(locale.Chinese, key+".other") {
				t.Errorf("%s names %s, which no file has", path, key)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("no key found in the code: the pattern is wrong")
	}
}
