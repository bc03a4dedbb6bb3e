package callflow

import (
	"embed"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
)

//go:embed words/*.json
var wordFiles embed.FS

// vocabulary is what words mean in a language, as the files say it: for every place its options by their keys, the first word of each as it is read back. A word behind =
// counts only alone: within a sentence it would mean anything. Beside it stand what every place takes, the numbers of keys, what may stand around a word and means nothing, and
// what turns a meaning round.
type vocabulary struct {
	Fillers, Negations  []string
	Numbers, Everywhere map[string][]string
	Places              map[Place]map[string][]string
	meanings            map[Place][]meaning // of a place before those of every place, then the numbers
}

// meaning is one word or phrase and the key that it stands for.
type meaning struct {
	word, key string
	alone     bool // it counts only by itself
	hint      string
}

var vocabularies = sync.OnceValue(func() map[string]*vocabulary {
	all := map[string]*vocabulary{}
	for _, lang := range Languages {
		content, err := wordFiles.ReadFile("words/" + lang + ".json")
		if err != nil {
			panic(err) // embedded
		}
		v := &vocabulary{meanings: map[Place][]meaning{}}
		if err := json.Unmarshal(content, v); err != nil {
			panic("words/" + lang + ".json: " + err.Error())
		}
		for _, list := range [][]string{v.Fillers, v.Negations} {
			for i := range list {
				list[i] = normal(lang, list[i])
			}
		}
		slices.SortFunc(v.Fillers, func(a, b string) int { return len(b) - len(a) }) // the longest is taken away first
		for _, p := range Places {
			if Listens(p) {
				v.meanings[p] = slices.Concat(meaningsOf(lang, v.Places[p], false), meaningsOf(lang, v.Everywhere, false), meaningsOf(lang, v.Numbers, true))
			}
		}
		all[lang] = v
	}
	return all
})

func meaningsOf(lang string, words map[string][]string, numbers bool) []meaning {
	var list []meaning
	for _, key := range slices.Sorted(maps.Keys(words)) {
		for _, word := range words[key] {
			word, alone := strings.CutPrefix(word, "=")
			m := meaning{word: normal(lang, word), key: key, alone: alone || numbers}
			if !numbers {
				m.hint = word
			}
			list = append(list, m)
		}
	}
	return list
}

// Listens reports whether words are taken at a place. Numbers that prove who somebody is are never spoken, nor is a receipt: its bearer reads it along while noting it down.
func Listens(p Place) bool { return places[p].await == Keys && !places[p].keysOnly }

// Hints are the words that a place expects, for the carrier's ears, separated by commas. They come from the files only, never from anybody's data.
func Hints(lang string, p Place) string { return hints()[lang][p] }

var hints = sync.OnceValue(func() map[string]map[Place]string {
	all := map[string]map[Place]string{}
	for _, lang := range Languages {
		all[lang] = map[Place]string{}
		for p, meanings := range vocabularies()[lang].meanings {
			var words []string
			for _, m := range meanings {
				if m.hint != "" && !slices.Contains(words, m.hint) {
					words = append(words, m.hint)
				}
			}
			all[lang][p] = strings.Join(words, ",")
		}
	}
	return all
})

// heard goes on with words. What they mean has a key; what changes something for good is read back before it is done, unless it was said alone and heard clearly.
func heard(s State, in Input) (State, Reply) {
	if !Listens(s.Place) {
		return failed(s, "wrong")
	}
	key, alone := meant(s.Lang, s.Place, in.Words)
	switch s.Place {
	case Employer: // a name may hold any word
		if key == "" || !alone {
			return s, Reply{Need: Search, Value: in.Words}
		}
	case Which:
		if i, ok := foundBy(s, in.Words); key == "" && ok {
			return chooseEmployer(s, i)
		}
	case Month:
		if p, ok := monthIn(s.Lang, in.Words, in.Today); key == "" && ok {
			return fromMonth(s, p)
		}
	}
	m, ofPlace := places[s.Place].keys[key]
	if ofPlace && m.sure && (!alone || in.Confidence < clearly) {
		s.Asked, s.Meant = s.Place, key
		return to(s, Sure)
	}
	if s, r, ok := pressed(s, key, true); ok {
		return s, r
	}
	return failed(s, "unclear")
}

// clearly is the carrier's confidence from which words count as clearly heard; without one they do not.
const clearly = 0.6

// wordFor names an option as it is read back.
func wordFor(lang string, p Place, key string) string {
	if words := vocabularies()[lang].Places[p][key]; len(words) > 0 {
		return strings.TrimPrefix(words[0], "=")
	}
	return key
}

// meant is the key that words stand for at a place; none when they stand for nothing there, or for several things. alone is true when nothing else was said that means anything.
func meant(lang string, p Place, said string) (key string, alone bool) {
	v := vocabularies()[lang]
	text := normal(lang, said)
	for _, whole := range []string{text, v.bare(lang, text)} {
		for _, m := range v.meanings[p] {
			if m.word == whole {
				return m.key, true
			}
		}
	}
	return v.within(lang, p, text)
}

// within finds the words of one option within a sentence. A word that is part of a longer one found does not count; two options are none; and what is left may turn nothing round.
func (v *vocabulary) within(lang string, p Place, text string) (key string, alone bool) {
	type span struct {
		from, to int
		key      string
	}
	var found []span
	for _, m := range v.meanings[p] {
		for from := 0; !m.alone; from++ {
			i := strings.Index(text[from:], m.word)
			if i < 0 {
				break
			}
			from += i
			found = append(found, span{from, from + len(m.word), m.key})
		}
	}
	rest := []byte(text)
	for _, a := range found {
		if slices.ContainsFunc(found, func(b span) bool { return b.from <= a.from && a.to <= b.to && b.to-b.from > a.to-a.from }) {
			continue
		}
		if key != "" && key != a.key {
			return "", false
		}
		key = a.key
		for i := a.from; i < a.to; i++ {
			rest[i] = ' '
		}
	}
	if key == "" {
		return "", false
	}
	left := normal(lang, string(rest))
	if slices.ContainsFunc(v.Negations, func(no string) bool { return strings.Contains(left, no) }) {
		return "", false
	}
	return key, v.bare(lang, left) == normal(lang, "")
}

// normal is how words are compared: small letters without marks; English words between single spaces, Chinese without any.
func normal(lang, text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r != '\'' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if lang == "en" {
		return " " + strings.Join(words, " ") + " "
	}
	return strings.Join(words, "")
}

// bare is a text without what means nothing at its ends.
func (v *vocabulary) bare(lang, text string) string {
	for {
		before := text
		for _, filler := range v.Fillers {
			if rest, ok := strings.CutPrefix(text, filler); ok {
				text = normal(lang, rest)
			}
			if rest, ok := strings.CutSuffix(text, filler); ok {
				text = normal(lang, rest)
			}
		}
		if text == before {
			return text
		}
	}
}

// foundBy is the one found employer whose name holds the words.
func foundBy(s State, words string) (i int, ok bool) {
	text, count := normal("cmn", words), 0
	if len([]rune(text)) < 2 {
		return 0, false
	}
	for n, c := range s.Found {
		if strings.Contains(normal("cmn", c.Name), text) {
			i = n
			count++
		}
	}
	return i, count == 1
}
