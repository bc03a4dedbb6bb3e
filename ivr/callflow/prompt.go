package callflow

import (
	"embed"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
)

//go:embed prompts/*.json
var promptFiles embed.FS

// Languages of the prompts.
var Languages = [...]string{"cmn", "yue", "en"}

var prompts = sync.OnceValue(func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, lang := range Languages {
		content, err := promptFiles.ReadFile("prompts/" + lang + ".json")
		if err != nil {
			panic(err) // embedded
		}
		texts := map[string]string{}
		if err := json.Unmarshal(content, &texts); err != nil {
			panic("prompts/" + lang + ".json: " + err.Error())
		}
		all[lang] = texts
	}
	return all
})

// Text is what a line says in a language.
func Text(lang string, line Line) string {
	text := prompts()[lang][line.Key]
	for i, arg := range line.Args {
		text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", arg)
	}
	return text
}
