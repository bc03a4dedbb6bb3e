// Package locale holds what users read, one keyed file per section and language. A key that one language lacks fails a test.
package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"

	"shebao/shared/fault"
)

// The languages: Chinese first.
const (
	Chinese = "zh-CN"
	English = "en"
)

//go:embed *.json
var files embed.FS

// texts are a language's, by key: a page asks for some hundred, so that the language is found without a map.
func texts(lang string) map[string]string {
	all := load()
	if lang == English {
		return all.english
	}
	return all.chinese
}

type languages struct{ chinese, english map[string]string }

var load = sync.OnceValue(func() languages {
	all := map[string]map[string]string{Chinese: {}, English: {}}
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		panic(err) // the pattern is well formed
	}
	for _, name := range names {
		section, rest, _ := strings.Cut(name, ".")
		lang := strings.TrimSuffix(rest, ".json")
		texts, known := all[lang]
		if !known {
			panic("locale: unknown language of file " + name)
		}
		content, err := files.ReadFile(name)
		if err != nil {
			panic(err) // it was just listed
		}
		var section1 map[string]string
		if err := json.Unmarshal(content, &section1); err != nil {
			panic(fmt.Sprintf("locale: %s: %v", name, err))
		}
		for key, text := range section1 {
			if _, twice := texts[key]; twice {
				panic("locale: " + key + " stands in two files, one of them " + section)
			}
			texts[key] = text
		}
	}
	return languages{all[Chinese], all[English]}
})

// Known returns the language when there is one by that name, else Chinese.
func Known(lang string) string {
	if lang == English {
		return English
	}
	return Chinese
}

// Has reports whether the language has the key.
func Has(lang, key string) bool {
	_, ok := texts(lang)[key]
	return ok
}

// Text is the message of a key with {0}, {1} … replaced. A missing key shows as itself: a test keeps that from happening.
func Text(lang, key string, args ...any) string {
	text, ok := texts(lang)[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	var room [256]byte
	b := room[:0]
	for {
		at := strings.IndexByte(text, '{')
		if at < 0 || at+2 >= len(text) {
			break
		}
		n := int(text[at+1]) - '0'
		if n < 0 || n >= len(args) || text[at+2] != '}' {
			b = append(b, text[:at+1]...)
			text = text[at+1:]
			continue
		}
		b = appendWord(append(b, text[:at]...), args[n])
		text = text[at+3:]
	}
	return string(append(b, text...))
}

func appendWord(b []byte, arg any) []byte {
	switch v := arg.(type) {
	case string:
		return append(b, v...)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	}
	return fmt.Append(b, arg)
}

// Count is the message of key.one or key.other, {0} being n. Chinese files hold both forms alike.
func Count(lang, key string, n int, args ...any) string {
	form := ".other"
	if n == 1 {
		form = ".one"
	}
	return Text(lang, key+form, append([]any{n}, args...)...)
}

// Fault is what a user reads of a fault.
func Fault(lang string, f *fault.Error) string { return Text(lang, f.Key, f.Args...) }

// Keys lists every key of a language, for tests.
func Keys(lang string) map[string]string { return texts(lang) }
