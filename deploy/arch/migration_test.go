package arch

import (
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
)

// Every room counts its migrations from 1 without a gap: two with one number, of branches that met, would leave one of them out where the other has run; a number that is used again would never run
// where it has.
func TestMigrationsAreNumberedOnce(t *testing.T) {
	last := map[string]int{} // by room
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && p != "." && strings.HasPrefix(entry.Name(), ".") {
			return errors(err, entry)
		}
		if path.Base(path.Dir(p)) != "migrations" || path.Ext(p) != ".sql" {
			return nil
		}
		number, rest, _ := strings.Cut(path.Base(p), "_") // files come in the order of their names
		n, err := strconv.Atoi(number)
		switch room := path.Dir(p); {
		case err != nil || len(number) != 4 || rest == "":
			t.Errorf("%s is not named 0001_what.sql", p)
		case n == last[room]:
			t.Errorf("%s has a number that another migration of the room has", p)
		case n != last[room]+1:
			t.Errorf("%s comes after number %d: the numbers of a room have no gap", p, last[room])
			last[room] = n
		default:
			last[room] = n
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(last) < 8 {
		t.Errorf("only %d rooms with migrations found: the walk is wrong", len(last))
	}
}

// errors passes a walk's error on, or leaves a hidden folder out.
func errors(err error, _ fs.DirEntry) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}
