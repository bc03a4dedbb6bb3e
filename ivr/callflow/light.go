package callflow

import (
	"slices"
	"strconv"
	"strings"
)

// Light reports whether a state holds nothing but where the call stands in the menus: no number, word, choice or recording of the caller's, nobody signed in, nothing to
// wait for. What a key does to such a state follows from state and key alone, so that it need not be kept.
func (s State) Light() bool {
	return places[s.Place].await == Keys && s.Place != Sure && s.SignIns == 0 && s.LookUps == 0 && s.Number == "" && !s.SignedIn && s.Person == 0 && s.Additions == 0 && s.Tip == (Tip{}) &&
		len(s.Found) == 0 && len(s.Told) == 0 && s.Receipt == "" && s.Mailbox == "" && s.Recording == "" && s.Rings == 0 && !s.Texts && !s.Pensions && !s.CallBacks && !s.Leaving
}

// Asks reports whether a reply is nothing but a question: nothing is needed, kept or dropped for it.
func (r Reply) Asks() bool {
	return r.Await == Keys && r.Need == Nothing && r.Hear == "" && !r.Draft && r.Keep == "" && r.Drop == ""
}

// WriteLight writes a light state in letters, digits, _ and - as they may stand in an address; ReadLight reads it. ok is false for what is none.
func WriteLight(s State) string {
	b := make([]byte, 0, 48)
	for _, text := range []string{s.Lang, string(s.Place), string(s.After)} {
		b = append(append(b, text...), '-')
	}
	slow := 0
	if s.Slow {
		slow = 1
	}
	for _, n := range []int{slow, s.Failures, s.TipNo} {
		b = append(strconv.AppendInt(b, int64(n), 10), '-')
	}
	return string(strconv.AppendInt(b, int64(s.Steps), 10))
}

// ReadLight reads what WriteLight wrote.
func ReadLight(text string) (s State, ok bool) {
	parts := strings.Split(text, "-")
	if len(parts) != 7 || !slices.Contains(Languages[:], parts[0]) || !slices.Contains(Places[:], Place(parts[1])) {
		return s, false
	}
	var n [4]int
	for i := range n {
		var err error
		if n[i], err = strconv.Atoi(parts[3+i]); err != nil || n[i] < 0 {
			return s, false
		}
	}
	s = State{Lang: parts[0], Place: Place(parts[1]), After: Place(parts[2]), Slow: n[0] == 1, Failures: n[1], TipNo: n[2], Steps: n[3]}
	return s, s.Light()
}
