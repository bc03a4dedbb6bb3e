package callflow

import (
	"embed"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

//go:embed prompts/*.json
var promptFiles embed.FS

// Languages of the prompts, in the order of their keys in the first menu.
var Languages = [...]string{"cmn", "yue", "en"}

// Line is a prompt with its values.
type Line struct {
	Key  string
	Args []string `json:",omitempty"`
	Lang string   `json:",omitempty"` // when it is not the call's
}

// Piece of a spoken line: words, or digits that are read one by one in groups of four.
type Piece struct {
	Text   string
	Digits bool
	Lang   string // when another voice has to read it: an English one cannot say a Chinese name
}

// Prompts are the texts of a language as the files hold them. {0} stands for a value, {0:digits} for one that is read digit by digit.
func Prompts(lang string) map[string]string { return prompts()[lang] }

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

// Pieces of what a line says in the call's language.
func Pieces(lang string, line Line) []Piece {
	if line.Lang != "" {
		lang = line.Lang
	}
	rest := prompts()[lang][line.Key]
	if len(line.Args) == 0 {
		return []Piece{{Text: rest}}
	}
	var pieces []Piece
	say := func(text string) {
		if n := len(pieces); n > 0 && pieces[n-1].Lang != "" && strings.IndexAny(text, ",.;:") == 0 { // another voice begins: marks of the words before would be read out
			text = strings.TrimLeft(text, " ,.;:")
		}
		if n := len(pieces); n > 0 && pieces[n-1] == (Piece{Text: pieces[n-1].Text}) {
			pieces[n-1].Text += text
		} else if text != "" {
			pieces = append(pieces, Piece{Text: text})
		}
	}
	for {
		before, after, found := strings.Cut(rest, "{")
		say(before)
		if !found {
			return pieces
		}
		name, tail, _ := strings.Cut(after, "}")
		rest = tail
		number, digits := strings.CutSuffix(name, ":digits")
		i, err := strconv.Atoi(number)
		if err != nil || i >= len(line.Args) {
			continue // a test reads every prompt
		}
		if digits {
			pieces = append(pieces, Piece{Text: line.Args[i], Digits: true})
		} else if lang == "en" && strings.ContainsFunc(line.Args[i], isHan) {
			pieces = append(pieces, Piece{Text: line.Args[i], Lang: "cmn"})
		} else {
			say(line.Args[i])
		}
	}
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// Text is what a line says, in one piece.
func Text(lang string, line Line) string {
	var b strings.Builder
	for _, p := range Pieces(lang, line) {
		b.WriteString(p.Text)
	}
	return b.String()
}
