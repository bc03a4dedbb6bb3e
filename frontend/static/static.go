// Package static holds the style sheet, the scripts and the icons, each under an address that changes with its content.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"
)

//go:embed files
var files embed.FS

type asset struct {
	name    string
	content []byte
}

var load = sync.OnceValue(func() (all struct{ byName, byAddress map[string]asset }) {
	all.byName, all.byAddress = map[string]asset{}, map[string]asset{}
	entries, err := fs.ReadDir(files, "files")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	for _, entry := range entries {
		content, err := files.ReadFile("files/" + entry.Name())
		if err != nil {
			panic(err) // it was just listed
		}
		sum := sha256.Sum256(content)
		base, ext, _ := strings.Cut(entry.Name(), ".")
		hashed := base + "." + hex.EncodeToString(sum[:6]) + "." + ext
		all.byName[entry.Name()] = asset{hashed, content}
		all.byAddress[hashed] = asset{entry.Name(), content}
	}
	return all
})

// Prefix is the path below which the files are served.
const Prefix = "/static/"

// Address is the hashed path of a file, such as /static/app.1a2b3c4d5e6f.css. An unknown name panics: a test opens every page.
func Address(name string) string {
	a, ok := load().byName[name]
	if !ok {
		panic("static: no file " + name)
	}
	return Prefix + a.name
}

// Open returns a file by the last part of its hashed path.
func Open(hashed string) (content []byte, contentType string, ok bool) {
	a, ok := load().byAddress[hashed]
	if !ok {
		return nil, "", false
	}
	return a.content, mime.TypeByExtension(path.Ext(a.name)), true
}
